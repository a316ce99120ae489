"""Compiled heart of the calibrated rule: a robust log-linear fit with a trend and a smooth season.

log mu_t = a + b t + sum_j (c_j cos + s_j sin), by quasi-likelihood with variance phi mu; the number of harmonics by
the quasi-likelihood BIC; periods far above the fit, and their neighbours, are left out and the fit is repeated.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

from gongzhi.methods.counts.newton_kernel import climb, newton
from gongzhi.methods.counts.week_kernel import own_weeks

RARE = 0.002  # a period is left out when its count had a chance of this or less
RAREST = 1e-5  # the same where the dispersion changes with the season
AFTER = 2  # periods left out after such a one
NODES = 16  # means at which the cut is tabled
NEAR_ONE, NEAR_WIDE = 0.4, 1.33  # standard errors taken off a dispersion that may well be 1, and how near that is
HIDES, HIDDEN = 4.0, 0.006  # what the choice of a model hides: so many times the log dispersion's variance, up to this
BINS, NEAR, UNEVEN = 26, 2, 4.5  # times of year, neighbours pooled, standard errors that make them differ
FEW = 5.0  # cases in all needed for more than a level
ROUNDS, WEEK_ROUNDS, SEASON_ROUNDS = 6, 3, 4
CLIPPED, OFTEN = 16.0, 1.6  # squared residuals at most; mean of the usual years that makes a season uneven


@njit(cache=True, error_model="numpy")
def cut(mean, phi, rare) -> tuple[float, float, float]:
    """The highest count kept, and what the cut leaves of the mean and of the variance (each as a share).

    Kept is what has a chance of more than `rare` of being reached or exceeded.
    """
    over = phi > 1.0 + 1e-9
    size = mean / (phi - 1.0) if over else 0.0
    q = 1.0 - 1.0 / phi
    low = max(0, int(mean - 9.0 * math.sqrt(phi * mean)))
    if over:
        log = math.lgamma(low + size) - math.lgamma(size) - math.lgamma(low + 1.0) - size * math.log(phi)
        log += low * math.log(q) if low > 0 else 0.0
    else:
        log = low * math.log(mean) - mean - math.lgamma(low + 1.0)
    mass = math.exp(log)
    x = float(low)
    total = 0.0
    first = 0.0
    second = 0.0
    while True:
        total += mass
        first += mass * (x - mean)
        second += mass * (x - mean) * (x - mean)
        if (x >= 2.0 and (total >= 1.0 - rare or (mass < 1e-16 and x > mean))) or not mass >= 0.0:
            break
        mass *= q * (x + size) / (x + 1.0) if over else mean / (x + 1.0)
        x += 1.0
    first /= total
    return x, 1.0 + first / mean, (second / total - first * first) / (phi * mean)


@njit(cache=True, error_model="numpy")
def cuts(mu, phi, table) -> tuple[float, float]:
    """Tables `cut` on NODES means that span mu; returns log of the lowest and nodes a unit of log mean."""
    low = mu.min()
    high = mu.max()
    start = math.log(low)
    wide = max(math.log(high) - start, 1e-6)
    for g in range(NODES):
        mean = math.exp(start + wide * (g + 0.5) / NODES)
        table[g, 0], table[g, 1], table[g, 2] = cut(mean, phi, RARE)
    return start, NODES / wide


@njit(cache=True, error_model="numpy")
def pearson(y, mu, kept, shares, p, about) -> tuple[float, float]:
    """Dispersion of the kept periods, at least 1, and the variance of its logarithm; p: parameters spent.

    mu: means below the cut; shares[:, 1]: what the cut leaves of the variance; about: a first guess. A squared
    residual has the variance 2 + excess kurtosis, so sparse periods weigh less.
    """
    s = 0.0
    n = 0.0
    m = 0
    sure = 0.0
    for t in range(len(y)):
        if kept[t]:
            r = y[t] - mu[t]
            mean = mu[t] / shares[t, 0]
            weight = 1.0 / (2.0 + (6.0 * (about - 1.0) + 1.0 / about) / mean)
            s += weight * r * r / mean
            n += weight * shares[t, 1]
            sure += weight
            m += 1
    return max(1.0, s / n * m / max(1.0, m - p)), 1.0 / sure


@njit(cache=True, error_model="numpy")
def deviance(y, mu, kept) -> float:
    """Twice the log-likelihood a perfect Poisson fit would gain."""
    s = 0.0
    for t in range(len(y)):
        if kept[t]:
            s += (y[t] * math.log(y[t] / mu[t]) if y[t] > 0.0 else 0.0) - (y[t] - mu[t])
    return 2.0 * s


@njit(cache=True, error_model="numpy")
def keep(y, mu, phi, offset, kept, shares, held, table) -> bool:
    """Mark the periods that are no outbreak, and what the cut leaves of each; whether anything changed.

    mu: means below the last cut; shares: (n, 2) what it left of mean and variance; held: offset + log share.
    """
    for t in range(len(y)):
        mu[t] /= shares[t, 0]
    start, scale = cuts(mu, phi, table)
    changed = False
    away = 0
    for t in range(len(y)):
        g = min(NODES - 1, max(0, int((math.log(mu[t]) - start) * scale)))
        away = AFTER + 1 if y[t] > table[g, 0] else away
        now = away <= 0
        away -= 1
        changed = changed or kept[t] != now
        kept[t] = now
        if away == AFTER and t > 0:
            kept[t - 1] = False
        shares[t, 0] = table[g, 1]
        shares[t, 1] = table[g, 2]
        held[t] = offset[t] + math.log(table[g, 1])
        mu[t] *= table[g, 1]
    return changed


@njit(cache=True, error_model="numpy")
def look(y, design, offset, widest, scratch, beta, kept, mu, shares, held, table) -> float:
    """Look for outbreaks with a large season, so that no season is built from one; returns the dispersion."""
    matrix, gradient, step = scratch
    phi = 1.0
    for _ in range(3):
        climb(y, design, held, kept, widest, beta, mu, matrix, gradient, step, 0.05)
        phi, _sure = pearson(y, mu, kept, shares, widest, phi)
        keep(y, mu, phi, offset, kept, shares, held, table)
    return phi


@njit(cache=True, error_model="numpy")
def choose(y, design, held, fixed, orders, scratch, beta, kept, mu, phi) -> int:
    """The number of columns with the best quasi-likelihood BIC; beta is set to that fit."""
    matrix, gradient, step = scratch
    best, p, worse = math.inf, fixed, 0
    chosen = beta.copy()
    beta[fixed:] = 0.0
    for order in orders:
        q = fixed + 2 * order
        climb(y, design, held, kept, q, beta, mu, matrix, gradient, step, 0.02)
        loss = deviance(y, mu, kept) / phi + q * math.log(float(len(y)))
        worse += 1
        if loss < best:
            best, p, worse = loss, q, 0
            chosen[:] = beta
        if worse == 2:
            break
    beta[:] = chosen
    beta[p:] = 0.0
    return p


@njit(cache=True, error_model="numpy")
def refit(y, design, offset, p, cost, scratch, beta, kept, mu, shares, held, table, phi) -> float:
    """Fit and cut in turn until nothing changes; returns the dispersion."""
    matrix, gradient, step = scratch
    for _ in range(ROUNDS):
        climb(y, design, held, kept, p, beta, mu, matrix, gradient, step, 1e-4)
        before = phi
        phi, _unsure = pearson(y, mu, kept, shares, p + cost, phi)
        if not keep(y, mu, phi, offset, kept, shares, held, table) and abs(phi - before) < 0.002 * phi:
            break
    return phi


@njit(cache=True, error_model="numpy")
def with_weeks(y, design, offset, p, scratch, beta, kept, mu, shares, held, table, phi, own) -> tuple[float, float]:
    """Weeks of the year that have something of their own: sets them and fits again around them; (phi, cost)."""
    week, base, effect, loose, sums = own
    cost = 0.0
    for _ in range(WEEK_ROUNDS):
        cost = own_weeks(y, mu, kept, week, effect, loose, sums, cost > 0.0)
        for t in range(len(y)):
            base[t] = offset[t] + effect[week[t]]
        if cost == 0.0:
            break
        for t in range(len(y)):
            held[t] = base[t] + math.log(shares[t, 0])
        phi = refit(y, design, base, p, cost, scratch, beta, kept, mu, shares, held, table, phi)
    return phi, cost


@njit(cache=True, error_model="numpy")
def fitted(
    y, design, offset, fixed, orders, scratch, beta, kept, mu, shares, held, table, own
) -> tuple[int, float, float]:  # fmt: skip
    """Choose the harmonics, fit without outbreaks; returns the number of columns, phi and the variance of its log.

    own: (week of the year of each period, offset with the effects of the weeks, these effects, their variance over
    the dispersion, room for sums); all but the first are filled.
    """
    matrix, gradient, step = scratch
    kept[:] = True
    shares[:] = 1.0
    held[:] = offset
    own[1][:] = offset
    own[2][:] = 0.0
    own[3][:] = 0.0
    beta[:] = 0.0
    total = y.sum()
    beta[0] = math.log((total + 0.5) / np.exp(offset).sum())
    if total < FEW:  # a level, and no more
        matrix[0, 0] = math.sqrt(total + 0.5)
        mu[:] = np.exp(offset + beta[0])
        return 1, 1.0, 0.0
    widest = fixed + 2 * orders[max(0, len(orders) - 2)]
    phi = look(y, design, offset, widest, scratch, beta, kept, mu, shares, held, table)
    p = choose(y, design, held, fixed, orders, scratch, beta, kept, mu, phi)
    phi = refit(y, design, offset, p, 0.0, scratch, beta, kept, mu, shares, held, table, phi)
    phi, cost = with_weeks(y, design, offset, p, scratch, beta, kept, mu, shares, held, table, phi, own)
    # the factor of the last step's matrix serves the errors of predictions
    newton(y, design, held, kept, p, beta, mu, matrix, gradient, step)
    phi, unsure = pearson(y, mu, kept, shares, p + cost, phi)
    # a dispersion may not be below 1, so near 1 it is too high on average; where it is free, what the choice of the
    # model hides makes it too low, and the first of its error counts more (chosen on seeds 77 and 78)
    error = math.sqrt(unsure)
    close = math.exp(-(((phi - 1.0) / (NEAR_WIDE * error * phi)) ** 2))
    return p, max(1.0, phi * (1.0 - NEAR_ONE * error * close)), unsure + HIDES * (1.0 - close) * min(unsure, HIDDEN)


@njit(cache=True, error_model="numpy")
def season_spread(y, mu, kept, shares, season, phi, profile, sure) -> float:
    """Dispersion by time of year: fills profile and sure (its log's information); greatest distance from phi in
    standard errors. A wave that comes now early and now late, or a holiday that moves, shows here.
    """
    sums = np.zeros((BINS, 3))
    for t in range(len(y)):
        if kept[t]:
            mean = mu[t] / shares[t, 0]
            r = y[t] - mu[t]
            weight = 1.0 / (2.0 + (6.0 * (phi - 1.0) + 1.0 / phi) / mean)
            sums[season[t], 0] += weight * r * r / mean
            sums[season[t], 1] += weight * shares[t, 1]
            sums[season[t], 2] += weight
    far = 0.0
    for b in range(BINS):
        top = 0.0
        low = 1e-9
        information = 1e-9
        for step in range(-NEAR, NEAR + 1):
            top += sums[(b + step) % BINS, 0]
            low += sums[(b + step) % BINS, 1]
            information += sums[(b + step) % BINS, 2]
        profile[b] = max(1.0, top / low)
        sure[b] = information
        far = max(far, math.log(profile[b] / phi) * math.sqrt(information))
    return far


@njit(cache=True, error_model="numpy")
def yearly_spread(y, mu, shares, season, phi, profile) -> float:
    """Dispersion by time of year with nothing left out, residuals clipped: fills profile; the greatest mean over the
    years without the two highest, as a share of phi. What sticks out in so many years is the season, no outbreak.
    """
    years = 1
    for t in range(1, len(y)):
        years += 1 if season[t] < season[t - 1] else 0
    sums, sizes = np.zeros((years, BINS)), np.zeros((years, BINS))
    year = 0
    for t in range(len(y)):
        year += 1 if t > 0 and season[t] < season[t - 1] else 0
        mean = mu[t] / shares[t, 0]
        sums[year, season[t]] += min(CLIPPED, (y[t] - mean) * (y[t] - mean) / (phi * mean))
        sizes[year, season[t]] += 1.0
    far = 0.0
    each, many = np.zeros(years), np.zeros(years)
    for b in range(BINS):
        each[:] = 0.0
        many[:] = 0.0
        for step in range(-NEAR, NEAR + 1):
            each += sums[:, (b + step) % BINS]
            many += sizes[:, (b + step) % BINS]
        profile[b] = max(1.0, phi * each.sum() / many.sum())
        order = np.argsort(each / np.maximum(many, 1.0))[: max(1, years - 2)]
        far = max(far, each[order].sum() / max(1.0, many[order].sum()))
    return far


@njit(cache=True, error_model="numpy")
def by_season(y, design, offset, season, p, scratch, beta, kept, mu, shares, held, phi, profile, sure) -> bool:
    """Where one dispersion does not do for all the year: cut, fit and spread again with one for each time of year."""
    matrix, gradient, step = scratch
    far = season_spread(y, mu, kept, shares, season, phi, profile, sure)
    if yearly_spread(y, mu, shares, season, phi, sure) > OFTEN:
        profile[:] = sure
    elif far < UNEVEN:
        return False
    n = len(y)
    for _ in range(SEASON_ROUNDS):
        away = 0
        for t in range(n):
            most, first, second = cut(mu[t] / shares[t, 0], profile[season[t]], RAREST)
            away = AFTER + 1 if y[t] > most else away
            kept[t] = away <= 0
            away -= 1
            shares[t, 0], shares[t, 1] = first, second
            held[t] = offset[t] + math.log(first)
        climb(y, design, held, kept, p, beta, mu, matrix, gradient, step, 1e-3)
        newton(y, design, held, kept, p, beta, mu, matrix, gradient, step)
        season_spread(y, mu, kept, shares, season, phi, profile, sure)
    return True
