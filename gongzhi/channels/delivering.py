"""Sending what is due: claim, hand to the adapter, note how it ended. Run by the clockwork.

Each adapter is served apart, in small claims and for a bounded time: a gateway that hangs holds up its own messages
and nobody else's.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from gongzhi.channels import rules
from gongzhi.channels.adapters import ADAPTERS, AdapterError, adapter
from gongzhi.channels.claiming import claim
from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render
from gongzhi.kit.canonical import Json
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.ledger import writing

BY = "clockwork"
_UNWRITABLE = (TemplateDoesNotExist, TemplateSyntaxError, KeyError)


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages left, were put off, were given up."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        return bool(self.sent or self.put_off or self.failed)


def by_machine() -> tuple[str, ...]:
    """The adapters whose messages leave without a person."""
    return tuple(name for name in ADAPTERS if not adapter(name).BY_HAND)


def due(*, at: datetime) -> list[str]:
    """The adapters for which a machine has something to carry now."""
    waiting = Message.objects.filter(sent_at=None, failed_at=None, cancelled_at=None, due_at__lte=at)
    free = waiting.filter(Q(leased_until=None) | Q(leased_until__lte=at), adapter__in=by_machine())
    return sorted(free.order_by().values_list("adapter", flat=True).distinct())


def deliver_due(
    *, at: datetime, limit: int = 100, adapters: Sequence[str] | None = None, keep: bool = False
) -> Delivered:
    """Try every message that is due, at most `limit` of each adapter. No transaction is open while one talks.

    A message may leave twice when the process dies between the adapter and the note; its id tells the receiver. The
    words of a message are dropped when it has left, unless `keep`: a practice county shows them in its letterbox."""
    ends: Counter[str] = Counter()
    for name in by_machine() if adapters is None else adapters:
        ends += (_deliver_inside if adapter(name).INSIDE else _deliver_by)(name, at, limit, keep)
    return Delivered(ends["sent"], ends["put_off"], ends["failed"])


def _deliver_by(name: str, at: datetime, limit: int, keep: bool) -> Counter[str]:
    """One adapter's due messages, until none is left, `limit` were tried, time is up or nobody answers there."""
    ends: Counter[str] = Counter()
    began = time.monotonic()
    while sum(ends.values()) < limit and time.monotonic() - began < rules.BUDGET:
        held = claim(_waiting(at, name), at, min(rules.CLAIMED, limit - sum(ends.values())), rules.LEASE)
        if not held:
            break
        for place, message in enumerate(held):
            end, down = _deliver(message, at, keep=keep)
            ends[end] += 1
            if down:
                _rest(held[place + 1 :], at, name)
                return ends
    return ends


def _deliver_inside(name: str, at: datetime, limit: int, keep: bool) -> Counter[str]:
    """Messages that stay in the house: each handed over, and all of them noted by few statements.

    With every answer there is one; one noted alone costs a commit, which everybody who writes would wait for."""
    ends: Counter[str] = Counter()
    handed: list[Message] = []
    for message in claim(_waiting(at, name), at, limit, rules.LEASE):
        try:
            adapter(name).deliver(render(message))
            handed.append(message)
        except _UNWRITABLE as error:
            ends[_not_sent(message, at, f"{type(error).__name__}: {error}", permanent=True)] += 1
    ends["sent"] += _note_sent(handed, at, keep=keep)
    return ends


def _note_sent(handed: Sequence[Message], at: datetime, *, keep: bool) -> int:
    """Note that these left, all of one claim and one adapter; how many were still this deliverer's."""
    if not handed:
        return 0
    with transaction.atomic():
        rows = Message.objects.filter(id__in=[one.id for one in handed], leased_until=handed[0].leased_until)
        mine = set(rows.select_for_update().values_list("id", flat=True))
        rows.update(sent_at=at, leased_until=None, last_error="", **_emptied(handed[0], keep))
        writing.write_many([_fact(one, "message.sent", at) for one in handed if one.id in mine])
    return len(mine)


def carried(*, by: str, at: datetime, message: UUID, keep: bool = False) -> None:
    """A person has posted a message on paper; its words are dropped unless `keep`.

    Refuses one that does not wait for a person, or was posted before."""
    with transaction.atomic():
        row = Message.objects.select_for_update().filter(id=message, failed_at=None, cancelled_at=None).first()
        if row is None or not adapter(row.adapter).BY_HAND:
            raise NotFound("message_unknown", N_("There is no such message."))
        if row.sent_at is not None:
            raise Refusal("message_carried", N_("Somebody has marked this notice as posted already."), status=409)
        adapter(row.adapter).deliver(render(row))
        Message.objects.filter(id=row.id).update(sent_at=at, tries=1, **_emptied(row, keep))
        details: dict[str, Json] = {"message": row.id.hex, "adapter": row.adapter}
        writing.write(kind="message.carried", about=row.about, by=by, at=at, details=details)


