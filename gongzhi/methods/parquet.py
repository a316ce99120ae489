"""Parquet files as rows of text: the words a CSV would have held, some rows at a time.

Rows are counted as in a CSV: row 1 is the names of the columns, the first of the data row 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

MAGIC = b"PAR1"
SIZE = 20_000  # rows held at a time
EXACT = 2**53  # whole numbers a float holds without loss


class NoParquet(Exception):
    """The file cannot be read as Parquet; the sentence says where."""


def is_parquet(path: Path) -> bool:
    """By its name, or by its first bytes whatever it is called."""
    if path.suffix.lower() == ".parquet":
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def opened(path: Path) -> Any:
    """The open file; refuses what is none. OSError where there is no such file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.open("rb").close()  # no file, or no right to it, is said by the system's own words
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as fault:
        raise NoParquet("this is no Parquet file, or its end is missing") from fault


def names(path: Path) -> list[str]:
    """Names of the columns."""
    return list(opened(path).schema_arrow.names)


def length(path: Path) -> int:
    """Number of rows."""
    return int(opened(path).metadata.num_rows)


def batches(path: Path, wanted: Sequence[str], size: int = SIZE) -> Iterator[list[list[str]]]:
    """The wanted columns in the order asked, at most `size` rows at a time; missing values are empty texts.

    Dates are written 2026-03-02, also where they are stored as moments at midnight without a zone.
    """
    import pyarrow as pa

    file = opened(path)
    row = 2
    try:
        for part in file.iter_batches(size, columns=list(dict.fromkeys(wanted))):
            yield [texts(part.column(name).to_pylist(), name, row) for name in wanted]
            row += part.num_rows
    except (pa.ArrowException, OSError) as fault:
        raise NoParquet(f"it cannot be read beyond row {row}: {str(fault).splitlines()[0]}") from fault


def texts(values: Sequence[Any], column: str, row: int) -> list[str]:
    """Values as they would stand in a CSV."""
    out = []
    for at, value in enumerate(values):
        try:
            out.append(_text(value))
        except UnicodeDecodeError:
            raise NoParquet(f"row {row + at}, column {column} is neither UTF-8 nor GB 18030") from None
    return out


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or value != value:  # a number that is none is how a missing one is kept
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time.min:
        return value.date().isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("gb18030")
    return str(value)
