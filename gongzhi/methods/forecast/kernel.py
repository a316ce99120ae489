"""Compiled steps of the forecast over many series: gather, mix, spread, check, tell.

Each step loops over series; what is pooled over series (weights, dispersion, calibration) is summed between the
steps. Arrays are (series, …); `known` has one column a period of past and horizon.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

from gongzhi.methods.forecast.levels import TIGHT, walk
from gongzhi.methods.forecast.mixing import simplex
from gongzhi.methods.forecast.nb import below, quantiles

FAST = {"reassoc", "contract", "nsz"}


@njit(cache=True, fastmath=FAST, error_model="numpy")
def gather(y, first, known, decays, pattern, tuning, origins, levels, factors, noise, rough, calm) -> None:
    """Levels and seasonal factors of every series at every origin, its running dispersion, errors summed by period."""
    for i in range(y.shape[0]):
        noise[i] = walk(y[i], first[i], known[i], decays, pattern, tuning, origins, levels[i], factors[i], rough, calm)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def evidence(y, first, known, origins, age, storm, group, levels, factors, noise, gram, cross) -> None:
    """Sums of squares and products of levels with what came after, a horizon group at a time.

    Levels are divided by the slowest one and squares by their variance, so that series add up.
    """
    groups, experts, m = gram.shape[1], levels.shape[2], factors.shape[2]
    share, seen, told = np.empty(groups), np.empty(groups), np.empty(experts)
    for i in range(y.shape[0]):
        for o in range(origins.size - 1):
            if origins[o] < first[i] + m:
                continue
            base = levels[i, o, experts - 1]
            top = base + 6.0 * np.sqrt(noise[i] * base) + 2.0
            followed(y[i], origins[o] + 1, known[i], group, factors[i, o], top, share, seen)
            for e in range(experts):
                told[e] = levels[i, o, e] / base
            add(share, seen, told, age[o] * base / noise[i], age[o] / noise[i], gram[i], cross[i])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def followed(y, begin, known, group, factors, top, share, seen) -> None:
    """What came after an origin, by horizon group: factors of the periods seen, and their counts up to a limit."""
    share[:] = 0.0
    seen[:] = 0.0
    for h in range(min(group.size, y.size - begin)):
        value = y[begin + h]
        if value == value:
            part = factors[(begin + h) % factors.size] * known[begin + h]
            share[group[h]] += part
            seen[group[h]] += min(value, max(top * part, top))


@njit(cache=True, fastmath=FAST, error_model="numpy")
def add(share, seen, told, weight, unit, gram, cross) -> None:
    """Add one origin to the sums of a series."""
    for g in range(share.size):
        for e in range(told.size):
            cross[g, e] += unit * seen[g] * told[e]
            for f in range(e + 1):
                gram[g, e, f] += weight * share[g] * told[e] * told[f]


@njit(cache=True, fastmath=FAST, error_model="numpy")
def mix(gram, cross, pooled_gram, pooled_cross, strength, weights) -> None:
    """Weights of every series and horizon group; `strength` says how much pooled evidence each gets."""
    for i in range(cross.shape[0]):
        for g in range(cross.shape[1]):
            square = gram[i, g] + strength * pooled_gram[g]
            for e in range(square.shape[0]):
                square[:e, e] = square[e, :e]
            simplex(square, cross[i, g] + strength * pooled_cross[g], weights[i, g], 20)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def means(i, o, t, known, group, levels, factors, weights, out) -> None:
    """Means of all horizons of one series from one origin."""
    m = factors.shape[2]
    for h in range(group.size):
        level = 0.0
        for e in range(levels.shape[2]):
            level += weights[i, group[h], e] * levels[i, o, e]
        out[h] = level * factors[i, o, (t + 1 + h) % m] * known[i, t + 1 + h] + TIGHT


@njit(cache=True, fastmath=FAST, error_model="numpy")
def spread(y, first, known, origins, age, storm, group, levels, factors, weights, sums) -> None:
    """Sums for the dispersion: squared error above the mean, and mean ** 1.75, (series, groups, 3)."""
    mean = np.empty(group.size)
    for i in range(y.shape[0]):
        for o in range(origins.size - 1):
            if origins[o] >= first[i] + factors.shape[2]:
                means(i, o, origins[o], known, group, levels, factors, weights, mean)
                errors(y[i], origins[o] + 1, mean, age[o], storm[o], group, sums[i])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def errors(y, begin, mean, weight, storm, group, sums) -> None:
    """Add what came after one origin; squares far outside what the mean allows are cut."""
    for h in range(min(group.size, y.size - begin)):
        value, mu = y[begin + h], mean[h]
        if value == value:
            part = weight / (mu + 0.1)
            square = min((value - mu) * (value - mu), 25.0 * (mu + 2.0 + mu * mu))
            sums[group[h], 0] += part * (square - mu)
            sums[group[h], 1] += part * storm * mu * math.sqrt(mu * math.sqrt(mu))
            sums[group[h], 2] += weight


@njit(cache=True, fastmath=FAST, error_model="numpy")
def check(y, first, known, origins, age, storm, group, levels, factors, weights, extra, grid, hits, seen) -> None:
    """Non-randomised probability transforms of past forecasts (Czado, Gneiting & Held 2009).

    hits (series, groups, grid + 1): how much of the past fell between each level of the grid and the one before; the
    last column counts. seen (series, origins, horizons): the middle of each transform, NaN where nothing was seen.
    """
    mean = np.empty(group.size)
    for i in range(y.shape[0]):
        for o in range(origins.size - 1):
            if origins[o] >= first[i] + factors.shape[2]:
                means(i, o, origins[o], known, group, levels, factors, weights, mean)
                place(y[i], origins[o] + 1, mean, age[o], storm[o] * extra[i], group, grid, hits[i], seen[i, o])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def place(y, begin, mean, weight, extra, group, grid, hits, middle) -> None:
    """Place what came after one origin in its forecast."""
    for h in range(min(group.size, y.size - begin)):
        value = y[begin + h]
        if value == value:
            over = extra[group[h]] * mean[h] * math.sqrt(mean[h] * math.sqrt(mean[h]))
            low, high = below(value, mean[h], mean[h] + over)
            middle[h] = 0.5 * (low + high)
            fall(low, high, weight, grid, hits[group[h]])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def fall(low, high, weight, grid, hits) -> None:
    """Add the uniform mass between low and high, as steps from one level of the grid to the next."""
    before, part = 0.0, weight / max(high - low, 1e-15)
    for k in range(np.searchsorted(grid, low), grid.size):
        now = weight if grid[k] >= high else part * max(grid[k] - low, 0.0)
        hits[k] += now - before
        before = now
        if now >= weight:
            break
    hits[grid.size] += weight


@njit(cache=True, fastmath=FAST, error_model="numpy")
def corrected(asked, grid, share, out) -> None:
    """The nominal levels at which the past fell below with the asked frequencies; share is its distribution."""
    k = 0
    for j in range(asked.size):
        while k < grid.size and share[k] < asked[j]:
            k += 1
        left, under = (grid[k - 1], share[k - 1]) if k > 0 else (0.0, 0.0)
        right, over = (grid[k], share[k]) if k < grid.size else (1.0, 1.0)
        gap = over - under
        out[j] = left + (right - left) * ((asked[j] - under) / gap if gap > 1e-12 else 0.5)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def last_means(origin, known, group, levels, factors, weights, out) -> None:
    """Means (series, horizons) from the last origin."""
    for i in range(levels.shape[0]):
        means(i, levels.shape[1] - 1, origin, known, group, levels, factors, weights, out[i])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def tell(mean, variance, group, asked, grid, share, whole, out) -> None:
    """Calibrated quantiles (series, horizons, asked)."""
    nominal = np.empty((share.shape[1], asked.size))
    for i in range(mean.shape[0]):
        for g in range(share.shape[1]):
            corrected(asked, grid, share[i, g], nominal[g])
        for h in range(group.size):
            quantiles(nominal[group[h]], mean[i, h], variance[i, h], whole, out[i, h])


@njit(cache=True, fastmath=FAST, error_model="numpy")
def places(counts, mean, variance, low, high) -> None:
    """P(Y < y) and P(Y <= y) of every cell."""
    for i in range(mean.shape[0]):
        for h in range(mean.shape[1]):
            low[i, h], high[i, h] = below(counts[i, h], mean[i, h], variance[i, h])
