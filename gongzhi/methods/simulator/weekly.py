"""The 42 weekly scenarios of Noufaily et al. 2013 (doi 10.1002/sim.5595), with planted outbreaks.

    mu(t) = exp(theta + beta t + sum_j [gamma1 cos(2 pi j t / 52) + gamma2 sin(2 pi j t / 52)])
    y(t) ~ negative binomial with mean mu and variance phi mu; Poisson when phi = 1

Weeks 1-312 train, 313-575 baseline, 576-624 evaluated. An outbreak of constant k that starts in week s has
Poisson(k sd(s)) cases, sd = sqrt(phi mu(s)); each falls floor(LogNormal(0, 0.5)) weeks after s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEKS = 624
EVALUATED = 49
BASELINE_FROM, BASELINE_TO = 312, 575  # half-open, from zero
PAST_OUTBREAKS = 4
SIZES_PAST = (0, 2, 3, 5, 10)
SIZES_NOW = tuple(range(1, 11))

Counts = NDArray[np.int64]
Reals = NDArray[np.float64]

_SETS: tuple[tuple[float, float, float, float, float], ...] = (
    # theta, beta, gamma1, gamma2, phi
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the recipe; `harmonics` is m."""

    number: int
    theta: float
    beta: float
    gamma1: float
    gamma2: float
    phi: float
    harmonics: int

    def mean(self, weeks: int = WEEKS) -> Reals:
        """mu(1..weeks)."""
        t = np.arange(1, weeks + 1, dtype=np.float64)
        level = self.theta + self.beta * t
        for j in range(1, self.harmonics + 1):
            angle = 2 * np.pi * j * t / 52
            level = level + self.gamma1 * np.cos(angle) + self.gamma2 * np.sin(angle)
        return np.exp(level)


def scenarios() -> tuple[Scenario, ...]:
    """The 42: seven sets, without and with trend, with 0, 1 and 2 harmonics."""
    rows: list[Scenario] = []
    for theta, beta, gamma1, gamma2, phi in _SETS:
        for trend in (0, 1):
            for harmonics in (0, 1, 2):
                rows.append(Scenario(len(rows) + 1, theta, beta * trend, gamma1, gamma2, phi, harmonics))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Replicates of one scenario.

    `counts` and `outbreak` are (replicates, weeks); `baseline` is the true mean without outbreaks (weeks,);
    `starts` and `ends` are the first and last week (from zero) of the current outbreak, -1 where it has no case.
    """

    scenario: Scenario
    counts: Counts
    outbreak: Counts
    baseline: Reals
    starts: Counts
    ends: Counts


def overdispersed(rng: np.random.Generator, mean: Reals, phi: float, size: tuple[int, ...]) -> Counts:
    """Counts with the given mean and variance phi x mean (Poisson for phi = 1)."""
    if phi == 1:
        return rng.poisson(mean, size)
    return rng.negative_binomial(np.broadcast_to(mean / (phi - 1), size), 1 / phi)


def spread(rng: np.random.Generator, cases: int) -> Counts:
    """In which week after the start each case of an outbreak falls."""
    return np.floor(rng.lognormal(0.0, 0.5, cases)).astype(np.int64)


def simulate(scenario: Scenario, *, replicates: int, seed: int, past: bool = True, now: bool = True) -> Weekly:
    """Simulate one scenario; the same seed gives the same worlds, also when other scenarios are left out."""
    rng = np.random.default_rng([seed, scenario.number])
    mean = scenario.mean()
    counts = overdispersed(rng, mean, scenario.phi, (replicates, WEEKS))
    outbreak = np.zeros_like(counts)
    starts = np.full(replicates, -1)
    ends = np.full(replicates, -1)
    sd = np.sqrt(scenario.phi * mean)
    for row in range(replicates):
        if past:
            for start in rng.integers(BASELINE_FROM, BASELINE_TO, PAST_OUTBREAKS):
                size = rng.poisson(SIZES_PAST[row % len(SIZES_PAST)] * sd[start])
                weeks = start + spread(rng, size)
                np.add.at(outbreak[row], weeks[weeks < BASELINE_TO], 1)
        if now:
            start = int(rng.integers(WEEKS - EVALUATED, WEEKS))
            size = rng.poisson(rng.choice(SIZES_NOW) * sd[start])
            weeks = start + spread(rng, size)
            weeks = weeks[weeks < WEEKS]
            if weeks.size:
                np.add.at(outbreak[row], weeks, 1)
                starts[row], ends[row] = start, weeks.max()
    return Weekly(scenario, counts + outbreak, outbreak, mean, starts, ends)
