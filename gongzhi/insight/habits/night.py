"""One night's look at who enters in bulk by habit, from the single entries of the last months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from gongzhi.insight import entering
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.counting import counted, places_of
from gongzhi.insight.entering import Entries
from gongzhi.insight.habits.tables import Habit

LOOKED = 4 * entering.PAST  # days that are read: a habit is learned from the first of them and told from then on
LEAST = 10  # entries in eight weeks below which nothing is called a habit
SHARE = 1 / 3  # of them that came in goes of two or more, at least
MOST = 200  # habits that are kept

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pile:
    """A habit as tables.Habit keeps it; `since` and `largest_day` are days of the counts."""

    matter: str
    source: str
    wide: bool
    since: int
    entries: int
    goes: int
    bundled: int
    largest: int
    largest_day: int
    largest_place: str


def make(*, at: datetime, folder: Path, zone: ZoneInfo) -> int:
    """Draw the habits anew from what was received up to yesterday; how many there are."""
    warehouse = Warehouse(folder)
    held = warehouse.manifest.span("cases")
    last = at.astimezone(zone).date() - timedelta(days=1)
    if held is None or held[0] > last:
        return 0
    first = max(held[0], last - timedelta(days=LOOKED - 1))
    counts = counted(warehouse, first, last)
    return keep(piles(entering.entered(warehouse, counts, first, last), counts.days - 1), first, last, at=at)


@transaction.atomic
def keep(found: Sequence[Pile], first: date, last: date, *, at: datetime) -> int:
    """These habits in the place of those of yesterday; `first` is the day the piles' days are counted from."""
    Habit.objects.all().delete()
    Habit.objects.bulk_create(
        Habit(
            matter=one.matter, source=one.source, wide=one.wide, since=first + timedelta(days=one.since), until=last,
            entries=one.entries, goes=one.goes, bundled=one.bundled, largest=one.largest,
            largest_day=first + timedelta(days=one.largest_day), largest_place=one.largest_place, made_at=at,
        )
        for one in found
    )  # fmt: skip
    return len(found)


def piles(entries: Entries, today: int) -> list[Pile]:
    """The habits that stand after `today`, those with most entries in goes first."""
    found = []
    for pair in range(len(entries.pairs)):
        has = (entries.near[pair] | entries.wide[pair])[: today + 2]
        if not has[-1]:
            continue
        pile = _pile(entries, pair, today, since=_since(has))
        if pile is not None:
            found.append(pile)
    return sorted(found, key=lambda one: (-one.bundled, one.matter, one.source))[:MOST]


def _since(has: NDArray[np.bool_]) -> int:
    """The day from which on the habit was seen without a break of two weeks; a flag before a day tells of the one
    before it."""
    seen = np.flatnonzero(has)
    breaks = np.flatnonzero(np.diff(seen) > entering.PAST // 4)
    return max(0, int(seen[breaks[-1] + 1 if breaks.size else 0]) - 1)


def _pile(entries: Entries, pair: int, today: int, *, since: int) -> Pile | None:
    """One pair in figures; None where there is too little of it, or the source has its habit with other matters."""
    wide = bool(entries.wide[pair, today + 1])
    mine = (entries.pair == pair) & (entries.day <= today) & (entries.day > today - entering.PAST)
    if int(mine.sum()) < LEAST:
        return None
    group = (entries.pair if wide else entries.cell)[mine]
    second, day, cell = entries.second[mine], entries.day[mine], entries.cell[mine]
    number = goes_of(group, second)
    sizes = np.bincount(number)
    bundled = int(sizes[sizes > 1].sum())
    if bundled < SHARE * mine.sum():
        return None
    top = int(np.argmax(sizes))
    held = np.flatnonzero(number == top)
    matter, source = entries.pairs[pair]
    codes = [entries.counts.division[at] for at in sorted(set(cell[held].tolist()))]
    return Pile(
        matter, source, wide, since, int(mine.sum()), int(sizes.size), bundled, int(sizes[top]),
        int(day[held[0]]), _around(codes),
    )  # fmt: skip


def goes_of(group: Longs, second: Longs) -> Longs:
    """The number of the go each entry belongs to: those of one group less than a quarter of an hour apart are one.
    `second` in order."""
    order = np.argsort(group, kind="stable")
    fresh = np.concatenate([[True], ~((np.diff(group[order]) == 0) & (np.diff(second[order]) <= entering.GAP))])
    out = np.empty(group.size, np.int64)
    out[order] = np.cumsum(fresh[: group.size]) - 1
    return out


def _around(codes: Sequence[str]) -> str:
    """The closest place that holds all of these divisions."""
    return next(place for place in reversed(places_of(codes[0])) if all(code.startswith(place) for code in codes))
