"""The CDC rule (Stroup et al. 1989, doi 10.1002/sim.4780080312): four weeks against the same months of past years."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Reals = NDArray[np.float64]
BLOCK = 4


def cdc(
    counts: NDArray, at: NDArray, *, years: int = 5, blocks: int = 1, alpha: float = 0.025, period: int = 52
) -> tuple[Reals, Reals, Reals]:
    """(observed sums of four periods, expected, bound), (series, asked).

    Reference: the four-period sums `blocks` each side of the same four periods in each past year, n in all;
    bound = mean + z sd sqrt(1 + 1/n). An alarm is an observed sum above the bound.
    """
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    asked = np.asarray(at, dtype=np.int64)
    steps = [BLOCK * j - period * i for i in range(1, years + 1) for j in range(-blocks, blocks + 1)]
    if len(asked) and int(asked.min()) + min(steps) < BLOCK - 1:
        raise ValueError(f"position {int(asked.min())} needs more periods of history")
    run = np.concatenate([np.zeros((len(y), 1)), np.cumsum(y, axis=1)], axis=1)
    sums = run[:, BLOCK:] - run[:, :-BLOCK]  # sums[:, j] ends at position j + 3
    past = np.stack([sums[:, asked + step - (BLOCK - 1)] for step in steps], axis=-1)
    mean, n = past.mean(-1), len(steps)
    bound = mean + float(stats.norm.isf(alpha / 2)) * past.std(-1, ddof=1) * np.sqrt(1 + 1 / n)
    return sums[:, asked - (BLOCK - 1)], mean, bound
