"""Making the plan of the minute from the counts (the child process; see planning)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight import planning
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.judging import World
from gongzhi.methods.stream import budget
from gongzhi.procedures import calendars

Reals = NDArray[np.float64]
PAST = 56
DRAWN = 14.0  # days that what place and matter let expect counts for
DOUBTS, MOST = 1.5, 2.0  # standard deviations of a rate's doubt it is raised by, and by how much of itself at most
LEAST_EVENTS = 3  # a chart never alarms on fewer
LEAST_RATE = 1e-4  # a day: what never happened may happen once in thirty years
MINUTES = 1440.0


def plan(world: World, folder: Path, day: date, *, zone: str) -> planning.Plan:
    """The plan for a day from what came before it."""
    keys, rates = _rates(world, world.number(day) - 1)
    limits = budget.limits(np.append(rates, LEAST_RATE) / MINUTES, false_a_month=planning.budget(), least=LEAST_EVENTS)
    hours, weights = _rhythm(world, folder, day)
    told = {
        f"{matter}|{place}": (round(float(rate), 6), round(float(limit), 3))
        for (matter, place), rate, limit in zip(keys, rates, limits[:-1], strict=True)
    }
    return planning.Plan(
        day=day.isoformat(), zone=zone, rates=told, least=(LEAST_RATE, float(limits[-1])), hours=hours, weights=weights,
        sources=_sources(world), above=dict(world.above), false=planning.budget(),
    )  # fmt: skip


def _rates(world: World, today: int) -> tuple[list[tuple[str, str]], Reals]:
    """(matter, place) and events a day for every series without a source."""
    rows = [at for at, key in enumerate(world.series.keys) if not key[2]]
    keys = [world.series.keys[at][:2] for at in rows]
    past = world.series.table[rows][:, max(0, today + 1 - PAST) : today + 1].astype(np.float64)
    usual = past.mean(axis=1, keepdims=True)
    past = np.minimum(past, np.ceil(usual + 4 * np.sqrt(usual) + 1))  # a storm of last month is not the ordinary
    sums, days = past.sum(axis=1), past.shape[1]
    alike = _drawn(keys, sums / days)
    rate = (sums + DRAWN * alike) / (days + DRAWN)
    wild = np.sqrt(np.maximum(0.0, past.var(axis=1) - past.mean(axis=1))) / np.maximum(past.mean(axis=1), 1e-9)
    growth = np.array([world.seasons.growth(matter, today + 1) for matter, _place in keys])
    doubt = np.sqrt(np.minimum(wild, 1.0) ** 2 + growth[:, 1] + 1 / (sums + DRAWN * alike + 0.5))
    return keys, np.maximum(rate * growth[:, 0] * (1 + np.minimum(DOUBTS * doubt, MOST)), LEAST_RATE)


def _drawn(keys: list[tuple[str, str]], rates: Reals) -> Reals:
    """What matter and place alone let expect of both together."""
    by = dict(zip(keys, rates, strict=True))
    county = {place[:6] for _matter, place in keys}
    total = sum(by.get(("", code), 0.0) for code in county) or 1.0
    return np.array([by.get((m, p[:6]), 0.0) * by.get(("", p), 0.0) / total for m, p in keys])


def _rhythm(world: World, folder: Path, day: date) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Share of each hour on working and resting days, and how much such a day brings against the mean day."""
    first = day - timedelta(days=2 * PAST)
    cases = Warehouse(folder).table("cases", first, day - timedelta(days=1))
    got = cases.group_by(["day", "hour"]).agg(n=cases.count()).to_pyarrow().to_pylist()
    working = calendars.calendar().is_working
    hours = {"working": np.full(24, 0.5), "resting": np.full(24, 0.5)}
    for row in got:
        hours["working" if working(row["day"]) else "resting"][row["hour"]] += row["n"]
    days = [first + timedelta(days=n) for n in range(2 * PAST)]
    many = {"working": sum(working(one) for one in days), "resting": sum(not working(one) for one in days)}
    each = {kind: hours[kind].sum() / max(1, many[kind]) for kind in hours}
    mean = sum(hours[kind].sum() for kind in hours) / len(days)
    shares = {kind: (row / row.sum()).round(6).tolist() for kind, row in hours.items()}
    return shares, {kind: round(float(each[kind] / mean), 6) for kind in each}


def _sources(world: World) -> dict[str, float]:
    """The usual share of each source."""
    sums: dict[str, float] = {}
    of_cell = np.bincount(world.counts.cell, weights=world.counts.n, minlength=len(world.counts.source))
    for source, n in zip(world.counts.source, of_cell, strict=True):
        sums[source] = sums.get(source, 0.0) + float(n)
    total = sum(sums.values()) or 1.0
    return {source: round(n / total, 6) for source, n in sums.items()}
