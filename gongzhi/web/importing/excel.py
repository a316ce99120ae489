"""The first sheet of an Excel workbook (.xlsx, ECMA-376), row by row, with the standard library alone.

Numbers that a style shows as dates are told as moments; formulas by the value the workbook keeps.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from gongzhi.kit.refusal import N_, Refusal

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no zone
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])  # built-in formats of dates
# What a damaged, encrypted or invented workbook makes of zipfile, expat and the reading of its cells.
_MISREAD = (
    *(zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError),
    *(LookupError, ValueError, ArithmeticError, RuntimeError),
)
LARGEST = 1 << 30  # bytes of one part, unpacked: more is a bomb


def lines(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """Number and cells of each row that is not empty. Refuses `excel_misread`."""
    try:
        with zipfile.ZipFile(path) as book:
            yield from _rows(book)
    except _MISREAD as error:
        raise Refusal("excel_misread", N_("%(file)s is no Excel workbook (.xlsx)."), file=path.name) from error


def _rows(book: zipfile.ZipFile) -> Iterator[tuple[int, list[Any]]]:
    shared, dated = _shared(book), _dated(book)
    sheet = min(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    width = 0
    for row in _elements(book, sheet, "row"):
        cells: list[Any] = []
        for cell in row.iter(f"{_NS}c"):
            at = _column(cell.get("r") or "")
            cells += [""] * (at - len(cells))
            cells.append(_value(cell, shared, dated))
        width = width or len(cells)
        cells += [""] * (width - len(cells))
        if any(value != "" for value in cells):
            yield int(row.get("r") or 0), cells


def _elements(book: zipfile.ZipFile, name: str, tag: str) -> Iterator[ElementTree.Element]:
    if book.getinfo(name).file_size > LARGEST:
        raise KeyError(name)
    with book.open(name) as part:
        for _event, element in ElementTree.iterparse(part):  # noqa: S314 - expat refuses entity bombs since 2.4.1
            if element.tag == f"{_NS}{tag}":
                yield element
                element.clear()


def _shared(book: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in book.namelist():
        return []
    return ["".join(text.text or "" for text in item.iter(f"{_NS}t")) for item in _elements(book, name, "si")]


def _dated(book: zipfile.ZipFile) -> list[bool]:
    """Whether each cell style shows a date."""
    name = "xl/styles.xml"
    if name not in book.namelist():
        return []
    root = ElementTree.fromstring(book.read(name))  # noqa: S314
    own = {
        int(one.get("numFmtId") or 0): re.sub(r'"[^"]*"|\[[^\]]*\]', "", one.get("formatCode") or "")
        for one in root.iter(f"{_NS}numFmt")
    }
    styles = root.find(f"{_NS}cellXfs")
    formats = [int(one.get("numFmtId") or 0) for one in styles] if styles is not None else []
    return [code in _DATES or bool(re.search(r"[yd]", own.get(code, ""), re.IGNORECASE)) for code in formats]


def _column(reference: str) -> int:
    number = 0
    for sign in re.match(r"[A-Z]*", reference)[0]:  # type: ignore[index]
        number = number * 26 + ord(sign) - 64
    return max(number - 1, 0)


def _value(cell: ElementTree.Element, shared: list[str], dated: list[bool]) -> Any:
    kind = cell.get("t")
    if kind == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_NS}t"))
    found = cell.find(f"{_NS}v")
    text = found.text if found is not None and found.text else ""
    if kind == "s" and text:
        return shared[int(text)]
    style = int(cell.get("s") or 0)
    if text and kind in (None, "n") and style < len(dated) and dated[style]:
        return _EPOCH + timedelta(seconds=round(float(text) * 86_400))
    return text
