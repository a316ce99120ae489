"""What was sent, what waits, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet
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


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is the matter with one way of sending: how many wait, how many were given up lately, and why.

    `missing` says what is not set up, `reason` how the last try ended; either may be empty. `by_hand`: a person
    carries what waits."""

    adapter: str
    label: str
    waiting: int
    failed: int
    missing: str
    reason: str
    by_hand: bool


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


def troubles(at: datetime) -> list[Trouble]:
    """Adapters whose messages wait too long or were given up lately, with the reason; none when all is well.

    What waits for a person is late after some days, for a machine after an hour; where nothing is set up, at once."""
    open_ = Message.objects.filter(sent_at=None, failed_at=None, cancelled_at=None)
    lost = Message.objects.filter(failed_at__gte=at - rules.GIVEN_UP_LATELY)
    waiting = _by_adapter(open_.filter(due_at__lte=at))
    late = _by_adapter(open_.filter(due_at__lte=at - rules.LATE))
    idle = _by_adapter(open_.filter(due_at__lte=at - rules.CARRY_LATE))
    failed = _by_adapter(lost)
    found = []
    for name in ADAPTERS:
        module = adapter(name)
        missing = module.missing()
        held = (idle if module.BY_HAND else waiting if missing else late).get(name, 0)
        if not held and not failed.get(name):
            continue
        last = lost if failed.get(name) else open_
        error = (
            last.filter(adapter=name).exclude(last_error="").order_by("-due_at").values_list("last_error", flat=True)
        )
        found.append(
            Trouble(
                adapter=name,
                label=_(module.LABEL),
                waiting=waiting.get(name, 0),
                failed=failed.get(name, 0),
                missing=_(missing) if missing else "",
                reason=_(error[0]) if error[:1] else "",
                by_hand=module.BY_HAND,
            )
        )
    return found


def _by_adapter(rows: QuerySet[Message]) -> dict[str, int]:
    return dict(rows.order_by().values_list("adapter").annotate(count=Count("id")))


def failed(limit: int = 50) -> list[Posted]:
    """Messages given up, latest first, without their address and text."""
    rows = Message.objects.filter(failed_at__isnull=False).order_by("-failed_at")[:limit]
    return [_posted(row, opened=False) for row in rows]


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
