"""The Bayes rule (Höhle 2007; Riebler 2004): a negative binomial predictive quantile under Jeffreys' prior."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gongzhi.methods.counts import baselines

Reals = NDArray[np.float64]


def bayes(
    counts: NDArray, at: NDArray, *, years: int = 0, half_window: int = 6, now: bool = True, alpha: float = 0.05,
    period: int = 52,
) -> tuple[Reals, Reals]:  # fmt: skip
    """(expected, bound), (series, asked): with n reference counts of sum s and the prior Gamma(1/2, 0), the next
    count is negative binomial with size s + 1/2 and probability n / (n + 1); the bound is its 1 - alpha quantile.
    """
    past = baselines.values(counts, at, years=years, half_window=half_window, now=now, period=period)
    total, n = past.sum(-1), past.shape[-1]
    return (total + 0.5) / n, stats.nbinom.ppf(1 - alpha, total + 0.5, n / (n + 1)).astype(np.float64)
