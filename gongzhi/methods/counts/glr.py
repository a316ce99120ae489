"""Generalised likelihood ratio detectors for counts (Höhle & Paul 2008, Comput. Stat. Data Anal. 52:4357).

GLR(n) = max over starts k of sup over changes of the log-likelihood ratio of counts k..n against their known means;
an alarm at GLR >= limit, after which it begins anew. Poisson, or negative binomial with variance m + a m^2.
Changes: `intercept` (all means times exp kappa, kappa > 0, or < 0 for `dec`), `epi` (means plus lambda times the
count before, lambda > 0), or a known kappa (then it is a CUSUM).
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
CHANGES = {"intercept": 0, "epi": 1}
FARTHEST = 30.0  # log of the greatest change looked at
MOST = 1_000_000  # cases a bound may have


@njit(cache=True, error_model="numpy")
def _gain(y, mean, kappa, over) -> float:
    """Log-likelihood ratio of one count for its mean times exp kappa."""
    if over <= 0.0:
        return y * kappa - mean * (math.exp(kappa) - 1.0)
    return y * kappa - (y + 1.0 / over) * math.log((1.0 + over * mean * math.exp(kappa)) / (1.0 + over * mean))


@njit(cache=True, error_model="numpy")
def _intercept(y, mean, last, k, n, over, falling) -> float:
    """Supremum over kappa for counts k..n, the n-th replaced by `last`."""
    cases, expected = last, mean[n]
    lean = (last - mean[n]) / (1.0 + over * mean[n])  # the slope at no change
    for t in range(k, n):
        cases += y[t]
        expected += mean[t]
        lean += (y[t] - mean[t]) / (1.0 + over * mean[t])
    if lean == 0.0 or falling != (lean < 0.0):
        return 0.0
    kappa = math.log(cases / expected) if cases > 0.0 else -FARTHEST
    if over <= 0.0:
        return cases * kappa - (cases - expected) if cases > 0.0 else expected
    for _ in range(60):
        slope = 0.0
        bend = 0.0
        for t in range(k, n + 1):
            count = last if t == n else y[t]
            m = mean[t] * math.exp(kappa)
            slope += (count - m) / (1.0 + over * m)
            bend += m * (1.0 + over * count) / (1.0 + over * m) ** 2
        step = slope / bend if bend > 0.0 else 0.0
        kappa = min(FARTHEST, max(-FARTHEST, kappa + min(2.0, max(-2.0, step))))
        if abs(step) < 1e-12 or cases == 0.0:
            break
    total = 0.0
    for t in range(k, n + 1):
        total += _gain(last if t == n else y[t], mean[t], kappa, over)
    return max(0.0, total)


@njit(cache=True, error_model="numpy")
def _epidemic(y, mean, last, k, n) -> float:
    """Supremum over lambda >= 0 of Poisson counts k..n with means mean + lambda x the count before."""
    rise = 0.0
    for t in range(max(k, 1), n + 1):
        rise += ((last if t == n else y[t]) / mean[t] - 1.0) * y[t - 1]
    if rise <= 0.0:
        return 0.0
    low, high = 0.0, 1.0
    for _doubling in range(60):
        if _epidemic_slope(y, mean, last, k, n, high) <= 0.0:
            break
        low, high = high, 2.0 * high
    for _ in range(200):
        middle = 0.5 * (low + high)
        if _epidemic_slope(y, mean, last, k, n, middle) > 0.0:
            low = middle
        else:
            high = middle
        if high - low < 1e-14 * high:
            break
    total = 0.0
    for t in range(max(k, 1), n + 1):
        count = last if t == n else y[t]
        total += count * math.log(1.0 + low * y[t - 1] / mean[t]) - low * y[t - 1]
    return max(0.0, total)


@njit(cache=True, error_model="numpy")
def _epidemic_slope(y, mean, last, k, n, rate) -> float:
    slope = 0.0
    for t in range(max(k, 1), n + 1):
        count = last if t == n else y[t]
        slope += (count / (mean[t] + rate * y[t - 1]) - 1.0) * y[t - 1]
    return slope


@njit(cache=True, error_model="numpy")
def _statistic(y, mean, last, begin, n, over, change, falling, window, shortest) -> float:
    """GLR(n) with the n-th count `last`, starts from `begin`; with a window starts lie n - window to n - shortest."""
    first = max(begin, n - window) if window > 0 else begin
    stop = n - shortest + (0 if window > 0 else 1)
    best = 0.0
    for k in range(first, stop + 1):
        here = _epidemic(y, mean, last, k, n) if change == 1 else _intercept(y, mean, last, k, n, over, falling)
        best = max(best, here)
    return best


@njit(cache=True, error_model="numpy")
def _smallest(y, mean, begin, n, over, change, falling, limit, window, shortest) -> float:
    """The smallest n-th count that alarms; NaN where none does."""
    low, high = -1.0, 1.0
    while _statistic(y, mean, high, begin, n, over, change, falling, window, shortest) < limit and high < MOST:
        low, high = high, 2.0 * high
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        if _statistic(y, mean, middle, begin, n, over, change, falling, window, shortest) < limit:
            low = middle
        else:
            high = middle
    return high if high < MOST else math.nan


@njit(cache=True, error_model="numpy")
def _run(y, mean, over, change, falling, limit, window, shortest, bounded, value, bound) -> None:
    begin = 0
    for n in range(len(y)):
        value[n] = _statistic(y, mean, y[n], begin, n, over, change, falling, window, shortest)
        if bounded:
            bound[n] = _smallest(y, mean, begin, n, over, change, falling, limit, window, shortest)
        if value[n] >= limit:
            begin = n + 1


def glr(
    counts: NDArray, mean: NDArray, *, overdispersion: float = 0.0, change: str = "intercept", falling: bool = False,
    limit: float = 5.0, window: int = 0, shortest: int = 1, bounds: bool = True,
) -> tuple[Reals, Reals]:  # fmt: skip
    """(statistic, smallest alarming count) of every period, (series, periods); alarm where the statistic >= limit.

    mean: known means (series, periods), above 0. overdispersion: a of the variance m + a m^2. window: starts lie at
    most so far back and at least `shortest` periods (0: all since the last alarm, at least `shortest` counts). The
    bound is NaN for falling changes, where no count reaches the limit, and when `bounds` is off.
    """
    if change not in CHANGES:
        raise ValueError(f"change must be one of {', '.join(CHANGES)}, not {change}")
    if change == "epi" and (overdispersion > 0 or falling):
        raise ValueError("an epidemic change is for rising Poisson counts")
    y, m = _pair(counts, mean)
    value, bound = np.empty(y.shape), np.full(y.shape, np.nan)
    for s in range(len(y)):
        _run(
            y[s], m[s], overdispersion, CHANGES[change], falling, limit, window, shortest, bounds and not falling,
            value[s], bound[s],
        )  # fmt: skip
    return value, bound


def known_change(
    counts: NDArray, mean: NDArray, *, kappa: float, overdispersion: float = 0.0, limit: float = 5.0
) -> tuple[Reals, Reals]:
    """(statistic, count that reaches the limit) of the CUSUM for a known change: means times exp kappa (kappa > 0)."""
    if kappa <= 0:
        raise ValueError(f"kappa must be above 0, not {kappa}")
    y, m = _pair(counts, mean)
    over = overdispersion
    grown = m * math.exp(kappa)
    if over > 0:
        each = kappa - np.log((1 + over * grown) / (1 + over * m))  # gain of one more case
        none = -np.log((1 + over * grown) / (1 + over * m)) / over
    else:
        each, none = np.full(y.shape, kappa), m - grown
    value, bound = np.empty(y.shape), np.empty(y.shape)
    now = np.zeros(len(y))
    for t in range(y.shape[1]):
        bound[:, t] = (limit - now - none[:, t]) / each[:, t]
        now = np.maximum(0.0, now + y[:, t] * each[:, t] + none[:, t])
        value[:, t] = now
        now = np.where(now >= limit, 0.0, now)
    return value, bound


def _pair(counts: NDArray, mean: NDArray) -> tuple[Reals, Reals]:
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    m = np.ascontiguousarray(np.broadcast_to(np.asarray(mean, dtype=np.float64), y.shape))
    if not (m > 0).all():
        raise ValueError("a likelihood ratio needs expected counts above 0")
    return np.ascontiguousarray(y), m
