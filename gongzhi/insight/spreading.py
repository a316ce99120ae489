"""How far counts of a kind spread beyond chance: learned together from all series that are alike.

A village's count of one matter is too thin to tell its own spread; three or five at once may be as ordinary there as
one. What all villages (or towns) showed with that matter in the past eight weeks tells it: half the squared steps from
day to day (which a change of level hardly moves) over the sum of the means, the wildest twentieth of the series left
out, drawn towards what the level shows with all matters. The county's own series have no like; they get the middle one
of what its matters show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.counting import LEVELS, Key, Series

PAST = 56  # days
WEIGHT = 20.0  # cases that what is less alike counts for
WILDEST = 0.05  # share of the series that is left out for spreading most
ALIKE = 4  # series that can be learned from together


@dataclass(frozen=True, slots=True)
class Spreads:
    """Variance over mean by matter and level of place, learned anew for each day from the days before it.

    `series`: the counts, a go of entries counted once where that is known."""

    series: Series
    _known: dict[int, dict[tuple[str, int], float]] = field(default_factory=dict)

    def of(self, key: Key, today: int) -> float:
        """Of series like this one, at least 1."""
        matter, place, _channel = key
        if today not in self._known:
            self._known.clear()
            self._known[today] = self._learned(today)
        found = self._known[today]
        return found.get((matter, len(place)), found.get(("*", len(place)), 1.0))

    def _learned(self, today: int) -> dict[tuple[str, int], float]:
        past = self.series.table[:, max(0, today - PAST) : today].astype(np.float64)
        mean = past.mean(axis=1)
        square = (np.diff(past, axis=1) ** 2).mean(axis=1) / 2 if past.shape[1] > 1 else mean
        groups: dict[tuple[str, int], list[int]] = {}
        for at in map(int, np.flatnonzero(mean)):
            matter, place, channel = self.series.keys[at]
            if not channel:
                groups.setdefault((matter, len(place)), []).append(at)
        out: dict[tuple[str, int], float] = {}
        days = past.shape[1]
        enough = mean * days >= WEIGHT
        county = [at for (matter, digits), some in groups.items() if digits == LEVELS[0] and matter for at in some]
        each = [square[at] / mean[at] for at in county if enough[at]]
        out["*", LEVELS[0]] = max(1.0, float(np.median(each))) if len(each) >= ALIKE else 1.0
        for level in LEVELS[1:]:
            mine = [at for (matter, digits), some in groups.items() if digits == level and matter for at in some]
            mine = _without_wildest(mine, square - mean)
            whole = (_sum(square, mine) * days + WEIGHT) / (_sum(mean, mine) * days + WEIGHT)
            out["*", level] = max(1.0, whole)
        for (matter, level), some in groups.items():
            alike, kept = out["*", level], _without_wildest(some, square - mean)
            own = (_sum(square, kept) * days + WEIGHT * alike) / (_sum(mean, kept) * days + WEIGHT)
            out[matter, level] = max(1.0, own if len(some) >= ALIKE else alike)
        return out


def _without_wildest(some: list[int], beyond: NDArray[np.float64]) -> list[int]:
    """All but the twentieth that spreads most: what happened in one place says nothing of the others."""
    ranked = sorted(some, key=lambda at: float(beyond[at]))
    return ranked[: len(ranked) - math.ceil(len(ranked) * WILDEST)]


def _sum(values: NDArray[np.float64], some: list[int]) -> float:
    return float(values[some].sum())
