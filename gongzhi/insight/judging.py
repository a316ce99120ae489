"""Judging a day: which matter in which place brought more than its own past lets expect.

Every matter, its parents and all of them together are looked at in the county, its towns and its villages: nested
series, judged by the days before (methods.stream.bursts: the same kind of day, the highest quarter and days already
found left out, negative binomial tail). One budget of false findings a month is dealt out evenly over the series
that had anything lately, so that their expected number of false findings in 30 days is at most the budget; nested
series can only lower it, since what speaks of one thing is joined. Places finer than a village are too few to judge;
a case that lies nowhere (a fallback coordinate) is counted for the county alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, nbinom, poisson

from gongzhi.insight.rules import BUDGET, LEAST, nested
from gongzhi.methods.stream import bursts

Longs = NDArray[np.int64]
PAST = bursts.PAST
LEVELS = (6, 9, 12)  # digits of a place's code: county, town, village
USUAL = 0.95  # the day's upper end of what is usual, as drawn
BULK_SHARE, BULK_ODDS = 0.8, 1e-6
MANY = 3  # closer findings that together are one wider thing


@dataclass(frozen=True, slots=True)
class Happened:
    """The cases of some days, one entry each: `day` counts from the first; codes as the warehouse has them."""

    first: date
    days: int
    day: Longs
    matter: Sequence[str]
    division: Sequence[str]
    source: Sequence[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to look at. `curve`: (day, observed, expected, upper) of the past and the day itself; `parts`: what
    was joined into it as (matter, place, observed, expected); `source`: where a bulk entry came from."""

    matter: str
    place: str
    observed: int
    expected: float
    upper: float
    p: float
    spread: float = 1.0  # variance over mean of what was expected
    curve: tuple[tuple[str, int, float, float], ...] = ()
    parts: tuple[tuple[str, str, int, float], ...] = ()
    source: str = ""
    source_count: int = 0


def judge(
    happened: Happened,
    *,
    above: Mapping[str, str],
    resting: NDArray[np.bool_],
    known: Mapping[tuple[str, str], Sequence[date]] | None = None,
    budget: float = BUDGET,
) -> tuple[list[Candidate], int]:
    """What the last day of `happened` brought too much of, surest first, one entry for one thing; and how many
    series shared the budget.

    `above`: matter → parent; `resting` (days,) weekends and holidays; `known`: (matter, place) → days found before,
    which no longer count as the past. `budget` in false findings a month."""
    series = _series(happened, above)
    today = happened.days - 1
    alpha = budget / 30 / max(1, len(series))
    found = []
    for (matter, place), counts in series.items():
        if counts[today] < LEAST:
            continue
        marked = _marked(happened, (known or {}).get((matter, place), ()))
        mean, spread = bursts.expected(counts, resting, marked, today)
        p = bursts.tail(int(counts[today]), mean, spread)
        if p < alpha:
            one = Candidate(matter, place, int(counts[today]), mean, _upper(mean, spread), p, spread)
            found.append(replace(one, curve=_curve(happened.first, counts, resting, marked, today)))
    return [_with_source(one, happened, above) for one in _joined(found, dict(above), alpha)], len(series)


