"""Coordinates that are no places: where a geocoder puts what it cannot find.

Many systems give unknown addresses one fixed point (a city hall, the centre of the county, 0° 0°). Such a point
is the county's largest "hot spot" every day of the year. It is recognised by its share, which no real address
could have: the number of events per point falls off like a power law (Zipf), and the tail fitted to the other
points (Hill 1975, Annals of Statistics 3:1163) says how many the first may have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.space.zones import SpaceError

TAIL = 50  # points the tail is fitted to
MIXED = 0.5  # of the periods a fallback is seen in, at least; an incident at one place is shorter


@dataclass(frozen=True, slots=True)
class Fallback:
    """One such coordinate: `events` there, their `share`, and the `limit` a real place would hardly reach."""

    x: float
    y: float
    events: int
    share: float
    limit: float


def fallbacks(
    x: ArrayLike,
    y: ArrayLike,
    *,
    period: ArrayLike | None = None,
    share: float = 0.01,
    least: int = 30,
    chance: float = 1e-4,
) -> list[Fallback]:
    """Coordinates that hold an implausible share of the events.

    `x`, `y` (events,) as they were given, not rounded; `period` (events,) the day of each, if known: then a
    fallback must be seen in half of the days that have events, so that one incident with many voices is not
    taken for one. Flagged are points with at least `share` of all events, at least `least`, and more than the
    fitted tail allows with probability `chance`. 0° 0° with `least` events is always one.
    """
    points, which, counts = _points(np.asarray(x, np.float64), np.asarray(y, np.float64))
    total = int(counts.sum())
    spread = _spread(which, len(points), period)
    found: list[Fallback] = []
    order = np.argsort(-counts, kind="stable")
    for place, i in enumerate(order):
        limit = _limit(counts[order[place + 1 :]], chance)
        nowhere = not points[i].any()
        if counts[i] < least or (counts[i] < share * total and not nowhere):
            break
        if (nowhere or counts[i] > limit) and spread[i] >= MIXED:
            found.append(
                Fallback(float(points[i][0]), float(points[i][1]), int(counts[i]), float(counts[i] / total), limit)
            )
    return found


def at_fallback(x: ArrayLike, y: ArrayLike, known: list[Fallback]) -> NDArray[np.bool_]:
    """Which events lie at one of the `known` fallback coordinates."""
    out = np.zeros(np.asarray(x).size, np.bool_)
    for point in known:
        out |= (np.asarray(x, np.float64) == point.x) & (np.asarray(y, np.float64) == point.y)
    return out


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray, NDArray, NDArray]:
    """Distinct points, the point of each event, events per point."""
    if x.shape != y.shape or x.ndim != 1:
        raise SpaceError(f"There are {x.size} x and {y.size} y.")
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if bad.size:
        raise SpaceError(f"Row {bad[0] + 1}: a coordinate is not a number.")
    if not x.size:
        return np.empty((0, 2)), np.empty(0, np.int64), np.empty(0, np.int64)
    points, which, counts = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True, return_counts=True)
    return points, which.ravel(), counts


def _spread(which: NDArray, points: int, period: ArrayLike | None) -> NDArray[np.float64]:
    """Share of the periods in which each point is seen (1 when periods are unknown)."""
    if period is None:
        return np.ones(points)
    days, number = np.unique(np.asarray(period), return_inverse=True)
    pairs = np.unique(which.astype(np.int64) * days.size + number.ravel())
    return np.bincount(pairs // days.size, minlength=points) / max(days.size, 1)


def _limit(others: NDArray, chance: float) -> float:
    """What the first of these points' kind exceeds with probability `chance`, by the Pareto tail of the others."""
    tail = others[:TAIL].astype(np.float64)
    if tail.size < 5:
        return 0.0 if not tail.size else float(20 * tail[0])
    base = tail[-1]
    slope = tail.size / max(float(np.log(tail / base).sum()), 1e-9)
    slope = min(slope, 20.0)
    one = -math.log1p(-chance) / tail.size
    return float(max(base * one ** (-1 / slope), 3 * tail[0]) if slope > 1 else base * one ** (-1 / slope))
