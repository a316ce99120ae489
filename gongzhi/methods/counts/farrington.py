"""The improved Farrington rule (Noufaily et al. 2013, doi 10.1002/sim.5595) with every option of its family.

A quasi-Poisson log-linear fit on the comparable weeks of past years, past outbreaks weighted down, gives the
expected count of each asked period and a bound. Farrington et al. 1996 (doi 10.2307/2983331) is the configuration
with one level a year. Compiled sums are in `farrington_kernel`.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from gongzhi.methods.counts import farrington_kernel as kernel

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]
CUBES = np.cbrt(np.arange(4096.0) ** 2)
FARTHEST = 1e15  # counts beyond are none
THRESHOLDS = {"delta": kernel.DELTA, "nbPlugin": kernel.NB_PLUGIN, "muan": kernel.MUAN}


@dataclass(frozen=True, slots=True)
class Farrington:
    """Options of the rule.

    years: past years compared with. half_window: periods each side of the same week. levels: seasonal levels a
    year (1: only the same weeks are used). left_out: latest periods not used. p_trend: a trend stays when its
    p-value is below. weights_from: Anscombe residual from which a week is weighted down. threshold: `delta`
    (normal on a power scale), `nbPlugin` (negative binomial quantile), `muan` (the same, with the mean at its own
    upper limit). enough: (cases, periods) that must have been seen lately for a bound to be given.
    plain_errors: standard errors from phi, as in 1996.
    """

    years: int = 4
    half_window: int = 3
    levels: int = 10
    left_out: int = 26
    trend: bool = True
    p_trend: float = 1.0
    reweight: bool = True
    weights_from: float = 2.58
    threshold: str = "nbPlugin"
    power: float = 2 / 3
    alpha: float = 0.01
    enough: tuple[int, int] = (5, 4)
    plain_errors: bool = False

    def __post_init__(self) -> None:
        if self.threshold not in THRESHOLDS:
            raise ValueError(f"threshold must be one of {', '.join(THRESHOLDS)}, not {self.threshold}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1, not {self.alpha}")
        if self.weights_from <= 0:
            raise ValueError(f"weights_from must be above 0, not {self.weights_from}")
        if min(self.years, self.levels) < 1 or min(self.half_window, self.left_out) < 0:
            raise ValueError("years and levels must be at least 1, half_window and left_out at least 0")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Result, each array (series, asked): NaN in `expected` and `bound` where too few cases were seen lately.

    phi: dispersion, at least 1. slope: log change a period, NaN without trend. se: standard error of log expected.
    """

    expected: Reals
    bound: Reals
    phi: Reals
    slope: Reals
    se: Reals
    alarm: NDArray[np.bool_]


def same_week(dates: Sequence[date] | None, k: int, years: int, period: int) -> list[int]:
    """Positions of the same week in past years, oldest first: k - period i, or by calendar where dates are given.

    With dates it is the nearest same weekday to the date one calendar year earlier (29 February counts as 1 March).
    """
    if dates is None or period == 12:
        return [k - period * i for i in range(years, 0, -1)]
    step = (dates[1] - dates[0]).days
    found = []
    for i in range(years, 0, -1):
        year = dates[k].year - i
        leap = dates[k].month == 2 and dates[k].day == 29 and not calendar.isleap(year)
        target = date(year, 3, 1) if leap else dates[k].replace(year=year)
        shift = (dates[k].weekday() - target.weekday()) % 7
        target += timedelta(days=shift if shift <= 3 else shift - 7)
        found.append(round((target - dates[0]).days / step))
    return found


def reference(config: Farrington, k: int, past: Sequence[int]) -> dict[int, int]:
    """Position → seasonal level (from 1; the last is the windows around the same week) of the weeks compared with.

    The span between two neighbouring windows is cut into levels - 1 pieces, the first `rest` one week longer.
    """
    w, p = config.half_window, config.levels
    placed: dict[int, int] = {}
    anchors = [*past, k]
    for here, following in pairwise(anchors):
        placed.update(dict.fromkeys(range(here - w, here + w + 1), p))
        if p == 1:
            continue
        size, rest = divmod(following - here - 2 * w - 1, p - 1)
        start = here + w + 1
        for level in range(1, p):
            stop = start + size + (1 if level <= rest else 0)
            placed.update(dict.fromkeys(range(start, stop), level))
            start = stop
    return {j: level for j, level in placed.items() if 0 <= j < k - config.left_out}


