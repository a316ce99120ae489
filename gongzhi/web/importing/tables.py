"""Rows of a CSV, Parquet or Excel file, one after the other, each with its line; never the whole file in memory.

CSV and Excel are read with the standard library. Parquet needs pyarrow, which is in the extra `analysis`.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.importing import excel

Row = dict[str, Any]
BATCH = 8192
csv.field_size_limit(10_000_000)
_PACKED = (
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"%PDF",
    b"PAR1",
    b"\xd0\xcf\x11\xe0",
)
_MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}  # the longer first: one begins with the other
_MARKS |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def columns(path: Path) -> list[str]:
    """The names of a file's columns, in order. Refuses what is empty or no table."""
    if path.stat().st_size == 0:
        raise Refusal("file_blank", N_("%(file)s is empty."), file=path.name)
    if _kind(path) == "parquet":
        return list(_parquet(path).schema_arrow.names)
    if _kind(path) == "csv":
        _check_is_text(path)
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
        while True:
            try:
                cells = next(table, None)
            except csv.Error as error:
                sentence = N_("%(file)s cannot be read from line %(line)s on: %(why)s")
                raise Refusal("table_misread", sentence, file=path.name, line=before + 1, why=str(error)) from error
            if cells is None:
                return
            number, before = before + 1, table.line_num
            if cells:
                yield number, cells


def _check_is_text(path: Path) -> None:
    """Refuse what is packed, a picture, JSON or a page, so that nobody looks for a fault in the profile."""
    with path.open("rb") as data:
        start = data.read(4096)
    packed = start.startswith(_PACKED) or (b"\0" in start and not start.startswith(tuple(_MARKS)))
    if packed or start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"<")):
        sentence = N_(
            "%(file)s is no table of text. CSV, Excel (.xlsx) and Parquet can be read; unpack what is packed."
        )
        raise Refusal("file_no_table", sentence, file=path.name)


def _dialect(path: Path) -> type[csv.Dialect]:
    """Comma, semicolon or tab: whichever the first line has most of."""
    with path.open(encoding=_encoding(path), errors="replace") as text:
        first = text.readline(100_000)

    class Found(csv.excel):
        delimiter = max(",;\t|", key=first.count)

    return Found


def _encoding(path: Path) -> str:
    """UTF-8 with or without its mark, UTF-16 and UTF-32 by theirs, else GB 18030, as in older Chinese exports."""
    with path.open("rb") as data:
        start = data.read(1 << 20)
    for mark in _MARKS:
        if start.startswith(mark):
            return _MARKS[mark]
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
    from pyarrow import ArrowException

    try:
        return parquet.ParquetFile(path)
    except (ArrowException, OSError) as error:
        raise Refusal(
            "parquet_misread", N_("%(file)s is no Parquet file, or a damaged one."), file=path.name
        ) from error


def _parquet_rows(path: Path, names: list[str]) -> Iterator[tuple[int, Row]]:
    number = 0
    for batch in _parquet(path).iter_batches(batch_size=BATCH, columns=names):
        told = batch.to_pydict()
        for values in zip(*(told[name] for name in names), strict=True):
            number += 1
            yield number, dict(zip(names, values, strict=True))
