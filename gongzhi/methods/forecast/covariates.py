"""Holidays, weather and whatever else is known for past and horizon: effects on the logarithm, partly pooled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.forecast.yearly import inflation, shrunk

Reals = NDArray[np.float64]


def local_mean(counts: Reals, known: Reals, season: int) -> Reals:
    """What a period would hold without covariates: centred mean of four seasons times its weekday's share.

    The median over the same position of the neighbouring seasons, so that a holiday does not explain itself away.
    """
    n, length = counts.shape
    reach = 4 if season > 1 else 6
    shifts = [k * season for k in range(-reach, reach + 1) if k]
    plain = counts / known[:, :length]
    padded = np.full((len(shifts), n, length), np.nan)
    for row, shift in enumerate(shifts):
        low, high = max(0, shift), min(length, length + shift)
        padded[row, :, low:high] = plain[:, low - shift : high - shift]
    blank = np.isnan(padded)
    filled = np.where(blank, 0.0, padded)
    seen = (~blank).sum(0)
    trimmed = filled.sum(0) - np.where(seen > 3, np.where(blank, -np.inf, padded).max(0), 0.0)
    trimmed = trimmed - np.where(seen > 3, np.where(blank, np.inf, padded).min(0), 0.0)
    kept = np.where(seen > 3, seen - 2, np.maximum(seen, 1))
    return (trimmed / kept + 0.02) * known[:, :length]


def covariate_factors(counts: Reals, known: Reals, covariates: Reals, season: int) -> Reals:
    """Factors exp(x b) for past and horizon; b by Poisson regression on the local mean, drawn together over series.

    Columns are centred on their past mean unless they are marks of 0 and 1, whose 0 keeps the factor 1.
    """
    length = counts.shape[1]
    marks = np.isin(covariates, (0.0, 1.0)).all(0)
    x = covariates - np.where(marks, 0.0, covariates[:length].mean(0))
    size = np.where(marks, 1.0, x[:length].std(0))
    x = x / np.where(size > 0, size, 1.0)
    past = x[:length]
    base = local_mean(counts, known, season)
    seen = ~np.isnan(counts)
    y = np.where(seen, counts, 0.0)
    width = x.shape[1]
    squares = (past[:, :, None] * past[:, None, :]).reshape(length, -1)
    beta = np.zeros((len(y), width))
    ridge = 0.5 * np.eye(width)
    for _ in range(8):
        mean = base * np.exp(np.clip(beta @ past.T, -8, 8)) * seen
        information = (mean @ squares).reshape(-1, width, width) + ridge
        step = np.linalg.solve(information, ((y - mean) @ past - beta @ ridge)[..., None])[..., 0]
        beta += np.clip(step, -1, 1)
    mean = base * np.exp(np.clip(beta @ past.T, -8, 8)) * seen
    inverse = np.linalg.inv((mean @ squares).reshape(-1, width, width) + ridge)
    variance = np.diagonal(inverse, axis1=1, axis2=2) * inflation(np.where(seen, counts, np.nan), mean, width)[:, None]
    return np.exp(np.clip(shrunk(beta, variance) @ x.T, -8, 8))
