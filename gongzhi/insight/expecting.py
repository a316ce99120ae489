"""What a series should bring: its own last eight weeks, on the same kind of day, carried on by the season.

The level is the mean of the past 56 days of the same kind (working or resting, by the county's calendar, so that
holidays and make-up days are known), each put right for its weekday; outliers and days already found are left out. The
season is what the same matter did in the whole county at this time of earlier years, against the eight weeks before
it, drawn towards the matter above it where there is little to learn from. With more than two years of weeks the
calibrated rule (methods.counts) expects a week instead. Spread is variance over mean, with the doubt in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, poisson

from gongzhi.insight.counting import Counts, chain
from gongzhi.methods.stream import bursts

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
PAST = bursts.PAST
WEEKS = 16  # of the past that a week is compared with
ENOUGH = 5  # days of the same kind needed, else all days count
YEAR = 364  # days, so that weekdays meet
AROUND = 10  # days either side that tell of the time of year
WEIGHT = 12.0  # cases the season of the matter above counts for
SEASON = (0.1, 10.0)  # what a season may do at most
SHRINK = 20.0  # cases the even week counts for
LONG = 120  # days in which a series' spikes are counted
APART = 6  # days after which a further high day is another spike
TWICE = 2  # spikes that make them a habit of the series


@dataclass(frozen=True, slots=True)
class Days:
    """The county's days: which rest, and what each weekday brings against others of its kind."""

    resting: Flags
    factor: Reals

    @classmethod
    def of(cls, counts: Counts, resting: Flags, weekday: int) -> Days:
        """From all cases together; `weekday` of the first day (Monday 0)."""
        everything = _capped(counts.daily(np.ones(len(counts.matter), np.bool_)).astype(np.float64))
        names = (np.arange(counts.days) + weekday) % 7
        factor = np.ones(counts.days)
        for rests in (False, True):
            alike = resting == rests
            usual = everything[alike].mean() if alike.any() else 0.0
            for name in range(7):
                mine = alike & (names == name)
                if mine.any() and usual > 0:
                    factor[mine] = (everything[mine].sum() + SHRINK) / (usual * mine.sum() + SHRINK)
        return cls(resting, factor)


@dataclass(frozen=True, slots=True)
class Seasons:
    """The time of year by matter, from the county's counts of all years kept."""

    above: Mapping[str, str]
    daily: Mapping[str, Reals]
    _known: dict[tuple[str, int], tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Counts, above: Mapping[str, str]) -> Seasons:
        """One row for every matter of the tree, days with a rise cut to what its neighbours bring."""
        rows: dict[str, Reals] = {}
        leaves = np.asarray(counts.matter, dtype=object)
        for leaf in sorted(set(counts.matter)):
            mine = counts.daily(leaves == leaf).astype(np.float64)
            for matter in chain(leaf, above):
                rows[matter] = rows.get(matter, 0.0) + mine
        return cls(above, {matter: _capped(row) for matter, row in rows.items()})

    def growth(self, matter: str, today: int) -> tuple[float, float]:
        """How the season changes the mean of the past eight weeks by `today`, and the relative variance of that."""
        key = (matter, today)
        if key not in self._known:
            self._known[key] = self._learned(matter, today)
        return self._known[key]

    def _learned(self, matter: str, today: int) -> tuple[float, float]:
        row = self.daily.get(matter)
        parent = chain(matter, self.above)[1] if matter else ""
        ratio, doubt = self.growth(parent, today) if matter else (1.0, 0.0)
        if row is None:
            return ratio, doubt
        early = late = before = 0.0
        for at in range(today - YEAR, PAST - 1, -YEAR):
            early += float(row[at - AROUND : at].sum())
            late += float(row[at : at + AROUND].sum())
            before += float(row[at - PAST : at].sum())
        then = early + late
        if before <= 0 and then <= 0:
            return ratio, doubt
        alike = before * 2 * AROUND / PAST
        found = ratio * (then + WEIGHT) / (alike * ratio + WEIGHT)
        # a season that turned within these days may turn some days earlier or later this year
        turn = max(0.0, ((late - early) / (then + WEIGHT)) ** 2 - 1 / (then + WEIGHT))
        return float(np.clip(found, *SEASON)), turn / 2 + 1 / (then + WEIGHT) + 1 / (alike + WEIGHT)


def day(row: Reals, marked: Flags, days: Days, today: int, growth: tuple[float, float]) -> tuple[float, float]:
    """Mean and spread of one day of a series, from the days before; `marked` days found before are left out."""
    when = np.arange(max(0, today - PAST), today)
    if 2 * marked[when].sum() <= when.size:
        when = when[~marked[when]]  # once found days are the larger part, they are the new ordinary
    alike = when[days.resting[when] == days.resting[today]]
    if alike.size >= ENOUGH:
        when = alike
    mean, spread = level(row[when] / days.factor[when])
    return _carried(mean * float(days.factor[today]), spread, growth)


