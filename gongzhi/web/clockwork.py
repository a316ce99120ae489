"""The clockwork: one process that does, again and again, what no visitor waits for.

Each job is one call of a room's verb, due every so many seconds. A job that fails is written to the log and tried
again at its next turn; it never stops the others. Several clockworks may run on PostgreSQL: the jobs themselves
take leases.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from django.conf import settings
from django.db import close_old_connections

from gongzhi.kit.moments import now
from gongzhi.web import beating, carrying

log = logging.getLogger("gongzhi.clockwork")
HOLDER = f"{socket.gethostname()}:{os.getpid()}"
BUSY_PAUSE = 0.05  # seconds between turns of a job that says there is more to do


@dataclass(frozen=True, slots=True)
class Job:
    """`every` seconds call `target` (module:function, keywords `at` and what `takes` names); truth = more to do."""

    name: str
    every: float
    target: str
    meaning: str


TIMETABLE: tuple[Job, ...] = (
    Job("seal", 1, "gongzhi.web.clockwork:seal", "facts get their place in the ledger's tree"),
    Job("deliver", 2, "gongzhi.web.clockwork:deliver", "messages in the outbox go out"),
    Job("collect", 20, "gongzhi.web.clockwork:collect", "e-mail to the county becomes voices"),
    Job("ring", 20, "gongzhi.web.clockwork:ring", "clocks that are near, overdue or paused to their end"),
    Job("head", 600, "gongzhi.web.clockwork:publish", "the day's signed head of the ledger"),
    Job("photos", 60, "gongzhi.web.clockwork:photos", "photos kept for a form that nobody sent within a day"),
    Job("listen_for_silence", 15, "gongzhi.web.clockwork:listen_for_silence", "sensors that are not heard any more"),
    Job("thin_readings", 600, "gongzhi.web.clockwork:thin_readings", "old readings of sensors become hours"),
    Job("watch", 2, "gongzhi.insight.minutes:watch", "receipts just sealed are fed to the charts of the minute"),
    Job("route", 20, "gongzhi.insight.routing.trials:follow", "closed cases are put to both routers"),
    Job("insight", 900, "gongzhi.insight.jobs:look", "days that have ended are judged, in a child process"),
    Job("explain", 15, "gongzhi.insight.jobs:explain", "what explains a finding of this minute, in a child process"),
    Job("tidy", 300, "gongzhi.web.clockwork:tidy", "expired lists, forgotten holds and spooled bodies"),
)


def seal(at: datetime) -> bool:
    """Seal what is new; tell open pages through the pulse file."""
    from gongzhi.ledger import reads, sealing

    count = sealing.seal_once(at=at, holder=HOLDER)
    if count:
        head = reads.latest_head()
        pulse = settings.RUN_DIR / "pulse"
        fresh = pulse.with_suffix(f".{os.getpid()}")
        fresh.write_text(str(head.size if head else 0))
        fresh.replace(pulse)
    return count >= 1000


def deliver(at: datetime) -> bool:
    """Let due messages go out, each channel in a thread of its own."""
    return carrying.deliver(at)


def collect(at: datetime) -> bool:
    """Take in what came to the county's mailbox, in a thread of its own."""
    return carrying.collect(at)


def ring(at: datetime) -> bool:
    """Ring due clocks and tell the people on the ladder."""
    from gongzhi.cases import ringing

    return ringing.ring_due(at=at, limit=500) >= 500


def publish(at: datetime) -> bool:
    """Publish the day's signed head."""
    from gongzhi.ledger import sealing

    sealing.publish_head(at=at)
    return False


def tidy(at: datetime) -> bool:
    """Forget senders and searchers, old messages, expired lists, holds of ten minutes, spool files of an hour."""
    from gongzhi.cases import straining
    from gongzhi.channels import delivering, inbox
    from gongzhi.insight.signals import searches
    from gongzhi.look import printed

    straining.tidy(at=at)
    searches.tidy(at=at)
    delivering.forget(at=at)
    inbox.forget(at=at)
    printed.sweep()
    printed.clear_holds(older_than=600)
    for left in settings.SPOOL_DIR.glob("tmp*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > 3600:
                left.unlink()
    return False


def photos(at: datetime) -> bool:
    """Forget photos no voice took; one part of the store a minute."""
    from gongzhi.cases import photos as kept

    kept.forget_unsent(at=at)
    return False


def listen_for_silence(at: datetime) -> bool:
    """Tell owners of sensors that fell silent."""
    from gongzhi.sensors import minding

    minding.listen_for_silence(at=at)
    return False


def thin_readings(at: datetime) -> bool:
    """Turn a day of old readings into hours."""
    from gongzhi.sensors import thinning

    return thinning.thin(at=at, days=settings.READINGS_DAYS) > 0


def leave() -> None:
    """An orderly end: the next sealer need not wait for this one's lease to run out."""
    from gongzhi.ledger import leasing, sealing

    carrying.finish()
    leasing.release(name=sealing.LEASE, holder=HOLDER)


class Clockwork:
    """Runs the timetable until told to stop."""

    def __init__(self, timetable: tuple[Job, ...] = TIMETABLE) -> None:
        self.jobs: list[tuple[Job, Callable[[datetime], bool]]] = []
        for job in timetable:
            module, _, function = job.target.partition(":")
            self.jobs.append((job, getattr(importlib.import_module(module), function)))
        self.due = dict.fromkeys((job.name for job in timetable), 0.0)
        self.failing: dict[str, tuple[float, str]] = {}
        self.beaten = -beating.EVERY
        self.stopping = False

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Finish the job in hand and leave."""
        self.stopping = True

    def turn(self) -> float:
        """Do every job that is due; returns the seconds until the next one is."""
        for job, work in self.jobs:
            moment = time.monotonic()
            if self.stopping or self.due[job.name] > moment:
                continue
            self._beat(moment)
            more = False
            try:
                more = work(now())
                self.failing.pop(job.name, None)
            except Exception as error:
                log.exception("job %s failed and will be tried again", job.name)
                self.failing.setdefault(job.name, (time.time(), type(error).__qualname__))
                close_old_connections()
            self.due[job.name] = time.monotonic() + (BUSY_PAUSE if more else job.every)
        return max(0.0, min(self.due.values()) - time.monotonic())

    def _beat(self, moment: float) -> None:
        """Show that it goes round; before a job, since one that hangs must not look alive."""
        if moment - self.beaten >= beating.EVERY:
            self.beaten = moment
            beating.write(settings.RUN_DIR, beating.Beat(time.time(), self.failing))

    def run(self) -> None:
        """Until a signal."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while not self.stopping:
            time.sleep(min(self.turn(), 0.5))
        leave()


def main() -> None:
    """`python -m gongzhi.web.clockwork`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    import django

    django.setup()
    settings.RUN_DIR.mkdir(parents=True, exist_ok=True)
    Clockwork().run()


if __name__ == "__main__":
    main()
