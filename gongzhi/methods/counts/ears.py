"""EARS C1, C2 and C3 (Hutwagner et al. 2003, doi 10.1093/jurban/jtg042; Fricker et al. 2008, doi 10.1002/sim.3197)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Reals = NDArray[np.float64]


def _standing(y: Reals, baseline: int, lag: int, least: float) -> tuple[Reals, Reals]:
    """Mean and standard deviation of the `baseline` periods that end `lag` periods before each one."""
    mean = np.full(y.shape, np.nan)
    spread = np.full(y.shape, np.nan)
    shown = np.lib.stride_tricks.sliding_window_view(y, baseline, axis=-1)
    usable = y.shape[-1] - baseline - lag
    if usable > 0:
        mean[..., baseline + lag :] = shown[..., :usable, :].mean(-1)
        spread[..., baseline + lag :] = np.maximum(shown[..., :usable, :].std(-1, ddof=1), least)
    return mean, spread


def ears(
    counts: NDArray,
    *,
    method: str = "C1",
    alpha: float = 0.001,
    baseline: int = 7,
    least: float = 0.0,
    compat: str = "",
) -> tuple[Reals, Reals]:
    """(expected, bound) of every period, (series, periods); NaN where the baseline is not complete.

    C1 compares with the `baseline` periods just before, C2 with those that end two earlier, C3 adds up what the
    last two C2 statistics had in excess of 1. `least`: smallest standard deviation used. `compat="R"` builds C3's
    bound from the count itself instead of its baseline's mean, as the R package does: the present count then
    cannot raise an alarm, so it is for comparisons only.
    """
    if method not in ("C1", "C2", "C3"):
        raise ValueError(f"method must be C1, C2 or C3, not {method}")
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    mean, spread = _standing(y, baseline, 0 if method == "C1" else 2, least)
    z = float(stats.norm.isf(alpha))
    if method != "C3":
        return mean, mean + z * spread
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum(0.0, (y - mean) / spread - 1.0)
        if compat == "R":  # undefined where two earlier baselines do not vary
            odd = y.copy()
            odd[..., :2] = np.nan
            odd[..., 2:] += spread[..., 2:] * (z - (excess[..., 1:-1] + excess[..., :-2]))
            return mean, np.maximum(0.0, odd)
    excess = np.where(spread > 0, excess, np.where(y > mean, np.inf, 0.0))
    excess[np.isnan(mean)] = np.nan
    before = np.full(y.shape, np.nan)
    before[..., 2:] = excess[..., 1:-1] + excess[..., :-2]
    room = np.where(spread > 0, z - before, 0.0) * np.where(spread > 0, spread, 0.0)
    return np.where(np.isnan(before), np.nan, mean), np.where(np.isnan(before), np.nan, np.maximum(0.0, mean + room))
