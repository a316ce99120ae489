"""Tables of text: CSV (UTF-8, or GB 18030 when UTF-8 does not fit) and Parquet in, CSV out.

A fault is a `Refusal` of one sentence naming file, row and column.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from gongzhi.methods.text.refusing import TextRefusal

Table = dict[str, list[str]]
_LARGEST = 16 << 20  # characters in one CSV field


def read(path: Path) -> Table:
    """Column name → texts, one for each row; missing values are empty texts."""
    if not path.is_file():
        raise TextRefusal(f"There is no file {path}.")
    table = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    if not table:
        raise TextRefusal(f"{path} is empty: it has not even a line of column names.")
    return table


def columns(table: Table, names: Sequence[str], path: Path) -> list[list[str]]:
    """The named columns in the order asked; a missing one is refused."""
    for name in names:
        if name not in table:
            raise TextRefusal(f"{path} has no column “{name}”; it has {', '.join(table)}.")
    return [table[name] for name in names]


def length(table: Table) -> int:
    """Number of rows."""
    return len(next(iter(table.values()), []))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file (UTF-8) beside its place, then move it there: never half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent or ".", prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
        Path(name).chmod(0o644)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _csv(path: Path) -> Table:
    csv.field_size_limit(_LARGEST)
    reader = csv.reader(io.StringIO(_decoded(path), newline=""))
    header = next(reader, [])
    kept: list[list[str]] = []
    try:
        for number, row in enumerate(reader, start=2):
            if row and len(row) != len(header):
                raise TextRefusal(f"{path}, row {number} has {len(row)} fields where {len(header)} columns are named.")
            if row:
                kept.append(row)
    except csv.Error as fault:
        raise TextRefusal(f"{path}, line {reader.line_num} is no CSV: {fault}.") from fault
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise TextRefusal(f"{path} names the column “{twice}” twice.")
    return {name: [row[at] for row in kept] for at, name in enumerate(header)}


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = data[: fault.start]
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        row, column = before.count(b"\n") + 1, before.rpartition(b"\n")[2].count(b",") + 1
        raise TextRefusal(
            f"{path}, row {row}, column {column} is neither UTF-8 nor GB 18030; save the file as UTF-8."
        ) from None


def _parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise TextRefusal(f"{path} is no Parquet file.") from fault
    return {
        name: ["" if value is None else str(value) for value in table.column(name).to_pylist()]
        for name in table.column_names
    }
