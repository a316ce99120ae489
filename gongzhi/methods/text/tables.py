"""Tables of text: CSV (UTF-8, or GB 18030 when UTF-8 does not fit) and Parquet in, CSV out.

A fault is a `TextRefusal` of one sentence naming file, row and column. Row 1 of a CSV names the columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongzhi.methods import memory, parquet
from gongzhi.methods.tables import BadTable, apart, encoding, write
from gongzhi.methods.text.refusing import TextRefusal

__all__ = ["Table", "batches", "columns", "length", "names", "read", "write"]
Table = dict[str, list[str]]
_LARGEST = 16 << 20  # characters in one CSV field
_GROWS = 6.0  # bytes of memory a byte of text becomes at most
BATCH = 20_000  # rows held at a time where a file is streamed


def read(path: Path) -> Table:
    """Column name → texts, one for each row; missing values are empty texts. Refuses what does not fit into memory."""
    _there(path)
    packed = parquet.is_parquet(path)
    grows = _GROWS * (_unpacked(path) if packed else 1.0)
    if large := memory.too_large(path, grows, "take a part of it (`gongzhi route predict` reads a file of any size)"):
        raise TextRefusal(f"{path}: {large}.")
    parts = _parquet(path, None, BATCH) if packed else _csv(path, BATCH)
    table = next(parts)
    for more in parts:
        for name, texts in more.items():
            table[name] += texts
    return table


def names(path: Path) -> list[str]:
    """Names of the columns."""
    _there(path)
    return list(next(_parquet(path, None, 1) if parquet.is_parquet(path) else _csv(path, 1)))


def batches(path: Path, names: Sequence[str], size: int = BATCH) -> Iterator[list[list[str]]]:
    """The named columns in the order asked, some rows at a time, so that a file of any size can be walked through."""
    _there(path)
    for part in _parquet(path, names, size) if parquet.is_parquet(path) else _csv(path, size):
        yield columns(part, names, path)


def columns(table: Table, names: Sequence[str], path: Path) -> list[list[str]]:
    """The named columns in the order asked; a missing one is refused."""
    for name in names:
        if name not in table:
            raise TextRefusal(f"{path} has no column “{name}”; it has {', '.join(table)}{apart(list(table))}.")
    return [table[name] for name in names]


def length(table: Table) -> int:
    """Number of rows."""
    return len(next(iter(table.values()), []))


def _there(path: Path) -> None:
    if not path.is_file():
        raise TextRefusal(f"There is no file {path}.")


def _csv(path: Path, size: int) -> Iterator[Table]:
    """Tables of at most `size` rows; at least one, though it may have no rows."""
    csv.field_size_limit(_LARGEST)
    try:
        coded = encoding(path)
    except BadTable as fault:
        raise TextRefusal(f"{path}, {fault}.") from None
    with path.open(encoding=coded, newline="") as file:
        reader = csv.reader(file)
        try:
            yield from _tables(reader, path, size)
        except csv.Error as fault:
            raise TextRefusal(f"{path}, line {reader.line_num} is no CSV: {fault}.") from fault


def _tables(reader: Iterator[list[str]], path: Path, size: int) -> Iterator[Table]:
    header = next(reader, [])
    if not header:
        raise TextRefusal(f"{path} is empty: it has not even a line of column names.")
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise TextRefusal(f"{path} names the column “{twice}” twice.")
    kept: list[list[str]] = [[] for _ in header]
    told = False
    for number, row in enumerate(reader, start=2):
        if row and len(row) != len(header):
            mark = "; perhaps a quotation mark is not closed" if any("\n" in cell for cell in row) else ""
            raise TextRefusal(
                f"{path}, row {number} has {len(row)} fields where {len(header)} columns are named{mark}."
            )
        for column, cell in zip(kept, row, strict=False):  # a blank line is no row
            column.append(cell)
        if len(kept[0]) >= size:
            yield dict(zip(header, kept, strict=True))
            kept, told = [[] for _ in header], True
    if kept[0] or not told:
        yield dict(zip(header, kept, strict=True))


def _unpacked(path: Path) -> float:
    """How many times larger the columns are than the file that packs them."""
    try:
        about = parquet.opened(path).metadata
    except parquet.NoParquet as fault:
        raise TextRefusal(f"{path}: {fault}.") from fault
    return float(sum(about.row_group(k).total_byte_size for k in range(about.num_row_groups))) / path.stat().st_size


def _parquet(path: Path, names: Sequence[str] | None, size: int) -> Iterator[Table]:
    """Tables of at most `size` rows; at least one, though it may have no rows."""
    try:
        there = parquet.names(path)
        if names is not None:
            columns({name: [] for name in there}, names, path)
        wanted = there if names is None else list(dict.fromkeys(names))
        told = False
        for part in parquet.batches(path, wanted, size):
            told = True
            yield dict(zip(wanted, part, strict=True))
    except parquet.NoParquet as fault:
        raise TextRefusal(f"{path}: {fault}.") from fault
    if not told:
        yield {name: [] for name in wanted}
