"""Which levels to believe at which horizon: least squares on the simplex, partly pooled over series."""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "nsz"}


@njit(cache=True, fastmath=FAST, error_model="numpy")
def simplex(gram, cross, weights, rounds) -> None:
    """Minimise w'Gw - 2c'w over weights >= 0 with sum 1, from the weights given, by exact steps on the worst pair."""
    count = cross.size
    slope = np.empty(count)
    for e in range(count):
        slope[e] = -cross[e]
        for f in range(count):
            slope[e] += gram[e, f] * weights[f]
    for _ in range(rounds):
        down, up = 0, -1
        for e in range(count):
            if slope[e] < slope[down]:
                down = e
            if weights[e] > 0.0 and (up < 0 or slope[e] > slope[up]):
                up = e
        gap = slope[up] - slope[down]
        bend = gram[down, down] + gram[up, up] - 2.0 * gram[down, up]
        if gap <= 1e-9 * abs(cross[0]) or bend <= 0.0:
            return
        step = min(gap / bend, weights[up])
        weights[down] += step
        weights[up] -= step
        for e in range(count):
            slope[e] += step * (gram[e, down] - gram[e, up])
