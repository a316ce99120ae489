"""When a message is tried again, and what may stand in one: plain, without clock or settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind

FACTS: dict[str, FactKind] = {
    "message.sent": FactKind(("message", "adapter", "tries"), "A message left by its channel."),
    "message.carried": FactKind(("message", "adapter"), "A person says that a message on paper was posted."),
    "message.repeated": FactKind(("message", "adapter"), "A person had a message sent once more."),
    "message.reported": FactKind(("message", "adapter", "reported"), "The carrier told whether a message arrived."),
    "message.failed": FactKind(("message", "adapter", "tries"), "A message was given up; a person must look."),
}

# After the n-th failed try the next one waits this long; after the last the message is given up and stays visible.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)

# A claimed message belongs to its deliverer for this long; a deliverer that dies loses it to the next one.
LEASE = timedelta(minutes=5)

# A message given up keeps its sealed link this long for a second attempt by hand, then forgets it.
SECRETS_LAST = timedelta(days=7)

# Messages of one adapter that are claimed at once; with a try of at most 30 s each they end within the lease.
CLAIMED = 8
# A message behind one whose receiver does not answer at all is put off by this, without counting as tried.
REST = timedelta(minutes=1)
# How long one call goes on sending by one adapter, in seconds; the next call takes the rest.
BUDGET = 60.0
# A message is late when a machine has not sent it, and a person not posted it, for this long; what was given up is told
# for a week.
LATE, CARRY_LATE, GIVEN_UP_LATELY = timedelta(hours=1), timedelta(days=3), timedelta(days=7)
# What was taken in is known again this long; a carrier that repeats itself later is a new message.
REMEMBERED = timedelta(days=90)
# A question to an address is open this long.
ASKED_LASTS = timedelta(days=14)
# How far back one look for what may be forgotten goes: looks are hourly at the least, and the table grows for years.
SWEPT = timedelta(days=60)
# Notices stay on a village's air this long, and so many at once.
ON_AIR, ON_AIR_MOST = timedelta(days=7), 20

LANGUAGES = ("zh-hans", "en")

Plain = str | int | bool | None
Context = Mapping[str, "Plain | list[Plain]"]


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after failed try number `tries` (1, 2, …); None when no try is left."""
    return WAITS[tries - 1] if 1 <= tries <= len(WAITS) else None


def check_message(*, adapter: str, known: frozenset[str], language: str, context: Context) -> None:
    """Refuses an unknown channel or language, and a context that is more than plain words and numbers."""
    if adapter not in known:
        raise Refusal("channel_unknown", N_("We cannot send by “%(adapter)s”."), adapter=adapter)
    if language not in LANGUAGES:
        raise Refusal("language_unknown", N_("We cannot write in the language “%(language)s”."), language=language)
    for name, value in context.items():
        if not _plain(value):
            raise Refusal("context_not_plain", N_("The message cannot carry “%(name)s”."), name=name)


def _plain(value: object) -> bool:
    if isinstance(value, list):
        return all(item is None or isinstance(item, (str, int, bool)) for item in value)
    return value is None or isinstance(value, (str, int, bool))
