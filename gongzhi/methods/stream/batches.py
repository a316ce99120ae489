"""Events that come in batches: how much more they vary than they should, and how far a limit must be raised for it.

Measured: variance over mean of the counts of each key, by the hour and by the day, about what its rhythm lets expect.

Used: events in geometric batches of that dispersion d are a compound Poisson process, mean batch (d + 1) / 2. The
chart of rise rho, V, then has E V^theta constant for the theta below 1 that solves

    p (s - 1) / (1 - (1 - p) s) = theta (rho - 1),   s = rho^theta,   p = 2 / (1 + d),

the adjustment coefficient of Cramer and Lundberg: false alarms at the limit h come as often as h^-theta, not h^-1
(Asmussen & Albrecher 2010, Ruin Probabilities, ch. IV). The mixture's limit is raised until its charts together give
what the limit of single events gave.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.stream import learn, mixture
from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
HOURS = 24
DRAWN = 50.0  # independent squares as many as which the dispersion of the key's rhythm weighs
STEPS = 60  # of bisections


def dispersion(
    keys: ArrayLike, seconds: ArrayLike, past: learn.Calendar, *, number: int, follows: Sequence[int] | None = None
) -> Reals:
    """Variance over mean of each key's counts, (number,), at least 1: the larger of that by the hour and by the day.

    Arguments and refusals as `learn.learn`. A key's own is drawn towards that of its rhythm as far as it is unsure.
    Days far from what the rhythm expects are left out; a burst of one key alone counts as a batch of its.
    """
    which, when, lines = learn.taken(keys, seconds, past, number, follows)
    day = np.searchsorted(past.begins, when, side="right") - 1
    hour = np.minimum((when - past.begins[day]) * HOURS // np.diff(past.begins)[day], HOURS - 1)
    out = np.ones(number)
    for line in range(int(lines.max()) + 1):
        mine = lines[which] == line
        expected, usual = learn.shape(day[mine], hour[mine], past)
        mine[mine] = usual[day[mine]]
        kept = expected * usual[:, None]
        cell = day[mine] * HOURS + hour[mine]
        members = np.flatnonzero(lines == line)
        by_hour = _by_key(which[mine], cell, kept.ravel(), number)
        by_day = _by_key(which[mine], day[mine], kept.sum(axis=1), number)
        out[members] = np.maximum(by_hour, by_day)[members]
    return out


def _by_key(which: NDArray[np.int64], cell: NDArray[np.int64], expected: Reals, number: int) -> Reals:
    """Dispersion of all keys over cells whose expectations are in the proportion of `expected`."""
    held = np.bincount(which, minlength=number).astype(np.float64)
    share = expected / max(float(expected.sum()), 1e-300)
    pairs, many = np.unique(which * len(share) + cell, return_counts=True)
    key, at = pairs // len(share), pairs % len(share)
    off = many.astype(np.float64) * (many - 2.0 * held[key] * share[at])
    # sum (N - m)^2 = sum over the cells with events of N^2 - 2 N m, and m^2 over all; a fitted total costs one cell
    square = np.bincount(key, weights=off, minlength=number) + held**2 * float((share**2).sum())
    alive = held * (1.0 - float((share**2).sum()))
    common = max(1.0, float(square.sum() / max(float(alive.sum()), 1e-300))) if held.sum() else 1.0
    # so sure is a key's own: its variance is (2 + 1 / mean) / cells about a dispersion of 1
    sure = 1.0 / (2.0 / max(1, int((share > 0).sum())) + 1.0 / np.maximum(alive, 1e-9))
    return np.maximum(1.0, (sure * square / np.maximum(alive, 1e-9) + DRAWN * common) / (sure + DRAWN))


def exponents(dispersed: ArrayLike, rises: ArrayLike = mixture.RISES) -> Reals:
    """theta of each chart, (keys, rises): 1 where the dispersion is 1."""
    d = np.atleast_1d(np.asarray(dispersed, np.float64))[:, None]
    rho = np.asarray(rises, np.float64)[None, :]
    if np.any(~np.isfinite(d)) or np.any(d < 1):
        raise StreamError("A dispersion is a number of at least 1.")
    p = 2.0 / (1.0 + d)
    low, high = np.zeros(np.broadcast_shapes(d.shape, rho.shape)), np.ones(np.broadcast_shapes(d.shape, rho.shape))
    for _ in range(STEPS):
        theta = (low + high) / 2
        s = rho**theta
        room = 1.0 - (1.0 - p) * s
        above = (room <= 0) | (p * (s - 1.0) > theta * (rho - 1.0) * np.maximum(room, 0.0))
        low, high = np.where(above, low, theta), np.where(above, theta, high)
    return np.where(d > 1 + 1e-9, low, 1.0)


def raised(limits: ArrayLike, dispersed: ArrayLike) -> Reals:
    """Limits of the bank's mixture as false with batches of this dispersion as the given ones are with single events.

    limits, dispersed: (keys,). Never below the given ones.
    """
    plain = np.atleast_1d(np.asarray(limits, np.float64))
    theta = exponents(np.broadcast_to(np.asarray(dispersed, np.float64), plain.shape))
    weights = np.asarray(mixture.WEIGHTS, np.float64)[None, :]
    low, high = np.log(plain), np.log(plain) / theta.min(axis=1) + 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        often = np.exp(-theta * (middle[:, None] - np.log(weights))).sum(axis=1)
        low, high = np.where(often > 1 / plain, middle, low), np.where(often > 1 / plain, high, middle)
    return np.maximum(plain, np.exp(high))
