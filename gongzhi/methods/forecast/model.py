"""Forecasts of many series at once: a bank of levels, mixed by horizon, with calibrated count distributions.

Steps (docs/methods/forecast.md derives them): seasonal pattern pooled over series; known factors (year, holidays,
weather); levels of several memories for every series; weights of the levels by horizon from what came after past
origins; negative binomial spread from past errors; probability transforms of past forecasts correct the quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from gongzhi.methods.forecast import kernel
from gongzhi.methods.forecast.covariates import covariate_factors
from gongzhi.methods.forecast.yearly import year_factors

Reals = NDArray[np.float64]
LEVELS = (0.01, 0.025, *(i / 20 for i in range(1, 20)), 0.975, 0.99)
GRID = np.concatenate([[0.001, 0.0025, 0.005, 0.01, 0.025], np.arange(1, 20) / 20,
                       [0.975, 0.99, 0.995, 0.9975, 0.999]])  # fmt: skip
YEAR_DAYS = 365.2425
EDGES = {True: (1, 3, 7, 14), False: (1, 2, 4)}  # last horizons of the groups that share weights, with a season or not

SIZES = (1.0, 4.0, 16.0, 64.0)  # mean counts that part the sizes whose calibration is pooled


class ForecastError(ValueError):
    """The arrays cannot be forecast; the sentence says which series or shape is at fault."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Constants of the method, chosen on half of the series and earlier origins (docs/methods/forecast.md).

    Half-lives are in seasons (weeks of days; periods without a season); `pool_*` say how many past origins or
    observations of its own outweigh what a series borrows from the others.
    """

    memories: tuple[float, ...] = (0.5, 1.5, 4.0, 10.0, 26.0, 104.0)
    prior: float = 8.0
    season_memory: float = 40.0
    season_prior: float = 80.0
    cut: float = 4.0
    forget: float = 6.0
    forget_share: float = 3.0
    waves: int = 3
    pool_weights: float = 200.0
    pool_spread: float = 200.0
    pool_share: float = 1000.0
    pool_size: float = 300.0
    storm: float = 3.0
    storm_prior: float = 100.0
    origins: tuple[int, int] = (100, 16)  # most past origins tried, with a season and without


class Past(NamedTuple):
    """What the steps over past origins look at; arrays as in `kernel`.

    `age` is the weight of each origin, `storm` how rough the time before it was.
    """

    y: Reals
    first: NDArray[np.int64]
    known: Reals
    origins: NDArray[np.int64]
    age: Reals
    storm: Reals
    group: NDArray[np.int64]
    bank: Reals
    factors: Reals


@dataclass(frozen=True, slots=True)
class Forecast:
    """Predictive distributions of every series and horizon.

    `mean`, `variance` (series, horizons) of the negative binomial; `quantiles` (series, horizons, levels) after
    calibration; `share` (series, groups, grid) is the calibration: how often the past fell below each level of GRID;
    `places` (series, origins, horizons) holds where past values fell in their forecasts, NaN where nothing was seen;
    `weights` (series, groups, memories) says which memory was believed.
    """

    mean: Reals
    variance: Reals
    quantiles: Reals
    levels: Reals
    group: NDArray[np.int64]
    share: Reals
    places: Reals
    weights: Reals

    def below(self, counts: Reals) -> tuple[Reals, Reals]:
        """Calibrated P(Y < y) and P(Y <= y) of counts (series, horizons)."""
        low, high = np.empty_like(self.mean), np.empty_like(self.mean)
        kernel.places(counts.astype(float), self.mean, self.variance, low, high)
        for i in range(len(low)):
            for g in range(self.share.shape[1]):
                at = self.group == g
                grid, told = np.r_[0, GRID, 1], np.r_[0, self.share[i, g], 1]
                low[i, at], high[i, at] = np.interp(low[i, at], grid, told), np.interp(high[i, at], grid, told)
        return low, high

    def at(self, levels: Reals, *, whole: bool = False) -> Reals:
        """Quantiles at other rising levels, (series, horizons, levels)."""
        out = np.empty((*self.mean.shape, len(levels)))
        kernel.tell(self.mean, self.variance, self.group, np.asarray(levels, float), GRID, self.share, whole, out)
        return out


def forecast(
    counts: Reals,
    horizon: int,
    *,
    season: int = 7,
    year: float | None = None,
    covariates: Reals | None = None,
    levels: tuple[float, ...] = LEVELS,
    whole: bool = False,
    tuning: Tuning = Tuning(),
) -> Forecast:
    """Forecast counts (series, periods) for the next `horizon` periods.

    NaN means not observed; a series may begin late. `season` is the length of the short season (7 for days, 1 for
    none), `year` that of the year in periods (by default 365.2425 for a season of 7, 52.1775 without; 0 for none).
    `covariates` (periods + horizon, columns) act on the logarithm, with effects partly pooled over series.
    Quantiles are interpolated between whole numbers unless `whole`. Refuses negative counts, series without a
    number, and levels that do not rise inside (0, 1).
    """
    y, first = _checked(counts, horizon, season, covariates, levels)
    length = y.shape[1]
    year = (YEAR_DAYS if season == 7 else YEAR_DAYS / 7 if season == 1 else 0.0) if year is None else year
    known = np.ones((len(y), length + horizon))
    if year and length >= 2 * year:
        known = year_factors(y, horizon, year=year, block=max(season, 2), waves=tuning.waves)
    if covariates is not None:
        known = known * covariate_factors(y, known, np.asarray(covariates, float), season)
    pattern = season_pattern(y, season)
    scale = float(season)
    decays = 0.5 ** (1.0 / (np.array(tuning.memories) * scale))
    origins = past_origins(length, season, tuning.origins[season == 1])
    age = 0.5 ** ((length - 1.0 - origins) / (tuning.forget * scale))
    group = np.searchsorted(np.array(EDGES[season > 1]), np.arange(1, horizon + 1)).astype(np.int64)
    shape = (len(y), len(origins))
    bank, factors, noise = np.empty((*shape, len(decays))), np.empty((*shape, season)), np.empty(len(y))
    inner = np.array([tuning.prior, 0.5 ** (1 / (tuning.season_memory * scale)), tuning.season_prior, tuning.cut])
    rough, calm = np.zeros(length), np.zeros(length)
    kernel.gather(y, first, known, decays, pattern, inner, origins, bank, factors, noise, rough, calm)
    storm = storms(rough, calm, season, len(y), tuning)[origins]
    past = Past(y, first, known, origins, age, storm, group, bank, factors)
    weights = _weights(past, noise, tuning)
    extra = _extra(past, weights, tuning)
    late = 0.5 ** ((length - 1.0 - origins) / (tuning.forget_share * scale))
    share, seen = _share(past._replace(age=late), weights, extra, tuning)
    mean = np.empty((len(y), horizon))
    kernel.last_means(length - 1, known, group, bank, factors, weights, mean)
    variance = mean + storm[-1] * extra[:, group] * mean**1.75
    told = Forecast(mean, variance, mean[..., None], np.array(levels), group, share, seen, weights)
    quantiles = told.at(told.levels, whole=whole)
    return Forecast(mean, variance, quantiles, told.levels, group, share, seen, weights)


def _checked(
    counts: Reals, horizon: int, season: int, covariates: Reals | None, levels: tuple[float, ...]
) -> tuple[Reals, NDArray[np.int64]]:
    """Contiguous counts and the first period each series is observed in."""
    y = np.ascontiguousarray(counts, dtype=np.float64)
    if y.ndim != 2 or not y.size or horizon < 1 or season < 1:
        raise ForecastError("counts need rows (series) and columns (periods), and at least one period to forecast")
    if not (np.isfinite(y) | np.isnan(y)).all() or (y < 0).any():
        raise ForecastError(f"series {int(np.argwhere(~(y >= 0) & ~np.isnan(y) | np.isinf(y))[0][0])} "
                            "holds a negative or infinite count")  # fmt: skip
    seen = ~np.isnan(y)
    if not seen.any(axis=1).all():
        raise ForecastError(f"series {int(np.argmin(seen.any(axis=1)))} holds no number")
    if covariates is not None and (
        np.ndim(covariates) != 2 or len(covariates) != y.shape[1] + horizon or not np.isfinite(covariates).all()
    ):
        raise ForecastError("covariates need one row of finite numbers for every period of past and horizon")
    if not len(levels) or min(levels) <= 0 or max(levels) >= 1 or (np.diff(levels) <= 0).any():
        raise ForecastError("levels rise and lie between 0 and 1")
    return y, seen.argmax(axis=1).astype(np.int64)


def _weights(past: Past, noise: Reals, tuning: Tuning) -> Reals:
    """Weights of the memories by series and horizon group."""
    series, memories, groups = len(past.y), past.bank.shape[2], int(past.group.max()) + 1
    gram, cross = np.zeros((series, groups, memories, memories)), np.zeros((series, groups, memories))
    kernel.evidence(*past, noise, gram, cross)
    told = max(series * float(past.age[:-1].sum()), 1e-9)
    weights = np.full((series, groups, memories), 1.0 / memories)
    kernel.mix(gram, cross, gram.sum(0) / told, cross.sum(0) / told, tuning.pool_weights, weights)
    return weights


def _extra(past: Past, weights: Reals, tuning: Tuning) -> Reals:
    """Variance beyond the mean, over mean ** 1.75, by series and horizon group; drawn towards the pooled one."""
    sums = np.zeros((*weights.shape[:2], 3))
    kernel.spread(*past, weights, sums)
    total = sums.sum(0)
    pooled = np.maximum(total[:, 0] / np.maximum(total[:, 1], 1e-9), 0.0)
    borrowed = tuning.pool_spread * sums[..., 1] / np.maximum(sums[..., 2], 1e-9)
    return np.maximum((sums[..., 0] + borrowed * pooled) / np.maximum(sums[..., 1] + borrowed, 1e-9), 1e-4)


def _share(past: Past, weights: Reals, extra: Reals, tuning: Tuning) -> tuple[Reals, Reals]:
    """Calibration by series and group, and where past values fell."""
    hits = np.zeros((*weights.shape[:2], GRID.size + 1))
    seen = np.full((len(past.y), len(past.origins) - 1, len(past.group)), np.nan)
    kernel.check(*past, weights, extra, GRID, hits, seen)
    hits[..., :-1] = hits[..., :-1].cumsum(-1)
    some = 20.0  # so many forecasts that were exactly calibrated are added; they matter where there is no past
    total = hits.sum(0) + some * np.r_[GRID, 1.0]
    everywhere = total / total[:, -1:]
    kind = np.digitize(np.nanmean(past.y, axis=1), SIZES)
    pooled = np.empty_like(hits)
    for size in np.unique(kind):
        alike = hits[kind == size].sum(0) + tuning.pool_size * everywhere
        pooled[kind == size] = alike / alike[:, -1:]
    share = hits + tuning.pool_share * pooled
    return share[..., :-1] / share[..., -1:], seen


def storms(rough: Reals, calm: Reals, season: int, series: int, tuning: Tuning) -> Reals:
    """How rough the time just before and at each period was, all series together, beside the whole past (1: as usual).

    Squared errors one step ahead beyond the mean (`rough`) over what they are measured by (`calm`), discounted with a
    half-life of `storm` seasons and drawn towards 1 by `storm_prior` counts' worth of evidence.
    """
    skip = min(2 * season, len(rough) - 1)  # the first errors are of learning
    usual = max(float(rough[skip:].sum()), 1e-9) / max(float(calm[skip:].sum()), 1e-9)
    keep = 0.5 ** (1 / (tuning.storm * season))
    weight = tuning.storm_prior * float(calm[skip:].mean()) / series
    ends = np.vstack([rough, calm])
    ends[:, :skip] = 0
    up, down = lfilter([1.0], [1.0, -keep], ends, axis=1)
    return np.asarray(np.clip((up + weight * usual) / (down + weight + 1e-12) / usual, 0.1, 10.0))


def season_pattern(counts: Reals, season: int) -> Reals:
    """Mean of each position in the season over the overall mean, pooled with weights by root of size."""
    if season == 1:
        return np.ones(1)
    seen = ~np.isnan(counts)
    filled = np.where(seen, counts, 0.0)
    size = filled.sum(1) / seen.sum(1) + 1e-9
    weight = np.sqrt(size)
    parts = [filled[:, d::season].sum(1) / np.maximum(seen[:, d::season].sum(1), 1) / size for d in range(season)]
    blank = np.array([not seen[:, d::season].any() for d in range(season)])
    found = (np.array(parts) * weight).sum(1) / weight.sum()
    return np.where(blank, 1.0, found) + 1e-6


def past_origins(length: int, season: int, most: int) -> NDArray[np.int64]:
    """Evenly spaced past origins, the last period last; their step is no multiple of the season."""
    start = min(max(2 * season, length // 4, 4), length - 1)
    step = max(1, -(-(length - 1 - start) // most))
    if season > 1 and step % season == 0:
        step += 1
    return np.arange(length - 1, start - 1, -step)[::-1].astype(np.int64).copy()
