"""How likely is such a sum over an area's neighbours, if the other areas' values were dealt out anew?

The conditional permutation null of local statistics: k values drawn without replacement from the n - 1 others.
Exact for integers of moderate range (a generating function); else the double saddle-point approximation
(Robinson 1982, Biometrika 69:91; Skovgaard 1987, J. Appl. Prob. 24:875), no permutation drawn in either.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
SINGLES = 64  # extreme values at each end that keep a bin of their own
BINS = 384


@njit(cache=True)
def _subset_sums(multiplicity: Longs, most: int, reach: int) -> Reals:
    """ways[j, s]: number of subsets of j items with sum s; `multiplicity[v]` items have the value v."""
    ways = np.zeros((most + 1, reach + 1))
    ways[0, 0] = 1.0
    for v in range(multiplicity.size):
        m = multiplicity[v]
        if m == 0:
            continue
        for j in range(most, 0, -1):
            choose = 1.0
            for t in range(1, min(j, m) + 1):
                choose *= (m - t + 1) / t
                ways[j, t * v :] += choose * ways[j - t, : reach + 1 - t * v]
    return ways


@njit(cache=True)
def exact_tails(values: Longs, degree: Longs, sums: Longs) -> tuple[Reals, Reals]:
    """P(S >= sum) and P(S <= sum) for every area; `values` from zero, `degree` neighbours, `sums` observed.

    The generating function of all areas is divided by (1 + y x^own) to leave the area itself out; absolute
    error below 1e-12.
    """
    n = values.size
    most = degree.max()
    top = values.max()
    multiplicity = np.zeros(top + 1, np.int64)
    for v in values:
        multiplicity[v] += 1
    reach = most * top
    ways = _subset_sums(multiplicity, most, reach)
    high, low = np.ones(n), np.ones(n)
    left = np.zeros((most + 1, reach + 1))
    upper = np.zeros((most + 1, reach + 2))
    for own in range(top + 1):
        if multiplicity[own] == 0:
            continue
        left[:] = 0.0
        left[0, 0] = 1.0
        for j in range(1, most + 1):
            for s in range(reach + 1):
                less = left[j - 1, s - own] if s >= own else 0.0
                left[j, s] = max(ways[j, s] - less, 0.0)
            upper[j, reach + 1] = 0.0
            for s in range(reach, -1, -1):
                upper[j, s] = upper[j, s + 1] + left[j, s]
        for i in range(n):
            k = degree[i]
            if values[i] == own and k > 0:
                high[i] = min(1.0, upper[k, sums[i]] / upper[k, 0])
                low[i] = min(1.0, 1.0 - upper[k, sums[i] + 1] / upper[k, 0])
    return high, low


def binned(values: Reals) -> tuple[Reals, Reals]:
    """At most `BINS` + 2 `SINGLES` points with weights that stand for all values; the extremes exactly."""
    ordered = np.sort(values)
    if ordered.size <= BINS + 2 * SINGLES:
        return ordered, np.ones(ordered.size)
    middle = ordered[SINGLES:-SINGLES]
    edges = np.linspace(0, middle.size, BINS + 1).astype(np.int64)
    weights = np.diff(edges).astype(np.float64)
    means = np.add.reduceat(middle, edges[:-1]) / weights
    ones = np.ones(SINGLES)
    return (
        np.concatenate([ordered[:SINGLES], means, ordered[-SINGLES:]]),
        np.concatenate([ones, weights, ones]),
    )


@njit(cache=True)
def _moments(
    points: Reals, weights: Reals, own: float, s: float, t: float
) -> tuple[float, float, float, float, float, float]:
    """K, K_s, K_t, K_ss, K_st, K_tt of the inclusion indicators of all items but one of value `own`."""
    k, ks, kt, kss, kst, ktt = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(points.size + 1):
        a = own if j == points.size else points[j]
        m = -1.0 if j == points.size else weights[j]
        x = s + t * a
        e = math.exp(-abs(x))
        p = 1.0 / (1.0 + e) if x > 0 else e / (1.0 + e)
        k += m * (max(x, 0.0) + math.log1p(e))
        ks += m * p
        kt += m * p * a
        v = m * p * (1.0 - p)
        kss += v
        kst += v * a
        ktt += v * a * a
    return k, ks, kt, kss, kst, ktt


@njit(cache=True)
def _saddle(points: Reals, weights: Reals, n: int, own: float, k: int, q: float) -> float:
    """P(S >= q) by the double saddle-point, for values scaled to standard deviation 1 and mean 0."""
    s0 = math.log(k / (n - 1.0 - k))
    first = _moments(points, weights, own, s0, 0.0)
    sd = math.sqrt(first[5] - first[4] ** 2 / first[3])
    gap = q - first[2]
    if abs(gap) < 1e-4 * sd:
        gap = 1e-4 * sd if gap >= 0 else -1e-4 * sd
        q = first[2] + gap
    s, t = s0, 0.0
    for _ in range(60):
        _, ks, kt, kss, kst, ktt = _moments(points, weights, own, s, t)
        fall = kss * ktt - kst * kst
        if fall <= 1e-14:
            return 0.0 if gap > 0 else 1.0
        ds = ((k - ks) * ktt - (q - kt) * kst) / fall
        dt = ((q - kt) * kss - (k - ks) * kst) / fall
        size = max(abs(ds) / 2.0, abs(dt))
        damp = min(1.0, 1.0 / size) if size > 0 else 1.0
        s += damp * ds
        t += damp * dt
        if abs(t) > 200.0:
            return 0.0 if gap > 0 else 1.0
        if size < 1e-8 * (1.0 + abs(t)):
            break
    last, _, _, kss, kst, ktt = _moments(points, weights, own, s, t)
    w2 = 2.0 * ((first[0] - s0 * k) - (last - s * k - t * q))
    if w2 <= 0.0 or t == 0.0:
        return 0.5
    w = math.copysign(math.sqrt(w2), t)
    u = t * math.sqrt((kss * ktt - kst * kst) / first[3])
    r = w + math.log(u / w) / w
    return 0.5 * math.erfc(r / math.sqrt(2.0))


@njit(cache=True)
def saddle_tails(values: Reals, degree: Longs, sums: Reals, points: Reals, weights: Reals) -> tuple[Reals, Reals]:
    """P(S >= sum) and its complement for every area; values, sums and points standardised."""
    n = values.size
    high = np.ones(n)
    low = np.ones(n)
    for i in range(n):
        k = degree[i]
        if 0 < k < n - 1:
            high[i] = _saddle(points, weights, n, values[i], k, sums[i])
            low[i] = 1.0 - high[i]
    return high, low
