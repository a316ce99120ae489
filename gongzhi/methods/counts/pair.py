"""Exact p-values of two neighbouring periods weighed together, against negative binomial counts.

Each count becomes a normal score of its upper tail, u = isf(P(Y > y) + P(Y = y) / 2). The statistic is
T = u(now) + last max(0, u(before)): an outbreak that began a period ago is still seen, a quiet period before takes
nothing away. Its law under two independent counts of known mean and dispersion is summed over all pairs, so the
p-value is exact whatever the statistic; with U uniform, P(T > t) + U P(T = t) is uniform.

Where a mean wanders (`sway`, the variance of its logarithm) the law is a lognormal mixture of negative binomials: a
tail that is long in the way waves are high, summed over the nodes of Gauss and Hermite.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

LAST = 0.3  # weight of the period before, `last` below
SAME = 1e-9  # statistics nearer than this are one value
STILL = 1e-6  # variance of the log mean below which it does not wander
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@njit(cache=True, error_model="numpy")
def score(tail) -> float:
    """About the standard normal quantile of an upper tail (Abramowitz & Stegun 26.2.23; only its order matters)."""
    small = min(tail, 1.0 - tail)
    t = math.sqrt(-2.0 * math.log(max(small, 1e-300)))
    top = 2.515517 + t * (0.802853 + t * 0.010328)
    u = t - top / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    return u if tail < 0.5 else -u


@njit(cache=True, error_model="numpy")
def reach(mean, phi) -> int:
    """A count beyond which nothing is left of the law in double precision."""
    return int(mean + 9.0 * math.sqrt(phi * mean) + 36.0 * phi + 20.0)


@njit(cache=True, error_model="numpy")
def law(mean, phi, mass, tail) -> int:
    """Fills P(Y = low + i) and P(Y >= low + i) up to the end of the arrays; returns low.

    Mean `mean`, variance `phi` x mean; Poisson where phi is 1.
    """
    low = max(0, int(mean - 12.0 * math.sqrt(phi * mean)))
    over = phi > 1.0 + 1e-9
    size = mean / (phi - 1.0) if over else 0.0
    q = 1.0 - 1.0 / phi
    if over:
        log = math.lgamma(low + size) - math.lgamma(size) - math.lgamma(low + 1.0) - size * math.log(phi)
        log += low * math.log(q) if low > 0 else 0.0
    else:
        log = low * math.log(mean) - mean - math.lgamma(low + 1.0)
    now = math.exp(log)
    n = len(mass)
    for i in range(n):
        mass[i] = now
        x = low + i
        now *= q * (x + size) / (x + 1.0) if over else mean / (x + 1.0)
    left = 0.0
    for i in range(n - 1, -1, -1):
        left += mass[i]
        tail[i] = left
    return low


@njit(cache=True, error_model="numpy")
def beyond(t, mass0, tail0, mass1, tail1, last) -> tuple[float, float]:
    """P(T >= t) and P(T = t) for the laws of the period before (0) and of now (1)."""
    b = len(mass1)  # the smallest count of now, as an index, that reaches t; falls as the past rises
    need = t
    at_least = 0.0
    equal = 0.0
    rest = 1.0
    for a in range(len(mass0)):
        u0 = score(tail0[a] - 0.5 * mass0[a])
        if u0 <= 0.0 and a + 1 < len(mass0) and score(tail0[a + 1] - 0.5 * mass0[a + 1]) <= 0.0:
            continue
        # the first step that counts carries all that lies below it
        weight = rest - tail0[a + 1] if u0 <= 0.0 and a + 1 < len(mass0) else mass0[a]
        rest = 0.0
        need = t - last * max(0.0, u0)
        while b > 0 and score(tail1[b - 1] - 0.5 * mass1[b - 1]) >= need - SAME:
            b -= 1
        if b < len(mass1):
            at_least += weight * tail1[b]
            if score(tail1[b] - 0.5 * mass1[b]) <= need + SAME:
                equal += weight * mass1[b]
        if mass0[a] < 1e-13 and u0 > 0.0:
            break
    return at_least, equal


@njit(cache=True, error_model="numpy")
def plain(mean, spread, sway) -> float:
    """Variance / mean of the counts about a mean that wanders, of which `spread` is that of all together."""
    return max(1.0, spread - math.expm1(sway) * mean)


@njit(cache=True, error_model="numpy")
def farthest(mean, spread, sway) -> int:
    """`reach` of a law whose mean wanders."""
    if sway <= STILL:
        return reach(mean, spread)
    return reach(mean * math.exp(math.sqrt(sway) * NODES[-1] - 0.5 * sway), plain(mean, spread, sway))


@njit(cache=True, error_model="numpy")
def swaying(mean, spread, sway, mass, tail) -> int:
    """`law` of a count whose mean is lognormal about `mean` with the variance `sway` of its logarithm."""
    if sway <= STILL:
        return law(mean, spread, mass, tail)
    phi = plain(mean, spread, sway)
    one, above = np.empty(len(mass)), np.empty(len(mass))
    mass[:] = 0.0
    for k in range(len(NODES)):
        low = law(mean * math.exp(math.sqrt(sway) * NODES[k] - 0.5 * sway), phi, one, above)
        for i in range(low, len(mass)):
            mass[i] += WEIGHTS[k] * one[i - low]
    left = 0.0
    for i in range(len(mass) - 1, -1, -1):
        left += mass[i]
        tail[i] = left
    return 0


@njit(cache=True, error_model="numpy")
def laws(mean0, spread0, mean1, spread1, sway0, sway1) -> tuple:
    """The laws of the period before and of now: lowest count, P(Y = y), P(Y >= y) of each."""
    mass0, mass1 = np.empty(farthest(mean0, spread0, sway0)), np.empty(farthest(mean1, spread1, sway1))
    tail0, tail1 = np.empty(len(mass0)), np.empty(len(mass1))
    low0 = swaying(mean0, spread0, sway0, mass0, tail0)
    low1 = swaying(mean1, spread1, sway1, mass1, tail1)
    return low0, mass0, tail0, low1, mass1, tail1


@njit(cache=True, error_model="numpy")
def bonus(y0, low0, mass0, tail0, last) -> float:
    """What the period before adds to the statistic."""
    a = min(max(int(y0) - low0, 0), len(mass0) - 1)
    return last * max(0.0, score(tail0[a] - 0.5 * mass0[a]))


@njit(cache=True, error_model="numpy")
def judged(y0, y1, mean0, phi0, mean1, phi1, last, sway0=0.0, sway1=0.0) -> tuple[float, float]:
    """P(T >= t) and P(T = t) at the counts seen."""
    low0, mass0, tail0, low1, mass1, tail1 = laws(mean0, phi0, mean1, phi1, sway0, sway1)
    b = min(max(int(y1) - low1, 0), len(mass1) - 1)
    t = score(tail1[b] - 0.5 * mass1[b]) + bonus(y0, low0, mass0, tail0, last)
    return beyond(t, mass0, tail0, mass1, tail1, last)


@njit(cache=True, error_model="numpy")
def highest(y0, mean0, phi0, mean1, phi1, alpha, last, sway0=0.0, sway1=0.0) -> float:
    """The highest count of now whose p-value is above alpha, given the count before."""
    low0, mass0, tail0, low1, mass1, tail1 = laws(mean0, phi0, mean1, phi1, sway0, sway1)
    more = bonus(y0, low0, mass0, tail0, last)
    usual, odd = -1, len(mass1) - 1
    while odd - usual > 1:
        b = (usual + odd) // 2
        t = score(tail1[b] - 0.5 * mass1[b]) + more
        if beyond(t, mass0, tail0, mass1, tail1, last)[0] > alpha:
            usual = b
        else:
            odd = b
    return float(low1 + usual)
