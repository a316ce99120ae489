"""A second weekly world, for methods that may not assume its form: moving holidays, level shifts, no sine.

24 scenarios: four sizes x three seasons x without and with a level shift. All have a Lunar New Year that moves
through the weeks (work rests in its week and is made up in the next), and dispersion that is not the quasi-Poisson
one: variance mu + mu^2 / size of every second scenario, a constant factor in the others.

Seasons: `school` (terms and holidays, with edges), `peak` (one sharp wave a year whose week and height wander),
`ragged` (a fixed profile of 52 independent weeks, the same every year). A shift multiplies the level once, at a
random week of the last five years but not in the last half year. Weeks 0-574 are the past, the last 49 are judged;
outbreaks as in the 42 scenarios.

The world was written before any method was tuned, and its numbers have not been changed since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from gongzhi.methods.simulator.weekly import (
    BASELINE_FROM,
    BASELINE_TO,
    EVALUATED,
    PAST_OUTBREAKS,
    SIZES_NOW,
    SIZES_PAST,
    WEEKS,
    Counts,
    Reals,
    spread,
)  # fmt: skip

BEGINS = date(2014, 1, 6)  # a Monday
NEW_YEARS = (
    date(2014, 1, 31), date(2015, 2, 19), date(2016, 2, 8), date(2017, 1, 28), date(2018, 2, 16), date(2019, 2, 5),
    date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29),
)  # fmt: skip
LEVELS = (0.7, 4.0, 20.0, 120.0)
SEASONS = ("school", "peak", "ragged")
RESTS, MADE_UP = 0.45, 1.35  # of the usual count, in the holiday's week and in the next
SHIFTS = (0.6, 0.75, 1.35, 1.7)
FACTORS = {0.7: 1.4, 4.0: 2.0, 20.0: 1.5, 120.0: 3.0}  # variance / mean
SIZES = {0.7: 1.5, 4.0: 4.0, 20.0: 30.0, 120.0: 60.0}  # of variance mu + mu^2 / size


@dataclass(frozen=True, slots=True)
class Rough:
    """One scenario; `quadratic` says which of the two dispersions it has."""

    number: int
    level: float
    season: str
    shift: bool
    quadratic: bool


@dataclass(frozen=True, slots=True)
class Worlds:
    """Replicates: `counts`, `outbreak`, `baseline`, `variance` (replicates, weeks); `starts`, `ends` as in Weekly;
    `shifts` (replicates,) the first week of another level, -1 without; `jumps` how many times the one before it is."""

    scenario: Rough
    counts: Counts
    outbreak: Counts
    baseline: Reals
    variance: Reals
    starts: Counts
    ends: Counts
    shifts: Counts
    jumps: Reals


def scenarios() -> tuple[Rough, ...]:
    """The 24."""
    rows: list[Rough] = []
    for level in LEVELS:
        for season in SEASONS:
            for shift in (False, True):
                rows.append(Rough(len(rows) + 1, level, season, shift, len(rows) % 4 in (1, 2)))
    return tuple(rows)


def holiday_weeks() -> Counts:
    """Weeks (from zero) that hold a Lunar New Year."""
    return np.array([(day - BEGINS).days // 7 for day in NEW_YEARS], dtype=np.int64)


def _school() -> Reals:
    """Terms at 1.25, the long summer at 0.5, the winter break at 0.7, two restless weeks when school begins."""
    year = np.full(52, 1.25)
    year[27:35] = 0.5
    year[3:7] = 0.7
    year[35:37] = 1.8
    return year


def _season(rng: np.random.Generator, kind: str) -> Reals:
    """Factors of all weeks of one series, about 1 on average."""
    weeks = np.arange(WEEKS)
    if kind == "school":
        return np.asarray(_school()[weeks % 52])
    if kind == "ragged":
        return np.asarray(np.exp(rng.normal(0, 0.25, 52) - 0.03)[weeks % 52])
    out = np.full(WEEKS, 0.7)
    for year in range(-1, WEEKS // 52 + 2):
        middle = 52 * year + 4 + rng.normal(0, 2.0)
        height = 2.2 * np.exp(rng.normal(0, 0.3))
        out += height * np.exp(-0.5 * ((weeks - middle) / 3.0) ** 2)
    return out


def _baseline(rng: np.random.Generator, scenario: Rough) -> tuple[Reals, int, float]:
    """Means of all weeks, the week the level shifts in or -1, and by which factor."""
    mean = scenario.level * _season(rng, scenario.season)
    off = holiday_weeks()
    mean[off] *= RESTS
    mean[off[off + 1 < WEEKS] + 1] *= MADE_UP
    if not scenario.shift:
        return mean, -1, 1.0
    week = int(rng.integers(WEEKS - 260, WEEKS - 26))
    jump = float(rng.choice(SHIFTS))
    mean[week:] *= jump
    return mean, week, jump


def _plant(rng: np.random.Generator, row: Counts, start: int, size: float, sd: float, stop: int) -> int:
    """Add one outbreak's cases; the last week that has one, or -1."""
    weeks = start + spread(rng, rng.poisson(size * sd))
    weeks = weeks[weeks < stop]
    np.add.at(row, weeks, 1)
    return int(weeks.max()) if weeks.size else -1


def simulate(scenario: Rough, *, replicates: int, seed: int, past: bool = True, now: bool = True) -> Worlds:
    """Simulate one scenario; every replicate has its own season, shift and outbreaks."""
    rng = np.random.default_rng([seed, 1000 + scenario.number])
    drawn = [_baseline(rng, scenario) for _ in range(replicates)]
    mean = np.stack([means for means, _, _ in drawn])
    shifts, jumps = np.array([week for _, week, _ in drawn]), np.array([jump for _, _, jump in drawn])
    factor, size = FACTORS[scenario.level], SIZES[scenario.level]
    variance = mean + mean**2 / size if scenario.quadratic else factor * mean
    p = mean / variance
    counts = rng.negative_binomial(mean * p / (1 - p), p)
    outbreak = np.zeros_like(counts)
    starts, ends = np.full(replicates, -1), np.full(replicates, -1)
    sd = np.sqrt(variance)
    for row in range(replicates):
        if past:
            for start in rng.integers(BASELINE_FROM, BASELINE_TO, PAST_OUTBREAKS):
                _plant(rng, outbreak[row], start, SIZES_PAST[row % len(SIZES_PAST)], sd[row, start], BASELINE_TO)
        if now:
            start = int(rng.integers(WEEKS - EVALUATED, WEEKS))
            ends[row] = _plant(rng, outbreak[row], start, rng.choice(SIZES_NOW), sd[row, start], WEEKS)
            starts[row] = start if ends[row] >= 0 else -1
    return Worlds(scenario, counts + outbreak, outbreak, mean, variance, starts, ends, shifts, jumps)
