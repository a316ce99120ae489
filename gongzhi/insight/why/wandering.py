"""Where cases wander between organs: who hands to whom, who hands back, who is in the middle, where cases lie still.

Read from the events of the warehouse: each receipt, sending and hand-over names the organ that has the case from then
on. The dispatch desk is no organ: what goes through it counts as handed on by whoever sent it there. A hand-over that
was taken back within seconds is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from gongzhi.cases import rules as cases_rules
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.why.tables import Passage, Station
from gongzhi.methods import graph

Longs = NDArray[np.int64]
Reals = NDArray[np.float64]
DAYS = 180  # looked back
STILL = timedelta(days=14)  # since the last fact about an open case, after which it lies still
CIRCLE = 3  # hand-overs from which a way counts for a circle
MOST = 4_000  # passages kept, those with most returns and cases
BEHIND = 12  # cases kept for each, the newest
NAMING = ("case.received", "case.sent", "case.handed_over", "case.taken_over")


@dataclass(frozen=True, slots=True)
class Hops:
    """Hand-overs between organs: which case (number into `cases`), from whom to whom (numbers into `organs`), when
    (seconds), for which reason, and how long the giver had it (seconds)."""

    cases: Sequence[str]
    organs: Sequence[str]
    case: Longs
    giver: Longs
    taker: Longs
    at: Reals
    held: Reals
    reason: Sequence[str]


def make(*, warehouse: Warehouse, span: Span) -> int:
    """Draw the network anew; how many stations it has."""
    days = min(span.days, DAYS)
    hops = hops_of(warehouse, span, days)
    names = list(hops.organs)
    still = _still(warehouse, span)
    spot = {name: k for k, name in enumerate(names)}
    for organ in still:
        if organ not in spot:
            spot[organ] = len(names)
            names.append(organ)
    if not names:
        stations, passages = [], []
    else:
        passages = passages_of(hops)
        stations = _stations(hops, names, still, _closed(warehouse, span, days, spot), span, days)
    with transaction.atomic():
        Station.objects.all().delete()
        Passage.objects.all().delete()
        Station.objects.bulk_create(stations, batch_size=500)
        Passage.objects.bulk_create(passages, batch_size=500)
    return len(stations)


def hops_of(warehouse: Warehouse, span: Span, days: int) -> Hops:
    """The hand-overs of the last days of a span."""
    first = span.last - timedelta(days=days - 1)
    events = warehouse.table("events", first, span.last)
    moved = events.filter(events.kind.isin(["case.sent", "case.handed_over"])).select("case").distinct()
    told = events.filter(events.kind.isin([*NAMING, "case.undone"])).semi_join(moved, "case")
    got = told.select("index", "case", "kind", "organ", "reason", "at").order_by(["case", "index"]).to_pyarrow()
    cases = got["case"].combine_chunks().dictionary_encode()
    organs = got["organ"].combine_chunks().fill_null("").dictionary_encode()
    at = got["at"].cast("int64").to_numpy().astype(np.float64) / 1e6
    kinds = np.array(got["kind"].to_pylist(), dtype=object)
    rows = _standing(cases.indices.to_numpy().astype(np.int64), organs.indices.to_numpy().astype(np.int64), kinds)
    case, organ = cases.indices.to_numpy()[rows].astype(np.int64), organs.indices.to_numpy()[rows].astype(np.int64)
    names = organs.dictionary.to_pylist()
    nobody = names.index("") if "" in names else -1
    same = np.flatnonzero((case[1:] == case[:-1]) & (organ[1:] != organ[:-1]) & (organ[:-1] != nobody)
                          & (organ[1:] != nobody)) + 1  # fmt: skip
    reasons = got["reason"].to_pylist()
    return Hops(cases.dictionary.to_pylist(), names, case[same], organ[same - 1], organ[same], at[rows][same],
                at[rows][same] - at[rows][same - 1], [str(reasons[rows[k]] or "") for k in same])  # fmt: skip


def _standing(case: Longs, organ: Longs, kinds: NDArray[Any]) -> Longs:
    """The rows that count: a move that was taken back at once is left out, and so is the taking back."""
    if not len(kinds):
        return np.empty(0, np.int64)
    undone = kinds == "case.undone"
    before = np.append(undone[1:] & (case[1:] == case[:-1]), False)
    return np.flatnonzero(~undone & ~(before & np.isin(kinds, ["case.sent", "case.handed_over"])))


def passages_of(hops: Hops) -> list[Passage]:
    """Every ordered pair of organs with its cases, how many came straight back, why, and the newest of them."""
    if not len(hops.case):
        return []
    returned = _came_back(hops)
    order = np.lexsort((-hops.at, hops.taker, hops.giver))
    pair = hops.giver[order] * len(hops.organs) + hops.taker[order]
    edges = np.append(np.flatnonzero(np.diff(pair, prepend=-1)), len(pair))
    found = []
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        rows = order[begin:end]
        back = rows[returned[rows]]
        newest = list(dict.fromkeys(hops.case[np.concatenate([back, rows])].tolist()))[:BEHIND]
        reasons: dict[str, int] = {}
        for k in rows.tolist():
            reasons[hops.reason[k]] = reasons.get(hops.reason[k], 0) + 1
        found.append(Passage(
            giver=hops.organs[int(hops.giver[rows[0]])], taker=hops.organs[int(hops.taker[rows[0]])],
            cases=len(set(hops.case[rows].tolist())), returned=len(set(hops.case[back].tolist())),
            reasons=reasons, behind=[hops.cases[case] for case in newest],
        ))  # fmt: skip
    found.sort(key=lambda row: (-row.returned, -row.cases, row.giver, row.taker))
    return found[:MOST]


def _came_back(hops: Hops) -> NDArray[np.bool_]:
    """Which hand-overs the taker gave straight back to the giver."""
    out = np.zeros(len(hops.case), bool)
    out[:-1] = (
        (hops.case[1:] == hops.case[:-1]) & (hops.giver[1:] == hops.taker[:-1]) & (hops.taker[1:] == hops.giver[:-1])
    )
    return out


def _stations(
    hops: Hops, names: list[str], still: dict[str, tuple[int, list[str]]], closed: Reals, span: Span, days: int
) -> list[Station]:
    net = graph.network(hops.giver, hops.taker, len(names))
    told, through = graph.flow(net), graph.betweenness(net, weighted=True)
    circle = {int(node): k for k, group in enumerate(graph.circles(net, least=CIRCLE), 1) for node in group}
    visits, _ends = graph.absorbed(net, closed)
    back = graph.ping_pong(hops.case, hops.at, hops.giver, hops.taker)
    returns = np.zeros(len(names), np.int64)
    for side in (back.one, back.other):
        np.add.at(returns, side, back.returns)
    found = []
    for k, name in enumerate(names):
        if not name or not (told.came[k] or told.went[k] or name in still):
            continue
        mine = hops.held[hops.giver == k]
        count, behind = still.get(name, (0, []))
        found.append(Station(
            organ=name, until=span.last, days=days, came=int(told.came[k]), went=int(told.went[k]),
            kept=None if np.isnan(told.kept[k]) else round(float(told.kept[k]), 3), through=round(float(through[k]), 5),
            circle=circle.get(k, 0), returns=int(returns[k]), stuck=count, behind=behind,
            held=round(float(np.median(mine)) / 86_400, 2) if len(mine) else None, visits=round(float(visits[k]), 4),
        ))  # fmt: skip
    return found


def _still(warehouse: Warehouse, span: Span) -> dict[str, tuple[int, list[str]]]:
    """Organ → open cases that nobody has touched for two weeks, and the longest untouched of them."""
    cases = warehouse.table("cases", None, span.last)
    until = datetime.combine(span.last + timedelta(days=1), time(), span.zone).astimezone(UTC) - STILL
    lying = cases.filter(cases.state.isin(list(cases_rules.OPEN)) & (cases.last_at < until) & (cases.organ != ""))
    counted = lying.group_by("organ").aggregate(n=lambda t: t.count()).to_pyarrow().to_pylist()
    newest = lying.order_by("last_at").select("organ", "case").limit(20_000).to_pyarrow().to_pylist()
    behind: dict[str, list[str]] = {}
    for line in newest:
        mine = behind.setdefault(line["organ"], [])
        if len(mine) < BEHIND:
            mine.append(line["case"])
    return {line["organ"]: (int(line["n"]), behind.get(line["organ"], [])) for line in counted}


def _closed(warehouse: Warehouse, span: Span, days: int, spot: dict[str, int]) -> Reals:
    """Cases closed by each organ in these days."""
    cases = warehouse.table("cases", None, span.last)
    done = cases.filter(cases.closed_day >= span.last - timedelta(days=days - 1))
    out = np.zeros(len(spot))
    for line in done.group_by("organ").aggregate(n=lambda t: t.count()).to_pyarrow().to_pylist():
        at = spot.get(str(line["organ"] or ""))
        if at is not None:
            out[at] = line["n"]
    return out
