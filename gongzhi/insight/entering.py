"""How entries come in: one by one, or many at one go by one hand, and what is left when a go counts once.

A clerk who types in twenty orders of the day, a worker who notes what he met on his round, a neighbour who photographs
a street full of rubbish: each is one occasion, not twenty surprises. Which sources have that habit is learned for every
matter from the days before: by how much fewer quarters of an hour its entries of a day fill than chance would fill with
as many, drawn towards what the source does with all matters. Only where the habit is, entries less
than a quarter of an hour apart count once; twelve neighbours who ring within ten minutes stay twelve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.counting import Counts, Key

Longs = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
GAP = 900  # seconds between entries of one go at most
OPEN = 36_000  # seconds of a day in which most come in
PAST = 56  # days a habit is learned from
HABIT = 0.35  # share of the quarters of an hour chance would fill that stay empty, from which on it is a habit
MOST = 3.0  # quarters of an hour that one day counts for
WEIGHT = 20.0  # quarters of an hour that what the source does with all matters counts for


@dataclass(frozen=True, slots=True)
class Entries:
    """Single entries in their order: `second` since 1970, `day` as counted by the counts, `pair` its matter and source
    (numbered in `pairs`), `cell` of the counts. `near`, `wide` (pairs, days): whether a pair had the habit before that
    day, within one place or over the whole county."""

    counts: Counts
    second: Longs
    day: Longs
    cell: Longs
    pair: Longs
    pairs: tuple[tuple[str, str], ...]
    first: int
    near: Flags
    wide: Flags

    @classmethod
    def of(cls, counts: Counts, rows: Iterable[tuple[int, int, str, str, str]]) -> Entries:
        """From single entries (second, day from the counts' first, matter, division, source), in any order."""
        names = zip(counts.matter, counts.division, counts.source, strict=True)
        cells = {cell: at for at, cell in enumerate(names)}
        pairs: dict[tuple[str, str], int] = {}
        found: list[tuple[int, int, int, int]] = []
        for moment, on, matter, division, source in rows:
            at = cells.get((matter, division, source))
            if at is not None:
                found.append((moment, on, at, pairs.setdefault((matter, source), len(pairs))))
        second, day, cell, pair = np.array(sorted(found), np.int64).reshape(-1, 4).T
        first = int(day.min()) if day.size else counts.days
        wide = _habits(second, day, pair, pair, tuple(pairs), counts.days)
        near = _habits(second, day, cell, pair, tuple(pairs), counts.days)
        return cls(counts, second, day, cell, pair, tuple(pairs), first, near, wide)

    def covers(self, today: int) -> bool:
        """Whether the days before today are known well enough to count goes."""
        return today - self.first >= PAST // 4

    def goes(self, key: Key, today: int, above: Mapping[str, str]) -> Longs:
        """What came in on each of the counts' days up to `today`, a go of a pair with the habit counted once; days
        before the entries begin are what the counts say."""
        inside = self.counts.inside(key, above)
        mine = inside[self.cell] & (self.day <= today)
        pair, second, day = self.pair[mine], self.second[mine], self.day[mine]
        by_cell = _again(self.cell[mine], second) & self.near[pair, today]
        by_pair = _again(pair, second) & self.wide[pair, today]
        again = by_cell | by_pair
        out = np.bincount(day[~again], minlength=self.counts.days).astype(np.int64)
        out[: self.first] = self.counts.daily(inside)[: self.first]
        return out

    def by_cell(self) -> Counts:
        """The counts with a go within one place counted once."""
        again = _again(self.cell, self.second) & self.near[self.pair, self.day]
        where, n = np.unique(np.stack([self.cell[~again], self.day[~again]]), axis=1, return_counts=True)
        early = self.counts.day < self.first
        cell, day = (
            np.concatenate([part[early], where[at]]) for at, part in enumerate((self.counts.cell, self.counts.day))
        )
        return replace(self.counts, cell=cell, day=day, n=np.concatenate([self.counts.n[early], n]).astype(np.int64))

    def habitual(self, today: int) -> set[tuple[str, str]]:
        """The (matter, source) that have the habit within one place today."""
        return {pair for n, pair in enumerate(self.pairs) if self.near[n, today]}

    def habitual_cells(self, today: int) -> list[int]:
        """The cells of the counts that such a (matter, source) fills."""
        pairs = self.habitual(today)
        named = zip(self.counts.matter, self.counts.source, strict=True)
        return [cell for cell, pair in enumerate(named) if pair in pairs]


def entered(warehouse: Warehouse, counts: Counts, first: date, last: date) -> Entries:
    """The single entries of the days `first` to `last`."""
    rows = warehouse.table("cases", first, last)
    got = rows.select("received_at", "day", "matter", "division", "source").to_pyarrow()
    second = got["received_at"].cast("int64").to_numpy() // 1_000_000
    day = got["day"].cast("int32").to_numpy().astype(np.int64) - (counts.first - date(1970, 1, 1)).days
    names = (got[name].to_pylist() for name in ("matter", "division", "source"))
    return Entries.of(counts, zip(second.tolist(), day.tolist(), *names, strict=True))


def _again(group: Longs, second: Longs) -> Flags:
    """Which entries follow one of their group within `GAP`; `second` in order."""
    order = np.argsort(group, kind="stable")
    same = (np.diff(group[order]) == 0) & (np.diff(second[order]) <= GAP)
    out = np.zeros(group.size, np.bool_)
    out[order[1:][same]] = True
    return out


def _habits(
    second: Longs, day: Longs, group: Longs, pair: Longs, pairs: tuple[tuple[str, str], ...], days: int
) -> Flags:
    """(pairs, days + 1): whether entries of the days before crowded into fewer quarters of an hour than chance needs,
    looked at in groups (a pair's, or those of one place)."""
    needed, missing = np.zeros((len(pairs), days)), np.zeros((len(pairs), days))
    if second.size:
        slots = OPEN // GAP
        each = np.unique(np.stack([pair, group, day, second // GAP]), axis=1)
        found, count = np.unique(np.stack([pair, group, day]), axis=1, return_counts=True)
        used = np.unique(each[:3], axis=1, return_counts=True)[1]
        chance = slots * (1 - (1 - 1 / slots) ** count)
        weight = np.minimum(1.0, MOST / (chance - 1 + 1e-9))  # no single day teaches a habit
        np.add.at(needed, (found[0], found[2]), weight * (chance - 1))
        np.add.at(missing, (found[0], found[2]), weight * (chance - np.minimum(used, chance)))
    sources = sorted({source for _matter, source in pairs})
    of = np.array([sources.index(source) for _matter, source in pairs], np.int64)
    needed, missing = _lately(needed), _lately(missing)
    share = np.zeros((len(sources), days + 1))
    for n in range(len(sources)):
        share[n] = missing[of == n].sum(axis=0) / (needed[of == n].sum(axis=0) + WEIGHT)
    return (
        (missing + WEIGHT * share[of]) / (needed + WEIGHT) > HABIT if len(pairs) else np.zeros((0, days + 1), np.bool_)
    )


def _lately(rows: Reals) -> Reals:
    """Sums of the `PAST` days before each day, and before the day after the last."""
    whole = np.concatenate([np.zeros((rows.shape[0], 1)), np.cumsum(rows, axis=1)], axis=1)
    back = np.maximum(0, np.arange(whole.shape[1]) - PAST)
    return whole - whole[:, back]
