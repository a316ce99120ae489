"""The clock of a chart: not time, but what the baseline lets expect. Hours of the week, and days that are known.

`Baseline` has a rate for each key and a rhythm of the week. With `Days` a rhythm also knows the season and the
days off: every day has a kind (Monday to Sunday, or off) and a factor; days are as long as they are where the
events happen, so a change to daylight saving is a day of 23 or 25 hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
WEEK = 7 * 1440  # minutes
DAY = 1440
KINDS = 8  # Monday to Sunday, and a day off
OFF = 7


@dataclass(frozen=True, slots=True)
class Days:
    """Known days: `begins` (days + 1,) the second each begins and the last ends; `kind` (days,) 0 Monday to 6 Sunday,
    7 a day off; `profile` (rhythms, 8, 1440) weight of each minute of such a day; `factor` (rhythms, days).
    """

    begins: Longs
    kind: Longs
    profile: Reals
    factor: Reals

    def __post_init__(self) -> None:
        lengths = np.diff(self.begins)
        if lengths.size == 0 or lengths.min() < 22 * 3600 or lengths.max() > 26 * 3600:
            raise StreamError("Days must follow each other, each 22 to 26 hours long.")
        if self.kind.shape != lengths.shape or np.any((self.kind < 0) | (self.kind >= KINDS)):
            raise StreamError(f"Every day needs a kind from 0 to {KINDS - 1}.")
        if self.profile.shape[1:] != (KINDS, DAY) or np.any(self.profile < 0):
            raise StreamError(f"A profile needs {KINDS} × {DAY} weights, none negative.")
        if self.factor.shape != (len(self.profile), lengths.size) or not np.all(self.factor > 0):
            raise StreamError("Every day needs a factor above 0 in every rhythm.")

    def tables(self) -> tuple[Reals, Reals]:
        """Weight before each day (rhythms, days + 1); weight within a day of each kind (rhythms, 8, 1441)."""
        within = np.concatenate([np.zeros((*self.profile.shape[:2], 1)), np.cumsum(self.profile, axis=2)], axis=2)
        whole = within[:, self.kind, -1] * self.factor
        return np.concatenate([np.zeros((len(whole), 1)), np.cumsum(whole, axis=1)], axis=1), within


@dataclass(frozen=True, slots=True)
class Baseline:
    """What to expect: events a minute for each key, and the rhythm it follows.

    `rate` (keys,) events a minute where the weight is 1; `rhythm` (rhythms, 10080) non-negative weight of each minute
    of the week from Monday 00:00 UTC (scaled to mean 1 here); `follows` (keys,) the rhythm of each key. With `days`
    these weights hold instead of the rhythm's, unscaled, for the days they know.
    """

    rate: Reals
    rhythm: Reals
    follows: Longs
    days: Days | None = None

    def __post_init__(self) -> None:
        bad = np.flatnonzero(~(np.isfinite(self.rate) & (self.rate > 0)))
        if bad.size:
            raise StreamError(f"Key {bad[0]}: the rate {self.rate[bad[0]]:g} must be a number above 0.")
        if self.rhythm.ndim != 2 or self.rhythm.shape[1] != WEEK:
            raise StreamError(f"A rhythm needs {WEEK:,} minutes, not {self.rhythm.shape[-1]:,}.")
        if np.any(self.rhythm < 0) or np.any(self.rhythm.sum(axis=1) <= 0):
            raise StreamError("A rhythm must be non-negative and not all zero.")
        if self.follows.shape != self.rate.shape or np.any((self.follows < 0) | (self.follows >= len(self.rhythm))):
            raise StreamError("Every key must follow one of the rhythms.")
        if self.days is not None and len(self.days.profile) != len(self.rhythm):
            raise StreamError("Known days need a profile for every rhythm.")

    @classmethod
    def even(cls, rate: ArrayLike) -> Baseline:
        """The same rate at every minute of the week."""
        rates = np.atleast_1d(np.asarray(rate, np.float64))
        return cls(rates, np.ones((1, WEEK)), np.zeros(rates.size, np.int64))

    def passed(self) -> Reals:
        """Weight passed since Monday 00:00, at every full minute: (rhythms, 10081), the last equal to 10080."""
        scaled = self.rhythm / self.rhythm.mean(axis=1, keepdims=True)
        return np.concatenate([np.zeros((len(scaled), 1)), np.cumsum(scaled, axis=1)], axis=1)

    def clock(self) -> tuple[Reals, Longs, Longs, Reals, Reals, Reals]:
        """What `passed_at` wants: (week, begins, kind, before, factor, within); no days where none are known."""
        if self.days is None:
            nothing = np.empty((len(self.rhythm), 0))
            return self.passed(), np.empty(0, np.int64), np.empty(0, np.int64), nothing, nothing, nothing[..., None]
        before, within = self.days.tables()
        return self.passed(), self.days.begins, self.days.kind, before, self.days.factor, within


@njit(cache=True, nogil=True)
def passed_at(
    line: int, second: int, week: Reals, begins: Longs, kind: Longs, before: Reals, factor: Reals, within: Reals
) -> float:
    """Weight passed until `second` in rhythm `line`: since the first known day, else since Monday 1970-01-05 UTC."""
    days = kind.size
    if days == 0:
        since = second - 345_600
        weeks = since // 604_800
        rest = since - weeks * 604_800
        minute = rest // 60
        part = (rest - minute * 60) / 60.0
        return weeks * 10_080.0 + week[line, minute] + part * (week[line, minute + 1] - week[line, minute])
    day = min(days - 1, max(0, (second - begins[0]) // 86_400))
    while day > 0 and second < begins[day]:
        day -= 1
    while day < days - 1 and second >= begins[day + 1]:
        day += 1
    # a long day waits at its end, a short one ends early: the weight of the whole day is kept
    share = (second - begins[day]) * (1440.0 / (begins[day + 1] - begins[day]))
    share = min(1440.0, max(0.0, share))
    minute = min(1439, int(share))
    held = within[line, kind[day]]
    inside = held[minute] + (share - minute) * (held[minute + 1] - held[minute])
    return before[line, day] + factor[line, day] * inside
