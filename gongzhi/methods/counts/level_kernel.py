"""Compiled: a level that shifts, followed by the ratio of discounted sums of counts and fits.

The series chooses its discount itself, every period anew, by how well each has predicted lately.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

from numba import njit

FAR = 3.1  # Anscombe residual beyond which a period does not move the level
NEW_LEVEL = 5  # so many in a row are no outbreak but a new level
GAIN = 7.0  # log likelihood a discount must gain over none
FADE = 0.99  # a period, of what was gained


@njit(cache=True, error_model="numpy")
def count_log(y, mean, phi) -> float:
    """Log probability of a negative binomial count of this mean and variance phi mean, without the factorial."""
    if phi <= 1.0 + 1e-6:
        return y * math.log(mean) - mean
    size = mean / (phi - 1.0)
    return math.lgamma(y + size) - math.lgamma(size) + y * math.log(1.0 - 1.0 / phi) - size * math.log(phi)


@njit(cache=True, error_model="numpy")
def _step(y, mu, phi, discount, state) -> float:
    """Takes one period into the state (counts, fits, high in a row); returns the log score it had before."""
    ratio = (state[0] + phi) / (state[1] + phi)
    mean = mu * ratio
    spread = phi + mean * phi / (state[1] + phi)
    score = count_log(min(y, mean + 3.0 * math.sqrt(spread * mean) + 3.0), mean, spread)
    far = y > mean and 1.5 * (y ** (2.0 / 3.0) - mean ** (2.0 / 3.0)) > FAR * math.sqrt(phi) * mean ** (1.0 / 6.0)
    state[2] = state[2] + 1.0 if far else 0.0
    state[0] *= discount
    state[1] *= discount
    if state[2] == 0.0 or state[2] > NEW_LEVEL:
        state[0] += y
        state[1] += mu
    return score


@njit(cache=True, error_model="numpy")
def follow(y, mu, phi, discounts, lag, begin, states, level, cases) -> None:
    """Fills level: the factor of each period's mean, from periods at least `lag` before it, 1 while no discount gains
    clearly; and cases: expected cases behind it, 0 where it is 1. Scores count from `begin` on.

    states: room (discounts + 1, 4) for counts, fits, high in a row, gain.
    """
    states[:] = 0.0
    level[:] = 1.0
    cases[:] = 0.0
    for t in range(len(y)):
        none = _step(y[t], mu[t], phi, 1.0, states[0])
        best, most = 0, GAIN
        for d in range(1, len(states)):
            gained = _step(y[t], mu[t], phi, discounts[d - 1], states[d]) - none
            if t >= begin:
                states[d, 3] = FADE * states[d, 3] + gained
            if states[d, 3] > most:
                best, most = d, states[d, 3]
        if best > 0 and t + lag < len(y):
            level[t + lag] = (states[best, 0] + phi) / (states[best, 1] + phi)
            cases[t + lag] = states[best, 1] + phi
