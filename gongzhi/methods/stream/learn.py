"""A baseline learned from history: hours of each kind of day, kinds of days, season, level, and a rate for each key.

Daily totals of each rhythm (keys that follow the same hours) are fitted by a log-linear Poisson model: a level, the
kind of day (Monday to Sunday, a day off), two waves of the year where there is a year; days far from the fit are left
out and it is repeated. What the last weeks have beside it (discounted sums) is the level ahead. Hours are shares by
kind of day, drawn towards those of all days where there are few. A key's rate is its share of its rhythm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import gamma

from gongzhi.methods.stream.clock import DAY, KINDS, OFF, Baseline, Days
from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
SUNDAY = 6
LEAST = 14  # days of history needed
YEAR = 365.2425
WAVES = 2
DRAWN = 100.0  # events as many as which the hours of all days weigh
RECENT = 0.97  # discount a day of the level
STEADY = 50.0  # events the level of the whole history weighs beside the recent one, times the dispersion
FAR = 4.0  # standard errors beyond which a day is left out
RIDGE = 1.0
CAREFUL = 0.8  # share of the time a key's rate is at most what it is taken for


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days in a row: `begins` (days + 1,) the second each begins and the last ends, `kind` (days,) 0 Monday … 6
    Sunday, 7 off."""

    begins: Longs
    kind: Longs


def calendar(first: date, days: int, zone: tzinfo, off: Collection[date] = ()) -> Calendar:
    """`days` days from `first` as the clocks of `zone` have them; `off` days are a kind of their own."""
    held = frozenset(off)
    dates = [first + timedelta(days=d) for d in range(days + 1)]
    begins = [round(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) for d in dates]
    return Calendar(np.array(begins), np.array([OFF if d in held else d.weekday() for d in dates[:-1]]))


