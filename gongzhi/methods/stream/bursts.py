"""Days on which far more came in than should have, and which of them are only a pile entered at once.

A day is judged by the days before it: the mean of the past 56 days of the same kind (working day or not)
without their highest quarter, corrected for the cut, with a dispersion from the same days; then the tail of the
negative binomial. Days already found, and the highest quarter of the others, are left out so that last week's
storm does not hide this week's; once found days are the larger part, they are the new ordinary and count again.
A burst whose excess comes from one office that usually sends little is *bulk entry*: old cases typed in on one
day. It is named as such with its evidence and kept out of the findings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, nbinom, poisson

from gongzhi.methods.stream.exact import StreamError

Longs = NDArray[np.int64]
PAST = 56  # days
KEPT = 0.75  # share of the past days the mean is taken from
ENOUGH = 5  # days of the same kind needed, else all days count
FIRST = 5  # days of history before the first judgement
BULK = 0.5  # share one origin must have in a bulk entry


@dataclass(frozen=True, slots=True)
class Burst:
    """One such day. `origin`, `origin_count`, `origin_usual` (share of earlier events) where bulk entry is named."""

    day: int
    observed: int
    expected: float
    p: float
    bulk: bool = False
    origin: int = -1
    origin_count: int = 0
    origin_usual: float = 0.0


def bursts(
    day: ArrayLike,
    days: int,
    *,
    origin: ArrayLike | None = None,
    resting: ArrayLike | None = None,
    false_a_year: float = 1.0,
    least: int = 5,
) -> list[Burst]:
    """Bursts among `days` days of one series.

    `day` (events,) the day of each event from 0; `origin` (events,) number of the office or source that entered
    it, if known; `resting` (days,) true on weekends and holidays; `false_a_year` the false findings this series
    may give in 365 days; `least` events a burst has at least.
    """
    when = np.asarray(day, np.int64)
    if when.size and (when.min() < 0 or when.max() >= days):
        row = int(np.argmax((when < 0) | (when >= days)))
        raise StreamError(f"Row {row + 1}: day {when[row]} lies outside the {days} days.")
    sources = None if origin is None else np.asarray(origin, np.int64)
    if sources is not None and sources.shape != when.shape:
        raise StreamError(f"There are {when.size} events and {sources.size} origins.")
    rests = np.zeros(days, np.bool_) if resting is None else np.asarray(resting, np.bool_)
    if rests.size != days:
        raise StreamError(f"There are {days} days and {rests.size} marks of resting days.")
    counts = np.bincount(when, minlength=days).astype(np.int64)
    alpha = false_a_year / 365
    found = []
    known = np.zeros(days, np.bool_)
    for today in range(FIRST, days):
        if counts[today] < least:
            continue
        mean, spread = expected(counts, rests, known, today)
        p = tail(int(counts[today]), mean, spread)
        if p < alpha:
            known[today] = True
            burst = Burst(today, int(counts[today]), mean, p)
            found.append(burst if sources is None else _named(burst, when, sources, (mean, spread, alpha, least)))
    return found


def expected(counts: Longs, rests: NDArray[np.bool_], known: NDArray[np.bool_], today: int) -> tuple[float, float]:
    """Mean and dispersion (variance / mean, at least 1) of `today` from the days before it, `known` bursts aside."""
    days = np.arange(max(0, today - PAST), today)
    if 2 * known[days].sum() <= days.size:
        days = days[~known[days]]
    past = counts[days]
    alike = past[rests[days] == rests[today]]
    if alike.size >= ENOUGH:
        past = alike
    kept = np.sort(past)[: max(ENOUGH - 1, int(np.ceil(KEPT * past.size)))].astype(np.float64)
    # the cut takes the mean down by about 0.42 and the variance to 0.39 of the whole (normal, upper quarter cut)
    cut = kept.size < past.size
    sd = float(kept.std(ddof=1)) / (0.69 if cut else 1.0)
    mean = max(float(kept.mean()) + (0.424 * sd if cut else 0.0), 0.5 / max(past.size, 1))
    mean *= 1 + 1 / past.size
    return mean, max(1.0, sd * sd / mean * (1 + 1 / past.size))


def tail(count: int, mean: float, spread: float) -> float:
    """P(X >= count) for a negative binomial with that mean and variance `spread` x mean (Poisson for 1)."""
    if spread <= 1 + 1e-9:
        return float(poisson.sf(count - 1, mean))
    return float(nbinom.sf(count - 1, mean / (spread - 1), 1 / spread))


def highest(mean: float, spread: float, alpha: float, *, least: int = 5) -> int:
    """The highest count that is no burst at this false alarm rate a day."""
    if spread <= 1 + 1e-9:
        count = int(poisson.isf(alpha, mean))
    else:
        count = int(nbinom.isf(alpha, mean / (spread - 1), 1 / spread))
    while count > 0 and tail(count, mean, spread) < alpha:
        count -= 1
    while tail(count + 1, mean, spread) >= alpha:
        count += 1
    return max(count, least - 1)


def _named(burst: Burst, when: Longs, sources: Longs, rule: tuple[float, float, float, int]) -> Burst:
    """Name the burst bulk entry when one unusual origin alone makes it."""
    mean, spread, alpha, least = rule
    today = sources[when == burst.day]
    kinds, sizes = np.unique(today, return_counts=True)
    top = int(np.argmax(sizes))
    held = int(sizes[top])
    past = sources[(when < burst.day) & (when >= burst.day - 365)]
    usual = (float((past == kinds[top]).sum()) + 0.5) / (past.size + 1.0)
    rest = burst.observed - held
    still = rest >= least and tail(rest, mean * (1 - usual), spread) < alpha
    strange = float(binom.sf(held - 1, burst.observed, usual)) < 1e-6
    if held < BULK * burst.observed or still or not strange:
        return burst
    return Burst(burst.day, burst.observed, burst.expected, burst.p, True, int(kinds[top]), held, usual)
