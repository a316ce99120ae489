"""Matter × place × channel below the county: series the main rules do not look at, since most of them are empty.

Those with enough in eight weeks (rules.CROSSED) are looked at by the panel, with their part of its chance; those with
less are counted, so that everybody can read how much nobody looks at. The main series have channels of every matter
in the county, and of all matters in towns and villages (counting.series).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.insight.counting import LEVELS, Counts, Key, chain, places_of
from gongzhi.insight.expecting import PAST
from gongzhi.insight.panel.rules import CROSSED

MOST = 20_000  # such series held, the largest


@dataclass(frozen=True, slots=True)
class Crossed:
    """`keys` and `table` (series, days) of those with enough on one of the days asked for; `figures` of each day asked
    for: how many have enough, and how many have something but too little."""

    keys: Sequence[Key]
    table: NDArray[np.int32]
    figures: Sequence[tuple[int, int]]


def crossed(counts: Counts, above: Mapping[str, str], days: Sequence[int]) -> Crossed:
    """The crossed series as of the days `days` (numbers from the counts' first)."""
    at: dict[Key, int] = {}
    rows: list[int] = []
    cells: list[int] = []
    for cell, (matter, division, source) in enumerate(zip(counts.matter, counts.division, counts.source, strict=True)):
        for key in _keys(matter, division, source, above):
            rows.append(at.setdefault(key, len(at)))
            cells.append(cell)
    shape = (len(counts.matter), counts.days)
    filled = sparse.csr_array((counts.n.astype(np.int32), (counts.cell, counts.day)), shape=shape)
    member = sparse.csr_array((np.ones(len(rows), np.int32), (rows, cells)), shape=(len(at), shape[0]))
    whole = sparse.csr_array(member @ filled)
    columns = whole.tocsc()
    most, figures = np.zeros(len(at), np.int64), []
    for today in days:
        lately = np.asarray(columns[:, max(0, today - PAST) : today + 1].sum(axis=1)).ravel()
        most = np.maximum(most, lately)
        enough = lately >= CROSSED
        figures.append((min(MOST, int(enough.sum())), int(((lately > 0) & ~enough).sum())))
    chosen = np.flatnonzero(most >= CROSSED)
    chosen = np.sort(chosen[np.argsort(-most[chosen], kind="stable")][:MOST])
    names = list(at)
    return Crossed([names[row] for row in chosen], whole[chosen].toarray().astype(np.int32), figures)


def _keys(matter: str, division: str, source: str, above: Mapping[str, str]) -> list[Key]:
    """The crossed series a case belongs to."""
    if not source:
        return []
    codes = [code for code in chain(matter, above) if code]
    return [(code, place, source) for place in places_of(division) if len(place) > LEVELS[0] for code in codes]