def learn(
    keys: ArrayLike, seconds: ArrayLike, past: Calendar, ahead: Calendar, *, number: int,
    follows: Sequence[int] | None = None, careful: float = CAREFUL, dispersed: ArrayLike = 1.0,
) -> Baseline:  # fmt: skip
    """The baseline of the days `ahead` from the events of the days `past`.

    `number` of keys; `follows` the rhythm of each (all the same without it). A key's rate is the value its true rate
    is below with chance `careful`, so that keys with few events do not overspend the budget; `dispersed` (number,) is
    variance / mean of its counts (`batches.dispersion`): so many events tell as much as one. Refuses fewer than 14
    days, unknown keys and events outside the days, naming the row.
    """
    which, when, lines = taken(keys, seconds, past, number, follows)
    rhythms = int(lines.max()) + 1
    day = np.searchsorted(past.begins, when, side="right") - 1
    length = np.diff(past.begins)[day]
    minute = np.minimum((when - past.begins[day]) * DAY // length, DAY - 1)
    totals = np.zeros((rhythms, past.kind.size))
    np.add.at(totals, (lines[which], day), 1)
    hours = np.zeros((rhythms, KINDS, 24))
    np.add.at(hours, (lines[which], past.kind[day], minute // 60), 1)
    fits = [_daily(row, past, ahead) for row in totals]
    held = np.bincount(which, minlength=number).astype(np.float64)
    # what was expected of the rhythm in all: a key's share of it, times its days ahead, is its rate
    exposure = np.array([fit[0].sum() for fit in fits])[lines]
    worth = np.broadcast_to(np.asarray(dispersed, np.float64), held.shape)
    rate = gamma.ppf(careful, held / worth + 0.5) * worth / exposure
    factor = np.array([fit[1] for fit in fits])
    level = factor.mean(axis=1, keepdims=True) / DAY  # weights are about 1 on average
    profile = np.repeat(np.array([_hours(each) for each in hours]), 60, axis=2) / 60
    days = Days(ahead.begins, ahead.kind, profile, factor / level)
    return Baseline(rate * level[lines, 0], np.ones((rhythms, 7 * DAY)), lines, days)


def taken(
    keys: ArrayLike, seconds: ArrayLike, past: Calendar, number: int, follows: Sequence[int] | None
) -> tuple[Longs, Longs, Longs]:
    """Keys, seconds and the rhythm of each key, checked as `learn` says."""
    which, when = np.asarray(keys, np.int64), np.asarray(seconds, np.int64)
    lines = np.zeros(number, np.int64) if follows is None else np.asarray(follows, np.int64)
    _checked(which, when, past, number, lines)
    return which, when, lines


def shape(day: Longs, hour: Longs, past: Calendar) -> tuple[Reals, NDArray[np.bool_]]:
    """What one rhythm's events let expect in every hour of the days past, (days, 24), and which days are near it."""
    totals = np.bincount(day, minlength=past.kind.size).astype(np.float64)
    hours = np.zeros((KINDS, 24))
    np.add.at(hours, (past.kind[day], hour), 1)
    fitted, _ahead = _daily(totals, past, past)
    spread = max(1.0, float(np.median((totals - fitted) ** 2 / fitted) / 0.455))
    near = np.abs(totals - fitted) <= FAR * np.sqrt(spread * fitted) + 1
    return fitted[:, None] * _hours(hours)[past.kind], near


def _checked(which: Longs, when: Longs, past: Calendar, number: int, lines: Longs) -> None:
    if past.kind.size < LEAST:
        raise StreamError(f"A baseline needs {LEAST} days of history; there are {past.kind.size}.")
    if which.shape != when.shape or which.ndim != 1 or lines.size != number or number < 1:
        raise StreamError(f"There are {which.size} keys, {when.size} times and {lines.size} rhythms of {number} keys.")
    bad = np.flatnonzero((which < 0) | (which >= number))
    if bad.size:
        raise StreamError(f"Row {bad[0] + 1}: key {which[bad[0]]} is unknown; there are {number} keys.")
    out = np.flatnonzero((when < past.begins[0]) | (when >= past.begins[-1]))
    if out.size:
        raise StreamError(f"Row {out[0] + 1}: {when[out[0]]} lies outside the days of the history.")


def _design(of: Calendar, years: bool) -> Reals:
    """A level, the kind of day against a Monday (a day off against a Sunday), waves of the year."""
    columns = [np.ones(of.kind.size), *((of.kind == kind).astype(float) for kind in range(1, SUNDAY))]
    columns += [(of.kind >= SUNDAY).astype(float), (of.kind == OFF).astype(float)]
    if years:
        turn = of.begins[:-1] / (86_400 * YEAR) * 2 * np.pi
        columns += [wave(j * turn) for j in range(1, WAVES + 1) for wave in (np.cos, np.sin)]
    return np.stack(columns, axis=1)


def _daily(totals: Reals, past: Calendar, ahead: Calendar) -> tuple[Reals, Reals]:
    """Expected events of the days past and ahead, the level of the latest weeks in both its places."""
    years = past.kind.size > YEAR - 2
    x, kept = _design(past, years), np.ones(totals.size, np.bool_)
    beta, phi = np.zeros(x.shape[1]), 1.0
    beta[0] = np.log((totals.sum() + 0.5) / totals.size)
    for _ in range(4):
        phi = _newton(x[kept], totals[kept], beta)
        fitted = np.exp(x @ beta)
        near = np.abs(totals - fitted) <= FAR * np.sqrt(phi * fitted) + 1
        if np.array_equal(near, kept) or near.sum() < LEAST:
            break
        kept = near
    fitted = np.exp(x @ beta)
    weight = RECENT ** np.arange(totals.size)[::-1] * kept
    recent = (weight @ totals + STEADY * phi) / (weight @ fitted + STEADY * phi)
    return fitted, np.exp(_design(ahead, years) @ beta) * recent


def _newton(x: Reals, y: Reals, beta: Reals) -> float:
    """Moves `beta` to the Poisson fit, drawn a little to 0; returns the dispersion, at least 1."""
    ridge = np.full(len(beta), RIDGE)
    ridge[0] = 0.0
    for _ in range(50):
        mean = np.exp(np.clip(x @ beta, -30, 30))
        step = np.linalg.solve(x.T @ (x * mean[:, None]) + np.diag(ridge + 1e-9), x.T @ (y - mean) - ridge * beta)
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    mean = np.exp(x @ beta)
    return max(1.0, float(((y - mean) ** 2 / mean).sum() / max(1, len(y) - len(beta))))


def _hours(counts: Reals) -> Reals:
    """Share of each hour on each kind of day (8, 24); few events lean on all days, and these on an even day."""
    common = (counts.sum(axis=0) + 1.0) / (counts.sum() + 24.0)
    return np.asarray((counts + DRAWN * common) / (counts.sum(axis=1, keepdims=True) + DRAWN))
