"""The daily recipe (Noufaily et al. 2019, Bioinformatics 35:3110): syndromes with a week, a year and bank holidays.

    mu(t) = exp(alpha + g1 cos + g2 sin of the year + g3 cos + g4 sin of the week), year of 52 weeks
    y(t) ~ negative binomial with mean mu and variance phi mu

Three of the sixteen syndromes have known numbers: seven days, seven days with low counts, five days (closed at the
weekend). On a bank holiday nothing is counted, the next day has half as much again. An outbreak of constant k in a
length of `days` has Poisson(k days sd) cases, at least 2, each a floor(4 x LogNormal(0, 0.5)) days after its start,
moved with weights to the days it can be counted on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.simulator.weekly import overdispersed

Counts = NDArray[np.int64]
Reals = NDArray[np.float64]
DAYS = 7 * 52 * 7  # seven years
EVALUATED = 7 * 49
SIZES = (2, 3, 5, 10)
LEAST = 2
WEEKEND = 2.0  # weight of a weekend's day among the days an outbreak is counted on


@dataclass(frozen=True, slots=True)
class Syndrome:
    """Level alpha, waves of year and week, dispersion, shift of the year in days; `week` 7, or 5 when closed."""

    name: str
    alpha: float
    gammas: tuple[float, float, float, float]
    phi: float
    shift: int
    week: int = 7
    divisor: float = 1.0

    def mean(self) -> Reals:
        """mu of every day; 0 on days that are closed."""
        t = np.arange(DAYS, dtype=np.float64)
        year, week = 2 * np.pi * (t + self.shift) / 364, 2 * np.pi * t / 7
        g1, g2, g3, g4 = self.gammas
        level = self.alpha + g1 * np.cos(year) + g2 * np.sin(year) + g3 * np.cos(week) + g4 * np.sin(week)
        open_ = np.arange(DAYS) % 7 < self.week
        return np.asarray(np.exp(level) / self.divisor * open_)


def syndromes() -> tuple[Syndrome, ...]:
    """The three whose numbers are known."""
    return (
        Syndrome("seven days", 6.0, (0.2, 0.2, 0.5, 0.4), 2.0, 29),
        Syndrome("low counts", 0.5, (1.5, 1.4, 0.5, 0.4), 1.0, -167),
        Syndrome("five days", 6.0, (0.3, 2.0, 0.3, 0.5), 1.5, -50, week=5, divisor=10.0),
    )


@dataclass(frozen=True, slots=True)
class Daily:
    """Replicates (replicates, days); `baseline` (days,); `starts`, `ends` days of the outbreak of the last 49 weeks."""

    syndrome: Syndrome
    counts: Counts
    outbreak: Counts
    baseline: Reals
    starts: Counts
    ends: Counts


def holidays() -> Counts:
    """Days (from zero) nothing is counted on: eight a year at fixed places of the year, Mondays to Fridays."""
    within = np.array([0, 3, 92, 99, 124, 152, 236, 359])
    within = within + np.where(within % 7 > 4, 2, 0)
    return np.concatenate([within + 364 * year for year in range(DAYS // 364)])


def _planted(rng: np.random.Generator, start: int, cases: int, open_: NDArray[np.bool_]) -> Counts:
    """Day of each case: the delay of its quarter week, moved on while the day is closed."""
    days = start + np.floor(4 * rng.lognormal(0.0, 0.5, cases)).astype(np.int64)
    weekend = (days % 7 > 4) & (rng.random(cases) > WEEKEND / (1 + WEEKEND))
    days = np.minimum(days + np.where(weekend, 1, 0), DAYS - 1)
    following = np.flatnonzero(open_)
    at = np.searchsorted(following, days)
    return following[np.minimum(at, len(following) - 1)]


def simulate(syndrome: Syndrome, *, replicates: int, seed: int, past: bool = True, now: bool = True) -> Daily:
    """Simulate one syndrome; four outbreaks of the past, one of the last 49 weeks."""
    rng = np.random.default_rng([seed, 2000 + [s.name for s in syndromes()].index(syndrome.name)])
    mean = syndrome.mean()
    off = holidays()
    mean[off + 1] *= np.where(mean[off] > 0, 1.5, 1.0)
    mean[off] = 0
    counts = np.zeros((replicates, DAYS), np.int64)
    open_ = mean > 0
    counts[:, open_] = overdispersed(rng, mean[open_], syndrome.phi, (replicates, int(open_.sum())))
    outbreak = np.zeros_like(counts)
    starts, ends = np.full(replicates, -1), np.full(replicates, -1)
    sd = np.sqrt(syndrome.phi * mean)
    for row in range(replicates):
        begins = [*(rng.integers(0, DAYS - EVALUATED - 28, 4) if past else ())]
        begins += [int(rng.integers(DAYS - EVALUATED, DAYS - 28))] if now else []
        for begin in begins:
            size = max(LEAST, int(rng.poisson(rng.choice(SIZES) * sd[begin])))
            days = _planted(rng, int(begin), size, open_)
            np.add.at(outbreak[row], days, 1)
        if now:
            starts[row], ends[row] = days.min(), days.max()
    return Daily(syndrome, counts + outbreak, outbreak, mean, starts, ends)
