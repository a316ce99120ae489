"""Compiled heart of the calibrated rule: a robust log-linear fit with a trend and a smooth season, and its level.

log mu_t = a + b t + sum_j (c_j cos + s_j sin), by quasi-likelihood with variance phi mu; the number of harmonics by
the quasi-likelihood BIC; weeks far above the fit, and the two after them, are left out and the fit is repeated. What
the fit cannot follow (a level that shifts) is followed by a ratio of discounted sums of counts and fits, whose
discount the series chooses itself by predictive likelihood.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

from gongzhi.methods.counts import pair

RARE = 0.002  # a period is left out when its count had a chance of this or less
NEAR_ONE = 0.4  # standard errors taken off a dispersion that may well be 1
UNSURE = 1.5  # how much the error of the dispersion widens a prediction, right for tails near 0.01
WIDER = 2.5  # how much of such an excess is believed: waves that wander have longer tails than their variance says
BINS, NEAR, UNEVEN = 26, 2, 4.5  # times of year, neighbours pooled, standard errors that make them differ
RAREST = 1e-5  # the same where the dispersion changes with the season
NODES = 16  # means at which the cut is tabled
FAR = 3.1  # Anscombe residual beyond which a period does not move the level
FEW = 5.0  # cases in all needed for more than a level
AFTER = 2  # periods left out after such a one
NEW_LEVEL = 8  # so many in a row are no outbreak but a new level
RIDGE, FREE = 3.0, 0.03  # prior precision of harmonics, and of the change over the whole history, on the log scale
ROUNDS = 6
GAIN = 7.0  # log likelihood a discount must gain over none


@njit(cache=True, error_model="numpy")
def solve(matrix, vector, p, out) -> None:
    """out = matrix^-1 vector for a positive definite matrix (lower half used, overwritten by its Cholesky factor)."""
    for i in range(p):
        for j in range(i + 1):
            s = matrix[i, j]
            for k in range(j):
                s -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = math.sqrt(max(s, 1e-12)) if i == j else s / matrix[j, j]
    forward(matrix, vector, p, out)
    for i in range(p - 1, -1, -1):
        s = out[i]
        for k in range(i + 1, p):
            s -= matrix[k, i] * out[k]
        out[i] = s / matrix[i, i]


@njit(cache=True, error_model="numpy")
def forward(factor, vector, p, out) -> None:
    """out = factor^-1 vector for a lower triangular factor."""
    for i in range(p):
        s = vector[i]
        for k in range(i):
            s -= factor[i, k] * out[k]
        out[i] = s / factor[i, i]


@njit(cache=True, error_model="numpy")
def newton(y, design, offset, kept, p, beta, mu, matrix, gradient, step) -> float:
    """One step of the penalised Poisson fit; fills mu at the old beta; returns the greatest change."""
    n = len(y)
    matrix[:p, :p] = 0.0
    gradient[:p] = 0.0
    for i in range(p):
        ridge = 0.0 if i == 0 else FREE if i == 1 else RIDGE
        matrix[i, i] = ridge
        gradient[i] = -ridge * beta[i]
    for t in range(n):
        eta = offset[t]
        for j in range(p):
            eta += design[t, j] * beta[j]
        m = math.exp(min(eta, 25.0))
        mu[t] = m
        if not kept[t]:
            continue
        r = y[t] - m
        for i in range(p):
            x = design[t, i]
            gradient[i] += r * x
            xm = x * m
            for j in range(i + 1):
                matrix[i, j] += xm * design[t, j]
    solve(matrix, gradient, p, step)
    most = 0.0
    for i in range(p):
        most = max(most, abs(step[i]))
    if most > 2.0:  # far from the maximum: a shorter step
        for i in range(p):
            step[i] *= 2.0 / most
    for i in range(p):
        beta[i] += step[i]
    return most


@njit(cache=True, error_model="numpy")
def climb(y, design, offset, kept, p, beta, mu, matrix, gradient, step, near) -> None:
    """The maximum, up to the square of `near`; mu is one step behind."""
    for _ in range(40):
        if newton(y, design, offset, kept, p, beta, mu, matrix, gradient, step) < near:
            break


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
    """Dispersion of the kept periods, at least 1, and the variance of its logarithm.

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
    return max(1.0, s / n * m / max(1, m - p)), 1.0 / sure


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
def fitted(y, design, offset, fixed, orders, scratch, beta, kept, mu, shares, held, table) -> tuple[int, float, float]:
    """Choose the harmonics, fit without outbreaks; returns the number of columns, phi and the variance of its log."""
    matrix, gradient, step = scratch
    n = len(y)
    kept[:] = True
    shares[:] = 1.0
    held[:] = offset
    beta[:] = 0.0
    total = 0.0
    base = 0.0
    for t in range(n):
        total += y[t]
        base += math.exp(offset[t])
    beta[0] = math.log((total + 0.5) / base)
    if total < FEW:  # a level, and no more
        matrix[0, 0] = math.sqrt(total + 0.5)
        mu[:] = np.exp(offset + beta[0])
        return 1, 1.0, 0.0
    # outbreaks are first looked for with a large season, so that no season is built from one
    widest = fixed + 2 * orders[max(0, len(orders) - 2)]
    wide = 1.0
    for _ in range(3):
        climb(y, design, held, kept, widest, beta, mu, matrix, gradient, step, 0.05)
        wide, _ = pearson(y, mu, kept, shares, widest, wide)
        keep(y, mu, wide, offset, kept, shares, held, table)
    best, p = math.inf, fixed
    chosen = beta.copy()
    beta[fixed:] = 0.0
    worse = 0
    for order in orders:
        q = fixed + 2 * order
        climb(y, design, held, kept, q, beta, mu, matrix, gradient, step, 0.02)
        loss = deviance(y, mu, kept) / wide + q * math.log(float(n))
        worse += 1
        if loss < best:
            best, p, worse = loss, q, 0
            chosen[:] = beta
        if worse == 2:
            break
    beta[:] = chosen
    beta[p:] = 0.0
    phi = wide
    for _ in range(ROUNDS):
        climb(y, design, held, kept, p, beta, mu, matrix, gradient, step, 1e-4)
        before = phi
        phi, _ = pearson(y, mu, kept, shares, p, phi)
        if not keep(y, mu, phi, offset, kept, shares, held, table) and abs(phi - before) < 0.002 * phi:
            break
    # the factor of the last step's matrix serves the errors of predictions
    newton(y, design, held, kept, p, beta, mu, matrix, gradient, step)
    phi, unsure = pearson(y, mu, kept, shares, p, phi)
    # a dispersion may not be below 1, so near 1 it is too high on average
    error = math.sqrt(unsure)
    near = (phi - 1.0) / (2.0 * error * phi)
    return p, max(1.0, phi * (1.0 - NEAR_ONE * error * math.exp(-near * near))), unsure


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
def by_season(y, design, offset, season, p, scratch, beta, kept, mu, shares, held, phi, profile, sure) -> bool:
    """Where one dispersion does not do for all the year: cut, fit and spread again with one for each time of year."""
    matrix, gradient, step = scratch
    if season_spread(y, mu, kept, shares, season, phi, profile, sure) < UNEVEN:
        return False
    n = len(y)
    for _ in range(3):
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


