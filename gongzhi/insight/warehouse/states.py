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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gongzhi.insight.rules import AGE_BANDS
from gongzhi.insight.warehouse import grains

KEYS = ("matter", "place", "organ")
_NEVER = date(9999, 12, 31)
_EPOCH = date(1970, 1, 1)


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
    """(day, states) for each day, earliest first, from partitions of the grain `cases`; a day on which nothing lay open
    is empty.

    Reads only the columns it needs, once, and keeps only cases that were open on one of the days; from day to day it
    carries on only what is still open."""
    columns = ["day", "closed_day", *KEYS]
    rows = pa.concat_tables([_columns(file, columns, days[0], days[-1]) for file in files])
    received = rows["day"].cast(pa.int32()).to_numpy()
    order = np.argsort(received, kind="stable")
    received = received[order]
    closed = pc.fill_null(rows["closed_day"], _NEVER).cast(pa.int32()).to_numpy()[order]
    keys = pc.binary_join_element_wise(*(rows[key] for key in KEYS), "\x1f").combine_chunks().dictionary_encode()
    code = keys.indices.to_numpy(zero_copy_only=False).astype(np.int64)[order]
    names = [name.split("\x1f") for name in keys.dictionary.to_pylist()]
    arrays = [pa.array([name[at] for name in names], pa.string()) for at in range(len(KEYS))]
    still, taken = np.zeros(0, np.int64), 0
    for day in days:
        number = (day - _EPOCH).days
        come = int(np.searchsorted(received, number, side="right"))
        still = np.concatenate([still[closed[still] > number], _open(closed, taken, come, number)])
        taken = come
        yield day, _counted(arrays, code[still], number - received[still], day)


def _open(closed: NDArray[np.int32], begin: int, end: int, day: int) -> NDArray[np.int64]:
    """Which of the rows from `begin` to `end` are open on a day."""
    return begin + np.flatnonzero(closed[begin:end] > day)


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


def _counted(keys: Sequence[pa.Array], code: NDArray[np.int64], age: NDArray[np.int32], day: date) -> pa.Table:
    """Open cases of a day, each with the code of its keys and its age in days, counted by key and age band."""
    band = np.searchsorted(np.array(AGE_BANDS), age, side="right") - 1
    cell, count = np.unique(code * len(AGE_BANDS) + band, return_counts=True)
    key = pa.array(cell // len(AGE_BANDS))
    content = {
        "day": pa.array([day] * len(cell), pa.date32()),
        **{name: values.take(key) for name, values in zip(KEYS, keys, strict=True)},
        "age": pa.array(np.array(AGE_BANDS, np.int16)[cell % len(AGE_BANDS)]),
        "open": pa.array(count.astype(np.int64)),
    }
    return pa.table([content[name] for name in grains.STATES.names], schema=grains.STATES)
