"""outbreakP: is a rise without any given shape under way? (Frisén, Andersson & Schiöler 2009, doi 10.1002/sim.3553.)

OP(n) = prod over t <= n of (isotonic estimate at t / mean)^count: the likelihood of the best non-decreasing course
against that of a constant. No baseline and no parameter but the limit, since nothing is assumed about the level.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
MOST = 100_000  # cases a bound may have


@njit(cache=True, error_model="numpy")
def _log_ratio(sums, sizes, blocks, last, total, n) -> float:
    """log OP when `last` joins pooled blocks of sum `total` and n - 1 periods."""
    top, weight = last, 1.0
    b = blocks
    while b > 0 and sums[b - 1] * weight >= top * sizes[b - 1]:
        b -= 1
        top += sums[b]
        weight += sizes[b]
    gain = top * math.log(top / weight) if top > 0.0 else 0.0
    for i in range(b):
        gain += sums[i] * math.log(sums[i] / sizes[i]) if sums[i] > 0.0 else 0.0
    whole = total + last
    return gain - (whole * math.log(whole / n) if whole > 0.0 else 0.0)


@njit(cache=True, error_model="numpy")
def _smallest(sums, sizes, blocks, total, n, limit) -> float:
    """The smallest n-th count that alarms; NaN where none does and where even 0 does."""
    low, high = -1.0, 1.0
    while _log_ratio(sums, sizes, blocks, high, total, n) < limit and high < MOST:
        low, high = high, 2.0 * high
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        if _log_ratio(sums, sizes, blocks, middle, total, n) < limit:
            low = middle
        else:
            high = middle
    return math.nan if high >= MOST or high < 1.0 else high


@njit(cache=True, error_model="numpy")
def _run(y, limit, start, value, bound) -> None:
    """Pool adjacent violators, one period at a time."""
    n = len(y)
    sums, sizes = np.empty(n), np.empty(n)
    blocks = 0
    total = 0.0
    for t in range(n):
        value[t] = math.exp(min(700.0, _log_ratio(sums, sizes, blocks, y[t], total, t + 1)))
        if t >= start:
            bound[t] = _smallest(sums, sizes, blocks, total, t + 1, limit)
        top, weight = y[t], 1.0
        while blocks > 0 and sums[blocks - 1] * weight >= top * sizes[blocks - 1]:
            blocks -= 1
            top += sums[blocks]
            weight += sizes[blocks]
        sums[blocks], sizes[blocks] = top, weight
        blocks += 1
        total += y[t]


def outbreak_p(counts: NDArray, *, limit: float = 100.0, start: int = 0) -> tuple[Reals, Reals]:
    """(OP, smallest alarming count) of every period, (series, periods), from all periods up to it.

    Alarm where OP > limit. The bound is given from position `start`; NaN before it,
    where no count would alarm and where even none does.
    """
    if limit <= 1:
        raise ValueError(f"limit must be above 1, not {limit}")
    y = np.ascontiguousarray(np.atleast_2d(np.asarray(counts, dtype=np.float64)))
    value, bound = np.empty(y.shape), np.full(y.shape, np.nan)
    for s in range(len(y)):
        _run(y[s], math.log(limit), start, value[s], bound[s])
    return value, bound
