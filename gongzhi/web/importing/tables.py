"""Rows of a CSV, Parquet or Excel file, one after the other, each with its line; never the whole file in memory.

CSV and Excel are read with the standard library. Parquet needs pyarrow, which is in the extra `analysis`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.importing import excel

Row = dict[str, Any]
BATCH = 8192
csv.field_size_limit(10_000_000)


def columns(path: Path) -> list[str]:
    """The names of a file's columns, in order."""
    if _kind(path) == "parquet":
        return list(_parquet(path).schema_arrow.names)
    first = next(iter(_lines(path)), None)
    return [str(cell).strip() for cell in first[1]] if first else []


def rows(path: Path, wanted: Iterable[str] | None = None) -> Iterator[tuple[int, Row]]:
    """Each row with its line (Parquet: its number, the first is 1). Refuses `columns_missing` for wanted ones."""
    has = columns(path)
    names = has if wanted is None else sorted(wanted)
    if missing := sorted(set(names) - set(has)):
        raise Refusal(
            "columns_missing",
            N_("%(file)s has no column %(columns)s; does the profile fit this file?"),
            file=path.name,
            columns=", ".join(missing),
        )
    return _parquet_rows(path, names) if _kind(path) == "parquet" else _text_rows(path, has, names)


def _text_rows(path: Path, has: list[str], names: list[str]) -> Iterator[tuple[int, Row]]:
    where = {name: has.index(name) for name in names}
    lines = iter(_lines(path))
    next(lines, None)
    for number, cells in lines:
        if len(cells) == len(has):
            yield number, {name: cells[at] for name, at in where.items()}
        elif any(cells):
            yield number, {"": len(cells)}  # torn: the reader rejects it with its line


def _lines(path: Path) -> Iterator[tuple[int, list[Any]]]:
    if _kind(path) == "excel":
        yield from excel.lines(path)
        return
    with path.open(encoding=_encoding(path), newline="", errors="replace") as text:
        table = csv.reader(text, dialect=_dialect(path))
        before = 0
        for cells in table:
            number, before = before + 1, table.line_num
            if cells:
                yield number, cells


def _dialect(path: Path) -> type[csv.Dialect]:
    """Comma, semicolon or tab: whichever the first line has most of."""
    with path.open(encoding=_encoding(path), errors="replace") as text:
        first = text.readline(100_000)

    class Found(csv.excel):
        delimiter = max(",;\t|", key=first.count)

    return Found


def _encoding(path: Path) -> str:
    """UTF-8 with or without its mark, else GB 18030, in which older Chinese exports come."""
    with path.open("rb") as data:
        start = data.read(1 << 20)
    try:
        start[: start.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    return {".parquet": "parquet", ".pq": "parquet", ".xlsx": "excel"}.get(suffix, "csv")


def _parquet(path: Path) -> Any:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Refusal(
            "extra_missing",
            N_("Reading Parquet needs pyarrow; install it with: pip install 'gongzhi[analysis]'."),
        ) from error
    return parquet.ParquetFile(path)


def _parquet_rows(path: Path, names: list[str]) -> Iterator[tuple[int, Row]]:
    number = 0
    for batch in _parquet(path).iter_batches(batch_size=BATCH, columns=names):
        told = batch.to_pydict()
        for values in zip(*(told[name] for name in names), strict=True):
            number += 1
            yield number, dict(zip(names, values, strict=True))
