"""The charts of `gongzhi detect`: cusum, glr, outbreakp, shiryaev-roberts. They learn a mean from what lies before
the first judged period and then run on; upperbound is the highest count that does not alarm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.tables import NotJudged

Reals = NDArray[np.float64]
Answer = tuple[Reals, Reals, NDArray[np.bool_]]
_CUSUM = ("rossi", "standard", "anscombe", "anscombe2nd", "pearsonNegBin", "anscombeNegBin", "none")
CONFIGS: dict[str, tuple[str, ...]] = {
    # -glm: the mean has a wave of the year; else it is the mean of what lies before
    "cusum": (*_CUSUM, *(f"{name}-glm" for name in _CUSUM)),
    "glr": (
        "poisson",
        "negative-binomial",
        "epidemic",
        "poisson-known",
        "negative-binomial-known",
        "poisson-falling",
        "negative-binomial-falling",
    ),
    "outbreakp": ("isotonic",),
    "shiryaev-roberts": ("double",),
}
LIMITS = {"cusum": 2.26, "glr": 5.0, "outbreakp": 100.0}
KAPPA = float(np.log(2))  # the known change of `…-known` and `double`


def learned(method: str, period: int) -> int:
    """Periods a chart learns from at least."""
    return 1 if method == "outbreakp" else 2 * period


def run(name: str, counts: Reals, at: NDArray, method: str, config: str, limit: float, period: int) -> Answer:
    """Expected, upperbound and alarm at the asked positions (a run of neighbours)."""
    start = int(at[0])
    if method == "outbreakp":
        from gongzhi.methods.counts.outbreak import outbreak_p

        value, bound = outbreak_p(counts, limit=limit, start=start)
        mean = np.cumsum(counts) / np.arange(1, len(counts) + 1)
        return mean[at], np.ceil(bound[0][at]) - 1, value[0][at] > limit
    seasonal = method != "cusum" or config.endswith("-glm")
    mean, over = _learn(name, counts, start, seasonal, period, method == "glr" and config.startswith("negative"))
    y, m = counts[start:], mean[start:]
    if method == "cusum":
        from gongzhi.methods.counts.cusum import cusum

        value, bound = cusum(y, m, transform=config.removesuffix("-glm"), h=limit, overdispersion=over or 1e-6)
    elif method == "glr":
        value, bound = _glr(y, m, config, limit, over)
    else:
        from gongzhi.methods.counts.cusum import shiryaev_roberts

        value = shiryaev_roberts(y, m, rise=float(np.exp(KAPPA)))
        before = np.concatenate([[0.0], value[0][:-1]])
        bound = ((np.log(limit) - np.log1p(before) + m * (np.exp(KAPPA) - 1)) / KAPPA)[None, :]
    alarm = value[0] >= limit
    return m[at - start], np.maximum(np.ceil(bound[0][at - start] - 1e-9) - 1, -1), alarm[at - start]


def _learn(name: str, counts: Reals, start: int, seasonal: bool, period: int, together: bool) -> tuple[Reals, float]:
    """Expected counts of all periods and the overdispersion of the first `start`, by moments or `together`."""
    from gongzhi.methods.counts.season import negative_binomial_mean, overdispersion, seasonal_mean

    if counts[:start].sum() == 0:
        raise NotJudged(f"series {name} has no case in the {start} periods before the first one judged")
    if together:
        both, found = negative_binomial_mean(counts, start, period=period)
        return both[0], float(found[0])
    flat = np.full(len(counts), counts[:start].mean())
    mean = seasonal_mean(counts, start, period=period)[0] if seasonal else flat
    return mean, float(overdispersion(counts[:start], mean[:start])[0])


def _glr(y: Reals, m: Reals, config: str, limit: float, over: float) -> tuple[Reals, Reals]:
    from gongzhi.methods.counts.glr import glr, known_change

    over = over if config.startswith("negative") else 0.0
    if config.endswith("-known"):
        return known_change(y, m, kappa=KAPPA, overdispersion=over, limit=limit)
    change = "epi" if config == "epidemic" else "intercept"
    return glr(y, m, overdispersion=over, change=change, falling=config.endswith("-falling"), limit=limit)
