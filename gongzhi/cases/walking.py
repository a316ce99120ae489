"""Walking from the newest case to older ones along indexes, so that a page costs the same in a table of any size.

A *way* is a set of cases that an index holds in the order of `seek`: those of a village, of a matter, of an organ. A
list names the ways that together hold all it may show; a walk takes the newest of each and stops after so many. What a
page asks beyond its ways (filters, who may see) is judged on those rows alone. Where a walk stopped before the page was
full, the cursor goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

from gongzhi.cases import noting, reads, rows, searching
from gongzhi.cases.models import Case
from gongzhi.places import reads as places

MOST = 4_000  # cases looked at for one page
_AT_FIRST = 8  # times the length of a page: most pages need no more
_LEAST = 60  # of each way, a little more than a page
# Written out, not given: only so may SQLite use an index of open cases.
_OPEN = "NOT (state = 'closed')"


@dataclass(frozen=True, slots=True)
class Way:
    """Cases in the order of an index: a condition on the table with its values. `part` walks those of an organ's
    hand-overs instead, in the order of the case's id, which grows as `seek` does."""

    where: str
    given: tuple[Any, ...] = ()
    part: bool = False


NEWEST = 2**63 - 1  # above every seek
ALL = Way("seek IS NOT NULL")
PUBLIC = Way("public")


def of(field: str, value: str) -> Way:
    """Cases of one village (division), matter or organ."""
    return Way(f"{field} = %s", (value,))


def standing(state: str) -> Way:
    """Open cases of one state."""
    return Way(f"state = %s AND {_OPEN}", (state,))


def open_of(matter: str) -> Way:
    """Open cases of one matter."""
    return Way(f"matter_id = %s AND {_OPEN}", (matter,))


def took_part(organ: str) -> tuple[Way, Way]:
    """Cases an organ handed over or sent on, and those that were handed or sent to it, or that it helped with."""
    return (
        Way("e.organ = %s AND NOT (e.to_organ = '')", (organ,), part=True),
        Way("e.to_organ = %s AND NOT (e.to_organ = '')", (organ,), part=True),
    )


def villages(place: str) -> list[str]:
    """The villages of a place, also those that are no more, and the place itself; none for no place or all of it."""
    if not place:
        return []
    prefix = places.within(place) if len(place) in (12, 15) else place
    return places.divisions_in(prefix[:12]) if len(prefix) > 6 else []


@dataclass(frozen=True, slots=True)
class Found:
    """The newest cases of a walk, by seek; below `horizon` it has not looked (None: it came to the end)."""

    seeks: list[int]
    horizon: int | None


Walk = Callable[[int, int], Found]  # from below this seek, at most about so many


def along(ways: Sequence[Way]) -> Walk:
    """A walk along ways, each as far as its share of what may be looked at goes."""

    def walk(before: int, most: int) -> Found:
        share = max(_LEAST, most // max(1, len(ways)))
        parts: list[str] = []
        given: list[Any] = []
        for nth, way in enumerate(ways):
            sql, values = _part_way(way, before) if way.part else _way(way, before)
            parts.append(f"SELECT {nth} AS way, seek FROM ({sql} LIMIT {share}) AS way_{nth}")  # noqa: S608 - our own texts
            given += values
        if not parts:
            return Found([], None)
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), given)
            return _merged(cursor.fetchall(), ways, share, before)

    return walk


def _way(way: Way, before: int) -> tuple[str, list[Any]]:
    sql = f"SELECT seek FROM cases_case WHERE {way.where} AND seek < %s ORDER BY seek DESC"  # noqa: S608 - our own texts
    return sql, [*way.given, before]


def _part_way(way: Way, before: int) -> tuple[str, list[Any]]:
    sql = (
        f"SELECT c.seek AS seek FROM cases_entry e JOIN cases_case c ON c.id = e.case_id WHERE {way.where}"  # noqa: S608
        " AND e.case_id < %s AND c.seek < %s ORDER BY e.case_id DESC"
    )
    last = UUID(int=(noting.millisecond_of(before) + 1) << 80)
    key = Case._meta.pk
    assert key is not None
    return sql, [*way.given, key.get_db_prep_value(last, connection), before]


def _merged(told: Sequence[tuple[int, int]], ways: Sequence[Way], share: int, before: int) -> Found:
    """The seeks of all ways down to where the first of them that was cut short ends."""
    kept: list[list[int]] = [[] for _ in ways]
    for way, seek in told:
        kept[way].append(seek)
    ends = [_end(way, seeks, before) for way, seeks in zip(ways, kept, strict=True) if len(seeks) == share]
    horizon = max(ends) if ends else None
    found = {seek for seeks in kept for seek in seeks if horizon is None or seek >= horizon}
    return Found(sorted(found, reverse=True), horizon)


def _end(way: Way, seeks: Sequence[int], before: int) -> int:
    """How far down a way that was cut short is whole: ids grow as seeks do, but not within one millisecond."""
    last = min(seeks)
    whole = noting.seek_after(last) if way.part else last
    return whole if whole < before else last


def matching(query: str) -> Walk:
    """A walk along the cases whose words match. Where its first steps led far back, the next ask for few at once."""
    rare = False

    def walk(before: int, most: int) -> Found:
        nonlocal rare
        seeks = searching.matches(query, before=before, limit=most, rare=rare)
        rare = bool(seeks) and seeks[-1] < searching.recent(before)
        return Found(seeks, seeks[-1] if len(seeks) == most else None)

    return walk


def page(found: QuerySet[Case], walk: Walk, after: str, limit: int) -> tuple[list[Case], str]:
    """The next `limit` cases of a query along a walk, newest first, and the cursor behind them ("" at the end)."""
    before = rows.seek_cursor(after)
    shown: list[Case] = []
    horizon: int | None = None
    for most in (limit * _AT_FIRST, MOST):
        told = walk(before, most)
        shown, horizon = list(these(found, told.seeks).order_by("-seek")[: limit + 1]), told.horizon
        if len(shown) > limit:
            return shown[:limit], rows.seek_text(shown[limit - 1].seek)
        if horizon is None:
            break
    return shown, "" if horizon is None else rows.seek_text(horizon)


def newest(place: str) -> Case | None:
    """The newest case in a place that is not about an officer; among the last sixty of each of its villages."""
    codes = villages(place)
    walk = along([of("division", code) for code in codes] if codes else [ALL])
    found = Case.objects.filter(reads.in_place(place), about_officer=False)
    return these(found, walk(NEWEST, 1).seeks).order_by("-seek").first()


def these(found: QuerySet[Case], seeks: Sequence[int]) -> QuerySet[Case]:
    """Of these cases (by seek) those a query keeps. One parameter however many there are."""
    field = BigIntegerField()
    if connection.vendor == "sqlite":
        return found.filter(seek__in=RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(seeks))], field))
    return found.filter(seek__in=RawSQL("SELECT unnest(%s::bigint[])", [list(seeks)], field))
