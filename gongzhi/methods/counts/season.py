"""The known mean that CUSUM and GLR charts want: a level and one wave a year, fitted to a first stretch by Poisson."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
STEPS = 100


def seasonal_mean(counts: NDArray, learn: int, *, period: float = 52, trend: bool = False) -> Reals:
    """Expected counts of all periods (series, periods) from a Poisson fit to the first `learn` of them.

    log mean = a + b cos + c sin of one wave a year, with `trend` also a change in time. Raises ValueError when
    `learn` is less than a year and the fit would be empty, or a series has no case in it.
    """
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    if not period <= learn <= y.shape[1]:
        raise ValueError(f"a mean needs a year to learn from, at most the {y.shape[1]} periods there are, not {learn}")
    t = np.arange(1, y.shape[1] + 1, dtype=np.float64)
    columns = [np.ones_like(t), np.cos(2 * np.pi * t / period), np.sin(2 * np.pi * t / period)]
    design = np.stack([*columns, t / learn] if trend else columns, axis=1)
    out = np.empty(y.shape)
    for s, row in enumerate(y):
        if row[:learn].sum() == 0:
            raise ValueError(f"series {s + 1} has no case in the first {learn} periods; a mean of 0 judges nothing")
        out[s] = np.exp(design @ _fit(row[:learn], design[:learn]))
    return out


def _fit(y: Reals, design: Reals) -> Reals:
    """Newton's method from the mean; a step is shortened where it would be wild."""
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(y.mean())
    for _ in range(STEPS):
        mean = np.exp(np.clip(design @ beta, -30, 30))
        hessian = design.T @ (design * mean[:, None]) + 1e-10 * np.eye(len(beta))
        step = np.linalg.solve(hessian, design.T @ (y - mean))
        beta = beta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < 1e-10:
            break
    return beta


def overdispersion(counts: NDArray, mean: NDArray) -> Reals:
    """a of the variance m + a m^2, (series,), by moments; 0 where the counts vary no more than Poisson."""
    y, m = np.atleast_2d(np.asarray(counts, dtype=np.float64)), np.atleast_2d(np.asarray(mean, dtype=np.float64))
    return np.asarray(np.maximum(0.0, ((y - m) ** 2 - m).sum(axis=1) / (m**2).sum(axis=1)))
