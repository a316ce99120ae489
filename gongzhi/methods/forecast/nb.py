"""Negative binomial by recurrence: distribution function and many quantiles in one walk; gamma limit for large means.

Parametrised by mean and variance (variance above the mean; at or below it, Poisson).
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "nsz"}


FAR = -500.0  # log of P(0) below which the walk from zero would underflow
ONE_OVER = 1.0 / np.arange(1.0, 257.0)  # divisions are what the recurrence waits for
MOST = 15.0  # means above this use the gamma limit, where its shape allows


@njit(cache=True, fastmath=FAST, error_model="numpy")
def at_zero(mean, variance) -> tuple[float, float, float]:
    """(size r, probability p of the recurrence, log P(0)); r is huge for the Poisson."""
    extra = max(variance - mean, 1e-6 * mean * mean + 1e-12)
    r = mean * mean / extra
    return r, mean / (r + mean), -r * math.log1p(mean / r)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _phi(z) -> float:
    return 0.5 * math.erfc(-z * 0.7071067811865476)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def far_below(y, mean, variance) -> tuple[float, float]:
    """(P(Y < y), P(Y <= y)) by Wilson & Hilferty's cube root of a gamma with the same mean and variance.

    The mass of one count is the density there: means are large.
    """
    k = mean * mean / variance
    middle, steep = 1.0 - 1.0 / (9.0 * k), 3.0 * math.sqrt(k)
    if y < 1.5:
        before = 0.0 if y < 0.5 else _phi((np.cbrt((y - 0.5) / mean) - middle) * steep)
        return before, _phi((np.cbrt((y + 0.5) / mean) - middle) * steep)
    root = np.cbrt(y / mean)
    z = (root - middle) * steep
    centre, half = _phi(z), 0.5 * 0.3989422804014327 * math.exp(-0.5 * z * z) * steep * root / (3.0 * y)
    return max(centre - half, 0.0), min(centre + half, 1.0)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def below(y, mean, variance) -> tuple[float, float]:
    """(P(Y < y), P(Y <= y))."""
    if mean > MOST and mean * mean > 2.0 * variance:
        return far_below(y, mean, variance)
    r, p, low = at_zero(mean, variance)
    if low < FAR:
        return far_below(y, mean, variance)
    mass = math.exp(low)
    total = mass
    before = 0.0
    for k in range(int(y)):
        mass *= (k + r) * p * (ONE_OVER[k] if k < ONE_OVER.size else 1.0 / (k + 1.0))
        before = total
        total += mass
        if mass < 1e-15 and k > mean:
            before = total
            break
    return min(before, 1.0), min(total, 1.0)


@njit(cache=True, fastmath=FAST, error_model="numpy")
def _normal_quantile(u) -> float:
    """Acklam's rational approximation, relative error below 1.2e-9."""
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(u))
        top = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
                - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783  # fmt: skip
        return top / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                       + 3.754408661907416) * q + 1.0)  # fmt: skip
    if u > 1.0 - 0.02425:
        return -_normal_quantile(1.0 - u)
    q = u - 0.5
    r = q * q
    top = (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
             + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239) * q  # fmt: skip
    return top / (((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                    + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0)  # fmt: skip


@njit(cache=True, fastmath=FAST, error_model="numpy")
def quantiles(levels, mean, variance, whole, out) -> None:
    """Quantiles at rising levels into out: whole numbers, or moved within half a count either side of them.

    The move says where in the point mass of its count a level lies (counts made continuous by jittering: Machado &
    Santos Silva 2005, doi 10.1198/016214505000000330), so that intervals of larger counts hold what they promise
    instead of a point mass too much. It shrinks with the mass, as a quantile inside a large mass is that count.
    """
    r, p, low = at_zero(mean, variance)
    if low < FAR or (mean > MOST and mean * mean > 2.0 * variance):
        k = mean * mean / variance
        for j in range(levels.size):
            root = 1.0 - 1.0 / (9.0 * k) + _normal_quantile(levels[j]) / (3.0 * math.sqrt(k))
            out[j] = mean * max(root, 0.0) ** 3
            if whole:
                out[j] = np.rint(out[j])
        return
    mass = math.exp(low)
    total = mass
    k = 0
    for j in range(levels.size):
        while total < levels[j] and k < 1_000_000:
            mass *= (k + r) / (k + 1.0) * p
            total += mass
            k += 1
            if mass < 1e-16 and k > mean:
                break
        out[j] = float(k)
        if not whole:
            inside = (levels[j] - total + mass) / mass - 0.5
            out[j] += min(max(inside, -0.5), 0.5) * (1.0 - mass) ** 4
            out[j] = max(out[j], 0.0)
