"""Interrupted time series: one treated series, compared with where its own past was going.

Segmented log-linear regression (Bernal, Cummins & Gasparrini 2017, doi 10.1093/ije/dyw098): level, trend, a change of
level and of trend at the measure, harmonics of the year, controls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.effect.persistence import Mixture, contrast
from gongzhi.methods.effect.regression import EffectError, Fit, fit
from gongzhi.methods.effect.verdict import Check, Effect, placebo, word

Reals = NDArray[np.float64]
LEAST = 8  # periods before and after
BENT = 0.05  # p-value below which a past bends; errors that may last make it cautious: 2 % of straight ones lie below
LEFT = 0.7  # share of an effect that must be left were the past's bend to go on
ALONE = 0.9  # the same without a comparison, where a bend does most harm


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of a regression, which of them are the measure's, and the mean effect as a combination of all."""

    columns: Reals
    measure: tuple[int, ...]
    direction: Reals


def segmented(
    length: int, start: int, *, slope: bool = True, year: float = 0.0, waves: int = 1, controls: Reals | None = None
) -> Design:
    """Columns: 1, t, after, time since (if `slope`), cosine and sine of the year (in periods; 0: none), controls."""
    t = np.arange(length, dtype=float)
    columns = [np.ones(length), t, (t >= start).astype(float)]
    if slope:
        columns.append(np.where(t >= start, t - start, 0.0))
    measure = tuple(range(2, len(columns)))
    for wave in range(1, waves + 1 if year else 1):
        columns += [np.cos(2 * np.pi * wave * t / year), np.sin(2 * np.pi * wave * t / year)]
    if controls is not None:
        columns += list(np.asarray(controls, float)[:length].T)
    direction = np.zeros(len(columns))
    direction[list(measure)] = [columns[k][start:].mean() for k in measure]
    return Design(np.column_stack(columns), measure, direction)


def its(
    counts: Reals,
    start: int,
    *,
    slope: bool = True,
    year: float = 0.0,
    waves: int = 1,
    controls: Reals | None = None,
    wanted: str = "fewer",
    level: float = 0.95,
) -> Effect:
    """Mean effect of a measure from period `start` on, as the logarithm of the ratio to what was expected.

    `year` is its length in periods (52.1775 for weeks; 0: no season); it is used where two years lie before the
    measure. `controls` (periods, columns) are things the measure does not touch. Checks: the past ran straight, its
    bend carried on would leave the effect, and no date before the measure shows as much (placebo in time). Refuses
    short or empty pasts.
    """
    y = checked(counts, start)
    words: dict[str, Any] = {"slope": slope, "waves": waves, "controls": controls}
    design = segmented(len(y), start, year=year if start >= int(2 * year) else 0.0, **words)
    fitted = fit(y, design.columns)
    found = contrast(fitted, design.direction)
    bend = bending(len(y), start)
    checks = (
        adds_nothing(y[:start], np.delete(design.columns, design.measure, 1)[:start], bend[:start]),
        carried_on(y, design, bend, found, least=ALONE),
        placebo("placebo in time", found.two_sided(), _earlier(y[:start], len(y) - start, year, **words),
                "dates before the measure"),
    )  # fmt: skip
    return told("its", found, fitted, design, start, checks, wanted=wanted, level=level)


def bending(length: int, start: int) -> Reals:
    """A column that bends: squares of time, in standard deviations of the past."""
    t = np.arange(length, dtype=float)
    return np.asarray((t - t[:start].mean()) ** 2 / t[:start].var())


def checked(counts: Reals, start: int) -> Reals:
    """Counts as one row of numbers; refused when there is too little on either side."""
    y = np.asarray(counts, float)
    if y.ndim != 1 or not np.isfinite(y).all() or (y < 0).any():
        raise EffectError("the treated series needs a count, 0 or more, in every period")
    if start < LEAST or len(y) - start < LEAST:
        raise EffectError(
            f"{start} periods lie before the measure and {max(len(y) - start, 0)} from it on; each side needs {LEAST}"
        )
    if y[:start].sum() == 0 or y[start:].sum() == 0:
        raise EffectError("all counts on one side of the measure are 0; no ratio exists")
    return y


def adds_nothing(past: Reals, columns: Reals, more: Reals, offset: Reals | None = None) -> Check:
    """Pre-trend: one more column in time explains nothing of the past."""
    try:
        both = np.column_stack([columns, more])
        p = contrast(fit(past, both, offset=offset), np.eye(both.shape[1])[-1]).two_sided()
    except EffectError:
        return Check("pre-trend", float("nan"), True, "Too little past to test its trend.")
    said = "The past ran as the design assumes." if p >= BENT else "The past did not run as the design assumes."
    return Check("pre-trend", p, p >= BENT, said)


def carried_on(
    counts: Reals, design: Design, more: Reals, found: Mixture, offset: Reals | None = None, least: float = LEFT
) -> Check:
    """Were the bend of the past to go on under the measure, how much of the effect would be left?

    `more` is a column that bends over all periods, straight or not before the measure. An effect stands while at least
    `least` of it is left; what is no effect by itself has nothing to defend. The idea is that of Rambachan & Roth 2023
    (doi 10.1093/restud/rdad018): what broke before may go on breaking.
    """
    name = "bend carried on"
    if found.two_sided() >= 0.05:
        return Check(name, float("nan"), True, "There is no effect that a bend could explain.")
    try:
        bent = contrast(
            fit(counts, np.column_stack([design.columns, more]), offset=offset), np.append(design.direction, 0)
        )
    except EffectError:
        return Check(name, float("nan"), True, "Too little past to say how it bends.")
    left = bent.mean() / found.mean()
    said = f"If the past's bend went on, the change would be {np.expm1(bent.mean()):+.1%} instead of "
    return Check(name, bent.two_sided(), left >= least, f"{said}{np.expm1(found.mean()):+.1%}.")


def placebo_dates(start: int, after: int) -> tuple[NDArray[np.int64], int]:
    """Up to twelve dates in the past, and how many periods after each are looked at."""
    after = max(LEAST, min(after, start // 3))
    first = max(LEAST, start // 3)
    if start - after < first:
        return np.empty(0, np.int64), after
    return np.unique(np.linspace(first, start - after, 12).astype(np.int64)), after


def _earlier(past: Reals, after: int, year: float, *, slope: bool, waves: int, controls: Reals | None) -> Reals:
    """p-values of pretended measures in the past."""
    dates, after = placebo_dates(len(past), after)
    found = []
    for date in dates:
        stop = int(date) + after
        design = segmented(stop, int(date), slope=slope, year=year if stop >= int(2 * year) else 0.0, waves=waves,
                           controls=controls)  # fmt: skip
        try:
            found.append(contrast(fit(past[:stop], design.columns), design.direction).two_sided())
        except EffectError:
            continue
    return np.array(found)


def told(
    name: str, found: Mixture, fitted: Fit, design: Design, start: int, checks: tuple[Check, ...], *, wanted: str,
    level: float,
) -> Effect:  # fmt: skip
    """The effect of a contrast, with what was expected without the measure."""
    tail = (1 - level) / 2
    low, high = found.quantile(tail), found.quantile(1 - tail)
    at = list(design.measure)
    expected = fitted.mean * np.exp(-(design.columns[:, at] @ fitted.beta[at]))
    return Effect(name, found.mean(), low, high, found.two_sided(), level, checks, word(low, high, checks, wanted),
                  expected, start)  # fmt: skip
