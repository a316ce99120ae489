"""Open states: how many cases lay open at the end of a day, by matter × place × organ × age band.

A case is open at the end of day D when it was received on or before D and not closed on or before D. Matter, place,
organ are as the case has them now; a case opened again counts as open throughout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gongzhi.insight.rules import AGE_BANDS
from gongzhi.insight.warehouse import grains

KEYS = ("matter", "place", "organ")
_NEVER = date(9999, 12, 31)


def changed_days(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], *, last: date
) -> set[date]:
    """The days up to `last` on whose evening a case's part in the open states differs between two sets of rows."""
    steps: Counter[date] = Counter()
    for case in before.keys() | after.keys():
        old, new = before.get(case), after.get(case)
        if old is None or new is None or any(old[key] != new[key] for key in KEYS):
            spans = [_span(row) for row in (old, new) if row is not None]
        else:
            spans = [(min(_span(old)[1], _span(new)[1]), max(_span(old)[1], _span(new)[1]))]
        for begin, end in spans:
            steps[begin] += 1
            steps[end] -= 1
    return _covered(steps, last)


def open_on(files: Sequence[Path], days: Sequence[date]) -> Iterator[tuple[date, pa.Table]]:
    """(day, states) for each day, from partitions of the grain `cases`; a day on which nothing lay open is empty.

    Reads only the columns it needs, once, and keeps only cases that were open on one of the days."""
    columns = ["day", "closed_day", *KEYS]
    rows = pa.concat_tables([_columns(file, columns, days[0], days[-1]) for file in files])
    received = rows["day"].cast(pa.int32()).to_numpy()
    closed = pc.fill_null(rows["closed_day"], _NEVER).cast(pa.int32()).to_numpy()
    for day in days:
        number = (day - date(1970, 1, 1)).days
        mine = pa.array((received <= number) & (closed > number))
        yield day, _counted(rows.filter(mine), day)


def _span(row: Mapping[str, Any]) -> tuple[date, date]:
    """First evening a case lay open, and the first on which it did not."""
    return row["day"], row["closed_day"] or _NEVER


def _covered(steps: Mapping[date, int], last: date) -> set[date]:
    """The days up to `last` that lie in at least one span, from where spans begin (+1) and end (-1)."""
    found: set[date] = set()
    depth, edges = 0, sorted(steps)
    for at, edge in enumerate(edges):
        depth += steps[edge]
        until = edges[at + 1] if at + 1 < len(edges) else edge
        stop = min(until, last + timedelta(days=1))
        if depth:
            found |= {edge + timedelta(days=n) for n in range((stop - edge).days)}
    return found


def _columns(file: Path, columns: list[str], first: date, last: date) -> pa.Table:
    """What of one partition can lie open between two days."""
    import pyarrow.parquet as pq

    rows = pq.read_table(file, columns=columns, schema=grains.CASES)
    late = pc.fill_null(pc.greater(rows["closed_day"], pa.scalar(first)), True)
    return rows.filter(pc.and_(late, pc.less_equal(rows["day"], pa.scalar(last))))


def _counted(rows: pa.Table, day: date) -> pa.Table:
    """The rows open on a day, counted by key and age band."""
    ages = pc.subtract(pa.scalar((day - date(1970, 1, 1)).days, pa.int32()), rows["day"].cast(pa.int32()))
    band = pa.array([AGE_BANDS[0]] * rows.num_rows, pa.int16()) if rows.num_rows else pa.array([], pa.int16())
    for begin in AGE_BANDS[1:]:
        band = pc.if_else(pc.greater_equal(ages, begin), pa.scalar(begin, pa.int16()), band)
    counted = rows.select(list(KEYS)).append_column("age", band).group_by([*KEYS, "age"]).aggregate([([], "count_all")])
    content = counted.rename_columns([*KEYS, "age", "open"]).append_column(
        "day", pa.array([day] * counted.num_rows, pa.date32())
    )
    return content.select(grains.STATES.names).cast(grains.STATES)
