"""Log-linear regression of counts, with errors that allow for overdispersion and for neighbours that resemble.

Quasi-Poisson: mean exp(x b), variance phi times mean, phi = Pearson X2 / (n - p) (McCullagh & Nelder 1989). HAC:
sandwich with Bartlett weights over `lags` periods (Newey & West 1987, doi 10.2307/1913610).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


class EffectError(ValueError):
    """The data cannot answer the question; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients, fitted means, inverse information of the Poisson fit, dispersion, residual degrees of freedom."""

    beta: Reals
    mean: Reals
    inverse: Reals
    dispersion: float
    free: int
    design: Reals
    counts: Reals

    def quasi(self) -> Reals:
        """Covariance of the coefficients under variance = dispersion times mean."""
        return self.inverse * self.dispersion

    def hac(self, lags: int) -> Reals:
        """Covariance of the coefficients that allows periods up to `lags` apart to resemble; no small-sample factor."""
        score = self.design * (self.counts - self.mean)[:, None]
        middle = score.T @ score
        for lag in range(1, lags + 1):
            part = score[lag:].T @ score[:-lag]
            middle += (1 - lag / (lags + 1)) * (part + part.T)
        return self.inverse @ middle @ self.inverse


def fit(counts: Reals, design: Reals, *, offset: Reals | None = None, rounds: int = 60) -> Fit:
    """Maximum likelihood to full convergence; refuses a design without full rank and fits that run away."""
    y, x = np.asarray(counts, float), np.asarray(design, float)
    if len(y) <= x.shape[1]:
        raise EffectError(f"{len(y)} periods cannot carry {x.shape[1]} coefficients")
    size = np.sqrt((x**2).sum(0))
    if np.linalg.matrix_rank(x / np.where(size > 0, size, 1)) < x.shape[1]:
        raise EffectError("the columns of the regression explain each other; a column is constant or doubled")
    if y.sum() == 0:
        raise EffectError("all counts are 0; there is nothing to compare")
    shift = np.zeros(len(y)) if offset is None else np.asarray(offset, float)
    scaled = x / size
    eta = np.log(y + 0.5)
    beta = np.linalg.lstsq(scaled, eta - shift, rcond=None)[0]
    mean = np.exp(np.clip(scaled @ beta + shift, -30, 30))
    for _ in range(rounds):
        information = (scaled * mean[:, None]).T @ scaled
        step = np.linalg.solve(information + 1e-12 * np.eye(len(beta)), scaled.T @ (y - mean))
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(scaled @ step).max()), 1e-300))
        mean = np.exp(np.clip(scaled @ beta + shift, -30, 30))
        if float(np.abs(scaled @ step).max()) < 1e-13:
            break
    else:
        if float(np.abs(scaled @ step).max()) > 1e-6:
            raise EffectError("the regression has no finite answer; some group of periods holds no case at all")
    inverse = np.linalg.inv((scaled * mean[:, None]).T @ scaled) / np.outer(size, size)
    free = len(y) - x.shape[1]
    dispersion = float(((y - mean) ** 2 / mean).sum() / free)
    return Fit(beta / size, mean, inverse, dispersion, free, x, y)
