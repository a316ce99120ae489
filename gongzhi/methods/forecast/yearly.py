"""The year in many series: harmonics of the logarithm, drawn towards their common mean as far as they are unsure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def harmonics(times: Reals, year: float, waves: int) -> Reals:
    """Cosines and sines of the year at the times (periods), one row a time."""
    angle = 2 * np.pi * times[:, None] * np.arange(1, waves + 1) / year
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def poisson_fits(counts: Reals, design: Reals, *, rounds: int = 3) -> tuple[Reals, Reals, Reals]:
    """Poisson regressions of every row of counts (log link): coefficients, inverse information, means.

    A ridge of a thousandth of an observation keeps series of zeros finite. NaN counts carry no weight.
    """
    seen = ~np.isnan(counts)
    y = np.where(seen, counts, 0.0)
    width = design.shape[1]
    squares = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    beta = np.zeros((len(y), width))
    beta[:, 0] = np.log((y.sum(1) + 0.5) / np.maximum(seen.sum(1), 1))
    ridge = 1e-3 * np.eye(width)
    for _ in range(rounds):
        mean = np.exp(np.clip(beta @ design.T, -20, 20)) * seen
        inverse = np.linalg.inv((mean @ squares).reshape(-1, width, width) + ridge)
        step = (inverse @ ((y - mean) @ design)[..., None])[..., 0]
        beta += np.clip(step, -2, 2)
    return beta, np.asarray(inverse, float), mean  # of the last round but one step, which is small by then


def inflation(counts: Reals, mean: Reals, width: int) -> Reals:
    """Variance of coefficients over that of a Poisson fit: dispersion times what neighbours share, per series."""
    error = np.where(np.isnan(counts), 0.0, counts - mean) / np.sqrt(mean + 0.05)
    error = np.clip(error, -6, 6)
    square = (error**2).sum(1)
    phi = np.maximum(square / max(error.shape[1] - width, 1), 1.0)
    follow = np.clip((error[:, 1:] * error[:, :-1]).sum(1) / (square + 1e-9), 0.0, 0.9)
    return phi * (1 + follow) / (1 - follow)


def shrunk(beta: Reals, variance: Reals) -> Reals:
    """Empirical Bayes, a column at a time: towards the common mean, itself towards zero as far as it is unsure."""
    weight = 1 / variance
    common = (weight * beta).sum(0) / weight.sum(0)
    common = common * np.maximum(0, 1 - 1 / (weight.sum(0) * common**2 + 1e-12))
    spare = weight.sum(0) - (weight**2).sum(0) / weight.sum(0)
    between = ((weight * (beta - common) ** 2).sum(0) - (len(beta) - 1)) / np.maximum(spare, 1e-12)
    if len(beta) < 3:
        between = np.maximum(beta**2 - variance, 0).mean(0)
    between = np.maximum(between, 0)
    return common + (beta - common) * between / (between + variance)


def year_factors(counts: Reals, horizon: int, *, year: float, block: int, waves: int) -> Reals:
    """Factors of the year for past and horizon, (series, length + horizon); needs two years of past.

    Counts are first summed over blocks (a week of days), which leaves the year and drops the weekday.
    """
    n, length = counts.shape
    rows = length // block
    skipped = length - rows * block
    sums = counts[:, skipped:].reshape(n, rows, block).sum(2)
    centre = skipped + block * np.arange(rows) + (block - 1) / 2
    drift = (centre - centre.mean())[:, None] / length
    design = np.concatenate([np.ones((rows, 1)), drift, harmonics(centre, year, waves)], axis=1)
    beta, inverse, mean = poisson_fits(sums, design)
    wide = inflation(sums, mean, design.shape[1])
    variance = np.diagonal(inverse, axis1=1, axis2=2)[:, 2:] * wide[:, None]
    beta = shrunk(beta[:, 2:], variance)
    return np.exp(beta @ harmonics(np.arange(length + horizon, dtype=float), year, waves).T)