def week(row: Reals, marked: Flags, today: int, growth: tuple[float, float]) -> tuple[float, float]:
    """Mean and spread of the seven days that end with `today`, from the weeks before."""
    weeks = min(WEEKS, (today + 1) // 7 - 1)
    ends = today - 7 * np.arange(1, weeks + 1)
    sums = np.array([row[end - 6 : end + 1].sum() for end in ends])
    clean = np.array([not marked[end - 6 : end + 1].any() for end in ends], np.bool_)
    if 2 * clean.sum() >= clean.size:
        sums = sums[clean]
    mean, spread = level(sums)
    return _carried(mean, spread, growth)


def level(past: Reals) -> tuple[float, float]:
    """Mean and spread of what usually comes, outliers cut off; the doubt about the mean is in the spread.

    Begins with the lower three quarters, so that a week of storms does not make itself ordinary, then takes back
    whatever lies within three standard deviations."""
    if not past.size:
        return 0.5, 2.0
    size = past.size
    inside = np.sort(past)[: max(ENOUGH - 1, int(np.ceil(0.75 * size)))]
    sd = float(inside.std(ddof=1)) / 0.69 if inside.size > 1 else 0.0
    mean, variance = float(inside.mean()) + 0.424 * sd, sd * sd
    for _ in range(6):
        cut = mean + 3 * max(variance, mean) ** 0.5 + 1.5
        inside = past[past <= cut]
        fresh = float(inside.mean())
        variance = float(inside.var(ddof=1)) if inside.size > 1 else fresh
        if fresh == mean:
            break
        mean = fresh
    mean += 0.5 / size
    return mean, max(1.0, variance / mean) * (1 + 1 / size)


def tail(count: int, mean: float, spread: float) -> float:
    """P(X >= count) for a negative binomial with that mean and variance `spread` x mean."""
    return bursts.tail(count, mean, spread)


def recurring(
    row: Reals,
    resting: Flags,
    today: int,
    count: float,
    usual: tuple[float, float],
    span: int = 1,
    least: int = TWICE,
) -> float:
    """The chance of so high a day (or week, `span` 7) as far as the series' own spikes tell: 0 for fewer than
    `least` of them.

    Days of the same kind beyond what is usual (mean and spread) in the past four months, found or not, are spikes;
    those within a week of each other are one, and one that still goes on is none. They have come on k of n days; their
    excess is taken to fall off
    exponentially, with the doubt k of them leave (Lomax): k/n (1 + e/S)^-k for an excess e where theirs sum to S."""
    mean, spread = usual
    beyond = mean + 3 * (mean * max(spread, 1.0)) ** 0.5 + 1.5
    if span == 1:
        when = np.arange(max(0, today - LONG), today)
        alike = when[resting[when] == resting[today]]
        when = alike if alike.size >= ENOUGH else when
        past = row[when]
    else:
        when = today - span * np.arange(min(LONG, today + 1) // span - 1, 0, -1)
        past = np.array([row[end - span + 1 : end + 1].sum() for end in when])
    high = np.flatnonzero(past > beyond)
    if not high.size:
        return 0.0
    first = np.concatenate([[True], np.diff(when[high]) > max(APART, span)])
    starts = np.flatnonzero(first)
    tops = np.maximum.reduceat(past[high], starts) - beyond
    if today - when[high[-1]] <= max(APART, span):
        tops = tops[:-1]  # what goes on since yesterday is no earlier one
    if tops.size < least:
        return 0.0
    excess = max(0.0, count - beyond)
    return float(tops.size / when.size * (1 + excess / tops.sum()) ** -max(TWICE, tops.size))


def upper(mean: float, spread: float, share: float = 0.95) -> float:
    """The highest count still usual."""
    if spread <= 1 + 1e-9:
        return float(poisson.ppf(share, mean))
    return float(nbinom.ppf(share, mean / (spread - 1), 1 / spread))


def _carried(mean: float, spread: float, growth: tuple[float, float]) -> tuple[float, float]:
    ratio, doubt = growth
    mean *= ratio
    return mean, spread + doubt * mean


def _capped(row: Reals, around: int = 14) -> Reals:
    """A row whose few high days are cut to what the fortnight before or after lets pass; a turning season stays."""
    if row.size <= around:
        return row
    padded = np.pad(row, around, mode="reflect")
    windows = np.median(np.lib.stride_tricks.sliding_window_view(padded, around), axis=1)
    middle = np.maximum(windows[: row.size], windows[around + 1 : around + 1 + row.size])
    return np.minimum(row, middle + 3 * np.sqrt(middle) + 2)
