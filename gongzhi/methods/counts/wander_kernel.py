"""Compiled: a season that wanders. What a year's wave has of its own in time and height is a hidden process.

    y_t ~ negative binomial, mean base_t exp(u_t), variance phi x mean;   u_t = g_t x_t - g_t^2 / 2

x is a stationary Gaussian process of variance 1 (Matern 3/2, so it has a slope), g_t how far the time of year
wanders. A Kalman filter on the log scale follows x; an outbreak moves it by no more than a wide usual week. Length
of memory, phi and the share of the extra spread that wanders are those that predicted the history best.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

from gongzhi.methods.counts.level_kernel import count_log

LENGTHS = (0.0, 1.5, 3.0, 6.0)  # weeks of memory tried; 0: none
PARTS = (1.0, 0.7, 0.5, 0.35, 0.25, 0.15)  # of the common dispersion that is no wandering, tried
SHORTEST = 0.1  # weeks of memory; less is none
WIDE = 2.5  # standard errors beyond which a count moves the process no more
CLEAR = 7.0  # log likelihood a process must gain over none


@njit(cache=True, error_model="numpy")
def amplitudes(mu, season, profile, phi, out) -> None:
    """out = g of every period: what the dispersion of its time of year has beyond phi, as a spread of log means."""
    bins = len(profile)
    sums = np.zeros((bins, 2))
    for t in range(len(mu)):
        sums[season[t], 0] += mu[t] * mu[t]
        sums[season[t], 1] += mu[t]
    for b in range(bins):
        size = sums[b, 0] / max(sums[b, 1], 1e-9)
        out[b] = math.sqrt(min(1.5, math.log1p(max(0.0, profile[b] - phi) / max(size, 1e-9))))


@njit(cache=True, error_model="numpy")
def walk(y, base, season, g, phi, memory, wider, begin, out) -> float:
    """Fills out (n, 2): mean and variance / mean of each period given those before; log score from `begin` on."""
    follows = memory > SHORTEST
    pace = math.sqrt(3.0) / memory if follows else 0.0
    decay = math.exp(-pace)
    a, b, c, d = decay * (1.0 + pace), decay, -pace * pace * decay, decay * (1.0 - pace)
    high = pace * pace
    x, slope = 0.0, 0.0
    p, pq, q = 1.0, 0.0, high
    score = 0.0
    for t in range(len(y)):
        far = g[season[t]]
        v = far * far * p
        m = base[t] * math.exp(far * x - 0.5 * far * far + 0.5 * v)
        out[t, 0] = m
        out[t, 1] = phi + wider * math.expm1(v) * m
        if t >= begin:
            top = m + 3.0 * math.sqrt(out[t, 1] * m) + 3.0
            score += count_log(min(y[t], top), m, out[t, 1])
        if not follows:
            continue
        if far > 0.0:
            s = v + phi / m
            wide = WIDE * math.sqrt(s)
            off = 1.5 * ((y[t] / m) ** (2.0 / 3.0) - 1.0)
            off = min(wide, max(-wide, off))
            k0, k1 = p * far / s, pq * far / s
            x += k0 * off
            slope += k1 * off
            q -= k1 * far * pq
            pq -= k0 * far * pq
            p -= k0 * far * p
        x, slope = a * x + b * slope, c * x + d * slope
        p0, pq0, q0 = p - 1.0, pq, q - high  # what differs from the stationary law fades
        p = 1.0 + a * a * p0 + 2.0 * a * b * pq0 + b * b * q0
        pq = a * c * p0 + (a * d + b * c) * pq0 + b * d * q0
        q = high + c * c * p0 + 2.0 * c * d * pq0 + d * d * q0
    return score


@njit(cache=True, error_model="numpy")
def chosen_walk(y, base, season, profile, phi, wider, g, out) -> tuple[float, float]:
    """(memory, phi) that predicted the later half best; memory -1 where no process gains clearly over none."""
    half = len(y) // 2
    plain = 0.0
    for t in range(half, len(y)):
        spread = phi + wider * max(0.0, profile[season[t]] - phi)
        top = base[t] + 3.0 * math.sqrt(spread * base[t]) + 3.0
        plain += count_log(min(y[t], top), base[t], spread)
    best, memory, common = plain + CLEAR, -1.0, phi
    for part in PARTS:
        small = max(1.0, part * phi)
        amplitudes(base, season, profile, small, g)
        for length in LENGTHS:
            here = walk(y, base, season, g, small, length, 1.0, half, out)
            if here > best:
                best, memory, common = here, length, small
        if small == 1.0:
            break
    return memory, common
