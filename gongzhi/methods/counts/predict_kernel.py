"""Compiled: predictions of the calibrated rule, the p-values of what was seen and the highest usual counts."""

# mypy: allow-untyped-defs, allow-incomplete-defs
# numba infers the types of compiled functions; their meaning stands in each docstring
from __future__ import annotations

import math

import numpy as np
from numba import njit

from gongzhi.methods.counts import pair
from gongzhi.methods.counts.level_kernel import follow
from gongzhi.methods.counts.newton_kernel import forward
from gongzhi.methods.counts.smooth_kernel import BINS, NODES, by_season, fitted
from gongzhi.methods.counts.wander_kernel import amplitudes, chosen_walk, walk

UNSURE = 0.6  # how much the error of the dispersion widens a prediction, right for tails near 0.01
WIDER = 3.0  # how far a time of year's own dispersion is believed: waves that wander have long tails
LOOSE = 2.0  # how far the spread of a process that wanders is believed, learned from a handful of years


@njit(cache=True, error_model="numpy")
def expected(design, offset, beta, p, week, effect, i, stop, whole) -> None:
    """Means of the periods i to stop under a fit."""
    for t in range(i, stop):
        eta = offset[t] + effect[week[t]]
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
def wandering(y, whole, season, i, j, stop, level, profile, phi, walked) -> float:
    """Follows a season that wanders: fills walked from i to stop (mean, variance / mean); its phi, or 0 for none."""
    base, steps, g = walked
    for t in range(i, stop):
        base[t] = whole[t] * level[t - i]
    memory, common = chosen_walk(y[i:j], base[i:j], season[i:j], profile, phi, WIDER, g, steps[i:j])
    if memory < 0.0:
        return 0.0
    amplitudes(base[i:j], season[i:j], profile, common, g)
    walk(y[i:stop], base[i:stop], season[i:stop], g, common, memory, LOOSE, 0, steps[i:stop])
    return common


@njit(cache=True, error_model="numpy")
def swayed(steps, now, common, unsure, extra, out) -> None:
    """The prediction of a period and the one before under a season that wanders; `extra`: the fit's own error."""
    for side in range(2):
        mean, spread = steps[now - 1 + side, 0], steps[now - 1 + side, 1]
        out[4 + side] = math.log1p(max(0.0, spread - common) / mean)
        mean *= 1.0 + 0.5 * extra
        out[side] = mean
        out[2 + side] = spread + UNSURE * unsure * common + extra * mean


@njit(cache=True, error_model="numpy")
def one_series(
    y, design, offset, season, week, at, blocks, begins, ends, fixed, orders, discounts, lag, rooms, out
) -> None:
    """Predictions of one series, out (asked, 6)."""
    scratch, beta, column, kept, mu, whole, shares, held, table, levels, profile, sure, own, walked = rooms
    states, level, cases = levels
    base, effect, loose, sums = own
    fit = -1
    p, phi, unsure, uneven, common = 0, 1.0, 0.0, False, 0.0
    stop = at[-1] + 1
    for k in range(len(at)):
        i, j = begins[blocks[k]], ends[blocks[k]]
        n = j - i
        now = at[k]
        if fit != blocks[k]:
            fit = blocks[k]
            p, phi, unsure = fitted(
                y[i:j], design[i:j], offset[i:j], fixed, orders, scratch, beta, kept[:n], mu[:n], shares[:n],
                held[:n], table, (week[i:j], base[:n], effect, loose, sums),
            )  # fmt: skip
            uneven = p > 1 and by_season(
                y[i:j], design[i:j], base[:n], season[i:j], p, scratch, beta, kept[:n], mu[:n], shares[:n],
                held[:n], phi, profile, sure,
            )  # fmt: skip
            expected(design, offset, beta, p, week, effect, i, stop, whole)
            follow(
                y[i:stop], whole[i:stop], phi, discounts, lag, n // 4, states, level[: stop - i], cases[: stop - i]
            )  # fmt: skip
            common = wandering(y, whole, season, i, j, stop, level, profile, phi, walked) if uneven else 0.0
        behind = cases[now - i]
        square = 1.0 / behind if behind > 0.0 else error(scratch[0], design[now], p, column, scratch[2])
        square += loose[week[now]]
        b = season[now]
        if common > 0.0:
            swayed(walked[1], now, common, unsure, square * common, out[k])
            continue
        factor = level[now - i] * (1.0 + 0.5 * square * phi)  # as Jeffreys' prior does
        out[k, 0], out[k, 1] = whole[now - 1] * factor, whole[now] * factor
        more = WIDER * max(0.0, profile[b] - phi) if uneven else 0.0
        here = (phi + more) * (1.0 + UNSURE * (1.0 / sure[b] if uneven else unsure))
        for side in range(2):
            out[k, 2 + side] = here + square * phi * out[k, side]
            out[k, 4 + side] = math.log1p(more / out[k, side])


@njit(cache=True, error_model="numpy", nogil=True)
def predict(
    counts, design, offsets, season, week, at, blocks, begins, ends, fixed, orders, discounts, lag, out
) -> None:
    """Means of the period before and of now, variance / mean of both, what of it is a mean that wanders (variance of
    its logarithm), out (series, asked, 6).

    blocks: (asked,) the fit each position uses; begins, ends: (fits,) its history, half-open; fixed: the first
    columns of the design, always used; lag: periods before now that do not move the level.
    """
    length, p_max = design.shape
    weeks = week.max() + 1
    scratch = (np.empty((p_max, p_max)), np.empty(p_max), np.empty(p_max))
    own = (np.empty(length), np.empty(weeks), np.empty(weeks), np.empty((weeks, 7)))
    walked = (np.empty(length), np.empty((length, 2)), np.empty(BINS))
    levels = (np.empty((len(discounts) + 1, 4)), np.empty(length), np.empty(length))
    rooms = (
        scratch, np.empty(p_max), np.empty(p_max), np.empty(length, np.bool_), np.empty(length), np.empty(length),
        np.empty((length, 2)), np.empty(length), np.empty((NODES, 3)), levels, np.empty(BINS),
        np.empty(BINS), own, walked,
    )  # fmt: skip
    for s in range(counts.shape[0]):
        one_series(
            counts[s], design, offsets[s], season, week, at, blocks, begins, ends, fixed, orders, discounts, lag,
            rooms, out[s],
        )  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True)
def p_values(counts, at, means, last, out) -> None:
    """P(T >= t) and P(T = t), out (series, asked, 2), from what `predict` gave."""
    for s in range(counts.shape[0]):
        for k in range(len(at)):
            m0, m1, spread0, spread1 = means[s, k, 0], means[s, k, 1], means[s, k, 2], means[s, k, 3]
            sway0, sway1 = means[s, k, 4], means[s, k, 5]
            out[s, k, 0], out[s, k, 1] = pair.judged(
                counts[s, at[k] - 1], counts[s, at[k]], m0, spread0, m1, spread1, last, sway0, sway1
            )


@njit(cache=True, error_model="numpy", nogil=True)
def bounds(counts, at, means, last, alpha, out) -> None:
    """Highest usual counts, out (series, asked)."""
    for s in range(counts.shape[0]):
        for k in range(len(at)):
            m0, m1, spread0, spread1 = means[s, k, 0], means[s, k, 1], means[s, k, 2], means[s, k, 3]
            sway0, sway1 = means[s, k, 4], means[s, k, 5]
            out[s, k] = pair.highest(counts[s, at[k] - 1], m0, spread0, m1, spread1, alpha, last, sway0, sway1)
