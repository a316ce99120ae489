"""Cases received in a stretch of days, for who looks at what happened there and then."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from gongzhi.cases import matters, reads, rows
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case
from gongzhi.cases.noting import seek_at
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places

MOST = 200


def between(
    actor: Actor, at: datetime, *, first: date, last: date, matter: str = "", place: str = "", limit: int = 20
) -> tuple[InboxRow, ...]:
    """Cases this actor may see, received from `first` to `last` (days of the county's zone), the newest first.

    `matter` with those beneath it; `place` any prefix of a division's code. At most 200."""
    zone = places.county().zone
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1)))
    wanted = Q(seek__gte=seek_at(begin), seek__lt=seek_at(end))
    if matter:
        wanted &= Q(matter__in=_beneath(matter))
    if len(place) > 6:
        wanted &= reads.in_place(place.ljust(12, "0"))
    found = Case.objects.filter(reads.visible(actor), wanted).order_by("-seek")[: min(limit, MOST)]
    return rows.inbox_rows(list(found), actor, at)


def _beneath(matter: str) -> list[str]:
    """A matter and all beneath it."""
    found = [matter]
    for card in matters.cards():
        if card.parent in found:
            found.append(card.code)
    return found
