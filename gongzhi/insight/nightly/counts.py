"""Counts of the warehouse as dense arrays: one question a grouping, answered by the engine, never row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray

from gongzhi.insight.asking import Warehouse

Reals = NDArray[np.float64]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included, in the county's zone."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def noon(self) -> datetime:
        """Noon of the last day."""
        return datetime.combine(self.last, time(12), self.zone)

    def day(self, number: int) -> date:
        """The day with this number, counted from the first."""
        return self.first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases a day by key: `keys[i]` owns `rows[i]`."""

    keys: list[tuple[str, ...]]
    rows: Reals

    def summed(self, of: Callable[[tuple[str, ...]], Sequence[tuple[str, ...]]]) -> Counts:
        """Rows added up under other keys; a row may go to several."""
        found: dict[tuple[str, ...], Reals] = {}
        for key, row in zip(self.keys, self.rows, strict=True):
            for other in of(key):
                found[other] = found[other] + row if other in found else row.copy()
        names = sorted(found)
        return Counts(names, np.array([found[name] for name in names]).reshape(len(names), self.rows.shape[1]))


def span_of(warehouse: Warehouse, at: datetime, zone: ZoneInfo, most: int) -> Span | None:
    """The whole days the warehouse knows, at most the last `most`, up to yesterday; None when there are none."""
    held = warehouse.manifest.span("cases")
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    if held is None or held[0] > yesterday:
        return None
    return Span(max(held[0], yesterday - timedelta(days=most - 1)), yesterday, zone)


def received(warehouse: Warehouse, span: Span, *keys: str) -> Counts:
    """Cases received, by day and these columns of the tallies."""
    rows = warehouse.tallied(keys, span.first, span.last)
    return _dense(rows.group_by("day", *keys).aggregate(n=rows.n.sum()), keys, span)


def voices(warehouse: Warehouse, span: Span, *keys: str) -> Counts:
    """Voices of the cases received, by day and these columns of the tallies; the channel of a case is that of its first
    voice."""
    rows = warehouse.tallied(keys, span.first, span.last)
    return _dense(rows.group_by("day", *keys).aggregate(n=rows.voices.sum()), keys, span)


def answered_in_time(warehouse: Warehouse, span: Span) -> Counts:
    """First answers given in time, by the day of the answer and organ."""
    cases = warehouse.table("cases", None, span.last)
    told = cases.filter(cases.answered_at.notnull() & cases.in_time.fill_null(False))
    return _dense(
        told.mutate(day=_day(told.answered_at, span.noon)).group_by("day", "organ").aggregate(n=lambda t: t.count()),
        ("organ",),
        span,
    )


def _day(moment: ibis.expr.types.TimestampValue, noon: datetime) -> ibis.expr.types.IntegerValue:
    """Days since 1970 of a moment, by the distance from UTC that a noon of the same zone has."""
    offset = int((noon.utcoffset() or timedelta()).total_seconds())
    return ((moment.epoch_seconds() + offset) / 86_400).floor().cast("int64")


def _dense(counted: Table, keys: Sequence[str], span: Span) -> Counts:
    got = counted.to_pyarrow()
    column = got["day"]
    if str(column.type).startswith("date"):
        column = column.cast("int32")
    day = column.to_numpy().astype(np.int64) - (span.first - EPOCH).days
    columns = [got[key].to_pylist() for key in keys]
    owners = [tuple(str(value or "") for value in values) for values in zip(*columns, strict=True)] if keys else []
    owners = owners or [()] * len(day)
    names = sorted(set(owners))
    row = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(names), span.days))
    inside = (day >= 0) & (day < span.days)
    spots = np.fromiter((row[owner] for owner in owners), np.int64, len(owners))
    np.add.at(table, (spots[inside], day[inside]), got["n"].to_numpy()[inside])
    return Counts(names, table)
