"""How many events to expect: person-time between censuses, and expected events by strata."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.space.zones import SpaceError

Reals = NDArray[np.float64]


def person_time(times: Reals, population: Reals, edges: Reals) -> Reals:
    """Person-time in each period: the integral of the population between `edges`.

    `times` (censuses,) rising, `population` (…, censuses) at those times, `edges` (periods + 1,) rising, all in
    the same unit. Between two censuses the population changes linearly; before the first and after the last it
    stays as there.
    """
    if times.size != population.shape[-1] or not np.all(np.diff(times) > 0) or not np.all(np.diff(edges) > 0):
        raise SpaceError("Censuses and period edges must rise, with one population for each census.")
    knots = np.unique(np.concatenate([edges, times[(times > edges[0]) & (times < edges[-1])]]))
    flat = population.reshape(-1, times.size)
    levels = np.stack([np.interp(knots, times, row) for row in flat])
    area = np.concatenate(
        [np.zeros((len(flat), 1)), np.cumsum((levels[:, 1:] + levels[:, :-1]) / 2 * np.diff(knots), axis=1)], axis=1
    )
    out = np.diff(area[:, np.searchsorted(knots, edges)], axis=1)
    return out.reshape(*population.shape[:-1], edges.size - 1)


def standardised(events: Reals, person: Reals) -> Reals:
    """Indirect standardisation: `events` (strata,), `person` (strata, areas, periods) → expected (areas, periods).

    Every stratum's rate over the whole county and time is applied to its person-time in the cell.
    """
    held = person.sum(axis=(1, 2))
    bad = np.flatnonzero((held == 0) & (events > 0))
    if bad.size:
        raise SpaceError(f"Stratum {bad[0] + 1} has {events[bad[0]]:g} events and no population.")
    rate = np.divide(events, held, out=np.zeros_like(events, dtype=np.float64), where=held > 0)
    return np.einsum("s,sap->ap", rate, person)