def _series(happened: Happened, above: Mapping[str, str]) -> dict[tuple[str, str], Longs]:
    """(matter, place) → counts by day, for every series with anything in it."""
    leaves, leaf = np.unique(np.asarray(happened.matter, dtype=object).astype(str), return_inverse=True)
    spots, spot = np.unique(np.asarray(happened.division, dtype=object).astype(str), return_inverse=True)
    wide = len(spots)
    cells, inverse = np.unique(leaf.astype(np.int64) * wide + spot, return_inverse=True)
    table = np.zeros((cells.size, happened.days), np.int64)
    np.add.at(table, (inverse, happened.day), 1)
    series: dict[tuple[str, str], Longs] = {}
    for row, cell in enumerate(cells):
        code = str(spots[cell % wide])
        for matter in _chain(str(leaves[cell // wide]), above):
            for place in _places(code):
                kept = series.get((matter, place))
                series[(matter, place)] = table[row].copy() if kept is None else kept + table[row]
    return series


def _chain(matter: str, above: Mapping[str, str]) -> list[str]:
    """A matter, what it belongs to, and "" for all of them."""
    chain = [matter]
    while chain[-1] and (parent := above.get(chain[-1], "")) not in chain:
        chain.append(parent)
    return chain if chain[-1] == "" else [*chain, ""]


def _places(code: str) -> list[str]:
    """The county, town and village a division code lies in; the county alone for a case that lies nowhere."""
    return [code[:digits] for digits in LEVELS if digits == 6 or int(code[digits - 3 : digits] or 0)]


def _marked(happened: Happened, days: Sequence[date]) -> NDArray[np.bool_]:
    marked = np.zeros(happened.days, np.bool_)
    for day in days:
        if 0 <= (at := (day - happened.first).days) < happened.days:
            marked[at] = True
    return marked


def _upper(mean: float, spread: float) -> float:
    """The highest count still usual."""
    if spread <= 1 + 1e-9:
        return float(poisson.ppf(USUAL, mean))
    return float(nbinom.ppf(USUAL, mean / (spread - 1), 1 / spread))


def _curve(
    first: date, counts: Longs, resting: NDArray[np.bool_], marked: NDArray[np.bool_], today: int
) -> tuple[tuple[str, int, float, float], ...]:
    """Four weeks and the day itself, each with what its own past let expect."""
    points = []
    for at in range(max(bursts.FIRST, today - 28), today + 1):
        mean, spread = bursts.expected(counts, resting, marked, at)
        day = (first + timedelta(days=at)).isoformat()
        points.append((day, int(counts[at]), round(mean, 2), _upper(mean, spread)))
    return tuple(points)


def _joined(found: list[Candidate], above: dict[str, str], alpha: float) -> list[Candidate]:
    """One entry for one thing, from the closest view to the widest.

    A wider view whose rest, once the excess of closer findings is taken away, is ordinary says nothing of its own: it
    becomes a part of the surest of them. When its rest is unusual too, or many closer ones say it together, it leads
    and they are its parts."""
    leads: list[Candidate] = []
    for one in sorted(found, key=lambda c: (-len(c.place), -len(_chain(c.matter, above)), c.p)):
        closer = [lead for lead in leads if nested((one.matter, one.place), (lead.matter, lead.place), above)]
        if not closer:
            leads.append(one)
            continue
        rest = one.observed - round(sum(lead.observed - lead.expected for lead in closer))
        unusual = rest >= LEAST and bursts.tail(rest, one.expected, one.spread) < alpha
        if unusual or len(closer) >= MANY:
            leads = [lead for lead in leads if lead not in closer]
            leads.append(replace(one, parts=tuple(part for lead in closer for part in (_part(lead), *lead.parts))))
        else:
            surest = min(closer, key=lambda lead: lead.p)
            leads[leads.index(surest)] = replace(surest, parts=(*surest.parts, _part(one)))
    return sorted(leads, key=lambda lead: lead.p)


def _part(one: Candidate) -> tuple[str, str, int, float]:
    return one.matter, one.place, one.observed, round(one.expected, 2)


def _with_source(one: Candidate, happened: Happened, above: Mapping[str, str]) -> Candidate:
    """Name it bulk entry when one source, which usually brings little of it, alone makes the day."""
    mine = np.fromiter(
        (
            code.startswith(one.place) and (one.matter == "" or one.matter in _chain(matter, above))
            for matter, code in zip(happened.matter, happened.division, strict=True)
        ),
        np.bool_,
        len(happened.matter),
    )
    today = happened.day == happened.days - 1
    sources = np.asarray(happened.source, dtype=object)
    now, before = sources[mine & today], sources[mine & ~today]
    kinds, sizes = np.unique(now.astype(str), return_counts=True)
    top = int(np.argmax(sizes))
    usual = (float((before == kinds[top]).sum()) + 0.5) / (before.size + 1.0)
    odds = float(binom.sf(sizes[top] - 1, one.observed, usual))
    if sizes[top] >= BULK_SHARE * one.observed and odds < BULK_ODDS:
        return replace(one, source=str(kinds[top]), source_count=int(sizes[top]))
    return one
