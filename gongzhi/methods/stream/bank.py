"""A chart for every key (matter x place) at once, fed with events as they come.

The clock of a key is not time but the number of events its baseline expects: quiet nights pass quickly, busy
mornings slowly, and one calibration serves all keys. An event costs a few multiplications; keys without events
cost nothing, since a chart can only rise at an event. State is one array and is saved in one file.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.stream import mixture
from gongzhi.methods.stream.clock import WEEK, Baseline, Days, passed_at
from gongzhi.methods.stream.exact import StreamError

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
VERSION = 2
__all__ = ["WEEK", "Alarms", "Bank", "Baseline", "Days"]


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
def _feed(
    keys: Longs, seconds: Longs, rate: Reals, clock: tuple, follows: Longs, rises: Reals, weights: Reals,
    limits: Reals, state: Reals, out: Reals, hold: int,
) -> int:  # fmt: skip
    """Run the charts; `out` (most, 8) receives alarms, the number of them is returned (-1: out is too small)."""
    charts = rises.size
    week, begins, kind, before, factor, within = clock
    alarms = 0
    for n in range(keys.size):
        key = keys[n]
        row = state[key]
        now = passed_at(follows[key], seconds[n], week, begins, kind, before, factor, within)
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
        self.clock = baseline.clock()
        self.latest = begins
        charts = self.rises.size
        self.state = np.ones((baseline.rate.size, charts + 5))
        self._known(begins, "The beginning")
        clocks = np.asarray([passed_at(line, begins, *self.clock) for line in range(len(baseline.rhythm))])
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
                which, when, self.baseline.rate, self.clock, self.baseline.follows, self.rises, self.weights,
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
        self._known(int(when[-1]), "The last event")

    def _known(self, second: int, what: str) -> None:
        """Refuses a moment outside the days the baseline knows."""
        begins = self.clock[1]
        if begins.size and not begins[0] <= second < begins[-1]:
            raise StreamError(f"{what} at {second} lies outside the days the baseline knows; learn it anew.")

    def renewed(self, baseline: Baseline, limits: ArrayLike) -> Bank:
        """The same charts, as high as they stand now, that go on with a baseline learned anew (the same keys)."""
        return self.moved(baseline, limits, self.latest)

    def moved(self, baseline: Baseline, limits: ArrayLike, second: int) -> Bank:
        """`renewed` at a later moment than the latest event; the old baseline must know it, or end with it."""
        if baseline.rate.shape != self.baseline.rate.shape:
            raise StreamError(f"There are {self.baseline.rate.size} keys, the new baseline has {baseline.rate.size}.")
        bank = Bank(baseline, limits, begins=second, rises=self.rises, weights=self.weights, hold=self.hold)
        charts = self.rises.size
        clocks = np.asarray([passed_at(line, second, *self.clock) for line in range(len(self.baseline.rhythm))])
        gap = self.baseline.rate * (clocks[self.baseline.follows] - self.state[:, charts])
        heights = self.state[:, :charts] * np.exp(-np.outer(gap, self.rises - 1.0))
        bank.state[:, :charts] = np.maximum(heights, 1.0)
        bank.state[:, charts + 1 :] = self.state[:, charts + 1 :]
        bank.state[:, charts + 3] += np.where((heights > 1.0).any(axis=1), gap, 0.0)
        return bank

    def save(self, file: Path | io.BytesIO) -> None:
        """Everything needed to go on, as one npz file without pickles."""
        np.savez(
            file, version=VERSION, state=self.state, limits=self.limits, rises=self.rises, weights=self.weights,
            rate=self.baseline.rate, rhythm=self.baseline.rhythm, follows=self.baseline.follows,
            latest=self.latest, hold=self.hold, **self._days(),
        )  # fmt: skip

    def _days(self) -> dict[str, Any]:
        """The known days as arrays, none where there are none."""
        days = self.baseline.days
        if days is None:
            return {}
        return {"begins": days.begins, "kind": days.kind, "profile": days.profile, "factor": days.factor}

    @classmethod
    def load(cls, file: Path | io.BytesIO) -> Bank:
        """The bank as it was saved; goes on as if it had never stopped."""
        with np.load(file, allow_pickle=False) as kept:
            if int(kept["version"]) not in (1, VERSION):  # 1 knew no days
                raise StreamError(f"The state has version {int(kept['version'])}, this program reads {VERSION}.")
            known = ("begins", "kind", "profile", "factor")
            days = Days(*(kept[name] for name in known)) if "begins" in kept else None
            baseline = Baseline(kept["rate"], kept["rhythm"], kept["follows"], days)
            bank = cls(
                baseline, kept["limits"], begins=int(kept["latest"]), rises=kept["rises"],
                weights=kept["weights"], hold=int(kept["hold"]),
            )  # fmt: skip
            bank.state[:] = kept["state"]
        return bank
