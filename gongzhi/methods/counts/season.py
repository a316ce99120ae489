"""The known mean that CUSUM and GLR charts want: a level and one wave a year, fitted to a first stretch by Poisson."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

Reals = NDArray[np.float64]
STEPS = 100


def seasonal_mean(counts: NDArray, learn: int, *, period: float = 52, trend: bool = False) -> Reals:
    """Expected counts of all periods (series, periods) from a Poisson fit to the first `learn` of them.

    log mean = a + b cos + c sin of one wave a year, with `trend` also a change in time. Raises ValueError when
    `learn` is less than a year and the fit would be empty, or a series has no case in it.
    """
    y, design = _asked(counts, learn, period, trend)
    return np.array([np.exp(design @ _fit(row[:learn], design[:learn])) for row in y])


def negative_binomial_mean(
    counts: NDArray, learn: int, *, period: float = 52, trend: bool = False
) -> tuple[Reals, Reals]:
    """Expected counts (series, periods) and a of the variance m + a m² (series,), together by maximum likelihood.

    The model of `seasonal_mean` with negative binomial counts (Lawless 1987); refuses as it does.
    """
    y, design = _asked(counts, learn, period, trend)
    means, found = np.empty(y.shape), np.empty(len(y))
    for s, row in enumerate(y):
        past, known = row[:learn], design[:learn]

        def loss(log_a: float, past: Reals = past, known: Reals = known) -> float:
            a = float(np.exp(log_a))
            return -_likelihood(past, np.exp(known @ _fit(past, known, a)), a)

        found[s] = np.exp(minimize_scalar(loss, bounds=(-12, 4), method="bounded", options={"xatol": 1e-9}).x)
        means[s] = np.exp(design @ _fit(past, known, found[s]))
    return means, found


def _likelihood(y: Reals, mean: Reals, a: float) -> float:
    """Log likelihood of negative binomial counts, without what depends on the counts alone."""
    size = 1 / a
    each = gammaln(y + size) - gammaln(size) - (y + size) * np.log1p(a * mean) + y * np.log(a * mean)
    return float(each.sum())


def _asked(counts: NDArray, learn: int, period: float, trend: bool) -> tuple[Reals, Reals]:
    """Counts (series, periods) and the columns of the regression; refused where they cannot be fitted."""
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    if not period <= learn <= y.shape[1]:
        raise ValueError(f"a mean needs a year to learn from, at most the {y.shape[1]} periods there are, not {learn}")
    for s, row in enumerate(y):
        if row[:learn].sum() == 0:
            raise ValueError(f"series {s + 1} has no case in the first {learn} periods; a mean of 0 judges nothing")
    t = np.arange(1, y.shape[1] + 1, dtype=np.float64)
    columns = [np.ones_like(t), np.cos(2 * np.pi * t / period), np.sin(2 * np.pi * t / period)]
    return y, np.stack([*columns, t / learn] if trend else columns, axis=1)


def _fit(y: Reals, design: Reals, a: float = 0.0) -> Reals:
    """Newton's method from the mean (of Fisher where `a` is above 0); a step is shortened where it would be wild."""
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(y.mean())
    for _ in range(STEPS):
        mean = np.exp(np.clip(design @ beta, -30, 30))
        weight = 1 / (1 + a * mean)
        hessian = design.T @ (design * (mean * weight)[:, None]) + 1e-10 * np.eye(len(beta))
        step = np.linalg.solve(hessian, design.T @ ((y - mean) * weight))
        beta = beta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < 1e-10:
            break
    return beta


def overdispersion(counts: NDArray, mean: NDArray) -> Reals:
    """a of the variance m + a m^2, (series,), by moments; 0 where the counts vary no more than Poisson."""
    y, m = np.atleast_2d(np.asarray(counts, dtype=np.float64)), np.atleast_2d(np.asarray(mean, dtype=np.float64))
    return np.asarray(np.maximum(0.0, ((y - m) ** 2 - m).sum(axis=1) / (m**2).sum(axis=1)))
