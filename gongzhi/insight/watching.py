"""Making the plan of the minute from the counts (the child process; see planning)."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight import planning
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.counting import keys_of
from gongzhi.insight.judging import World
from gongzhi.methods.stream import batches, budget, learn
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
    limits = budget.limits(
        np.append(rates, LEAST_RATE) / MINUTES, false_a_month=planning.budget(), least=LEAST_EVENTS,
        dispersed=np.append(dispersed(world, day, keys, ZoneInfo(zone)), 1.0),
    )  # fmt: skip
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
    growth = np.array([world.seasons.growth(matter, today + 1) for matter, _place in keys]).reshape(-1, 2)
    doubt = np.sqrt(np.minimum(wild, 1.0) ** 2 + growth[:, 1] + 1 / (sums + DRAWN * alike + 0.5))
    return keys, np.maximum(rate * growth[:, 0] * (1 + np.minimum(DOUBTS * doubt, MOST)), LEAST_RATE)


def dispersed(world: World, day: date, keys: list[tuple[str, str]], zone: tzinfo) -> Reals:
    """Variance over mean of each series (matter, place) for its chart's limit: 1, but where somebody enters at one go
    by habit what the past eight weeks show. A chart counts every receipt: a clerk's usual pile is no alarm of it then,
    and twelve neighbours who ring within ten minutes are one wherever such piles are not usual."""
    out = np.ones(len(keys))
    if world.entries is None:
        return out
    today = world.number(day) - 1
    cells = world.entries.habitual_cells(today + 1)
    piled: dict[tuple[str, str], int] = {}
    for cell in cells:
        for matter, place, _channel in keys_of(world.counts.matter[cell], world.counts.division[cell], "", world.above):
            piled.setdefault((matter, place), len(piled))
    since = today + 1 - PAST
    if not piled or since < world.entries.first:
        return out
    key, second = _receipts(world, piled, since, today)
    first = world.counts.first + timedelta(days=since)
    resting = world.days.resting[since : today + 1]
    off = [first + timedelta(days=n) for n in np.flatnonzero(resting).tolist()]
    past = learn.calendar(first, PAST, zone, off)
    inside = (second >= past.begins[0]) & (second < past.begins[-1])
    found = batches.dispersion(key[inside], second[inside], past, number=len(piled))
    for at, one in enumerate(keys):
        if one in piled:
            out[at] = found[piled[one]]
    return out


def _receipts(
    world: World, piled: dict[tuple[str, str], int], since: int, today: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The entries of the days `since` to `today`, in order: the number of the series and the second, one row for each
    series an entry belongs to."""
    entries = world.entries
    assert entries is not None
    mine = (entries.day >= since) & (entries.day <= today)
    keys, seconds = [], []
    for cell in np.unique(entries.cell[mine]).tolist():
        when = entries.second[mine & (entries.cell == cell)]
        for matter, place, _channel in keys_of(world.counts.matter[cell], world.counts.division[cell], "", world.above):
            if (number := piled.get((matter, place))) is not None:
                keys.append(np.full(when.size, number))
                seconds.append(when)
    key, second = np.concatenate(keys), np.concatenate(seconds)
    order = np.argsort(second, kind="stable")
    return key[order].astype(np.int64), second[order]


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
