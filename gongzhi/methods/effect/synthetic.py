"""Synthetic control: the treated series as a mixture of untreated ones, every series over its own past mean.

Weights are non-negative with sum one (Abadie, Diamond & Hainmueller 2010, doi 10.1198/jasa.2009.ap08746), fitted to
series over their past means, so that levels need not be reached (Ferman & Pinto 2021, doi 10.3982/QE1596). What the
mixture does not meet, a straight drift and shocks of the treated series' own, is carried by the regression on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.effect.did import against, others_checked, past_checks, steadied
from gongzhi.methods.effect.its import checked, placebo_dates, told
from gongzhi.methods.effect.regression import EffectError
from gongzhi.methods.effect.verdict import Effect, placebo
from gongzhi.methods.forecast.mixing import simplex

Reals = NDArray[np.float64]
STEPS = 400  # exact pairwise steps of the weights
FLOOR = 1e-3  # least value of the line, over the past mean


@dataclass(frozen=True, slots=True)
class Synthetic:
    """The effect, the weight of every untreated series with a past, and how well the past was met.

    `past_error` is the root mean square of the past difference over the past mean.
    """

    effect: Effect
    weights: Reals
    past_error: float


def weights_of(treated: Reals, others: Reals, ridge: float = 1e-6) -> Reals:
    """Weights >= 0 with sum one that bring others (series, periods) closest to treated, in least squares."""
    size = float((others**2).mean()) * others.shape[1]
    square = np.ascontiguousarray(others @ others.T + ridge * size * np.eye(len(others)))
    weights = np.full(len(others), 1.0 / len(others))
    simplex(square, np.ascontiguousarray(others @ treated), weights, STEPS)
    return weights


def _line(treated: Reals, others: Reals, start: int) -> tuple[Reals, Reals]:
    """Weights, and the mixture over all periods relative to the past mean."""
    pool = others / others[:, :start].mean(1, keepdims=True)
    weights = weights_of(treated[:start] / treated[:start].mean(), pool[:, :start])
    return weights, np.maximum(steadied(weights / others[:, :start].mean(1), others, start), FLOOR)


def synthetic(treated: Reals, others: Reals, start: int, *, wanted: str = "fewer", level: float = 0.95) -> Synthetic:
    """Effect on the treated series against its synthetic control from `others` (series, periods).

    Checks: the past difference does not bend, nor would its bend explain the effect, placebos at earlier dates and on
    the untreated series.
    """
    y = checked(treated, start)
    rows = others_checked(others, len(y), start)
    weights, line = _line(y, rows, start)
    fitted, design, found = against(y, line, start, trend=True)
    p = found.two_sided()
    gap = y / y[:start].mean() - line
    checks = (
        *past_checks(y, design, line, start, True, found),
        placebo("placebo in time", p, _earlier(y, rows, start), "dates before the measure"),
        placebo("placebo in space", p, _elsewhere(rows, start), "untreated series"),
    )
    effect = told("synthetic", found, fitted, design, start, checks, wanted=wanted, level=level)
    return Synthetic(effect, weights, float(np.sqrt((gap[:start] ** 2).mean())))


def _earlier(treated: Reals, others: Reals, start: int) -> Reals:
    dates, after = placebo_dates(start, len(treated) - start)
    found = []
    for date in (int(d) for d in dates):
        if not treated[:date].any() or not others[:, :date].any(1).all():
            continue
        stop = date + after
        try:
            line = _line(treated[:stop], others[:, :stop], date)[1]
            found.append(against(treated[:stop], line, date, trend=True)[2].two_sided())
        except EffectError:
            continue
    return np.array(found)


def _elsewhere(rows: Reals, start: int, most: int = 40) -> Reals:
    """p-values of untreated series that play the treated one."""
    found = []
    for i in range(min(len(rows), most) if len(rows) >= 4 else 0):
        try:
            line = _line(rows[i], np.delete(rows, i, 0), start)[1]
            found.append(against(rows[i], line, start, trend=True)[2].two_sided())
        except EffectError:
            continue
    return np.array(found)
