"""Neighbouring places together: a prospective space-time scan over the villages, for what no single place shows.

For each matter right under the top, and for all together, the permutation scan of methods.space looks at circles of
villages over the last week against the eight weeks before; it needs no baseline, and a rise of the whole county is none
here. The chance of the maximum is carried beyond the replicas by Gumbel's law (Abrams, Kulldorff & Kleinman 2010,
International Journal of Health Geographics 9:61).
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.counting import LEVELS
from gongzhi.insight.judging import Candidate, World
from gongzhi.insight.rules import LEAST
from gongzhi.methods.space import scan as scans
from gongzhi.methods.space import zones
from gongzhi.places import reads as places

Spots = dict[str, tuple[float, float]]
PAST, WINDOW = 56, 7  # days compared with, and the longest run looked for
REPLICAS = 199
AREAS = 4  # villages with a point that make a scan worth while
NEIGHBOURS = 12  # places a circle holds at most
ENOUGH = 60  # cases in the eight weeks below which a matter is not scanned
EULER = 0.5772156649


def scan(world: World, day: date, spots: Spots, *, budget: float) -> list[Candidate]:
    """Circles of at least two villages (`spots`: code → point) that together brought too much lately; `budget` in
    false findings a month, dealt out evenly over the scans of the day."""
    today = world.number(day)
    if today < PAST + WINDOW or len(spots) < AREAS:
        return []
    tops = sorted({code for code, parent in world.above.items() if not parent and code})
    chosen = [("", _table(world, "", spots, today)), *((code, _table(world, code, spots, today)) for code in tops)]
    chosen = [(matter, table) for matter, table in chosen if table.sum() >= ENOUGH]
    if not chosen:
        return []
    points = np.array(list(spots.values()))
    even = np.ones(len(spots))
    shapes = zones.circles(points[:, 0], points[:, 1], weight=even, degrees=True, most=min(NEIGHBOURS, len(spots)))
    windows = scans.prospective(PAST + WINDOW, WINDOW)
    alpha = budget / 30 / len(chosen)
    found = []
    for matter, table in chosen:
        seen = scans.permutation(table, shapes, windows, replicas=REPLICAS, stop=20, least=LEAST, seed=today + 1)
        for cluster in seen.clusters[:1]:
            p = _chance(cluster.statistic, seen.maxima)
            if len(cluster.areas) > 1 and p < alpha and not seen.stopped:
                found.append(_told(matter, cluster, table, list(spots), day, p, p * 30 * len(chosen)))
    return found


def spots(world: World) -> Spots:
    """village → its point, for those with cases."""
    codes = sorted({key[1] for key in world.series.keys if len(key[1]) == LEVELS[-1]})
    cards = {code: places.place_or_none(code) for code in codes}
    return {
        code: (card.lon, card.lat)
        for code, card in cards.items()
        if card and card.lon is not None and card.lat is not None
    }


def _table(world: World, matter: str, spots: Spots, today: int) -> NDArray[np.int64]:
    """(villages, days) of the past and the window, what was entered at one go by habit counted once."""
    out, once = np.zeros((len(spots), PAST + WINDOW), np.int64), world.once
    for row, code in enumerate(spots):
        at = once.at.get((matter, code, ""))
        if at is not None:
            out[row] = once.table[at, today + 1 - PAST - WINDOW : today + 1]
    return out


def _chance(statistic: float, maxima: NDArray[np.float64]) -> float:
    """The chance of so high a maximum, by Gumbel's law fitted to the replicas' maxima by moments."""
    scale = float(maxima.std(ddof=1)) * 6**0.5 / np.pi
    place = float(maxima.mean()) - EULER * scale
    return float(-np.expm1(-np.exp(-(statistic - place) / max(scale, 1e-9))))


def _told(
    matter: str, cluster: scans.Cluster, table: NDArray[np.int64], codes: list[str], day: date, p: float, chance: float
) -> Candidate:
    """A cluster as a candidate: its place is the smallest that holds all of it, its parts the villages."""
    inside = sorted(codes[area] for area in cluster.areas)
    place = next(inside[0][:n] for n in reversed(LEVELS) if n == LEVELS[0] or inside[-1].startswith(inside[0][:n]))
    shares = table[:, cluster.first :].sum() / table.sum()
    parts = []
    for area in sorted(cluster.areas):
        seen, usual = int(table[area, cluster.first :].sum()), float(table[area].sum() * shares)
        parts.append((matter, codes[area], seen, round(usual, 2)))
    return Candidate(
        matter, place, cluster.observed, cluster.expected, cluster.expected, p, grain="scan",
        since=day - timedelta(days=PAST + WINDOW - 1 - cluster.first), chance=chance, parts=tuple(parts),
        evidence={"places": len(inside)},
    )  # fmt: skip