def try_again(*, by: str, at: datetime, message: Message) -> None:
    """Give a failed message a fresh round of tries, because a person has removed the cause."""
    with transaction.atomic():
        failed = Message.objects.filter(id=message.id, failed_at__isnull=False)
        if failed.update(failed_at=None, tries=0, due_at=at, leased_until=None, last_error=""):
            details: dict[str, Json] = {"message": message.id.hex, "adapter": message.adapter}
            writing.write(kind="message.repeated", about=message.about, by=by, at=at, details=details)


def report(*, at: datetime, remote_id: str, reported: str) -> bool:
    """Keep what the carrier says became of a message: `delivered` or `undelivered`. False when it is not known.

    The last word stands; the same word twice is one."""
    with transaction.atomic():
        row = Message.objects.select_for_update().filter(remote_id=remote_id, sent_at__isnull=False).first()
        if row is None or not remote_id:
            return False
        if row.reported != reported:
            Message.objects.filter(id=row.id).update(reported=reported, reported_at=at)
            details: dict[str, Json] = {"message": row.id.hex, "adapter": row.adapter, "reported": reported}
            writing.write(kind="message.reported", about=row.about, by=BY, at=at, details=details)
    return True


def forget(*, at: datetime) -> int:
    """Drop links and words of messages given up long ago, and of notices that were on the air long enough.

    Returns how many rows were emptied. Run by the clockwork."""
    old = Message.objects.filter(failed_at__lte=at - rules.SECRETS_LAST, failed_at__gt=at - rules.SWEPT)
    count = old.exclude(context={}, secrets_sealed=None).update(secrets_sealed=None, context={})
    aired = Message.objects.filter(adapter="loudspeaker", sent_at__lte=at - rules.ON_AIR, sent_at__gt=at - rules.SWEPT)
    return count + aired.exclude(context={}).update(context={})


def _waiting(at: datetime, name: str) -> QuerySet[Message]:
    waiting = Message.objects.filter(sent_at=None, failed_at=None, cancelled_at=None, due_at__lte=at, adapter=name)
    return waiting.order_by("due_at")


def _rest(held: Sequence[Message], at: datetime, name: str) -> None:
    """Nobody answers there: the others need not find that out one by one, and none of it counts as a try."""
    mine = Message.objects.filter(id__in=[message.id for message in held], leased_until=at + rules.LEASE)
    mine.update(leased_until=None, tries=F("tries") - 1)
    _waiting(at, name).filter(leased_until=None).update(due_at=at + rules.REST)


def _deliver(message: Message, at: datetime, *, keep: bool = False) -> tuple[str, bool]:
    """One message to its end of this try (`sent`, `put_off` or `failed`), and whether nobody answered at all."""
    try:
        remote_id = adapter(message.adapter).deliver(render(message))
    except AdapterError as error:
        return _not_sent(message, at, error.reason, permanent=error.permanent), error.down
    except _UNWRITABLE as error:
        # A message that cannot be written will not write itself later, and must not stop those behind it.
        return _not_sent(message, at, f"{type(error).__name__}: {error}", permanent=True), False
    with transaction.atomic():
        left = {"sent_at": at, "leased_until": None, "last_error": "", "remote_id": remote_id}
        if _mine(message).update(**left, **_emptied(message, keep)):
            _tell(message, "message.sent", at)
    return "sent", False


def _emptied(message: Message, keep: bool) -> dict[str, object]:
    """What a message forgets when it has left. What is on the air is read for some days yet."""
    if keep or message.adapter == "loudspeaker":
        return {"secrets_sealed": None}
    return {"secrets_sealed": None, "context": {}}


def _not_sent(message: Message, at: datetime, reason: str, *, permanent: bool) -> str:
    wait = None if permanent else rules.wait_after(message.tries)
    if wait is not None:
        _mine(message).update(due_at=at + wait, leased_until=None, last_error=reason[:200])
        return "put_off"
    with transaction.atomic():
        if _mine(message).update(failed_at=at, leased_until=None, last_error=reason[:200]):
            _tell(message, "message.failed", at)
    return "failed"


def _mine(message: Message) -> QuerySet[Message]:
    """The row as long as this deliverer holds it: when its lease ran out, another one notes the end."""
    return Message.objects.filter(id=message.id, leased_until=message.leased_until)


def _tell(message: Message, kind: str, at: datetime) -> None:
    writing.write_many([_fact(message, kind, at)])


def _fact(message: Message, kind: str, at: datetime) -> writing.NewFact:
    details: dict[str, Json] = {"message": message.id.hex, "adapter": message.adapter, "tries": message.tries}
    return writing.NewFact(kind, message.about, BY, at, details)
