"""How many false findings a county is willing to look at, dealt out over its charts and series."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.stream import batches, mixture
from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
MONTH = 30 * 1440.0  # minutes


def limits(rate: ArrayLike, *, false_a_month: float, least: int = 3, dispersed: ArrayLike = 1.0) -> Reals:
    """Limits (keys,) such that all keys together give `false_a_month` false alarms in 30 days under the baseline.

    `rate` (keys,) events a minute. Every key gets the same share: a key with 3 events a year is then as quiet as
    one with 3,000 a day. Where the share would let a chart alarm on fewer than `least` events, the limit is
    raised, so the county total is at most the budget. `dispersed` (keys,), variance / mean of the counts as
    `batches.dispersion` measures it, raises the limits of keys whose events come in batches.
    """
    rates = np.asarray(rate, np.float64)
    if false_a_month <= 0 or rates.size == 0 or np.any(rates <= 0):
        raise StreamError("The budget and every rate must be above 0.")
    between = rates * MONTH * rates.size / false_a_month
    rises, weights = np.asarray(mixture.RISES), np.asarray(mixture.WEIGHTS)
    floor = float(weights @ rises ** (least - 1)) * (1 + 1e-9)
    usual = np.maximum(mixture.limit_for(between), floor)
    return batches.raised(usual, dispersed) if np.any(np.asarray(dispersed) != 1.0) else usual


def findings(alarm: ArrayLike, *, quiet: int = 13) -> NDArray[np.bool_]:
    """Where a finding begins, (series, periods), among alarms (series, periods) in order of time.

    A finding stays open while its alarms come no more than `quiet` periods apart (a quarter of a year of weeks): what
    lasts, an outbreak of five weeks or a level that has shifted, is raised once and not every week.
    """
    told = np.atleast_2d(np.asarray(alarm, np.bool_))
    out = np.zeros(told.shape, np.bool_)
    last = np.full(len(told), -quiet - 1)
    for at in range(told.shape[1]):
        out[:, at] = told[:, at] & (at - last > quiet)
        last[told[:, at]] = at
    return out


def false_discoveries(p: ArrayLike, *, rate: float) -> NDArray[np.bool_]:
    """Which of many findings to report so that at most the share `rate` of them is false (Benjamini & Hochberg 1995).

    Valid for independent and for positively dependent p-values (Benjamini & Yekutieli 2001).
    """
    values = np.asarray(p, np.float64)
    bad = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if bad.size:
        raise StreamError(f"Row {bad[0] + 1}: {values[bad[0]]:g} is not a probability.")
    order = np.argsort(values, kind="stable")
    good = np.flatnonzero(values[order] <= rate * np.arange(1, values.size + 1) / max(values.size, 1))
    out = np.zeros(values.size, np.bool_)
    if good.size:
        out[order[: good[-1] + 1]] = True
    return out