def _layout(config: Farrington, at: Whole, period: int, dates: Sequence[date] | None) -> tuple[Whole, ...]:
    pasts = [same_week(dates, int(k), config.years, period) for k in at]
    # by calendar the oldest window may begin a few days before the series and is then cut
    least = config.half_window if dates is None else 0
    rows = [reference(config, int(k), past) for k, past in zip(at, pasts, strict=True)]
    for k, past, row in zip(at, pasts, rows, strict=True):
        if past[0] < least or len(row) <= config.levels + 1:
            raise ValueError(f"position {int(k)} has not {config.years} years of history")
    first = np.array([min(row) for row in rows], dtype=np.int64)
    sizes = np.array([len(row) for row in rows], dtype=np.int64)
    when = np.zeros((len(rows), int(sizes.max())), dtype=np.int64)
    ends = np.zeros((len(rows), config.levels + 1), dtype=np.int64)
    for i, row in enumerate(rows):
        ordered = sorted((level, j) for j, level in row.items())
        when[i, : len(ordered)] = [j - first[i] for _, j in ordered]
        ends[i] = np.cumsum(np.bincount([level for level, _ in ordered], minlength=config.levels + 1))
    return first, at - first, sizes, when, ends


def _quantile(p: float, mean: Reals, phi: Reals) -> Reals:
    """`kernel.nb_quantile` of wide distributions, by bisection of their closed form."""
    spread = np.sqrt(phi * mean)
    low, high = np.maximum(mean - 9 * spread, -1), mean + spread / np.sqrt(1 - p) + 1  # Cantelli
    wide = np.maximum(phi, 1 + 1e-9)
    for _ in range(64):
        middle = np.floor((low + high) / 2)
        below = np.where(
            phi > 1 + 1e-9, special.betainc(mean / (wide - 1), middle + 1, 1 / wide), special.pdtr(middle, mean)
        )
        low, high = np.where(below < p, middle, low), np.where(below < p, high, middle)
    return np.asarray(np.floor(high))


def _far(out: Reals, config: Farrington) -> Reals:
    """Bounds with the quantiles that the compiled sums left; NaN where a mean has no finite upper limit."""
    bound = out[..., kernel.BOUND]
    left = bound == kernel.FAR
    if config.threshold == "delta" or not left.any():
        return bound
    up = stats.norm.isf(config.alpha) * out[left][:, kernel.SE] if config.threshold == "muan" else 0.0
    with np.errstate(over="ignore"):
        mean, phi = out[left][:, kernel.EXPECTED] * np.exp(up), out[left][:, kernel.PHI]
    known = mean < FARTHEST
    found = np.full(mean.shape, np.nan)
    found[known] = _quantile(1 - config.alpha, mean[known], phi[known])
    bound[left] = found
    return bound


def farrington(
    counts: NDArray,
    at: NDArray,
    *,
    config: Farrington | None = None,
    period: int = 52,
    dates: Sequence[date] | None = None,
    population: NDArray | None = None,
) -> Bounds:
    """Bounds of every series at the asked positions.

    counts: (series, periods), complete, at least 0. at: positions from 0. period: periods a year (52, 12, 365…).
    dates: calendar dates of the periods, for reference by calendar. population: (series, periods), an offset.
    Raises ValueError when a position has not the history it needs.
    """
    config = config or Farrington()
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    asked = np.asarray(at, dtype=np.int64)
    if not len(asked):
        empty = np.empty((len(y), 0))
        return Bounds(empty, empty, empty, empty, empty, empty.astype(bool))
    first, spans, sizes, when, ends = _layout(config, asked, period, dates)
    people = np.empty((0, 0)) if population is None else np.atleast_2d(np.asarray(population, dtype=np.float64))
    critical = stats.t.isf(config.p_trend / 2, sizes - config.levels - 1)
    options = np.array(
        [
            config.reweight, config.weights_from, config.years >= 3, config.trend, THRESHOLDS[config.threshold],
            config.power, stats.norm.isf(config.alpha), 1 - config.alpha, *config.enough,
            config.plain_errors,
        ],
        dtype=np.float64,
    )  # fmt: skip
    out = np.empty((len(y), len(asked), kernel.COLUMNS))
    # unsigned positions: the compiled loops then need not look for indices counted from the end
    begin, weeks, cuts = (part.astype(np.uint64) for part in (first, when, ends))
    kernel.evaluate(
        y, CUBES, people, people ** (1 / 6), asked, begin, spans, sizes, weeks, cuts, config.levels,
        options, critical, out,
    )  # fmt: skip
    enough = out[..., kernel.ENOUGH] > 0
    expected = np.where(enough, out[..., kernel.EXPECTED], np.nan)
    bound = np.where(enough, _far(out, config), np.nan)
    now = y[:, asked]
    alarm = enough & (now > bound) & (now > 0)
    return Bounds(expected, bound, out[..., kernel.PHI], out[..., kernel.SLOPE], out[..., kernel.SE], alarm)
