"""One night's work in order: forecasts, portraits, silent places, measures, procedures. Called after finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gongzhi.cases import matters, taking
from gongzhi.insight import standings
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.habits import night as habits
from gongzhi.insight.nightly import conduct, counts, effects, outlook, portraits, silence, where
from gongzhi.insight.why import night
from gongzhi.people import reads as people
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places
from gongzhi.procedures import calendars

YEARS = 761  # days looked back: two years, and a month to spare for the season


@dataclass(frozen=True, slots=True)
class Night:
    """What a night made: forecasts, portraits, silent places, measures judged, cases held against their procedure,
    findings explained, organs among the hand-overs, floods suggested, habits of entering in bulk."""

    outlooks: int = 0
    portraits: int = 0
    silent: int = 0
    measures: int = 0
    replayed: int = 0
    explained: int = 0
    stations: int = 0
    floods: int = 0
    habits: int = 0


def all_of_it(*, at: datetime, folder: Path, zone: ZoneInfo) -> Night:
    """Work out everything the cockpit reads, from the warehouse as it is. The same day again changes nothing but
    what is drawn anew; an empty county makes nothing."""
    warehouse = Warehouse(folder)
    span = counts.span_of(warehouse, at, zone, YEARS)
    if span is None:
        return Night()
    above = {card.code: card.parent for card in matters.cards()}
    cells = counts.received(warehouse, span, "matter", "division", "organ")
    in_time = counts.answered_in_time(warehouse, span)
    residents, working = people_of(), calendars.calendar().is_working
    made = outlook.make(
        at=at,
        span=span,
        cells=cells,
        in_time=in_time,
        above=above,
        areas=areas({key[2] for key in cells.keys if key[2]}, at),
        working=working,
        seats=seats(span),
    )
    drawn = portraits.make(at=at, span=span, warehouse=warehouse, cells=cells, above=above, people=residents)
    villages = {code: count for code, count in residents.items() if not code.endswith("000")}
    heard = counts.voices(warehouse, span, "division", "source")
    quiet = silence.make(at=at, span=span, cells=heard, people=villages)
    judged = effects.make(at=at, span=span, cells=cells.summed(lambda key: [key[:2]]), above=above)
    where.make(cells=cells, above=above, people=villages, factors=standings.factors())
    ran = conduct.make(at=at, span=span, warehouse=warehouse)
    why = night.make(at=at, span=span, warehouse=warehouse, cells=cells, above=above, working=working)
    entering = habits.make(at=at, folder=folder, zone=zone)
    return Night(made, drawn, quiet, judged, ran, *why, entering)


def seats(span: counts.Span) -> counts.Counts:
    """Cases each post took in hand, by day."""
    rows: dict[tuple[str, ...], counts.Reals] = {}
    for post, day, n in taking.taken(span.first, span.last, span.zone):
        at = (day - span.first).days
        if 0 <= at < span.days:
            rows.setdefault((post,), np.zeros(span.days))[at] += n
    names = sorted(rows)
    return counts.Counts(names, np.array([rows[name] for name in names]).reshape(len(names), span.days))


def people_of() -> dict[str, int]:
    """Residents of the towns and villages that exist, by code; 0 where nobody has said how many. A town without its
    own figure has that of its villages."""
    found: dict[str, int] = {}
    for town in places.towns():
        below = {village.code: village.number or 0 for village in places.villages(town.code)}
        found |= below
        found[town.code] = town.number or sum(below.values())
    return found


def areas(organs: set[str], at: datetime) -> dict[str, dict[str, int]]:
    """organ → area prefix → how many filled posts there answer cases; "" is the whole county."""
    posts = [
        (organ, _area(post.place))
        for organ in sorted(organs)
        for post in people.colleagues(organ, at)
        if post.account and post.can(Permit.CASE_ANSWER)
    ]
    return outlook.areas_of(posts)


def _area(place: str) -> str:
    """The prefix of a post's area, a village's at the finest; empty for the whole county."""
    prefix = places.within(place)[:12] if place else ""
    return prefix if len(prefix) > 6 else ""
