"""Each method of `methods.counts` as a way of looking: counts in; what it expected, its bound and its chance out.

All are set to one chance for one look. Where a rule's published limit is a normal quantile at a standard deviation of
few periods, the quantile of Student's t takes its place, so that the chance is the one asked for where the rule's own
picture of the data is right; where it is a run length, the limit has that run length. Nothing else of a method is
changed. What its picture leaves out (weekdays, season, counts that spread more than chance) shows in what it would have
raised alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from gongzhi.methods.counts import bayes, calibrated, cdc, cusum, ears, farrington, glr, outbreak, rki

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_SD = 0.5  # cases: a week of zeros does not make one case a wonder
SIX = 6  # periods of the rules that compare with those just before
LONG = {"day": 28, "week": 16}  # periods of past that sums over time compare with
WINDOW = {"day": 7, "week": 4}  # periods a rise may have begun before
DRIFT = 1.04  # k of the CUSUM, as Rossi et al. 1999 chose it
SIEGMUND = 1.166  # twice 0.583: what a CUSUM jumps over its limit
FARTHEST = 1e-300


@dataclass(frozen=True, slots=True)
class Past:
    """`counts` (series, periods) of equal periods, the last one judged; `alpha` the chance of one look; `spread`
    (series,) variance over mean that series like these have; `grain` day or week."""

    counts: Reals
    alpha: float
    spread: Reals
    grain: str

    @property
    def now(self) -> Reals:
        """The counts judged."""
        return self.counts[:, -1]

    @property
    def length(self) -> int:
        """Periods there are, the judged one among them."""
        return int(self.counts.shape[1])


@dataclass(frozen=True, slots=True)
class Told:
    """Of each series: what was expected, the highest count that is no alarm, the chance of the like or more (NaN where
    the way tells none), whether it alarms and whether it could judge. `seen`: what was counted, where that is not the
    judged period's count. `needs` periods of past, where there were fewer."""

    expected: Reals
    bound: Reals
    p: Reals
    alarm: Flags
    able: Flags
    seen: Reals | None = None
    needs: int = 0


def _told(past: Past, expected: Reals, bound: Reals, p: Reals, seen: Reals | None = None) -> Told:
    """A series whose chance is not a number was not judged."""
    able = np.isfinite(p)
    return Told(expected, bound, p, able & (p <= past.alpha), able, seen)


def unable(series: int, needs: int) -> Told:
    """None of so many series could be judged: more periods are needed."""
    blank, none = np.full(series, np.nan), np.zeros(series, np.bool_)
    return Told(blank, blank, blank, none, none, needs=needs)


def _ears(method: str) -> Callable[[Past], Told]:
    def look(past: Past) -> Told:
        wide = float(np.sqrt(1 + 1 / 7))
        wide *= float(np.sqrt(3)) if method == "C3" else 1.0  # it adds up three periods
        limit = min(37.0, float(stats.t.isf(past.alpha, 6)) * wide)
        few = past.counts[:, -14:]
        mean, bound = (a[:, -1] for a in ears.ears(few, method=method, alpha=stats.norm.sf(limit), least=LEAST_SD))
        _, plain = (a[:, -1] for a in ears.ears(few, method="C1" if method == "C1" else "C2",
                                                alpha=stats.norm.sf(limit), least=LEAST_SD))  # fmt: skip
        sd = (plain - mean) / limit
        p = stats.t.sf((limit + (past.now - bound) / sd) / wide, 6)
        return _told(past, mean, bound, p)

    return look


def _bayes(past: Past) -> Told:
    mean, bound = (a[:, 0] for a in bayes.bayes(past.counts, _last(past), alpha=past.alpha))
    return _told(past, mean, bound, stats.nbinom.sf(past.now - 1, mean * SIX, SIX / (SIX + 1)))


def _rki(past: Past) -> Told:
    mean, bound = (a[:, 0] for a in rki.rki(past.counts, _last(past)))
    every = np.ones(len(mean), np.bool_)
    return Told(mean, bound, np.full(len(mean), np.nan), past.now > bound, every)


def _cusum(past: Past) -> Told:
    base, window = LONG[past.grain], WINDOW[past.grain]
    mean, spread = _usual(past, base, window)
    counts = past.counts[:, -window:] / spread[:, None]
    level = np.repeat((mean / spread)[:, None], window, axis=1)
    limit = _cusum_limit(past.alpha)
    value, smallest = cusum.cusum(counts, level, k=DRIFT, h=limit, transform="anscombe2nd")
    p = 1 / np.maximum(1.0, _run_length(np.minimum(value[:, -1], 300.0)))
    return _told(past, mean, np.ceil(smallest[:, -1] * spread) - 1, p)


