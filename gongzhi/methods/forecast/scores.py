"""Scores of probabilistic forecasts: weighted interval score, coverage, randomised coverage of counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def weighted_interval_score(quantiles: Reals, levels: Reals, seen: Reals) -> Reals:
    """WIS of Bracher et al. 2021 (doi 10.1371/journal.pcbi.1008618): the mean over levels of twice the pinball loss.

    `quantiles` (…, levels), `seen` (…); in units of the counts, smaller is better.
    """
    gap = seen[..., None] - quantiles
    return 2 * np.maximum(levels * gap, (levels - 1) * gap).mean(-1)


def coverage(low: Reals, high: Reals, seen: Reals) -> float:
    """Share of values inside [low, high]; of small counts it lies above the nominal level by a point mass."""
    return float(np.mean((seen >= low) & (seen <= high)))


def randomised_coverage(below: Reals, at: Reals, nominal: float) -> float:
    """Share inside the central interval when a count is spread evenly over the probability it stands for.

    `below` = P(Y < y), `at` = P(Y <= y) (Czado, Gneiting & Held 2009, doi 10.1111/j.1541-0420.2009.01191.x).
    Equal to `nominal` for calibrated counts of any size.
    """
    tail = (1 - nominal) / 2
    inside = np.clip(np.minimum(at, 1 - tail) - np.maximum(below, tail), 0, None)
    return float(np.mean(inside / np.maximum(at - below, 1e-12)))
