"""Compiled: what every week of the year has of its own beyond a smooth season (school terms, fixed festivals).

Each week gets a factor f, drawn towards 1 by as much as the weeks of this series differ (empirical Bayes, gamma
prior of variance tau^2), but not farther than its own standard error (Efron & Morris 1972, limited translation: an
edge of the year stays an edge). tau^2 comes from products of residuals of the same week in different years: noise,
outbreaks and waves that wander are not repeated, so they add nothing on average. Without clear repetition all f are 1.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

from numba import njit

REPEATED = 4.0  # standard errors by which the products must exceed 0
TRANSLATED = 1.0  # standard errors a week is drawn at most
BESIDE = 2  # weeks either side whose dispersion is pooled


@njit(cache=True, error_model="numpy")
def _sums(y, mu, kept, week, effect, sums) -> None:
    """sums (weeks, 7): counts, means, means^2, residuals^2 without f, counts^2, counts x means, periods.

    A week left out in most of its years is no outbreak: all its years count.
    """
    sums[:] = 0.0
    for t in range(len(y)):
        sums[week[t], 0] += 1.0 if kept[t] else -1.0
    usual = sums[:, 0] >= 0.0
    sums[:] = 0.0
    for t in range(len(y)):
        w = week[t]
        if kept[t] or not usual[w]:
            plain = mu[t] / math.exp(effect[w])
            sums[w, 0] += y[t]
            sums[w, 1] += plain
            sums[w, 2] += plain * plain
            sums[w, 3] += (y[t] - plain) * (y[t] - plain)
            sums[w, 4] += y[t] * y[t]
            sums[w, 5] += y[t] * plain
            sums[w, 6] += 1.0


@njit(cache=True, error_model="numpy")
def _within(sums, w) -> float:
    """Dispersion of the years about their own mean, in this week of the year and those beside it; 1 to 50."""
    squares, cases = 0.0, 1e-9
    for step in range(-BESIDE, BESIDE + 1):
        v = (w + step) % len(sums)
        f = sums[v, 0] / max(sums[v, 1], 1e-9)
        squares += sums[v, 4] - 2.0 * f * sums[v, 5] + f * f * sums[v, 2]
        cases += sums[v, 0] * max(0.0, sums[v, 6] - 1.0) / max(1.0, sums[v, 6])
    return min(50.0, max(1.0, squares / cases))


@njit(cache=True, error_model="numpy")
def own_weeks(y, mu, kept, week, effect, loose, sums, sure) -> float:
    """Sets effect (log f by week) and loose (its variance / dispersion); returns the parameters this costs, or 0.

    mu: means now, f and cut included. `sure`: whether the weeks are already known to differ.
    """
    _sums(y, mu, kept, week, effect, sums)
    top, low, noise = 0.0, 1e-300, 1e-300
    for w in range(len(effect)):
        off = sums[w, 0] - sums[w, 1]
        pairs = sums[w, 1] * sums[w, 1] - sums[w, 2]
        top += off * off - sums[w, 3]
        low += pairs
        noise += pairs * _within(sums, w) ** 2
    if top <= 0.0 or (not sure and top < REPEATED * math.sqrt(2.0 * noise)):
        effect[:] = 0.0
        loose[:] = 0.0
        return 0.0
    cost = 0.0
    for w in range(len(effect)):
        spread = _within(sums, w)
        kappa = spread * low / top
        own = math.log((sums[w, 0] + 0.5) / (sums[w, 1] + 0.5))
        most = TRANSLATED * math.sqrt(spread / (sums[w, 0] + 0.5))
        effect[w] = min(own + most, max(own - most, math.log((sums[w, 0] + kappa) / (sums[w, 1] + kappa))))
        loose[w] = 1.0 / (sums[w, 1] + kappa)
        cost += sums[w, 1] * loose[w]
    return cost