def _glr(past: Past) -> Told:
    base, window = LONG[past.grain], WINDOW[past.grain]
    mean, spread = _usual(past, base, window)
    counts = past.counts[:, -window:] / spread[:, None]
    level = np.repeat((mean / spread)[:, None], window, axis=1)
    value, _bound = glr.glr(counts, level, limit=np.inf, bounds=False)
    smallest = _smallest(counts, level, ratio_limit(past.alpha, window)) * spread
    return _told(past, mean, np.ceil(smallest - 1e-9) - 1, ratio_chance(value[:, -1], window))


def _smallest(counts: Reals, level: Reals, limit: float) -> Reals:
    """The smallest last count with which the likelihood ratio of some start reaches the limit."""
    means = np.cumsum(level[:, ::-1], axis=1)  # of the last one, two, three … periods
    before = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts[:, -2::-1], axis=1)], axis=1)
    low, high = means.copy(), means + limit + np.sqrt(limit * limit + 2 * limit * means) + 1
    for _ in range(60):
        middle = (low + high) / 2
        short = middle * np.log(middle / means) - (middle - means) < limit
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.maximum(0.0, (high - before).min(axis=1))


def ratio_limit(alpha: float, starts: int) -> float:
    """The limit of a likelihood ratio (its logarithm) with so many starts: the signed root of a doubled one is nearly
    standard normal (Barndorff-Nielsen & Cox 1994), and every start is given its share."""
    return float(stats.norm.isf(alpha / starts)) ** 2 / 2


def ratio_chance(value: Reals, starts: int) -> Reals:
    """The chance of so high a likelihood ratio."""
    return np.minimum(1.0, starts * stats.norm.sf(np.sqrt(2 * np.maximum(value, 0.0))))


def _usual(past: Past, base: int, window: int) -> tuple[Reals, Reals]:
    """Mean of the periods before the window, and the spread with the doubt about that mean in it."""
    before = past.counts[:, -window - base : -window]
    mean = (before.sum(axis=1) + 0.5) / before.shape[1]
    own = (np.diff(before, axis=1) ** 2).mean(axis=1) / 2 / mean
    return mean, np.maximum(np.maximum(past.spread, own), 1.0) * (1 + window / before.shape[1])


def _outbreak(past: Past) -> Told:
    n = LONG[past.grain]
    few = past.counts[:, -n:]
    limit = _chi_bar_limit(n, past.alpha)
    own = (np.diff(few[:, :-2], axis=1) ** 2).mean(axis=1) / 2 / np.maximum(few[:, :-2].mean(axis=1), 0.5 / n)
    spread = np.maximum(np.maximum(past.spread, own), 1.0)
    value, bound = np.empty(len(few)), np.empty(len(few))
    for at, row in enumerate(few):
        most = float(np.exp(min(690.0, limit / 2 * spread[at])))
        ratio, smallest = outbreak.outbreak_p(row[None, :], limit=max(most, 1 + 1e-9), start=n - 1)
        value[at], bound[at] = ratio[0, -1], smallest[0, -1] - 1
    p = _chi_bar_tail(n, 2 * np.log(np.maximum(value, 1.0)) / spread)
    return _told(past, few[:, :-1].mean(axis=1), bound, p)


def _farrington(past: Past) -> Told:
    config = farrington.Farrington(years=_years(past, 3), alpha=past.alpha)
    told = farrington.farrington(past.counts, _last(past), config=config)
    mean, phi = told.expected[:, 0], told.phi[:, 0]
    return _told(past, mean, told.bound[:, 0], _nb_tail(past.now, mean, phi))


def _farrington_1996(past: Past) -> Told:
    config = farrington.Farrington(
        years=_years(past, 3), levels=1, left_out=3, weights_from=1.0, threshold="delta", p_trend=0.05,
        plain_errors=True, alpha=past.alpha,
    )  # fmt: skip
    told = farrington.farrington(past.counts, _last(past), config=config)
    mean, bound = told.expected[:, 0], told.bound[:, 0]
    z = float(stats.norm.isf(past.alpha))
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = (bound ** (2 / 3) - mean ** (2 / 3)) / z
        p = stats.norm.sf((past.now ** (2 / 3) - mean ** (2 / 3)) / sd)
    return _told(past, mean, bound, np.where(sd > 0, p, np.nan))


