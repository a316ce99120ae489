"""Rates that borrow strength, and ranks that say how unsure they are.

A rate of few cases is drawn towards the rate of all, as far as it is unsure: gamma for counts over a base (Clayton &
Kaldor 1987, doi 10.2307/2532003), beta for shares. Ranks come from draws of all rates at once: the middle rank and the
interval that holds nine draws of ten (Goldstein & Spiegelhalter 1996, doi 10.2307/2983325: a league table without
its uncertainty says more than it knows).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
DRAWS = 2000
TAIL = 0.05
NORMAL = 1.6448536269514722  # of the normal, for nine times of ten


@dataclass(frozen=True, slots=True)
class Ranked:
    """One subject among `of`: its drawn-together rate with an interval, and its rank (1: the highest) with one."""

    rate: float
    low: float
    high: float
    rank: int
    rank_low: int
    rank_high: int
    of: int


def rates(counts: Reals, bases: Reals, *, seed: int = 1) -> list[Ranked]:
    """Counts over bases (people, weeks), drawn together as far as they are unsure; highest rate first in rank.

    A subject whose base is 0 cannot be compared: refuses (ValueError)."""
    if (bases <= 0).any() or (counts < 0).any():
        raise ValueError("rates need bases above 0 and counts of 0 or more")
    shape, scale = gamma_prior(counts, bases)
    draws = np.random.default_rng(seed).gamma(shape + counts, 1.0, (DRAWS, len(counts))) / (scale + bases)
    return _ranked((shape + counts) / (scale + bases), draws)


def corrected(counts: Reals, bases: Reals, heard: Reals, *, seed: int = 1) -> list[Ranked]:
    """As `rates`, where only a part of what happens is said: `heard` (subjects, 3) is that part with its interval. Its
    doubt is drawn along (lognormal), so that what is corrected most is also the least sure."""
    if (bases <= 0).any() or (counts < 0).any() or (heard <= 0).any():
        raise ValueError("rates need bases and parts heard above 0, and counts of 0 or more")
    chance = np.random.default_rng(seed)
    width = np.log(heard[:, 2] / heard[:, 1]) / (2 * NORMAL)
    parts = heard[:, 0] * np.exp(width * chance.standard_normal((DRAWS, len(counts))))
    shape, scale = gamma_prior(counts, bases * heard[:, 0])
    draws = chance.gamma(shape + counts, 1.0, (DRAWS, len(counts))) / (scale + bases * parts)
    return _ranked((shape + counts) / (scale + bases * heard[:, 0]), draws)


def shares(good: Reals, all_: Reals, *, seed: int = 1) -> list[Ranked]:
    """Shares `good` of `all_`, drawn together; the highest share has rank 1."""
    if (good > all_).any() or (all_ <= 0).any():
        raise ValueError("a share is of something, and not more than all of it")
    a, b = beta_prior(good, all_)
    draws = np.random.default_rng(seed).beta(a + good, b + all_ - good, (DRAWS, len(good)))
    return _ranked((a + good) / (a + b + all_), draws)


def gamma_prior(counts: Reals, bases: Reals) -> tuple[float, float]:
    """Shape and scale of the gamma the rates are drawn from, by moments; a very narrow one where all are alike."""
    mean = (counts.sum() + 0.5) / bases.sum()
    excess = ((counts - mean * bases) ** 2 - mean * bases).sum()
    between = max(excess / (bases**2).sum(), 1e-4 * mean**2)
    return float(mean**2 / between), float(mean / between)


def beta_prior(good: Reals, all_: Reals) -> tuple[float, float]:
    """The beta the shares are drawn from, by moments; narrow where all are alike."""
    mean = float((good.sum() + 0.5) / (all_.sum() + 1.0))
    spread = mean * (1 - mean)
    excess = ((good - mean * all_) ** 2 - all_ * spread).sum()
    pairs = (all_ * (all_ - 1)).sum()
    alike = float(np.clip(excess / max(pairs * spread, 1e-12), 1e-3, 0.9)) if pairs > 0 else 1e-3
    strength = 1 / alike - 1
    return mean * strength, (1 - mean) * strength


def _ranked(centre: Reals, draws: Reals) -> list[Ranked]:
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low, middle, high = np.quantile(ranks, (TAIL, 0.5, 1 - TAIL), axis=0, method="inverted_cdf")
    ends = np.quantile(draws, (TAIL, 1 - TAIL), axis=0)
    return [
        Ranked(
            float(centre[at]),
            float(ends[0, at]),
            float(ends[1, at]),
            int(middle[at]),
            int(low[at]),
            int(high[at]),
            len(centre),
        )
        for at in range(len(centre))
    ]
