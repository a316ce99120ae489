"""What explains the rise of a finding: its days against the same weekdays of the weeks before, part by part.

Each dimension (matter, town, village, grid, office, hours, channel) is counted by the engine in one grouping; the
method is `methods.explain`. All parts of all dimensions share one false discovery rate, so that a page that says "it
comes from there" is seldom wrong. Shares add up within a dimension, never across.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray

from gongzhi.insight import rules
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.why.rules import RATE
from gongzhi.methods.explain import Part, contributions, dispersion, yekutieli

Reals = NDArray[np.float64]
EPOCH = date(1970, 1, 1)
BACK = 8  # weeks looked back
FEWEST = 3  # stretches of the past needed
MOST = 24  # values of a dimension told apart, those that moved most; the others are one
KEPT = 8  # values of a dimension kept for the page
LONGEST = 28  # days of a finding compared
REST = "…"
FINER = {6: (("town", 9), ("village", 12)), 9: (("village", 12),), 12: (("grid", 15),)}


@dataclass(frozen=True, slots=True)
class Stretches:
    """The days of a finding (number 0) and as many days of the weeks before (1, 2, …), by their number."""

    first: date
    days: int
    step: int
    count: int

    @classmethod
    def of(cls, first: date, last: date, known: date) -> Stretches | None:
        """Of the days `first` to `last`; None when the past, known from a day on, holds too few of them."""
        days = min((last - first).days + 1, LONGEST)
        step = -(-days // 7) * 7
        count = min(max(FEWEST, BACK * 7 // step), max(0, (first - known).days // step))
        return cls(first, days, step, count) if count >= FEWEST else None

    @property
    def begin(self) -> date:
        """The first day looked at."""
        return self.first - timedelta(days=self.step * self.count)

    @property
    def end(self) -> date:
        """The last day looked at."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def ends(self) -> list[date]:
        """The last day of each stretch."""
        return [self.end - timedelta(days=self.step * back) for back in range(self.count + 1)]

    def number(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which stretch days since 1970 lie in; -1 for none."""
        back = day - (self.first - EPOCH).days
        which = np.where(back >= 0, 0, -(back // self.step))
        inside = back + which * self.step
        return np.where((inside >= 0) & (inside < self.days) & (which <= self.count), which, -1)


def explained(
    row: Finding, *, warehouse: Warehouse, above: Mapping[str, str], local: datetime | None = None
) -> dict[str, Any] | None:
    """`before`, `now`, `until` and `parts` of a finding as `Explained` keeps them; None when its past is too short or
    nothing lies in the warehouse.

    `local`: the present moment on the county's clock. Where the last day is still going on, it and the days it is
    compared with count up to this hour."""
    held = warehouse.manifest.span("cases")
    last = min(row.last_day, held[1]) if held else row.last_day
    stretches = Stretches.of(row.first_day, max(last, row.first_day), held[0]) if held else None
    if stretches is None:
        return None
    cases = _cases(row, warehouse, stretches, above)
    if local is not None and stretches.end == local.date():
        cases = cases.filter(~cases.day.isin(stretches.ends) | (cases.hour <= local.hour))
    found: list[Part] = []
    whole: Reals | None = None
    for name, column in _dimensions(cases, row):
        values, table = _counted(cases, column, stretches)
        if whole is None:
            whole = table.sum(1)
        if len(values) > 1:
            found += _parts(name, *_gathered(values, table))
    if whole is None or not whole[0]:
        return None
    stands = yekutieli(np.array([part.p for part in found]), RATE)
    parts = [replace(part, found=bool(flag)) for part, flag in zip(found, stands, strict=True)]
    return {
        "before": round(float(whole[1:].mean()), 2),
        "now": int(whole[0]),
        "until": stretches.end,
        "parts": [line for name in dict.fromkeys(part.dimensions[0] for part in parts) for line in _lines(parts, name)],
    }


def _cases(row: Finding, warehouse: Warehouse, stretches: Stretches, above: Mapping[str, str]) -> Table:
    cases = warehouse.table("cases", stretches.begin, stretches.end)
    if len(row.place) > 6:
        cases = cases.filter(cases.division.startswith(row.place))
    if row.matter:
        chain = dict(above)
        cases = cases.filter(cases.matter.isin([code for code in chain if rules.holds(row.matter, code, chain)]))
    return cases.filter(cases.source == row.channel) if row.channel else cases


def _dimensions(cases: Table, row: Finding) -> list[tuple[str, Any]]:
    """The names and columns of what a finding can be taken apart by; the first one is never left out."""
    finer = FINER.get(len(row.place), ())
    found: list[tuple[str, Any]] = [("channel", cases.source), ("matter", cases.matter)]
    found += [(name, cases.place.substr(0, digits)) for name, digits in finer]
    return [*found, ("organ", cases.organ), ("hours", (cases.hour // 3).cast("string"))]


def _counted(cases: Table, column: Any, stretches: Stretches) -> tuple[list[str], Reals]:
    """The values of a dimension and their cases by stretch (stretches, values)."""
    mine = cases.mutate(part=column).group_by("day", "part").aggregate(n=lambda t: t.count()).to_pyarrow()
    at = stretches.number(mine["day"].cast("int32").to_numpy().astype(np.int64))
    owners = [str(value or "") for value in mine["part"].to_pylist()]
    values = sorted(set(owners))
    spot = {value: k for k, value in enumerate(values)}
    table = np.zeros((stretches.count + 1, len(values)))
    inside = at >= 0
    columns = np.fromiter((spot[owner] for owner in owners), np.int64, len(owners))
    np.add.at(table, (at[inside], columns[inside]), mine["n"].to_numpy()[inside])
    return values, table


def _gathered(values: list[str], table: Reals) -> tuple[list[str], Reals]:
    """The values that moved most apart, the others as one."""
    if len(values) <= MOST:
        return values, table
    moved = np.abs(table[0] - table[1:].mean(0)) + 1e-6 * table.sum(0)
    kept = np.sort(np.argsort(-moved, kind="stable")[: MOST - 1])
    rest = np.delete(table, kept, 1).sum(1, keepdims=True)
    return [*(values[k] for k in kept), REST], np.hstack([table[:, kept], rest])


def _parts(name: str, values: list[str], table: Reals) -> list[Part]:
    past, now = table[1:], table[0]
    if not table.any():
        return []
    phi = dispersion(past)
    return contributions(past.sum(0), now, [(name, values)], scale=1 / len(past), phi=phi, pairs=False, rate=RATE)


def _lines(parts: list[Part], name: str) -> list[list[Any]]:
    """The parts of a dimension that moved most, those that stand first."""
    mine = [part for part in parts if part.dimensions == (name,)]
    mine.sort(key=lambda part: (not (part.found and part.ratio > 1), -part.rise))
    return [
        [
            name, part.values[0], round(part.before, 1), int(part.now), round(part.rise, 1), round(part.rise_low, 1),
            round(part.rise_high, 1), None if np.isnan(part.share) else round(part.share, 3), round(part.ratio, 2),
            part.found and part.ratio > 1,
        ]
        for part in mine[:KEPT]
    ]  # fmt: skip
