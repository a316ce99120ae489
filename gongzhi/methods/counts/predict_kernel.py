"""Compiled: predictions of the calibrated rule, the p-values of what was seen and the highest usual counts."""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

from gongzhi.methods.counts import pair
from gongzhi.methods.counts.level_kernel import chosen_discount, levels
from gongzhi.methods.counts.newton_kernel import forward
from gongzhi.methods.counts.smooth_kernel import BINS, NODES, by_season, fitted

UNSURE = 1.5  # how much the error of the dispersion widens a prediction, right for tails near 0.01
WIDER = 2.5  # how far a time of year's own dispersion is believed: waves that wander have long tails


@njit(cache=True, error_model="numpy")
def expected(design, offset, beta, p, i, stop, whole) -> None:
    """Means of the periods i to stop under a fit."""
    for t in range(i, stop):
        eta = offset[t]
        for c in range(p):
            eta += design[t, c] * beta[c]
        whole[t] = math.exp(min(eta, 25.0))


@njit(cache=True, error_model="numpy")
def error(factor, row, p, column, out) -> float:
    """x' (X' W X)^-1 x for one row of the design, from the Cholesky factor."""
    for c in range(p):
        column[c] = row[c]
    forward(factor, column, p, out)
    square = 0.0
    for c in range(p):
        square += out[c] * out[c]
    return square


@njit(cache=True, error_model="numpy")
def one_series(y, design, offset, season, at, blocks, begins, ends, fixed, orders, discounts, lag, rooms, out) -> None:
    """Predictions of one series, out (asked, 4)."""
    scratch, beta, column, kept, mu, whole, shares, held, table, ratio, profile, sure = rooms
    fit = -1
    p, phi, unsure, discount, uneven = 0, 1.0, 0.0, 1.0, False
    stop = at[-1] + 1
    for k in range(len(at)):
        i, j = begins[blocks[k]], ends[blocks[k]]
        n = j - i
        now = at[k]
        if fit != blocks[k]:
            fit = blocks[k]
            p, phi, unsure = fitted(
                y[i:j], design[i:j], offset[i:j], fixed, orders, scratch, beta, kept[:n], mu[:n], shares[:n],
                held[:n], table,
            )  # fmt: skip
            uneven = p > 1 and by_season(
                y[i:j], design[i:j], offset[i:j], season[i:j], p, scratch, beta, kept[:n], mu[:n], shares[:n],
                held[:n], phi, profile, sure,
            )  # fmt: skip
            discount = chosen_discount(y[i:j], mu[:n], phi, discounts, ratio)
            expected(design, offset, beta, p, i, stop, whole)
            if discount < 1.0:
                levels(y[i:stop], whole[i:stop], phi, discount, ratio)
        factor, square = 1.0, error(scratch[0], design[now], p, column, scratch[2])
        if discount < 1.0:
            factor, square = ratio[now - lag - i, 0], 1.0 / ratio[now - lag - i, 1]
        factor *= 1.0 + 0.5 * square * phi  # as Jeffreys' prior does
        b = season[now]
        out[k, 0], out[k, 1] = whole[now - 1] * factor, whole[now] * factor
        here = phi + WIDER * max(0.0, profile[b] - phi) if uneven else phi
        out[k, 2] = here * (1.0 + UNSURE * (1.0 / sure[b] if uneven else unsure))
        out[k, 3] = math.sqrt(square * phi)


@njit(cache=True, error_model="numpy", nogil=True)
def predict(counts, design, offsets, season, at, blocks, begins, ends, fixed, orders, discounts, lag, out) -> None:
    """Means of the period before and of now, dispersion and standard error of log mean, out (series, asked, 4).

    blocks: (asked,) the fit each position uses; begins, ends: (fits,) its history, half-open; fixed: the first
    columns of the design, always used; lag: periods before now that do not move the level.
    """
    length, p_max = design.shape
    scratch = (np.empty((p_max, p_max)), np.empty(p_max), np.empty(p_max))
    rooms = (
        scratch, np.empty(p_max), np.empty(p_max), np.empty(length, np.bool_), np.empty(length), np.empty(length),
        np.empty((length, 2)), np.empty(length), np.empty((NODES, 3)), np.empty((length, 2)), np.empty(BINS),
        np.empty(BINS),
    )  # fmt: skip
    for s in range(counts.shape[0]):
        one_series(
            counts[s], design, offsets[s], season, at, blocks, begins, ends, fixed, orders, discounts, lag, rooms,
            out[s],
        )  # fmt: skip


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
