"""What another system left open and nobody has taken over yet: the list of the organ that would answer for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from gongzhi.cases import inbox, lists, reads
from gongzhi.cases.cards import Page
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places

COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them: in a place, of a matter (with those beneath), received from one day to another, both included."""

    place: str = ""
    matter: str = ""
    since: date | None = None
    until: date | None = None


def page(actor: Actor, at: datetime, wanted: Wanted, after: str = "", limit: int = 50) -> Page[InboxRow]:
    """Those that fit, the oldest first; empty for a post that takes no cases in hand."""
    return inbox.page(_fitting(actor, wanted), actor, at, after, limit)


def count(actor: Actor, wanted: Wanted) -> int:
    """How many fit, exact up to COUNTED."""
    return _fitting(actor, wanted)[:COUNTED].count()


def matters(actor: Actor) -> set[str]:
    """The matters of which something is left open, so that no filter leads to an empty list."""
    return set(inbox.left_open(actor).order_by().values_list("matter_id", flat=True).distinct())


def first(actor: Actor, wanted: Wanted, most: int) -> list[tuple[UUID, int]]:
    """The oldest that fit, each with the version it has now."""
    found = _fitting(actor, wanted).order_by("due_at", "id")
    return list(found.values_list("id", "version")[:most])


def _fitting(actor: Actor, wanted: Wanted) -> QuerySet[Case]:
    found = inbox.left_open(actor)
    if wanted.place:
        found = found.filter(reads.in_place(wanted.place))
    if wanted.matter:
        found = found.filter(matter__in=lists.with_children(wanted.matter))
    if wanted.since:
        found = found.filter(received_at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(received_at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), places.county().zone)
