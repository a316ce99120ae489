"""A calibrated rule of our own: p-values that mean what they say, and two periods weighed together.

Beyond the improved Farrington rule it (1) fits all the years given, with a smooth season instead of levels; (2)
leaves past outbreaks out by their own probability and gives back what that cut takes from mean and dispersion;
(3) carries the error of mean and dispersion into the prediction; (4) follows a level that has shifted; (5) judges
this period together with the one before (see `pair`). What was tuned, and on which seeds, stands in docs/methods.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.counts import pair
from gongzhi.methods.counts import predict_kernel as kernel
from gongzhi.methods.counts.smooth_kernel import BINS

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]
YEARS = 10  # of history used, at most
LEAST = 2  # years of history needed
ORDERS = (2, 3, 4, 6)  # harmonics tried
SEEN, TRUST = 0.002, 0.7  # the rarest chance ten years of weeks can confirm; how far rarer ones are believed
DISCOUNTS = (0.99, 0.97, 0.93)  # of a level that shifts, a week


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the past lets expect, each array (series, asked).

    before, now: means of the period before and of the asked one; spread_before, spread: variance / mean of both,
    the error of mean and dispersion included; sway_before, sway: what of it is a mean that wanders, as the variance
    of its logarithm (0 without).
    """

    before: Reals
    now: Reals
    spread_before: Reals
    spread: Reals
    sway_before: Reals | None = None
    sway: Reals | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Result, each array (series, asked).

    expected: mean; bound: highest count not unusual, given the period before; p: chance of the like or more under
    the expectation; tie: chance of exactly this (p - U tie with U uniform is uniform); alarm: p <= alpha, count > 0.
    """

    expected: Reals
    bound: Reals
    p: Reals
    tie: Reals
    alarm: NDArray[np.bool_]


def _design(length: int, period: float, known: Reals) -> tuple[Reals, int]:
    """Columns level, change, what is known, (for days: three waves of the week), waves of the year; and how many are
    always used.
    """
    t = np.arange(length, dtype=np.float64)
    columns = [np.ones(length), (t - length) / length, *known.T]
    waves = [7.0 / j for j in (1, 2, 3)] if period > 300 else []
    fixed = len(columns) + 2 * len(waves)
    for wave in [*waves, *(period / j for j in range(1, ORDERS[-1] + 1))]:
        columns += [np.cos(2 * np.pi * t / wave), np.sin(2 * np.pi * t / wave)]
    return np.stack(columns, axis=1), fixed


def expect(
    counts: NDArray, at: NDArray, *, period: float = 52, population: NDArray | None = None,
    known: NDArray | None = None,
) -> Expectation:  # fmt: skip
    """The expectation at positions `at` (from 0) of counts (series, periods), complete and at least 0.

    period: periods a year (12, 52, 365.25 / 7, 365.25). population: (series, periods), an offset. known: (periods,
    columns), numbers from 0 to 1 known ahead that move the log mean, as `festivals.marks` gives them. A fit serves a
    quarter of a year, so the answer at a position does not depend on what else is asked. Raises ValueError when a
    position has not two years of history before its quarter.
    """
    y = np.ascontiguousarray(np.atleast_2d(np.asarray(counts, dtype=np.float64)))
    asked = np.sort(np.asarray(at, dtype=np.int64))
    if not len(asked):
        return Expectation(*(np.empty((len(y), 0)) for _ in range(6)))
    lag, quarter = max(2, round(3 * period / 52)), max(1, int(period / 4))
    blocks, which = np.unique(asked // quarter, return_inverse=True)
    ends = blocks * quarter - lag
    if ends[0] < LEAST * period:
        raise ValueError(f"position {int(asked[0])} has not {LEAST} years of history before its quarter of the year")
    begins = np.maximum(0, ends - round(YEARS * period))
    length = y.shape[1]
    special = np.empty((length, 0)) if known is None else np.asarray(known, dtype=np.float64)
    if special.shape[0] != length or not np.isfinite(special).all():
        raise ValueError(f"what is known must be numbers for every one of the {length} periods")
    design, fixed = _design(length, period, special)
    people = np.ones_like(y) if population is None else np.atleast_2d(np.asarray(population, dtype=np.float64))
    out = np.empty((len(y), len(asked), 6))
    orders = np.array([order for order in ORDERS if 2 * order < period / 2], dtype=np.int64)
    discounts = np.array(DISCOUNTS) ** (52 / period)
    part = np.arange(length) % period / period
    season, week = (part * BINS).astype(np.int64), (part * min(52, int(period))).astype(np.int64)
    kernel.predict(
        y, design, np.log(people / people.mean(axis=1, keepdims=True)), season, week, asked, which, begins, ends,
        fixed, orders, discounts, lag, out,
    )  # fmt: skip
    return Expectation(*(out[..., k] for k in range(6)))


def chances(counts: NDArray, at: NDArray, expectation: Expectation, *, last: float = pair.LAST) -> tuple[Reals, Reals]:
    """(p, tie) of the counts seen, (series, asked): see Judgement. `at` sorted, as for the expectation.

    last: weight of the period before; 0 judges each period alone.
    """
    y = np.ascontiguousarray(np.atleast_2d(np.asarray(counts, dtype=np.float64)))
    out = np.empty((len(y), len(at), 2))
    kernel.p_values(y, np.asarray(at, dtype=np.int64), stacked(expectation), last, out)
    p = np.minimum(out[..., 0], 1.0)
    told = _trusted(p)
    return told, told - _trusted(np.maximum(p - out[..., 1], 0.0))


def _trusted(p: Reals) -> Reals:
    """A chance that fewer than one of the periods of ten years would show rests on a form, not on what was seen: below
    SEEN its logarithm counts for TRUST.
    """
    return np.where(p < SEEN, SEEN * (p / SEEN) ** TRUST, p)


def stacked(expectation: Expectation) -> Reals:
    """(series, asked, 6): means, spreads and sways of the period before and of now."""
    still = np.zeros_like(expectation.now)
    sways = [still if each is None else each for each in (expectation.sway_before, expectation.sway)]
    return np.stack([expectation.before, expectation.now, expectation.spread_before, expectation.spread, *sways],
                    axis=-1)  # fmt: skip


def calibrated(
    counts: NDArray, at: NDArray, *, alpha: float = 0.01, period: float = 52, population: NDArray | None = None,
    known: NDArray | None = None,
) -> Judgement:  # fmt: skip
    """Judge every series at the asked positions (rising); arguments as `expect`, alpha the share of usual periods
    that may alarm.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    y = np.ascontiguousarray(np.atleast_2d(np.asarray(counts, dtype=np.float64)))
    asked = np.asarray(at, dtype=np.int64)
    if (np.diff(asked) <= 0).any():
        raise ValueError("positions must rise")
    expectation = expect(y, asked, period=period, population=population, known=known)
    p, tie = chances(y, asked, expectation)
    bound = np.empty(p.shape)
    plain = alpha if alpha >= SEEN else SEEN * (alpha / SEEN) ** (1 / TRUST)  # the chance that `_trusted` makes alpha
    kernel.bounds(y, asked, stacked(expectation), pair.LAST, plain, bound)
    alarm = (p <= alpha) & (y[:, asked] > 0)
    return Judgement(expectation.now, bound, p, tie, alarm)
