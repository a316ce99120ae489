"""Difference to untreated series whose past ran alike.

The matched series are summed to one comparison, whose logarithm is the offset of a log-linear regression of the treated
series: the measure's coefficient is the difference in differences of the logarithms. Shocks that all share cancel;
what is the treated series' own is in the errors, which may last (`persistence`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.effect.its import Design, adds_nothing, bending, carried_on, checked, placebo_dates, told
from gongzhi.methods.effect.persistence import Mixture, contrast
from gongzhi.methods.effect.regression import EffectError, Fit, fit
from gongzhi.methods.effect.verdict import Check, Effect, placebo

Reals = NDArray[np.float64]
BLOCK = 4  # periods averaged before pasts are compared, so that noise does not choose
CASES = 25.0  # a line that rests on fewer a period is averaged over periods until it rests on as many
OWN = 0.02  # variance of a series' own shocks assumed when series are weighted


def others_checked(others: Reals, length: int, start: int) -> Reals:
    """Untreated series (series, periods), those without a case before the measure left out."""
    rows = np.atleast_2d(np.asarray(others, float))
    if rows.shape[1] != length or not np.isfinite(rows).all() or (rows < 0).any():
        raise EffectError("every untreated series needs a count, 0 or more, in every period of the treated one")
    rows = rows[rows[:, :start].sum(1) > 0]
    if len(rows) < 2:
        raise EffectError(f"{len(rows)} untreated series have cases before the measure; at least 2 are needed")
    return rows


def shapes(rows: Reals, start: int) -> Reals:
    """Block means of the past, as logarithms about their mean."""
    blocks = max(start // BLOCK, 1)
    kept = rows[:, start - blocks * BLOCK : start] if start >= BLOCK else rows[:, :start]
    means = kept.reshape(len(rows), blocks, -1).mean(2)
    logs = np.log(means + 0.5 / BLOCK)
    return logs - logs.mean(1, keepdims=True)


def matched(treated: Reals, others: Reals, start: int, count: int) -> NDArray[np.int64]:
    """Indices of the untreated series whose past ran most alike (root mean square of log block means)."""
    apart = shapes(others, start) - shapes(treated[None], start)
    return np.sort(np.argsort((apart**2).mean(1), kind="stable")[:count])


def comparison(others: Reals, start: int) -> Reals:
    """Weighted mean of series over their past means; a series counts as far as it is sure."""
    size = others[:, :start].mean(1)
    weight = 1 / (1 / size + OWN)
    one = weight / size / weight.sum()
    # a quarter of the least a case can add, where none has one
    return np.maximum(steadied(one, others, start), one.min() / 4)


def steadied(one: Reals, others: Reals, start: int) -> Reals:
    """The line one @ others, averaged over as many neighbouring periods as it needs to rest on CASES cases.

    Its logarithm is an offset: a period in which few cases make the line would weigh as if it were known. Periods
    before and after the start are never averaged together.
    """
    line = np.asarray(one @ others)
    size = others[:, :start].mean(1)
    noise = float(one**2 @ size)
    half = int(np.ceil(CASES * noise / max(float(one @ size) ** 2, 1e-300))) // 2
    if half < 1:
        return line
    for part in (slice(0, start), slice(start, len(line))):
        total = np.concatenate([[0.0], np.cumsum(line[part])])
        at = np.arange(len(total) - 1)
        low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(at))
        line[part] = (total[high] - total[low]) / (high - low)
    return line


def against(treated: Reals, line: Reals, start: int, trend: bool) -> tuple[Fit, Design, Mixture]:
    """The regression of a treated series on a comparison line above 0: level, measure and, if asked, drift."""
    t = np.arange(len(treated), dtype=float)
    after = (t >= start).astype(float)
    columns = np.column_stack([np.ones_like(t), after, t] if trend else [np.ones_like(t), after])
    design = Design(columns, (1,), np.eye(columns.shape[1])[1])
    fitted = fit(treated, columns, offset=np.log(line))
    return fitted, design, contrast(fitted, design.direction)


def past_checks(
    treated: Reals, design: Design, line: Reals, start: int, trend: bool, found: Mixture
) -> tuple[Check, Check]:
    """Pre-trend: no drift from the comparison, or no bend where a drift is allowed for; and the effect is left were
    that drift or bend to go on."""
    t = np.arange(len(treated), dtype=float)
    more = bending(len(treated), start) if trend else (t - t[:start].mean()) / t[:start].std()
    plain = np.delete(design.columns, design.measure, 1)[:start]
    offset = np.log(line)
    return (
        adds_nothing(treated[:start], plain, more[:start], offset[:start]),
        carried_on(treated, design, more, found, offset),
    )


def did(
    treated: Reals,
    others: Reals,
    start: int,
    *,
    match: int = 10,
    trend: bool = True,
    wanted: str = "fewer",
    level: float = 0.95,
) -> Effect:
    """Effect on the treated series beyond what the `match` most alike untreated series did.

    `others` (series, periods). `trend` lets the treated series drift from the comparison along a straight line (then
    nothing is assumed parallel, and the interval is wider). Checks: no drift before the measure (without `trend`) or
    no bend (with it), an effect left were it to go on, placebos at earlier dates and on the untreated series.
    """
    y = checked(treated, start)
    rows = others_checked(others, len(y), start)
    line = comparison(rows[matched(y, rows, start, match)], start)
    fitted, design, found = against(y, line, start, trend)
    p = found.two_sided()
    checks = (
        *past_checks(y, design, line, start, trend, found),
        placebo("placebo in time", p, _earlier(y, rows, start, match, trend), "dates before the measure"),
        placebo("placebo in space", p, _elsewhere(rows, start, match, trend), "untreated series"),
    )
    return told("did", found, fitted, design, start, checks, wanted=wanted, level=level)


def _p(treated: Reals, others: Reals, start: int, match: int, trend: bool) -> float:
    """p-value of a pretended measure; NaN where none can be fitted."""
    try:
        line = comparison(others[matched(treated, others, start, match)], start)
        return against(treated, line, start, trend)[2].two_sided()
    except EffectError:
        return float("nan")


def _earlier(treated: Reals, others: Reals, start: int, match: int, trend: bool) -> Reals:
    dates, after = placebo_dates(start, len(treated) - start)
    found = [_p(treated[: d + after], others[:, : d + after], int(d), match, trend)
             for d in dates if treated[:d].any() and others[:, :d].any(1).all()]  # fmt: skip
    return np.array([p for p in found if p == p])


def _elsewhere(others: Reals, start: int, match: int, trend: bool, most: int = 40) -> Reals:
    if len(others) < 4:
        return np.empty(0)
    found = [_p(others[i], np.delete(others, i, 0), start, match, trend) for i in range(min(len(others), most))]
    return np.array([p for p in found if p == p])
