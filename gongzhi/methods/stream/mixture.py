"""A chart for a rise of unknown size: several CUSUMs, one sum.

For rises rho_i with weights w_i (sum 1) the chart keeps V_i = max(1, V_i) x likelihood ratio, and alarms when
S = sum_i w_i V_i reaches a limit. With one rise it is the CUSUM of Page (1954, Biometrika 41:100). Every V_i is
monotone in where it starts, so the worst start is 1 everywhere: the state after any alarm. The weights favour
small rises, whose alarms are dear, over large ones, whose delay hardly depends on the limit.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.stats import poisson

from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
RISES = (1.5, 2.2, 3.0, 4.75)
WEIGHTS = (0.52, 0.27, 0.09, 0.12)

# log of the limit S, log of the mean number of expected events between false alarms, for events in continuous
# time and the rises and weights above (4,000 runs each, seed 4; `continuous_lengths` gives them again)
CALIBRATION: tuple[tuple[float, float], ...] = (
    (0.7, 0.0052),
    (0.9, 1.2113),
    (1.2, 1.5447),
    (1.6, 2.0612),
    (2, 2.713),
    (2.5, 3.3158),
    (3, 3.9373),
    (3.5, 4.4856),
    (4, 5.0283),
    (4.5, 5.5344),
    (5, 6.0748),
    (5.5, 6.5782),
    (6, 7.063),
    (6.5, 7.552),
    (7, 8.056),
    (7.5, 8.592),
    (8, 9.0804),
    (8.5, 9.5758),
    (9, 10.0574),
    (9.5, 10.5692),
    (10, 11.0921),
)


@njit(cache=True, nogil=True, inline="always")
def _mixed(x: np.uint64) -> np.uint64:
    """SplitMix64's finaliser: a counter in, 64 random bits out."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def _minutes(seed: int, runs: int, cdf: Reals, factors: Reals, weights: Reals, limits: Reals) -> Reals:
    """Minutes until S first reaches each of the rising `limits`: (runs, limits)."""
    step = np.uint64(0x9E3779B97F4A7C15)
    out = np.zeros((runs, limits.size))
    charts = weights.size
    held = np.ones(charts)
    for r in range(runs):
        state = _mixed(np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(r) * step + np.uint64(1))
        held[:] = 1.0
        reached = 0
        minute = 0
        while reached < limits.size:
            minute += 1
            state += step
            u = (_mixed(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            x = 0
            while u > cdf[x]:
                x += 1
            total = 0.0
            for i in range(charts):
                held[i] = max(1.0, held[i] * factors[i, x])
                total += weights[i] * held[i]
            while reached < limits.size and total >= limits[reached]:
                out[r, reached] = minute
                reached += 1
    return out


@njit(cache=True, nogil=True)
def _events(seed: int, runs: int, rise: float, rises: Reals, weights: Reals, limits: Reals) -> Reals:
    """Expected events (operational time) until S reaches each of the rising `limits`: (runs, limits)."""
    step = np.uint64(0x9E3779B97F4A7C15)
    out = np.zeros((runs, limits.size))
    charts = weights.size
    held = np.ones(charts)
    for r in range(runs):
        state = _mixed(np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(r) * step + np.uint64(1))
        held[:] = 1.0
        reached = 0
        clock = 0.0
        while reached < limits.size:
            state += step
            gap = -math.log(((_mixed(state) >> np.uint64(11)) + 1.0) * (1.0 / 9007199254740992.0)) / rise
            clock += gap
            total = 0.0
            for i in range(charts):
                held[i] = max(1.0, held[i] * math.exp(-(rises[i] - 1.0) * gap)) * rises[i]
                total += weights[i] * held[i]
            while reached < limits.size and total >= limits[reached]:
                out[r, reached] = clock
                reached += 1
    return out


def minute_lengths(
    rate: float,
    rise: float,
    limits: ArrayLike,
    *,
    runs: int = 2000,
    seed: int = 1,
    rises: ArrayLike = RISES,
    weights: ArrayLike = WEIGHTS,
) -> tuple[Reals, Reals]:
    """Mean minutes to the alarm at each limit, and its standard error, for counts of rate `rate` x `rise`.

    `rise` 1 gives the mean time between false alarms, a larger one the delay from the worst start. The chart
    looks once a minute and knows `rate`, not `rise`.
    """
    kinds, shares = _mixture(rises, weights)
    if rate <= 0 or rise <= 0:
        raise StreamError(f"Rate and rise must be above 0, not {rate:g} and {rise:g}.")
    most = int(poisson.isf(1e-15, rate * max(rise, 1.0))) + 6
    cdf = poisson.cdf(np.arange(most), rate * rise)
    cdf[-1] = 2.0
    factors = np.exp(np.arange(most)[None, :] * np.log(kinds)[:, None] - rate * (kinds - 1)[:, None])
    times = _minutes(seed, runs, cdf, factors, shares, np.asarray(limits, np.float64))
    return times.mean(axis=0), times.std(axis=0) / math.sqrt(runs)


def continuous_lengths(
    rise: float,
    limits: ArrayLike,
    *,
    runs: int = 2000,
    seed: int = 1,
    rises: ArrayLike = RISES,
    weights: ArrayLike = WEIGHTS,
) -> tuple[Reals, Reals]:
    """Mean number of events expected under the baseline until the alarm, and its standard error.

    In continuous time the baseline's integral is the only clock the chart knows: one curve serves every key,
    every rate and every daily rhythm.
    """
    kinds, shares = _mixture(rises, weights)
    times = _events(seed, runs, float(rise), kinds, shares, np.asarray(limits, np.float64))
    return times.mean(axis=0), times.std(axis=0) / math.sqrt(runs)


def limit_for(between: ArrayLike, calibration: ArrayLike = CALIBRATION) -> Reals:
    """The limit at which `between` baseline events pass from one false alarm to the next (log-linear table)."""
    table = np.asarray(calibration, np.float64)
    wanted = np.log(np.maximum(np.asarray(between, np.float64), 1e-12))
    inside = np.interp(wanted, table[:, 1], table[:, 0])
    slope = (table[-1, 0] - table[-2, 0]) / (table[-1, 1] - table[-2, 1])
    beyond = table[-1, 0] + (wanted - table[-1, 1]) * slope
    return np.exp(np.where(wanted > table[-1, 1], beyond, inside))


def _mixture(rises: ArrayLike, weights: ArrayLike) -> tuple[Reals, Reals]:
    """Rises above 1 and as many positive weights, scaled to sum 1."""
    kinds, shares = np.asarray(rises, np.float64), np.asarray(weights, np.float64)
    if kinds.shape != shares.shape or kinds.ndim != 1 or np.any(kinds <= 1) or np.any(shares <= 0):
        raise StreamError("Every rise must be above 1 and have one positive weight.")
    return kinds, shares / shares.sum()
