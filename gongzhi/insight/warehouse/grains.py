"""The grains: what a row is, column by column. No text, no point, no post, no officer ever stands in one.

`cases`   one row a case, in the partition of the county's day it was received on
`events`  one row a fact about a case, in the partition of the day it happened on, with the dwell before it
`tallies` the cases of a day by matter × division × organ × source, counted: what most questions need of them
`sums`    the tallies of a month, each day added up by fewer keys (`CUTS`): what the cockpit asks of years
`added`   counts or levels of a file a user added, by series × place × day and hour
`states`  open cases at the end of a day by matter × place × organ × age band, in the partition of that day
`searches` words the public site was searched for by ten people or more, by day and area
`readings` what sensors measured, by hour
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_MOMENT = pa.timestamp("us", tz="UTC")

CASES = pa.schema(
    [
        ("case", pa.string()),  # 32 hex digits
        ("day", pa.date32()),  # of receipt, in the county's zone
        ("hour", pa.int8()),
        ("received_at", _MOMENT),
        ("matter", pa.string()),
        ("matter_by", pa.string()),
        ("place", pa.string()),  # the finest code known: grid, else division
        ("division", pa.string()),
        ("organ", pa.string()),
        ("kind", pa.string()),  # of the first voice
        ("source", pa.string()),
        ("state", pa.string()),
        ("outcome", pa.string()),
        ("round", pa.int16()),
        ("voices", pa.int32()),
        ("refusals", pa.int16()),
        ("handed_over", pa.int16()),
        ("urgent", pa.bool_()),
        ("due_at", _MOMENT),
        ("accepted_at", _MOMENT),
        ("answered_at", _MOMENT),
        ("in_time", pa.bool_()),
        ("closed_at", _MOMENT),
        ("closed_day", pa.date32()),
        ("grade", pa.int8()),  # of the latest rating
        ("solved", pa.bool_()),
        ("last_index", pa.int64()),  # the newest fact that this row has heard of
        ("last_at", _MOMENT),
    ]
)
EVENTS = pa.schema(
    [
        ("index", pa.int64()),  # the fact's place in the ledger
        ("day", pa.date32()),
        ("at", _MOMENT),
        ("case", pa.string()),
        ("kind", pa.string()),
        ("organ", pa.string()),  # whom the fact names as receiver, else empty
        ("reason", pa.string()),
        ("round", pa.int16()),
        ("dwell", pa.float64()),  # seconds since the fact before about the same case; null for the first
    ]
)
STATES = pa.schema(
    [
        ("day", pa.date32()),
        ("matter", pa.string()),
        ("place", pa.string()),
        ("organ", pa.string()),
        ("age", pa.int16()),  # first day of the age band (rules.AGE_BANDS)
        ("open", pa.int64()),
    ]
)
TALLIES = pa.schema(
    [
        ("day", pa.date32()),
        ("matter", pa.string()),
        ("division", pa.string()),
        ("organ", pa.string()),
        ("source", pa.string()),
        ("n", pa.int64()),
        ("voices", pa.int64()),
        ("answered", pa.int64()),
        ("kept", pa.int64()),  # answered within the limit
        ("missed", pa.int64()),  # beyond it
        ("closed", pa.int64()),
        ("rated", pa.int64()),
        ("solved", pa.int64()),
        ("grades", pa.int64()),  # sum
    ]
)
SEARCHES = pa.schema(
    [
        ("day", pa.date32()),
        ("word", pa.string()),  # one that ten people or more looked for; no other is known
        ("area", pa.string()),  # six digits: the whole county; nine: a town they asked for alone
        ("people", pa.int64()),  # different networks they came from
    ]
)
READINGS = pa.schema(
    [
        ("day", pa.date32()),
        ("hour", pa.int8()),
        ("sensor", pa.string()),
        ("quantity", pa.string()),
        ("unit", pa.string()),
        ("division", pa.string()),
        ("n", pa.int64()),
        ("mean", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
ROW_GROUP = 16_384  # rows of a row group of the sums at most
MEASURES = tuple(TALLIES.names[5:])
# The keys that days are added up by for questions over years; whatever else is asked is asked of the tallies.
CUTS: Mapping[str, tuple[str, ...]] = {"organ": ("organ",), "source": ("matter", "source"), "town": ("matter", "town")}
SUMS = pa.schema(
    [
        ("cut", pa.string()),
        ("day", pa.date32()),
        ("matter", pa.string()),  # empty where the cut has it not, like the next three
        ("town", pa.string()),  # nine digits, empty for a case that lies in the county alone
        ("organ", pa.string()),
        ("source", pa.string()),
        *[(name, pa.int64()) for name in MEASURES],
    ]
)
ADDED = pa.schema(
    [
        ("source", pa.string()),  # the name the table was given
        ("series", pa.string()),  # what was counted or measured: a column of values, a category, or both
        ("day", pa.date32()),
        ("hour", pa.int8()),  # null where only the day is known
        ("place", pa.string()),  # twelve digits of a division, or a grid; empty for the whole county
        ("how", pa.string()),  # "sum": values of a day are added up; "mean": they are averaged
        ("n", pa.int64()),  # rows behind it
        ("total", pa.float64()),  # their sum
    ]
)
MONTHLY = ("sums", "added")  # grains whose partitions are months, under the date of the first
SCHEMAS: Mapping[str, pa.Schema] = {
    "cases": CASES,
    "events": EVENTS,
    "states": STATES,
    "tallies": TALLIES,
    "sums": SUMS,
    "searches": SEARCHES,
    "readings": READINGS,
    "added": ADDED,
}
# Sorted within a partition, so that a filter by place or matter skips row groups and runs compress.
ORDER: Mapping[str, list[tuple[str, str]]] = {
    "cases": [("matter", "ascending"), ("place", "ascending"), ("case", "ascending")],
    "events": [("index", "ascending")],
    "states": [(name, "ascending") for name in ("matter", "place", "organ", "age")],
    "tallies": [(name, "ascending") for name in ("matter", "division", "organ", "source")],
    "added": [(name, "ascending") for name in ("series", "place", "day", "hour")],
    "sums": [(name, "ascending") for name in ("cut", "town", "matter", "organ", "source", "day")],
    "searches": [(name, "ascending") for name in ("area", "word")],
    "readings": [(name, "ascending") for name in ("sensor", "hour")],
}


def table(grain: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of the grain; refuses values of another type (pyarrow's ArrowInvalid)."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS[grain])


TALLIED = (  # the columns of the cases that tallies are made of
    *("day", "matter", "division", "organ", "source", "voices"),
    *("answered_at", "in_time", "closed_at", "grade", "solved"),
)


def tallied(cases: pa.Table) -> pa.Table:
    """The tallies of a day from its case rows."""
    by = ["day", "matter", "division", "organ", "source"]
    each = cases.select([*by, "voices"])
    told = {
        "answered": pc.is_valid(cases["answered_at"]),
        "kept": pc.fill_null(cases["in_time"], False),
        "missed": pc.fill_null(pc.invert(cases["in_time"]), False),
        "closed": pc.is_valid(cases["closed_at"]),
        "rated": pc.is_valid(cases["grade"]),
        "solved": pc.fill_null(cases["solved"], False),
        "grades": pc.fill_null(cases["grade"], 0),
    }
    for name, values in told.items():
        each = each.append_column(name, pc.cast(values, pa.int64()))
    sums = [(name, "sum") for name in ("voices", *told)]
    found = each.group_by(by).aggregate([([], "count_all"), *sums])
    named = {"count_all": "n", **{f"{name}_sum": name for name, _sum in sums}}
    found = found.rename_columns([named.get(name, name) for name in found.column_names])
    return found.select(TALLIES.names).cast(TALLIES)


def summed(tallies: pa.Table) -> pa.Table:
    """The sums of some days from their tallies."""
    division = tallies["division"]
    code = pc.utf8_slice_codeunits(division, 0, 9)
    town = pc.if_else(pc.equal(pc.utf8_slice_codeunits(code, 6, 9), "000"), "", code)
    wide = tallies.append_column("town", pc.if_else(pc.equal(pc.utf8_length(code), 9), town, ""))
    found = []
    for cut, keys in CUTS.items():
        each = wide.group_by(["day", *keys]).aggregate([(name, "sum") for name in MEASURES])
        each = each.rename_columns(["day", *keys, *MEASURES])
        told = {"cut": pa.scalar(cut), **{name: pa.scalar("") for name in SUMS.names[2:6] if name not in keys}}
        for name, value in told.items():
            each = each.append_column(name, pa.repeat(value, each.num_rows))
        found.append(each.select(SUMS.names).cast(SUMS))
    return pa.concat_tables(found)


def packed(grain: str, content: pa.Table) -> bytes:
    """One partition as Parquet bytes; equal contents in any order give equal bytes."""
    whole = content.select(SCHEMAS[grain].names).cast(SCHEMAS[grain]).sort_by(ORDER[grain])
    out = io.BytesIO()
    with pq.ParquetWriter(out, whole.schema, compression="zstd", store_schema=False) as writer:
        for begin, end in _row_groups(grain, whole):
            writer.write_table(whole.slice(begin, end - begin))
    return out.getvalue()


def _row_groups(grain: str, whole: pa.Table) -> list[tuple[int, int]]:
    """From which row to which the row groups reach: each cut of the sums has its own, and small ones, so that a
    question reads its cut and hardly more than its town."""
    if grain != "sums" or not whole.num_rows:
        return [(0, whole.num_rows)]
    ends = pc.run_end_encode(whole["cut"].combine_chunks()).run_ends.to_pylist()
    return [
        (begin, min(begin + ROW_GROUP, end))
        for start, end in zip([0, *ends[:-1]], ends, strict=True)
        for begin in range(start, end, ROW_GROUP)
    ]


def unpacked(grain: str, files: Sequence[Path], columns: Sequence[str] | None = None) -> pa.Table:
    """Partitions read back, one after another, all columns or some; an empty table of the grain for none."""
    schema = SCHEMAS[grain]
    schema = pa.schema([schema.field(name) for name in columns]) if columns else schema
    tables = [_read(file, schema.names).cast(schema) for file in files]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def _read(file: Path, columns: Sequence[str]) -> pa.Table:
    """One small file, without the threads that a large one is worth."""
    with pq.ParquetFile(file) as parquet:
        return parquet.read(columns, use_threads=False).select(columns)
