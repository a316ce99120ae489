"""Planted effects: weekly counts of several units, one of which is treated from a known week by a known factor.

Every unit has a level, a trend, a year, a share in common shocks and shocks of its own that last (both first-order
autoregressions of the logarithm), and negative binomial noise. All differ from unit to unit and world to world.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worlds:
    """`counts` (worlds, units, weeks); unit 0 is treated from week `start` by the factor exp(effect[world])."""

    counts: NDArray[np.int64]
    start: int
    effect: Reals


def lasting(rng: np.random.Generator, shape: tuple[int, ...], rho: Reals, sd: Reals) -> Reals:
    """Stationary first-order autoregressions along the last axis."""
    noise = rng.standard_normal(shape)
    out = np.empty(shape)
    out[..., 0] = noise[..., 0]
    for t in range(1, shape[-1]):
        out[..., t] = rho * out[..., t - 1] + np.sqrt(1 - rho**2) * noise[..., t]
    return out * sd[..., None]


def measures(
    worlds: int, *, effect: float | Reals = 0.0, units: int = 20, weeks: int = 156, start: int = 104, seed: int = 1
) -> Worlds:
    """Simulate; the same seed gives the same worlds."""
    rng = np.random.default_rng(seed)
    shape = (worlds, units)
    planted = np.broadcast_to(np.asarray(effect, float), (worlds,)).copy()
    t = np.arange(weeks)
    level = np.log(rng.uniform(8, 60, shape))[..., None]
    trend = rng.normal(0, 0.001, shape)[..., None] * t
    phase = rng.uniform(0, 2 * np.pi, (worlds, 1)) + rng.normal(0, 0.3, shape)
    year = rng.uniform(0, 0.4, shape)[..., None] * np.cos(2 * np.pi * t / 52.1775 - phase[..., None])
    common = lasting(rng, (worlds, weeks), rng.uniform(0, 0.8, worlds), rng.uniform(0, 0.15, worlds))
    load = rng.uniform(0.5, 1.5, shape)[..., None]
    own = lasting(rng, (*shape, weeks), rng.uniform(0, 0.8, shape), rng.uniform(0, 0.15, shape))
    mean = np.exp(level + trend + year + load * common[:, None] + own)
    mean[:, 0, start:] *= np.exp(planted)[:, None]
    over = rng.uniform(1.05, 2.5, shape)[..., None] * np.ones_like(mean)
    return Worlds(rng.negative_binomial(mean / (over - 1), 1 / over), start, planted)
