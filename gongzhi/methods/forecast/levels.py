"""Compiled bank of discounted levels: one pass over a series gives every level at every past origin.

Counts are y(t) ~ mean L S(t) f(t): a level, a seasonal factor of the position in the season (weekday), a known
factor (year, holidays, weather). Levels and seasonal factors are discounted gamma-Poisson means (Harvey & Fernandes
1989, doi 10.1080/07350015.1989.10509750): a <- d a + y, b <- d b + S f, L = a / b. Several discounts run side by
side; which of them to believe at which horizon is decided later (`mixing`).
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered; NaN keeps its meaning
LOOSE, TIGHT = 1.0, 1e-9  # smallest dispersion believed; smallest mean


@njit(cache=True, fastmath=FAST, error_model="numpy")
def start(y, first, m, known) -> float:
    """Mean level of the first two seasons (at least eight observed periods)."""
    total = 0.0
    weight = 0.0
    seen = 0
    need = max(2 * m, 8)
    for t in range(first, y.size):
        if y[t] != y[t]:
            continue
        total += y[t]
        weight += known[t]
        seen += 1
        if seen == need:
            break
    return (total + 0.5) / (weight + 1.0)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def begin(a, b, up, down, level, weight, pattern, strength) -> None:
    """Fill the bank with its prior."""
    for e in range(a.size):
        a[e] = level * weight
        b[e] = weight
    for d in range(up.size):
        up[d] = pattern[d] * strength
        down[d] = strength


@njit(cache=True, fastmath=FAST, error_model="numpy")
def walk(y, first, known, decays, pattern, tuning, origins, levels, factors, rough, calm) -> float:
    """Run the bank over y[first:]; fill levels (origins, experts) and factors (origins, season).

    `tuning` = prior weight of levels, seasonal discount, prior weight of the season in counts, cut-off in standard
    deviations. A count beyond the cut-off moves the bank only as far as the cut-off would. Adds to `rough` and `calm`
    (periods) the squared error beyond the mean and what it is measured by. Returns the running dispersion (variance
    over mean) one step ahead.
    """
    m, count = pattern.size, decays.size
    a, b = np.empty(count), np.empty(count)
    up, down = np.empty(m), np.empty(m)
    begin(a, b, up, down, start(y, first, m, known), tuning[0], pattern, tuning[2])
    middle = count // 2
    noise, seen, due = 1.5 * 5.0, 5.0, 0
    while due < origins.size and origins[due] < first:
        keep(a, b, up, down, levels[due], factors[due])
        due += 1
    for t in range(first, y.size):
        value = y[t]
        if value == value:
            d = t % m
            season = up[d] / down[d]
            share = season * known[t]
            mean = a[middle] / b[middle] * share + TIGHT
            phi = max(noise / seen, LOOSE)
            top = mean + tuning[3] * math.sqrt(phi * mean) + 1.0
            value = min(value, top)
            square = (value - mean) * (value - mean)
            part = 1.0 / (mean + 0.1)
            rough[t] += (square - mean) * part
            calm[t] += mean * math.sqrt(mean * math.sqrt(mean)) * part
            noise = 0.99 * noise + square / mean
            seen = 0.99 * seen + 1.0
            if m > 1:
                up[d] = tuning[1] * up[d] + value
                down[d] = tuning[1] * down[d] + a[middle] / b[middle] * known[t]
            for e in range(count):
                a[e] = decays[e] * a[e] + value
                b[e] = decays[e] * b[e] + share
        if due < origins.size and origins[due] == t:
            keep(a, b, up, down, levels[due], factors[due])
            due += 1
    return max(noise / seen, LOOSE)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def keep(a, b, up, down, levels, factors) -> None:
    """Note the bank as it stands at an origin."""
    for e in range(a.size):
        levels[e] = a[e] / b[e] + TIGHT
    for d in range(up.size):
        factors[d] = up[d] / down[d]
