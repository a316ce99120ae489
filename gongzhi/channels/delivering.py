"""Sending what is due: claim, hand to the adapter, note how it ended. Run by the clockwork."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from gongzhi.channels import rules
from gongzhi.channels.adapters import AdapterError, adapter
from gongzhi.channels.claiming import claim
from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render
from gongzhi.kit.canonical import Json
from gongzhi.ledger import writing

BY = "clockwork"


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages left, were put off, were given up."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0

    def __bool__(self) -> bool:
        return bool(self.sent or self.put_off or self.failed)


def deliver_due(*, at: datetime, limit: int = 100) -> Delivered:
    """Try every message that is due, at most `limit`. No transaction is open while an adapter talks.

    A message may leave twice when the process dies between the adapter and the note; its id tells the receiver.
    """
    ends = [_deliver(message, at) for message in claim(_waiting(at), at, limit, rules.LEASE)]
    return Delivered(ends.count("sent"), ends.count("put_off"), ends.count("failed"))


def try_again(*, at: datetime, message: Message) -> None:
    """Give a failed message a fresh round of tries, because a person has removed the cause."""
    Message.objects.filter(id=message.id, failed_at__isnull=False).update(
        failed_at=None, tries=0, due_at=at, leased_until=None, last_error=""
    )


def forget(*, at: datetime) -> int:
    """Drop the sealed links of messages given up long ago; returns how many. Run by the clockwork, hourly."""
    old = Message.objects.filter(failed_at__lte=at - rules.SECRETS_LAST, secrets_sealed__isnull=False)
    return old.update(secrets_sealed=None)


def _waiting(at: datetime) -> QuerySet[Message]:
    waiting = Message.objects.filter(sent_at=None, failed_at=None, cancelled_at=None, due_at__lte=at)
    return waiting.order_by("due_at")


def _deliver(message: Message, at: datetime) -> str:
    """One message to its end of this try: `sent`, `put_off` or `failed`."""
    try:
        adapter(message.adapter).deliver(render(message))
    except AdapterError as error:
        return _not_sent(message, at, error.reason, permanent=error.permanent)
    except (TemplateDoesNotExist, TemplateSyntaxError, KeyError) as error:
        # A message that cannot be written will not write itself later, and must not stop those behind it.
        return _not_sent(message, at, f"{type(error).__name__}: {error}", permanent=True)
    with transaction.atomic():
        if _mine(message).update(sent_at=at, leased_until=None, last_error="", secrets_sealed=None):
            _tell(message, "message.sent", at)
    return "sent"


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
    details: dict[str, Json] = {"message": message.id.hex, "adapter": message.adapter, "tries": message.tries}
    writing.write(kind=kind, about=message.about, by=BY, at=at, details=details)