def _cdc(past: Past) -> Told:
    years = min(5, (past.length - 8) // 52)
    n = 3 * years
    limit = min(37.0, float(stats.t.isf(past.alpha, n - 1)))
    both = 2 * float(stats.norm.sf(limit))
    seen, mean, bound = (a[:, 0] for a in cdc.cdc(past.counts, _last(past), years=years, alpha=both))
    sd = (bound - mean) / limit
    with np.errstate(invalid="ignore", divide="ignore"):
        p = stats.t.sf((seen - mean) / sd, n - 1)
    return _told(past, mean, bound, np.where(sd > 0, p, np.nan), seen)


def _calibrated(past: Past) -> Told:
    told = calibrated.calibrated(past.counts, _last(past), alpha=past.alpha)
    return _told(past, told.expected[:, 0], told.bound[:, 0], np.where(past.counts.any(axis=1), told.p[:, 0], np.nan))


def _last(past: Past) -> NDArray[np.int64]:
    return np.array([past.length - 1])


def _years(past: Past, half_window: int) -> int:
    """Earlier years there is enough of, at most four."""
    return min(4, (past.length - 1 - half_window) // 52)


def _nb_tail(count: Reals, mean: Reals, phi: Reals) -> Reals:
    """P(Y >= count) of a negative binomial with that mean and variance phi x mean; Poisson at phi 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        wide = np.maximum(phi, 1 + 1e-9)
        spread = stats.nbinom.sf(count - 1, mean / (wide - 1), 1 / wide)
        return np.where(phi > 1 + 1e-9, spread, stats.poisson.sf(count - 1, mean))


def _run_length(limit: Reals) -> Reals:
    """Mean time between false alarms of a CUSUM of standard normal numbers (Siegmund 1985, ch. X)."""
    reach = 2 * DRIFT * (limit + SIEGMUND)
    return (np.exp(reach) - reach - 1) / (2 * DRIFT**2)


@lru_cache(maxsize=64)
def _cusum_limit(alpha: float) -> float:
    return float(optimize.brentq(lambda h: float(_run_length(np.array(h))) * alpha - 1, 0.0, 300.0))


@lru_cache(maxsize=64)
def _chi_bar_weights(n: int) -> Reals:
    """Chance that the isotonic fit of n equal means has 1, 2, … n levels (Barlow et al. 1972)."""
    weights = np.zeros(n + 1)
    weights[1] = 1.0
    for size in range(2, n + 1):
        weights[1 : size + 1] = weights[1 : size + 1] * (size - 1) / size + weights[:size] / size
    return weights[1:]


def _chi_bar_tail(n: int, value: Reals) -> Reals:
    """P of so high a likelihood ratio (doubled logarithm) of an isotonic course against none (Robertson, Wright &
    Dykstra 1988): a mixture of chi-squares."""
    at = np.atleast_1d(np.asarray(value, np.float64))
    some = _chi_bar_weights(n)[1:]
    tails = stats.chi2.sf(at[:, None], np.arange(1, n)[None, :]) @ some
    return np.where(at > 0, tails, 1.0)


@lru_cache(maxsize=64)
def _chi_bar_limit(n: int, alpha: float) -> float:
    return float(optimize.brentq(lambda c: float(_chi_bar_tail(n, np.array([c]))[0]) - alpha, 1e-9, 1400.0))


def _sums(grain: str) -> int:
    return LONG[grain] + WINDOW[grain]


# way → (periods needed, the judged one among them; how it looks)
DAY: Mapping[str, tuple[int, Callable[[Past], Told]]] = {
    "ears_c1": (8, _ears("C1")),
    "ears_c2": (10, _ears("C2")),
    "ears_c3": (12, _ears("C3")),
    "bayes_day": (SIX + 1, _bayes),
    "rki_day": (SIX + 1, _rki),
    "cusum_day": (_sums("day"), _cusum),
    "glr_day": (_sums("day"), _glr),
    "outbreak_day": (LONG["day"], _outbreak),
}
WEEK: Mapping[str, tuple[int, Callable[[Past], Told]]] = {
    "ears_week": (10, _ears("C2")),
    "bayes_week": (SIX + 1, _bayes),
    "rki_week": (SIX + 1, _rki),
    "cusum_week": (_sums("week"), _cusum),
    "glr_week": (_sums("week"), _glr),
    "outbreak_week": (LONG["week"], _outbreak),
    "calibrated": (120, _calibrated),
    "farrington": (56, _farrington),
    "farrington_1996": (56, _farrington_1996),
    "cdc": (112, _cdc),
}


def look(past: Past) -> dict[str, Told]:
    """What every way of this grain says of these series."""
    ways = DAY if past.grain == "day" else WEEK
    size = len(past.counts)
    return {name: way(past) if past.length >= needs else unable(size, needs) for name, (needs, way) in ways.items()}
