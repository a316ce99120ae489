"""What moves together with a finding's series: other matters, days off, and every further series of the warehouse.

Season, drift and each series' own memory are removed first (`methods.association`); then every other series is compared
with the finding's, on the same day and up to a week before, and with all others held fixed; one false discovery rate
for all of it, and what is found has to stand when whole fortnights are moved. The finding's own days are left out. What
is found moves together. It is no cause, and no sentence of this room calls it one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray

from gongzhi.insight import rules
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly.counts import EPOCH, Counts, Span
from gongzhi.insight.why.rules import RATE
from gongzhi.methods.association import Link, block_p, towards, whitened

Reals = NDArray[np.float64]
YEARS = 730  # days looked back at most
FEWEST = 120  # days needed
COVERED = 0.9  # of the days a further series must have
LAGS = 7  # days one may go before the other
MOST = 40  # series of one kind compared
KEPT = 8  # links kept for the page
LEAST = 20  # cases of a matter in the days looked at
BLOCK, BLOCKS = 14, 8  # days moved together when a link is tried again, and how many such are needed
WILD = 3.0  # standard deviations at which a day is cut, so that one week of the past is no link
MOVED = 0.01  # share of such moves that may look as strong


@dataclass(frozen=True, slots=True)
class Companion:
    """A series by days: its kind (matter, calendar or a source of the warehouse), its name, where it is from."""

    kind: str
    name: str
    place: str
    values: Reals


def together(
    row: Finding, *, span: Span, cells: Counts, above: Mapping[str, str], others: list[Companion]
) -> dict[str, Any]:
    """`links`, `tried`, `days` and `why` of a finding as `Explained` keeps them. `cells`: cases by (matter, division,
    …); `others`: from `companions`, over the days of `span`."""
    days = min(span.days, YEARS)
    if days < FEWEST:
        return {"links": [], "tried": 0, "days": days, "why": "too_short"}
    mine = _series(cells, row.matter, row.place, above)[-days:]
    rows = [one for one in _matters(row, cells, above) + _here(row, others) if _varies(one.values[-days:])]
    itself = _days_of(row, span, days)
    if not rows or mine[~itself].sum() < LEAST:
        return {"links": [], "tried": len(rows), "days": days, "why": "too_few"}
    table = np.vstack([mine, *(_as_counts(one.values[-days:], one.kind) for one in rows)])
    errors = np.clip(whitened(table), -WILD, WILD)
    errors /= np.maximum(errors.std(axis=1, keepdims=True), 1e-9)
    errors[:, itself[-errors.shape[1] :]] = 0.0
    found = [link for link in towards(errors, 0, lags=LAGS, rate=RATE) if link.found and _holds(errors, link)]
    return {"links": _lines(found, rows)[:KEPT], "tried": len(rows), "days": days, "why": ""}


def _days_of(row: Finding, span: Span, days: int) -> NDArray[np.bool_]:
    """The finding's own days and the week after, which the memory taken away reaches. They are left out: one burst
    moves together with whatever else happened that week."""
    begin = span.days - days
    marks = np.zeros(days, np.bool_)
    first, last = (row.first_day - span.first).days - begin, (row.last_day - span.first).days - begin + 1 + LAGS
    marks[max(0, first) : max(0, last)] = True
    return marks


def _holds(errors: Reals, link: Link) -> bool:
    """Whether a link stands when whole months are moved: counts with a few bursts look related too easily."""
    if (errors.shape[1] - link.lag) // BLOCK < BLOCKS:
        return True
    return block_p(errors, link.first, link.second, link.lag, block=BLOCK) <= MOVED


def companions(warehouse: Warehouse, span: Span, working: Callable[[date], bool]) -> list[Companion]:
    """Days off and make-up days of the county's calendar, what sensors measured, what the site was searched for, and
    every table a user added (weather, traffic …), as far as they tell of nine of ten days."""
    dates = [span.day(n) for n in range(span.days)]
    free = np.array([float(day.weekday() < 5 and not working(day)) for day in dates])
    worked = np.array([float(day.weekday() >= 5 and working(day)) for day in dates])
    calendar = [Companion("calendar", "day_off", "", free), Companion("calendar", "make_up", "", worked)]
    first = max(span.first, span.last - timedelta(days=YEARS - 1))
    days = min(span.days, YEARS)
    return calendar + _dense(warehouse.daily(first, span.last), span, days)


def _dense(table: Table, span: Span, days: int) -> list[Companion]:
    """The series of a table that have a value on nine of the last `days` days of ten; gaps are filled between."""
    rows: dict[tuple[str, str, str], Reals] = {}
    for line in table.to_pyarrow().to_pylist():
        at = (line["day"] - EPOCH).days - (span.first - EPOCH).days
        if line["value"] is not None and 0 <= at < span.days:
            key = (str(line["source"]), str(line["series"]), str(line["place"] or ""))
            rows.setdefault(key, np.full(span.days, np.nan))[at] = float(line["value"])
    return [
        Companion(*key, _filled(values))
        for key, values in sorted(rows.items())
        if np.isfinite(values[-days:]).mean() >= COVERED
    ]


def _filled(values: Reals) -> Reals:
    """Days without a value between those with one."""
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known])


def _series(cells: Counts, matter: str, place: str, above: Mapping[str, str]) -> Reals:
    chain = dict(above)
    rows = [row for key, row in zip(cells.keys, cells.rows, strict=True)
            if key[1].startswith(place) and rules.holds(matter, key[0], chain)]  # fmt: skip
    return np.sum(rows, axis=0) if rows else np.zeros(cells.rows.shape[1])


def _matters(row: Finding, cells: Counts, above: Mapping[str, str]) -> list[Companion]:
    """Other matters in the same place, that neither hold the finding's nor are held by it."""
    if not row.matter:
        return []
    chain = dict(above)
    sums: dict[str, Reals] = {}
    for key, values in zip(cells.keys, cells.rows, strict=True):
        if key[1].startswith(row.place):
            sums[key[0]] = sums[key[0]] + values if key[0] in sums else values.copy()
    apart = [
        (float(values.sum()), code)
        for code, values in sums.items()
        if code and not rules.holds(row.matter, code, chain) and not rules.holds(code, row.matter, chain)
    ]
    return [Companion("matter", code, row.place, sums[code]) for n, code in sorted(apart)[::-1][:MOST] if n >= LEAST]


def _here(row: Finding, others: list[Companion]) -> list[Companion]:
    """Further series of the county, of what lies in the finding's place, and of what holds it."""
    near = [one for one in others if one.place.startswith(row.place) or row.place.startswith(one.place.rstrip("0"))]
    return near[:MOST]


def _varies(values: Reals) -> bool:
    return bool(np.isfinite(values).all() and len(np.unique(values)) > 1)


def _as_counts(values: Reals, kind: str) -> Reals:
    """Counts as they are; anything else so that the square root taken of counts gives it back in its own units."""
    if kind == "matter":
        return values
    scaled = (values - values.min()) / max(float(values.std()), 1e-9) + 1.0
    return scaled**2 - 0.375


def _lines(found: list[Link], rows: list[Companion]) -> list[list[Any]]:
    """One line for a series: its surest link, and whether it stands with all others held fixed."""
    held = {link.first for link in found if link.partial}
    seen: dict[int, Link] = {}
    for link in found:
        seen.setdefault(link.first, link)
    return [
        [
            rows[first - 1].kind, rows[first - 1].name, rows[first - 1].place, link.lag, round(link.correlation, 3),
            round(link.low, 3), round(link.high, 3), first in held,
        ]
        for first, link in seen.items()
    ]  # fmt: skip
