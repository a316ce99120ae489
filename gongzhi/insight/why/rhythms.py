"""When and where things happen: weekday × stretch of three hours, for each place and top matter; never by person.

A place's cells are drawn towards the rhythm of what holds it (its town, the county; gamma–Poisson by moments, as ranks
are, Clayton & Kaldor 1987), so that one busy night in a small village is no pattern; intervals hold nine times of ten.
A cell is pointed out when it brings more than that rhythm lets expect, with the false discovery rate kept over all
cells of all places.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from scipy import special

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.why.rules import RATE
from gongzhi.insight.why.tables import Rhythm
from gongzhi.methods.explain import yekutieli

Reals = NDArray[np.float64]
DAYS = 364  # looked back: a year of whole weeks
CELLS = 56  # seven days of eight stretches of three hours
LEAST = 40  # cases a rhythm needs
LEVELS = (6, 9, 12)
TAIL = 0.05
SPREADS = np.array([0.04, 0.08, 0.15, 0.3, 0.6, 1.2])  # variances of cells around the wider rhythm

Key = tuple[str, str]  # place prefix, top matter ("" all)


def make(*, warehouse: Warehouse, span: Span, above: Mapping[str, str]) -> int:
    """Draw every rhythm anew; how many."""
    days = min(span.days, DAYS) // 7 * 7
    found = counted(warehouse, span, days, above) if days else {}
    rows = drawn(found, span, days)
    with transaction.atomic():
        Rhythm.objects.all().delete()
        Rhythm.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def counted(warehouse: Warehouse, span: Span, days: int, above: Mapping[str, str]) -> dict[Key, Reals]:
    """Cases and voices (2, 56) of every place and top matter."""
    cases = warehouse.table("cases", span.last - timedelta(days=days - 1), span.last)
    by = cases.mutate(weekday=cases.day.day_of_week.index(), part=cases.hour // 3)
    by = by.group_by("weekday", "part", "matter", "division").aggregate(
        n=lambda t: t.count(), voices=lambda t: t.voices.sum()
    )
    found: dict[Key, Reals] = {}
    for line in by.to_pyarrow().to_pylist():
        cell = int(line["weekday"]) * 8 + int(line["part"])
        for key in _keys(str(line["matter"] or ""), str(line["division"] or ""), above):
            mine = found.setdefault(key, np.zeros((2, CELLS)))
            mine[0, cell] += line["n"]
            mine[1, cell] += line["voices"] or 0
    return found


def _keys(matter: str, division: str, above: Mapping[str, str]) -> list[Key]:
    top, seen = matter, {matter}
    while above.get(top) and above[top] not in seen:
        top = above[top]
        seen.add(top)
    places = [division[:n] for n in LEVELS if len(division) >= n and (n == 6 or int(division[n - 3 : n] or 0))]
    return [(place, code) for place in places for code in dict.fromkeys(("", top))]


def drawn(found: Mapping[Key, Reals], span: Span, days: int) -> list[Rhythm]:
    """The rhythms of all that have cases enough, with their rates a week, intervals and what is pointed out."""
    keys = sorted(key for key, counts in found.items() if counts[0].sum() >= LEAST)
    if not keys:
        return []
    told = [cells(found[key][0], _wider(found, key)) for key in keys]
    tails = np.concatenate([one[3] for one in told])
    stands = yekutieli(tails, RATE).reshape(-1, CELLS)
    weeks = days / 7
    return [
        Rhythm(
            place=key[0], matter=key[1], until=span.last, days=days, cases=int(found[key][0].sum()),
            cells=[
                [int(n), round(rate / weeks, 3), round(low / weeks, 3), round(high / weeks, 3), bool(odd)]
                for n, rate, low, high, odd in zip(found[key][0], *one[:3], stands[at], strict=True)
            ],
            voices=[int(n) for n in found[key][1]],
        )
        for at, (key, one) in enumerate(zip(keys, told, strict=True))
    ]  # fmt: skip


def _wider(found: Mapping[Key, Reals], key: Key) -> Reals | None:
    """The cells of the same matter in what holds the place, without the place itself; None for the county."""
    place, matter = key
    for digits in (9, 6):
        if digits < len(place):
            rest = found[place[:digits], matter][0] - found[key][0]
            if rest.sum() >= LEAST:
                return rest
    return None


def cells(counts: Reals, wider: Reals | None) -> tuple[Reals, Reals, Reals, Reals]:
    """Cases let expect in each cell with the ends of the interval, and the chance of no more than the wider rhythm.

    Without a wider rhythm each cell stands for itself and nothing is pointed out."""
    if wider is None:
        shape, scale = counts + 0.5, np.ones(CELLS)
        return shape, *_ends(shape, scale), np.ones(CELLS)
    base = counts.sum() * (wider + 0.5) / (wider.sum() + 0.5 * CELLS)
    shape, scale = _drawn_together(counts, base)
    return base * shape / scale, *_ends(shape, scale / base), np.asarray(special.gammainc(shape, scale), float)


def _drawn_together(counts: Reals, base: Reals) -> tuple[Reals, Reals]:
    """Shape and scale of each cell's growth over the wider rhythm: over all spreads by how well each explains the
    counts, since one best guess from 56 small cells makes intervals too narrow."""
    k = (1 / SPREADS)[:, None]
    likely = special.gammaln(k + counts) - special.gammaln(k) + k * np.log(k / (k + base))
    likely = (likely + counts * np.log(base / (k + base))).sum(1)
    weight = np.exp(likely - likely.max())[:, None]
    weight /= weight.sum()
    middle, spread = (k + counts) / (k + base), (k + counts) / (k + base) ** 2
    mean = (weight * middle).sum(0)
    variance = (weight * (spread + middle**2)).sum(0) - mean**2
    return mean**2 / variance, mean / variance


def _ends(shape: Reals, scale: Reals) -> tuple[Reals, Reals]:
    return special.gammaincinv(shape, TAIL) / scale, special.gammaincinv(shape, 1 - TAIL) / scale