@njit(cache=True, error_model="numpy", nogil=True)
def predict(counts, design, offsets, season, at, blocks, begins, ends, fixed, orders, discounts, lag, out) -> None:
    """Means of the period before and of now, dispersion and standard error of log mean, out (series, asked, 4).

    blocks: (asked,) the fit each position uses; begins, ends: (fits,) its history, half-open; fixed: the first
    columns of the design, always used; lag: periods before now that do not move the level.
    """
    length, p_max = design.shape
    beta = np.empty(p_max)
    scratch = (np.empty((p_max, p_max)), np.empty(p_max), np.empty(p_max))
    kept, mu, whole = np.empty(length, np.bool_), np.empty(length), np.empty(length)
    shares, held, table = np.empty((length, 2)), np.empty(length), np.empty((NODES, 3))
    ratio = np.empty((length, 2))
    profile, sure = np.empty(BINS), np.empty(BINS)
    uneven = False
    column = np.empty(p_max)
    for s in range(counts.shape[0]):
        fit = -1
        p, phi, unsure, discount = 0, 1.0, 0.0, 1.0
        y = counts[s]
        offset = offsets[s]
        for k in range(len(at)):
            i, j = begins[blocks[k]], ends[blocks[k]]
            now = at[k]
            if fit != blocks[k]:
                fit = blocks[k]
                p, phi, unsure = fitted(
                    y[i:j], design[i:j], offset[i:j], fixed, orders, scratch, beta, kept[: j - i], mu[: j - i],
                    shares[: j - i], held[: j - i], table,
                )  # fmt: skip
                uneven = p > 1 and by_season(
                    y[i:j], design[i:j], offset[i:j], season[i:j], p, scratch, beta, kept[: j - i], mu[: j - i],
                    shares[: j - i], held[: j - i], phi, profile, sure,
                )  # fmt: skip
                discount = chosen_discount(y[i:j], mu[: j - i], phi, discounts, ratio)
                last = at[-1] + 1
                for t in range(i, last):
                    eta = offset[t]
                    for c in range(p):
                        eta += design[t, c] * beta[c]
                    whole[t] = math.exp(min(eta, 25.0))
                if discount < 1.0:
                    levels(y[i:last], whole[i:last], phi, discount, ratio)
            for c in range(p):
                column[c] = design[now, c]
            forward(scratch[0], column, p, scratch[2])
            square = 0.0
            for c in range(p):
                square += scratch[2][c] * scratch[2][c]
            factor = 1.0
            if discount < 1.0:
                factor = ratio[now - lag - i, 0]
                square = 1.0 / ratio[now - lag - i, 1]
            factor *= 1.0 + 0.5 * square * phi  # as Jeffreys' prior does
            out[s, k, 0] = whole[now - 1] * factor
            out[s, k, 1] = whole[now] * factor
            here = phi + WIDER * max(0.0, profile[season[now]] - phi) if uneven else phi
            out[s, k, 2] = here * (1.0 + UNSURE * (1.0 / sure[season[now]] if uneven else unsure))
            out[s, k, 3] = math.sqrt(square * phi)


@njit(cache=True, error_model="numpy", nogil=True)
def p_values(counts, at, means, last, out) -> None:
    """P(T >= t) and P(T = t), out (series, asked, 2), from what `predict` gave."""
    for s in range(counts.shape[0]):
        for k in range(len(at)):
            m0, m1, phi, se = means[s, k, 0], means[s, k, 1], means[s, k, 2], means[s, k, 3]
            out[s, k, 0], out[s, k, 1] = pair.judged(
                counts[s, at[k] - 1], counts[s, at[k]], m0, phi + se * se * m0, m1, phi + se * se * m1, last
            )


@njit(cache=True, error_model="numpy", nogil=True)
def bounds(counts, at, means, last, alpha, out) -> None:
    """Highest usual counts, out (series, asked)."""
    for s in range(counts.shape[0]):
        for k in range(len(at)):
            m0, m1, phi, se = means[s, k, 0], means[s, k, 1], means[s, k, 2], means[s, k, 3]
            out[s, k] = pair.highest(counts[s, at[k] - 1], m0, phi + se * se * m0, m1, phi + se * se * m1, alpha, last)
