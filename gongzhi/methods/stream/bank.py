"""A chart for every key (matter x place) at once, fed with events as they come.

The clock of a key is not time but the number of events its baseline expects: quiet nights pass quickly, busy
mornings slowly, and one calibration serves all keys. An event costs a few multiplications; keys without events
cost nothing, since a chart can only rise at an event. State is one array and is saved in one file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.stream import mixture
from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
WEEK = 7 * 1440  # minutes
VERSION = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """What to expect: events a minute for each key, and the rhythm of the week it follows.

    `rate` (keys,) mean events a minute; `rhythm` (rhythms, 10080) non-negative weight of each minute of the
    week from Monday 00:00 UTC (scaled to mean 1 here); `follows` (keys,) the rhythm of each key.
    """

    rate: Reals
    rhythm: Reals
    follows: Longs

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

    @classmethod
    def even(cls, rate: ArrayLike) -> Baseline:
        """The same rate at every minute of the week."""
        rates = np.atleast_1d(np.asarray(rate, np.float64))
        return cls(rates, np.ones((1, WEEK)), np.zeros(rates.size, np.int64))

    def passed(self) -> Reals:
        """Weight passed since Monday 00:00, at every full minute: (rhythms, 10081), the last equal to 10080."""
        scaled = self.rhythm / self.rhythm.mean(axis=1, keepdims=True)
        return np.concatenate([np.zeros((len(scaled), 1)), np.cumsum(scaled, axis=1)], axis=1)


@dataclass(frozen=True, slots=True)
class Alarms:
    """One row an alarm: at which event of the batch, which key, when, since when, how many against how many.

    `event` index in the batch, `key`, `at` and `since` seconds since 1970 (since: the chart left its floor),
    `observed` and `expected` events from `since` to `at`, `log_odds` log of the statistic above its limit,
    `again` whether the key had alarmed within the day before.
    """

    event: Longs
    key: Longs
    at: Longs
    since: Longs
    observed: Longs
    expected: Reals
    log_odds: Reals
    again: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _clock(passed: Reals, second: int) -> float:
    """Minutes of even traffic from the epoch's first Monday to `second` (1970-01-05 00:00 UTC)."""
    since = second - 345_600
    week = since // 604_800
    rest = since - week * 604_800
    minute = rest // 60
    part = (rest - minute * 60) / 60.0
    return week * 10_080.0 + passed[minute] + part * (passed[minute + 1] - passed[minute])


@njit(cache=True, nogil=True)
def _feed(
    keys: Longs, seconds: Longs, rate: Reals, passed: Reals, follows: Longs, rises: Reals, weights: Reals,
    limits: Reals, state: Reals, out: Reals, hold: int,
) -> int:  # fmt: skip
    """Run the charts; `out` (most, 8) receives alarms, the number of them is returned (-1: out is too small)."""
    charts = rises.size
    alarms = 0
    for n in range(keys.size):
        key = keys[n]
        row = state[key]
        now = _clock(passed[follows[key]], seconds[n])
        gap = rate[key] * (now - row[charts])
        total = 0.0
        quiet = True
        row[charts] = now
        fall = np.exp(-(rises[0] - 1.0) * gap)  # of all charts the slowest to fall
        for i in range(charts):
            less = fall if i == 0 else np.exp(-(rises[i] - 1.0) * gap)
            held = row[i] * less
            if held > 1.0:
                quiet = False
            else:
                held = 1.0
            row[i] = held * rises[i]
            total += weights[i] * row[i]
        if quiet:
            row[charts + 1] = seconds[n]
            row[charts + 2] = 0.0
            row[charts + 3] = 0.0
        else:
            row[charts + 3] += gap
        row[charts + 2] += 1.0
        if total >= limits[key]:
            if alarms == out.shape[0]:
                return -1
            line = out[alarms]
            line[0], line[1], line[2], line[3] = n, key, seconds[n], row[charts + 1]
            line[4], line[5], line[6] = row[charts + 2], row[charts + 3], np.log(total / limits[key])
            line[7] = 1.0 if seconds[n] - row[charts + 4] < hold else 0.0
            row[charts + 4] = seconds[n]
            row[:charts] = 1.0
            alarms += 1
    return alarms


