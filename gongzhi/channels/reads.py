"""What was sent, what waits, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _

from gongzhi.channels import outbox, rules
from gongzhi.channels.adapters import ADAPTERS, adapter, ready
from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as the letterbox shows it. Address and text are empty where they may not be seen."""

    id: UUID
    adapter_label: str
    about: str
    put_at: datetime
    state: str  # waiting | sent | failed | cancelled | kept (failed, because the channel is not set up)
    state_at: datetime
    tries: int
    last_error: str
    address: str
    subject: str
    text: str
    template: str = ""
    reported: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Aired:
    """A public notice: about which case (`case:<hex>`), since when, in which words."""

    case: str
    at: datetime
    text: str


def on_air(village: str, at: datetime) -> list[Aired]:
    """The public notices of a village (its division code) of the last days, newest first.

    The caller leaves out what is not public any more: this room does not know."""
    rows = Message.objects.filter(about=f"village:{village}", adapter="loudspeaker", sent_at__gt=at - rules.ON_AIR)
    found = rows.exclude(context={}).order_by("-put_at")[: rules.ON_AIR_MOST]
    return [Aired(str(row.context.get("case", "")), row.sent_at or row.put_at, render(row).text) for row in found]


def to_carry(limit: int = 200) -> list[Message]:
    """Messages that wait for a person to print and post them, oldest first."""
    names = [name for name in ADAPTERS if adapter(name).BY_HAND]
    waiting = Message.objects.filter(adapter__in=names, sent_at=None, failed_at=None, cancelled_at=None)
    return list(waiting.order_by("due_at")[:limit])


def about(about: str, limit: int = 100) -> list[Posted]:
    """How each message about a thing fares, oldest first, without address and text."""
    rows = Message.objects.filter(about=about).order_by("-put_at")[:limit]
    return [_posted(row, opened=False) for row in reversed(rows)]


def key_of(id: UUID) -> str:
    """The key under which a message was put; empty when there is none."""
    return Message.objects.filter(id=id).values_list("key", flat=True).first() or ""


def troubles() -> list[str]:
    """Names of adapters that are not set up although messages wait for them or were given up for that."""
    missing = [name for name in ADAPTERS if not ready(name)]
    unsent = Message.objects.filter(adapter__in=missing, sent_at=None, cancelled_at=None)
    return sorted(set(unsent.values_list("adapter", flat=True).distinct()))


def failed(limit: int = 50) -> list[Posted]:
    """Messages given up, latest first, without their address and text."""
    rows = Message.objects.filter(failed_at__isnull=False).order_by("-failed_at")[:limit]
    return [_posted(row, opened=False) for row in rows]


def given_up(*, since: datetime) -> dict[str, int]:
    """How many messages were given up since then, by adapter."""
    rows = Message.objects.filter(failed_at__gte=since).values("adapter").annotate(count=Count("id"))
    return {row["adapter"]: row["count"] for row in rows.order_by("adapter")}


def overdue(*, before: datetime) -> int:
    """How many messages wait though they were due before then."""
    return Message.objects.filter(sent_at=None, failed_at=None, cancelled_at=None, due_at__lt=before).count()


def ways() -> list[tuple[str, str]]:
    """Every adapter: its name and what people call it."""
    return [(name, _(adapter(name).LABEL)) for name in ADAPTERS]


def letterbox(limit: int = 50, before: UUID | None = None, by: str = "") -> list[Posted]:
    """Every message, latest first, opened: for practice counties alone. `before` continues after a shown one, `by` an
    adapter shows its messages only."""
    rows = Message.objects.order_by("-id")
    if by:
        rows = rows.filter(adapter=by)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_posted(row, opened=True) for row in rows[:limit]]


def message(id: UUID) -> Message | None:
    """The row of one message, for `delivering.try_again`."""
    return Message.objects.filter(id=id).first()


def _number(row: Message) -> str:
    """What stands above a message that has no subject: the number it is about."""
    return str(row.context.get("number") or row.context.get("code") or "")


def _posted(row: Message, *, opened: bool) -> Posted:
    state, moment = _state(row)
    address = subject = text = ""
    if opened:
        try:
            letter = render(row)
            address, subject, text = letter.address, letter.subject or _number(row), letter.text
        except TemplateDoesNotExist:
            address, subject = outbox.address_of(row), row.template
    return Posted(
        id=row.id,
        adapter_label=_(adapter(row.adapter).LABEL),
        about=row.about,
        put_at=row.put_at,
        state=state,
        state_at=moment,
        tries=row.tries,
        last_error=_(row.last_error) if row.last_error else "",
        address=address,
        subject=subject,
        text=text,
        template=row.template.rsplit("/", 1)[-1],
        reported=row.reported,
        by_hand=adapter(row.adapter).BY_HAND,
    )


def _state(row: Message) -> tuple[str, datetime]:
    if row.sent_at:
        return "sent", row.sent_at
    if row.failed_at:
        return "failed" if ready(row.adapter) else "kept", row.failed_at
    if row.cancelled_at:
        return "cancelled", row.cancelled_at
    return "waiting", row.due_at
