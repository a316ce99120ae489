"""What was sent, what waits, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _

from gongzhi.channels import outbox
from gongzhi.channels.adapters import adapter
from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as its own reader sees it."""

    at: datetime
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as the letterbox shows it. Address and text are empty where they may not be seen."""

    id: UUID
    adapter_label: str
    about: str
    put_at: datetime
    state: str  # waiting | sent | failed | cancelled
    state_at: datetime
    tries: int
    last_error: str
    address: str
    subject: str
    text: str


def on_page(about: str) -> list[Shown]:
    """Messages to the holder of a secret link (`about`, e.g. `voice:<hex>`), oldest first."""
    rows = Message.objects.filter(about=about, adapter="page", sent_at__isnull=False).order_by("put_at")
    letters = [(row.put_at, render(row)) for row in rows]
    return [Shown(at, letter.subject, letter.text) for at, letter in letters]


def failed(limit: int = 50) -> list[Posted]:
    """Messages given up, latest first, without their address and text."""
    rows = Message.objects.filter(failed_at__isnull=False).order_by("-failed_at")[:limit]
    return [_posted(row, opened=False) for row in rows]


def letterbox(limit: int = 50, before: UUID | None = None) -> list[Posted]:
    """Every message, latest first, opened: for practice counties alone. `before` continues after a shown one."""
    rows = Message.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_posted(row, opened=True) for row in rows[:limit]]


def message(id: UUID) -> Message | None:
    """The row of one message, for `delivering.try_again`."""
    return Message.objects.filter(id=id).first()


def _posted(row: Message, *, opened: bool) -> Posted:
    state, moment = _state(row)
    address = subject = text = ""
    if opened:
        try:
            letter = render(row)
            address, subject, text = letter.address, letter.subject, letter.text
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
    )


def _state(row: Message) -> tuple[str, datetime]:
    if row.sent_at:
        return "sent", row.sent_at
    if row.failed_at:
        return "failed", row.failed_at
    if row.cancelled_at:
        return "cancelled", row.cancelled_at
    return "waiting", row.due_at