class Bank:
    """Charts of all keys; `feed` events in order of time, `save` and `load` between runs."""

    def __init__(
        self,
        baseline: Baseline,
        limits: ArrayLike,
        *,
        begins: int,
        rises: ArrayLike = mixture.RISES,
        weights: ArrayLike = mixture.WEIGHTS,
        hold: int = 86_400,
    ) -> None:
        """`limits` (keys,) from `budget.limits`; `begins` the second at which the charts start at their floor."""
        self.baseline = baseline
        self.limits = np.broadcast_to(np.asarray(limits, np.float64), baseline.rate.shape).copy()
        if np.any(~(self.limits > 1)):
            raise StreamError(f"Key {int(np.argmin(self.limits > 1))}: a limit must be above 1.")
        self.rises, self.weights = mixture._mixture(rises, weights)
        self.hold = hold
        self.passed = baseline.passed()
        self.latest = begins
        charts = self.rises.size
        self.state = np.ones((baseline.rate.size, charts + 5))
        clocks = np.asarray([_clock(line, begins) for line in self.passed])
        self.state[:, charts] = clocks[baseline.follows]
        self.state[:, charts + 1] = begins
        self.state[:, charts + 2 : charts + 4] = 0.0
        self.state[:, charts + 4] = -(2.0**62)

    def feed(self, keys: ArrayLike, seconds: ArrayLike) -> Alarms:
        """Take events (`keys` numbers of keys, `seconds` since 1970, never falling) and return the alarms.

        Refuses unknown keys and events before the latest one, naming the row; then the state is unchanged.
        """
        which, when = np.asarray(keys, np.int64), np.asarray(seconds, np.int64)
        self._check(which, when)
        before = None
        most = max(1024, which.size // 50)
        while True:
            out = np.empty((most, 8))
            before = self.state.copy() if before is None and most < which.size else before
            count = _feed(
                which, when, self.baseline.rate, self.passed, self.baseline.follows, self.rises, self.weights,
                self.limits, self.state, out, self.hold,
            )  # fmt: skip
            if count >= 0:
                break
            if before is None:
                raise AssertionError("room for every event cannot be too little")
            self.state[:] = before
            most = which.size
        if when.size:
            self.latest = int(when[-1])
        rows = out[:count]
        longs = rows[:, :5].astype(np.int64)
        event, key, at, since, observed = (longs[:, i] for i in range(5))
        return Alarms(event, key, at, since, observed, rows[:, 5], rows[:, 6], rows[:, 7] > 0)

    def _check(self, which: Longs, when: Longs) -> None:
        """Same length, known keys, time that does not run back."""
        if which.shape != when.shape or which.ndim != 1:
            raise StreamError(f"There are {which.size} keys and {when.size} times.")
        if not which.size:
            return
        if which.min() < 0 or which.max() >= self.limits.size:
            row = int(np.argmax((which < 0) | (which >= self.limits.size)))
            raise StreamError(f"Row {row + 1}: key {which[row]} is unknown; there are {self.limits.size} keys.")
        if when[0] < self.latest:
            raise StreamError(f"Row 1: {when[0]} lies before the latest event taken, {self.latest}.")
        back = np.flatnonzero(np.diff(when) < 0)
        if back.size:
            raise StreamError(f"Row {back[0] + 2}: time runs back from {when[back[0]]} to {when[back[0] + 1]}.")

    def save(self, file: Path | io.BytesIO) -> None:
        """Everything needed to go on, as one npz file without pickles."""
        np.savez(
            file, version=VERSION, state=self.state, limits=self.limits, rises=self.rises, weights=self.weights,
            rate=self.baseline.rate, rhythm=self.baseline.rhythm, follows=self.baseline.follows,
            latest=self.latest, hold=self.hold,
        )  # fmt: skip

    @classmethod
    def load(cls, file: Path | io.BytesIO) -> Bank:
        """The bank as it was saved; goes on as if it had never stopped."""
        with np.load(file, allow_pickle=False) as kept:
            if int(kept["version"]) != VERSION:
                raise StreamError(f"The state has version {int(kept['version'])}, this program reads {VERSION}.")
            baseline = Baseline(kept["rate"], kept["rhythm"], kept["follows"])
            bank = cls(
                baseline, kept["limits"], begins=int(kept["latest"]), rises=kept["rises"],
                weights=kept["weights"], hold=int(kept["hold"]),
            )  # fmt: skip
            bank.state[:] = kept["state"]
        return bank
