"""Cases received in a stretch of days, for who looks at what happened there and then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q

from gongzhi.cases import matters, reads, rows
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case
from gongzhi.cases.noting import seek_at
from gongzhi.cases.rules import OPEN
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places

MOST = 200
KEYS = 20_000  # ids handed out at once
ASKED = 500  # ids asked about in one statement


def between(
    actor: Actor, at: datetime, *, first: date, last: date, matter: str = "", place: str = "", limit: int = 20
) -> tuple[InboxRow, ...]:
    """Cases this actor may see, received from `first` to `last` (days of the county's zone), the newest first.

    `matter` with those beneath it; `place` any prefix of a division's code. At most 200."""
    wanted = _received(first, last, matter, place)
    found = Case.objects.filter(reads.visible(actor), wanted).order_by("-seek")[: min(limit, MOST)]
    return rows.inbox_rows(list(found), actor, at)


def keys(*, first: date, last: date, matter: str = "", place: str = "") -> list[UUID]:
    """Ids of such cases for higher rooms, the newest first; nothing about an officer. At most `KEYS`."""
    found = Case.objects.filter(_received(first, last, matter, place), about_officer=False).order_by("-seek")
    return list(found.values_list("id", flat=True)[:KEYS])


def standing(ids: Collection[UUID]) -> dict[str, tuple[int, int]]:
    """Organ ("" for none) → how many of these cases it holds and how many of them are open, each counted."""
    found: dict[str, tuple[int, int]] = {}
    every = list(ids)
    for at in range(0, len(every), ASKED):
        rows = Case.objects.filter(id__in=every[at : at + ASKED]).values_list("organ", "state").annotate(n=Count("id"))
        for organ, state, n in rows.order_by():
            held, open_ = found.get(organ, (0, 0))
            found[organ] = held + n, open_ + (n if state in OPEN else 0)
    return found


def _received(first: date, last: date, matter: str, place: str) -> Q:
    zone = places.county().zone
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1)))
    wanted = Q(seek__gte=seek_at(begin), seek__lt=seek_at(end))
    if matter:
        wanted &= Q(matter__in=_beneath(matter))
    return wanted & reads.in_place(place.ljust(12, "0")) if len(place) > 6 else wanted


def chosen(actor: Actor, at: datetime, ids: Collection[UUID], limit: int = MOST) -> tuple[InboxRow, ...]:
    """Those of these cases that this actor may see, the newest first. At most 200."""
    found = Case.objects.filter(reads.visible(actor), id__in=list(ids)).order_by("-seek")[: min(limit, MOST)]
    return rows.inbox_rows(list(found), actor, at)


def _beneath(matter: str) -> list[str]:
    """A matter and all beneath it."""
    found = [matter]
    for card in matters.cards():
        if card.parent in found:
            found.append(card.code)
    return found
