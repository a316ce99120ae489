"""How sure is an effect when shocks last? Regression errors averaged over how much and how long they may last.

The working errors of a fit, scaled to equal variance, are e = noise + lasting part with covariance
sigma2 [(1 - s) I + s R(rho)], R(rho) the correlations rho^|i-j|. Neither s nor rho can be known from some hundred
periods, so every pair on a grid gives a generalised least squares answer and a restricted likelihood (Patterson &
Thompson 1971, doi 10.1093/biomet/58.3.545); the effect's distribution is their mixture of t distributions. Sandwich
errors with a fixed lag promise too much here: `benchmarks/effect.py` measures both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
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


@lru_cache(maxsize=64)
def _axes(length: int) -> tuple[Reals, Reals]:
    """Eigenvalues (lasting, length) and eigenvectors (lasting, length, length) of the correlations."""
    apart = np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    values, vectors = np.linalg.eigh(np.array(LASTING)[:, None, None] ** apart)
    return values, vectors


def contrast(fitted: Fit, direction: Reals) -> Mixture:
    """Distribution of direction @ coefficients of a log-linear fit, averaged over how long shocks last."""
    root = np.sqrt(fitted.mean)
    work = fitted.design @ fitted.beta + (fitted.counts - fitted.mean) / fitted.mean
    return linear(fitted.design * root[:, None], work * root, direction)


def linear(design: Reals, values: Reals, direction: Reals) -> Mixture:
    """The same for a linear regression with errors of equal variance."""
    length, width = design.shape
    free = length - width
    roots, axes = _axes(length)
    turned = np.swapaxes(axes, 1, 2) @ np.column_stack([design, values])
    share = np.array(SHARES)[None, :, None]
    spread = np.maximum((1 - share) + share * roots[:, None, :], 1e-9)
    spread, turned = spread.reshape(-1, length), np.repeat(turned, len(SHARES), axis=0)
    x, z = turned[..., :width], turned[..., width]
    scaled = x / spread[..., None]
    square = np.swapaxes(scaled, 1, 2) @ x
    side = (scaled * z[..., None]).sum(1)
    inverse = np.linalg.inv(square)
    beta = (inverse @ side[..., None])[..., 0]
    left = np.maximum((z**2 / spread).sum(1) - (beta * side).sum(1), 1e-12)
    likelihood = -0.5 * (np.log(spread).sum(1) + np.linalg.slogdet(square)[1] + free * np.log(left))
    weight = np.exp(likelihood - likelihood.max())
    scale = np.sqrt(np.einsum("i,kij,j->k", direction, inverse, direction) * left / free)
    return Mixture(weight / weight.sum(), beta @ direction, np.maximum(scale, 1e-12), free)
