"""Work that waits for other machines: mail servers, gateways of text messages, mailboxes. Each in a thread of its own.

The clockwork starts it and goes on at once, so that a gateway which hangs delays neither sealing nor another channel.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import connections

from gongzhi.kit.moments import now

log = logging.getLogger("gongzhi.clockwork")
LIMIT = 500  # messages of one channel before its thread looks anew
_UNDER_WAY: dict[str, threading.Thread] = {}


def deliver(at: datetime) -> bool:
    """Start a carrier for each channel that has something to carry and whose last one has come back."""
    from gongzhi.channels import delivering

    for name in delivering.due(at=at):
        _start(f"deliver-{name}", lambda name=name: _deliver(name))  # type: ignore[misc]
    return False


def collect(at: datetime) -> bool:
    """Start a look into the county's mailbox, when one is set and the last look has ended."""
    if settings.MAILBOX:
        _start("collect", _collect)
    return False


def finish(seconds: float = 10.0) -> None:
    """Let carriers come home before the process ends; one that hangs is left behind and its message claimed anew."""
    for thread in list(_UNDER_WAY.values()):
        thread.join(seconds)


def _deliver(name: str) -> None:
    from gongzhi.channels import delivering
    from gongzhi.places import reads as places

    card = places.county_or_none()
    delivering.deliver_due(at=now(), limit=LIMIT, adapters=[name], keep=bool(card and card.practice))


def _collect() -> None:
    from gongzhi.cases import mailing

    mailing.collect(at=now())


def _start(name: str, work: Callable[[], None]) -> None:
    before = _UNDER_WAY.get(name)
    if before is not None and before.is_alive():
        return
    thread = threading.Thread(target=_safely, args=(name, work), name=name, daemon=True)
    _UNDER_WAY[name] = thread
    thread.start()


def _safely(name: str, work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        log.exception("%s failed and will be tried again", name)
    finally:
        connections.close_all()
