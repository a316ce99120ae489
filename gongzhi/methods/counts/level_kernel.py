"""Compiled: a level that shifts, followed by the ratio of discounted sums of counts and fits.

The series chooses its discount itself, by how well it predicted the later half of the history.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

from numba import njit

FAR = 3.1  # Anscombe residual beyond which a period does not move the level
NEW_LEVEL = 8  # so many in a row are no outbreak but a new level
GAIN = 7.0  # log likelihood a discount must gain over none


@njit(cache=True, error_model="numpy")
def count_log(y, mean, phi) -> float:
    """Log probability of a negative binomial count of this mean and variance phi mean, without the factorial."""
    if phi <= 1.0 + 1e-6:
        return y * math.log(mean) - mean
    size = mean / (phi - 1.0)
    return math.lgamma(y + size) - math.lgamma(size) + y * math.log(1.0 - 1.0 / phi) - size * math.log(phi)


@njit(cache=True, error_model="numpy")
def levels(y, mu, phi, discount, out) -> float:
    """Fills out (n, 2): ratio of discounted sums after each period, expected cases in it; returns the later half's
    log score.
    """
    a = 0.0
    b = 0.0
    n = len(y)
    gained = 0.0
    high = 0
    for t in range(n):
        ratio = (a + phi) / (b + phi)
        mean = mu[t] * ratio
        far = y[t] > mean and 1.5 * (y[t] ** (2.0 / 3.0) - mean ** (2.0 / 3.0)) > FAR * math.sqrt(phi) * mean ** (1 / 6)
        if 2 * t > n:
            spread = phi + mean * phi / (b + phi)
            top = mean + 3.0 * math.sqrt(spread * mean) + 3.0
            gained += count_log(min(y[t], top), mean, spread)
        high = high + 1 if far else 0
        a *= discount
        b *= discount
        if high == 0 or high > NEW_LEVEL:
            a += y[t]
            b += mu[t]
        out[t, 0] = (a + phi) / (b + phi)
        out[t, 1] = b + phi
    return gained


@njit(cache=True, error_model="numpy")
def chosen_discount(y, mu, phi, discounts, out) -> float:
    """The discount that predicted the later half best; 1 unless another gains clearly."""
    best, gained = 1.0, levels(y, mu, phi, 1.0, out) + GAIN
    for d in discounts:
        here = levels(y, mu, phi, d, out)
        if here > gained:
            best, gained = d, here
    return best
