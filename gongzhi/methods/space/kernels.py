"""The inner loops of the scan: draw replicas, add up cylinders, keep the largest statistic of each replica.

A search holds zones (a tree walk, see `zones`) and windows (runs of periods). Counts of `LANES` replicas lie
side by side, so adding one area to a zone adds it in all replicas with a few vector instructions. Whether a
cylinder can matter is an integer comparison: for a level L and a cylinder of expectation mu the statistic
reaches L exactly when the count reaches `threshold(L, mu)`. Only then is the likelihood ratio computed, so the
maxima are exact and do not depend on L.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LANES = 128
CONDITIONAL = 0  # total fixed: Poisson given the total, and space-time permutation (Kulldorff 1997, 2005)
EXPECTED = 1  # baseline known: expectation-based Poisson (Neill 2009)

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]
Shorts = NDArray[np.uint16]


@njit(cache=True, nogil=True)
def ratio(kind: int, c: float, mu: float, total: float) -> float:
    """Log-likelihood ratio of a cylinder with `c` events where `mu` were expected; 0 when not in excess."""
    if c <= mu or mu <= 0.0:
        return 0.0
    inside = c * math.log(c / mu)
    if kind == EXPECTED:
        return inside - (c - mu)
    rest = total - c
    if rest <= 0.0:
        return inside
    return inside + rest * math.log(rest / (total - mu))


@njit(cache=True, nogil=True)
def largest_means(kind: int, level: float, total: float, most: int) -> Reals:
    """For c = 0..most the largest mu at which `c` events still reach `level` (0 where none does)."""
    out = np.zeros(most + 1)
    for c in range(1, most + 1):
        low, high = 0.0, float(c)
        for _ in range(60):
            middle = 0.5 * (low + high)
            if ratio(kind, c, middle, total) >= level:
                low = middle
            else:
                high = middle
            if high - low < 1e-9 * high:
                break
        out[c] = low
    return out


@njit(cache=True, nogil=True)
def thresholds(mu: Reals, table: Reals, least: int, ceiling: int) -> NDArray[np.uint16]:
    """The smallest count that reaches the table's level, for every cylinder of `mu` (windows, zones).

    Rounded down by a hair so that no cylinder at the level is missed; `ceiling` where none can reach it.
    """
    out = np.empty(mu.shape, np.uint16)
    most = table.size - 1
    for w in range(mu.shape[0]):
        c = 1
        for z in range(mu.shape[1]):
            bar = mu[w, z] * (1.0 - 1e-8)
            while c > 1 and table[c - 1] >= bar:
                c -= 1
            while c <= most and table[c] < bar:
                c += 1
            out[w, z] = ceiling if c > most else max(c, least)
            c = min(c, most)
    return out


@njit(cache=True, nogil=True)
def totals(matrix: Reals, area: Ints, depth: Ints, first: Ints, last: Ints) -> Reals:
    """Sum of `matrix` (areas, periods) over every cylinder: (windows, zones)."""
    areas, periods = matrix.shape
    run = np.zeros((areas, periods + 1))
    for a in range(areas):
        for d in range(periods):
            run[a, d + 1] = run[a, d] + matrix[a, d]
    out = np.empty((first.size, area.size))
    stack = np.zeros(depth.max() + 1)
    for w in range(first.size):
        for z in range(area.size):
            a = area[z]
            stack[depth[z]] = stack[depth[z] - 1] + run[a, last[w] + 1] - run[a, first[w]]
            out[w, z] = stack[depth[z]]
    return out


@njit(cache=True, nogil=True)
def best_by_root(
    kind: int, counts: Reals, mu: Reals, total: float, least: int, root: Ints, roots: int
) -> tuple[Reals, NDArray[np.int64], NDArray[np.int64]]:
    """Best statistic, its window and its zone among the zones of each root; equal statistics keep the first."""
    best = np.zeros(roots)
    window = np.full(roots, -1)
    zone = np.full(roots, -1)
    for w in range(counts.shape[0]):
        for z in range(counts.shape[1]):
            c = counts[w, z]
            value = ratio(kind, c, mu[w, z], total) if c >= least and c > mu[w, z] else 0.0
            if value > best[root[z]] + 1e-12:
                best[root[z]] = value
                window[root[z]] = w
                zone[root[z]] = z
    return best, window, zone


@njit(cache=True, nogil=True, inline="always")
def _mixed(x: np.uint64) -> np.uint64:
    """SplitMix64's finaliser (Steele, Lea & Flood 2014): a counter in, 64 random bits out."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def draw_areas(seed: int, replica: int, offsets: Ints, days: Ints, share: Reals, other: Ints, out: Ints) -> None:
    """Areas of one replica's events: period by period, from the alias tables `share`, `other` (days, areas)."""
    step = np.uint64(0x9E3779B97F4A7C15)
    state = _mixed(np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(replica) * step + np.uint64(1))
    areas = share.shape[1]
    for d in range(days.size):
        for k in range(offsets[d], offsets[d + 1]):
            state += step
            u = (_mixed(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0) * areas
            i = int(u)
            out[k] = i if u - i < share[days[d], i] else other[days[d], i]


@njit(cache=True, nogil=True)
def draw_sample(seed: int, replica: int, wanted: int, labels: Ints, places: Ints, out: Ints) -> None:
    """`wanted` labels without replacement (the start of a Fisher-Yates shuffle, undone afterwards)."""
    step = np.uint64(0x9E3779B97F4A7C15)
    state = _mixed(np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(replica) * step + np.uint64(1))
    n = labels.size
    for k in range(wanted):
        state += step
        u = (_mixed(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
        j = k + int(u * (n - k))
        places[k] = j
        held = labels[j]
        labels[j] = labels[k]
        labels[k] = held
        out[k] = held
    for k in range(wanted - 1, -1, -1):
        j = places[k]
        held = labels[j]
        labels[j] = labels[k]
        labels[k] = held


@njit(cache=True, nogil=True)
def alias_tables(weights: Reals) -> tuple[Reals, Ints]:
    """Walker's alias tables (Vose 1991) of each row of `weights` (days, areas)."""
    days, areas = weights.shape
    share = np.ones((days, areas))
    other = np.zeros((days, areas), np.int32)
    small = np.empty(areas, np.int64)
    large = np.empty(areas, np.int64)
    for d in range(days):
        scale = areas / max(weights[d].sum(), 1e-300)
        few, many = 0, 0
        for a in range(areas):
            share[d, a] = weights[d, a] * scale
            other[d, a] = a
            if share[d, a] < 1.0:
                small[few] = a
                few += 1
            else:
                large[many] = a
                many += 1
        while few > 0 and many > 0:
            few -= 1
            s, g = small[few], large[many - 1]
            other[d, s] = g
            share[d, g] -= 1.0 - share[d, s]
            if share[d, g] < 1.0:
                many -= 1
                small[few] = g
                few += 1
    return share, other


@njit(cache=True, nogil=True)
def _exact(kind: int, total: float, mu: float, bar: int, sums: Shorts, best: Reals) -> None:
    """Raise each replica's best where its count reaches `bar` and the statistic its best so far."""
    for r in range(LANES):
        if sums[r] >= bar:
            value = ratio(kind, sums[r], mu, total)
            if value > best[r]:
                best[r] = value


@njit(cache=True, nogil=True)
def sweep(
    kind: int,
    total: float,
    area: Ints,
    chain: NDArray[np.bool_],
    keep: NDArray[np.bool_],
    depth: Ints,
    fresh: NDArray[np.bool_],
    added: Ints,
    bars: NDArray[np.uint16],
    mu: Reals,
    events: Ints,
    offsets: Ints,
    areas: int,
    best: Reals,
) -> None:
    """Scan all cylinders of one block of `LANES` replicas; `best` (LANES,) receives the maxima.

    `events` (LANES, most) holds the areas of each replica's events by period, `offsets` (LANES, days + 1)
    where each period begins. A window either starts `fresh` or adds the period `added` to the one before.
    """
    counts = np.zeros((areas, LANES), np.uint16)
    sums = np.zeros(LANES, np.uint16)
    stack = np.zeros((depth.max() + 1, LANES), np.uint16)
    for w in range(fresh.size):
        if fresh[w]:
            counts[:] = 0
        d = added[w]
        for r in range(LANES):
            for k in range(offsets[r, d], offsets[r, d + 1]):
                counts[events[r, k], r] += 1
        for z in range(area.size):
            if not chain[z]:
                sums[:] = stack[depth[z] - 1]
            a = area[z]
            bar = bars[w, z]
            hit = False
            for r in range(LANES):
                sums[r] += counts[a, r]
                hit |= sums[r] >= bar
            if keep[z]:
                stack[depth[z]] = sums
            if hit:
                _exact(kind, total, mu[w, z], bar, sums, best)
