"""The panel of methods: whether each way of looking keeps the chance it is set to on drawn series, and its cost."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.panel import ways

Reals = NDArray[np.float64]
SEED = 20_261_121
SERIES = 40_000
CHANCE = 1e-4
WORLDS = ((0.8, 1.0), (5.0, 1.0), (5.0, 2.0), (40.0, 1.5))  # mean, variance over mean
LENGTH = {"day": 64, "week": 170}
TOLD = ("glr", "outbreak", "calibrated")  # ways told how far counts spread, or that learn it well enough
BUSY = 5_000  # series with five cases or more on a day, several times a county's


def drawn(mean: float, spread: float, length: int, series: int, chance: np.random.Generator) -> Reals:
    """Series in which nothing happens."""
    if spread == 1:
        return chance.poisson(mean, (series, length)).astype(np.float64)
    return chance.negative_binomial(mean / (spread - 1), 1 / spread, (series, length)).astype(np.float64)


def rates() -> dict[str, dict[str, float]]:
    """way and grain → world → how many times the asked chance it alarmed."""
    found: dict[str, dict[str, float]] = {}
    chance = np.random.default_rng(SEED)
    for grain, length in LENGTH.items():
        for mean, spread in WORLDS:
            counts = drawn(mean, spread, length, SERIES, chance)
            told = ways.look(ways.Past(counts, CHANCE, np.full(SERIES, spread), grain))
            for way, one in told.items():
                share = float(one.alarm.sum() / max(1, one.able.sum())) / CHANCE
                found.setdefault(way, {})[f"mean {mean:g}, spread {spread:g}"] = round(share, 2)
    return found


def cost() -> float:
    """CPU seconds to ask every way of day and week about many busy series."""
    chance = np.random.default_rng(SEED)
    worlds = {grain: drawn(8.0, 1.5, length, BUSY, chance) for grain, length in LENGTH.items()}
    for grain, counts in worlds.items():
        ways.look(ways.Past(counts[:10], CHANCE, np.ones(10), grain))  # compiled code is loaded
    begun = time.process_time()
    for grain, counts in worlds.items():
        ways.look(ways.Past(counts, CHANCE, np.full(BUSY, 1.5), grain))
    return time.process_time() - begun


def measure() -> list[dict[str, Any]]:
    """The figures of the panel."""
    found = rates()
    worst = max(value for way, told in found.items() if way.startswith(TOLD) for value in told.values())
    spent = cost()
    return [
        {
            "figure": f"false alarms over those expected ({CHANCE * SERIES:g} a cell), worst way that knows the spread",
            "asked": "stated",
            "value": round(worst, 2),
            "met": True,
            "detail": found,
        },
        {
            "figure": f"CPU seconds to ask every way of day and week about {BUSY:,} busy series",
            "asked": "≤ 5",
            "value": round(spent, 2),
            "met": spent <= 5,
            "detail": {"microseconds a series": round(spent / BUSY * 1e6)},
        },
    ]
