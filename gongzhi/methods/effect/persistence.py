"""How sure is an effect when shocks last? Regression errors averaged over how much and how long they may last.

The working errors of a fit, scaled to equal variance, are e = noise + lasting part with covariance
sigma2 [(1 - s) I + s R(rho)], R(rho) the correlations rho^|i-j|. Neither s nor rho can be known from some hundred
periods, so every pair on a grid gives a generalised least squares answer and a restricted likelihood (Patterson &
Thompson 1971, doi 10.1093/biomet/58.3.545); the effect's distribution is their mixture of t distributions. Sandwich
errors with a fixed lag promise too much here: `benchmarks/effect.py` measures both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import special

from gongzhi.methods.effect.regression import Fit

Reals = NDArray[np.float64]
LASTING = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)  # correlation of neighbouring periods in the lasting part
SHARES = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)  # share of the variance that lasts


@dataclass(frozen=True, slots=True)
class Mixture:
    """A weighted mixture of t distributions with common degrees of freedom."""

    weight: Reals
    centre: Reals
    scale: Reals
    free: int

    def mean(self) -> float:
        """Its mean."""
        return float(self.weight @ self.centre)

    def below(self, value: float) -> float:
        """P(effect <= value)."""
        return float(self.weight @ special.stdtr(self.free, (value - self.centre) / self.scale))

    def quantile(self, level: float) -> float:
        """By bisection, to 1e-9 of the widest component."""
        reach = abs(special.stdtrit(self.free, min(level, 1 - level) / 2)) + 1
        low, high = float((self.centre - reach * self.scale).min()), float((self.centre + reach * self.scale).max())
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < level else (low, middle)
        return (low + high) / 2

    def two_sided(self) -> float:
        """Two-sided p-value of no effect."""
        tail = self.below(0.0)
        return float(min(1.0, 2 * min(tail, 1 - tail)))


@njit(cache=True)
def _whitened(columns: Reals, lasting: float, share: float, out: Reals) -> float:
    """`out`: columns (periods, width) made independent with variance 1; returns the log determinant of the covariance.

    The lasting part is a first-order autoregression seen through noise, so a Kalman filter gives every period's
    innovation in as many steps as there are periods (Harvey 1989); no matrix of periods by periods is needed.
    """
    length, width = columns.shape
    state, before, log = np.zeros(width), share, 0.0
    for t in range(length):
        variance = before + 1.0 - share
        log += np.log(variance)
        root, gain = 1.0 / np.sqrt(variance), before / variance
        for j in range(width):
            new = columns[t, j] - state[j]
            out[t, j] = new * root
            state[j] = lasting * (state[j] + gain * new)
        before = lasting * lasting * before * (1.0 - gain) + share * (1.0 - lasting * lasting)
    return log


def contrast(fitted: Fit, direction: Reals) -> Mixture:
    """Distribution of direction @ coefficients of a log-linear fit, averaged over how long shocks last."""
    root = np.sqrt(fitted.mean)
    work = fitted.design @ fitted.beta + (fitted.counts - fitted.mean) / fitted.mean
    return linear(fitted.design * root[:, None], work * root, direction)


def linear(design: Reals, values: Reals, direction: Reals) -> Mixture:
    """The same for a linear regression with errors of equal variance."""
    length, width = design.shape
    free = length - width
    columns = np.ascontiguousarray(np.column_stack([design, values]))
    white = np.empty_like(columns)
    pairs = [(lasting, share) for lasting in LASTING for share in SHARES]
    likelihood, centre, scale = np.empty(len(pairs)), np.empty(len(pairs)), np.empty(len(pairs))
    for k, (lasting, share) in enumerate(pairs):
        log = _whitened(columns, lasting, share, white)
        x, z = white[:, :width], white[:, width]
        square, side = x.T @ x, x.T @ z
        inverse = np.linalg.inv(square)
        beta = inverse @ side
        left = max(float(z @ z - beta @ side), 1e-12)
        likelihood[k] = -0.5 * (log + np.linalg.slogdet(square)[1] + free * np.log(left))
        centre[k] = beta @ direction
        scale[k] = np.sqrt(direction @ inverse @ direction * left / free)
    weight = np.exp(likelihood - likelihood.max())
    return Mixture(weight / weight.sum(), centre, np.maximum(scale, 1e-12), free)
