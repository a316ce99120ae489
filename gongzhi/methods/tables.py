"""Reading plain files: counts (series,time,observed[,population]) into a rectangle, side files row by row.

The one reader of `detect`, `scan`, `forecast`, `effect` and `explain`: CSV (UTF-8 or GB 18030) or Parquet, whatever
is wrong said with row (line of the file) and column, files larger than memory refused before they are read.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import os
import sys
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods import memory, parquet

NEEDED = ("series", "time", "observed")
GROWS = 8.0  # bytes of memory a byte of a file of counts becomes at most
A_ROW = 120  # the same of a row of a Parquet file, whose bytes say nothing of what they hold
TELL = 1_000_000  # rows between two lines of progress
MOST = 10**15  # counts and whole times above this are slips
CHUNK = 1 << 20
APART = {";": "semicolons", "\t": "tabs", "|": "strokes"}


class BadTable(Exception):
    """The file cannot be used; the sentence names row (line of the file) and column."""


class NotJudged(BadTable):
    """One series cannot be judged, and why; others of the file can."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series, complete and in order; `times` as written, `dates` when they are dates."""

    name: str
    times: list[str]
    dates: list[date] | None
    counts: NDArray[np.float64]
    population: NDArray[np.float64] | None


@dataclass(slots=True)
class _Gathered:
    """Rows of one series as they are read: numbers side by side, little memory each."""

    lines: array[int] = field(default_factory=lambda: array("q"))
    at: array[int] = field(default_factory=lambda: array("q"))
    texts: list[str] = field(default_factory=list)
    counts: array[float] = field(default_factory=lambda: array("d"))
    people: array[float] = field(default_factory=lambda: array("d"))


def encoding(path: Path) -> str:
    """`utf-8-sig` or `gb18030`, whichever the whole file is; a BadTable with row and column when neither."""
    if _breaks(path, "utf-8") is None:
        return "utf-8-sig"
    if (at := _breaks(path, "gb18030")) is None:
        return "gb18030"
    raise BadTable(f"row {at[0]}, column {at[1]} is neither UTF-8 nor GB 18030; save the file as UTF-8")


def _breaks(path: Path, name: str) -> tuple[int, int] | None:
    """Row and column (counted by commas) where the file is not text of this encoding."""
    decoder = codecs.getincrementaldecoder(name)()
    row, line = 1, b""
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as fault:
                before = line + chunk[: max(fault.start, 0)]
                return row + before.count(b"\n"), before.rpartition(b"\n")[2].count(b",") + 1
            if not chunk:
                return None
            row += chunk.count(b"\n")
            line = chunk.rpartition(b"\n")[2] if b"\n" in chunk else (line + chunk)[-CHUNK:]


def records(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The first row, then every other with its line; refused without a needed column, with short, long or no rows.

    Blank lines are no rows. Raises BadTable; OSError where there is no file.
    """
    if parquet.is_parquet(path):
        yield from _packed(path, needed)
        return
    with path.open(encoding=encoding(path), newline="") as file:
        reader = csv.reader(file)
        try:
            yield from _records(reader, needed)
        except csv.Error as fault:
            raise BadTable(f"row {reader.line_num}: {_no_csv(fault)}") from None


def _no_csv(fault: csv.Error) -> str:
    """What is wrong with a line that is no CSV, in words."""
    if "field larger" in str(fault):
        return f"a cell has more than {csv.field_size_limit():,} letters; perhaps a quotation mark is not closed"
    return f"this is no CSV: {fault}"


def _packed(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """What `records` gives, of a Parquet file."""
    try:
        names = parquet.names(path)
        _headed(names, needed)
        yield 1, names
        for row, cells in enumerate(itertools.chain.from_iterable(
            zip(*part, strict=True) for part in parquet.batches(path, names)), 2):  # fmt: skip
            yield row, list(cells)
    except parquet.NoParquet as fault:
        raise BadTable(str(fault)) from None


def of_arrow(table: Any, needed: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """What `records` gives, of an Arrow table; rows count from 2, as in a file with a first row of names."""
    names = list(table.column_names)
    _headed(names, needed)
    yield 1, names
    row = 2
    try:
        for part in table.to_batches(parquet.SIZE):
            columns = [parquet.texts(part.column(name).to_pylist(), name, row) for name in names]
            yield from enumerate((list(cells) for cells in zip(*columns, strict=True)), row)
            row += part.num_rows
    except parquet.NoParquet as fault:
        raise BadTable(str(fault)) from None


def _headed(names: Sequence[str], needed: Sequence[str]) -> None:
    """Refuses names without a needed one, or with one twice."""
    if not names:
        raise BadTable(f"the file is empty; it needs a first row {','.join(needed)}")
    for name in needed:
        if name in names:
            continue
        raise BadTable(f"row 1: the column {name} is missing; there are {', '.join(names)}{apart(names)}")
    if twice := [name for at, name in enumerate(names) if name in names[:at]]:
        raise BadTable(f"row 1: the column {twice[0]} is there twice")


def apart(names: Sequence[str]) -> str:
    """What to say when a first row is one name that holds another mark than commas; else nothing."""
    found = [said for mark, said in APART.items() if len(names) == 1 and mark in names[0]]
    return f"; cells are set apart by commas here, not by {found[0]}" if found else ""


def _records(reader: Any, needed: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """What `records` gives, of a reader of csv."""
    names = [name.strip() for name in next(reader, [])]
    _headed(names, needed)
    yield 1, names
    for row in reader:
        if row and len(row) != len(names):
            open_mark = "; perhaps a quotation mark is not closed" if any("\n" in cell for cell in row) else ""
            said = f"it has {len(row)} cells where the first row has {len(names)}{open_mark}"
            raise BadTable(f"row {reader.line_num}: {said}")
        if row:
            yield reader.line_num, row


def rows(path: Path, needed: Sequence[str], *, name: str = "") -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a side file with their line; refusals begin with `name` (the file's, where several are read)."""
    try:
        found = records(path, needed)
        names = next(found)[1]
        for line, row in found:
            yield line, dict(zip(names, row, strict=True))
    except BadTable as fault:
        between = "" if not name else " " if str(fault).startswith("row") else ": "
        raise BadTable(f"{name}{between}{fault}") from None
    except OSError as fault:
        raise BadTable(f"{path}: {fault.strerror}") from None


def read_counts(path: Path) -> list[Series]:
    """Every series of the file in the order of first mention; raises BadTable."""
    try:
        instead = "split it by series (each is judged by itself) or sum it to longer periods"
        if large := memory.too_large(path, _grows(path), instead):
            raise BadTable(large)
        return counts_of(records(path, NEEDED))
    except OSError as fault:
        raise BadTable(str(fault.strerror)) from None


def counts_of(read: Iterator[tuple[int, list[str]]]) -> list[Series]:
    """Every series of what `records` gives, in the order of first mention; raises BadTable."""
    found, dated, peopled = _gathered(read)
    return [_checked(name, found.pop(name), dated, peopled) for name in list(found)]


def _grows(path: Path) -> float:
    """Bytes of memory a byte of a file of counts becomes at most."""
    if not parquet.is_parquet(path):
        return GROWS
    try:
        return A_ROW * parquet.length(path) / max(1, path.stat().st_size)
    except parquet.NoParquet as fault:
        raise BadTable(str(fault)) from None


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file (UTF-8) beside its place, then move it there: never half a file."""
    if not path.parent.is_dir():
        raise FileNotFoundError(2, "there is no such folder", str(path.parent))
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


def fault_said(command: str, path: Path, fault: Exception) -> str:
    """What a door prints when it refuses: the command, the file, the sentence."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"{command}: {fault.filename or path}: {fault.strerror}."
    return f"{command}: {path}: {str(fault).rstrip('.')}."


def months(dates: Sequence[date]) -> bool:
    """Whether dates are months: the same day of each, or the last where a month is shorter."""
    if len(dates) < 2 or min((b - a).days for a, b in itertools.pairwise(dates)) < 28:
        return False
    day = max(each.day for each in dates)
    return all(each.day == day or (each.day < day and (each + timedelta(days=1)).day == 1) for each in dates)


def step(series: Series) -> int:
    """Days between two dates of a series; 0 for months; 1 for whole numbers and single dates."""
    if series.dates is None or len(series.dates) < 2:
        return 1
    return 0 if months(series.dates) else (series.dates[1] - series.dates[0]).days


def _gathered(read: Iterator[tuple[int, list[str]]]) -> tuple[dict[str, _Gathered], bool, bool]:
    """Rows by series, whether times are dates, whether there is a population."""
    names = next(read)[1]
    series, when, observed = (names.index(name) for name in NEEDED)
    people = names.index("population") if "population" in names else None
    known: dict[str, tuple[bool, int, str]] = {}
    found: dict[str, _Gathered] = {}
    kind: bool | None = None
    for number, (line, row) in enumerate(read, 1):
        if number % TELL == 0:
            print(f"{number:,} rows read", file=sys.stderr)
        text = row[when].strip()
        if text not in known:
            known[text] = (*_time(text, line), text)
        dated, at, text = known[text]
        if kind not in (None, dated):
            raise BadTable(f"row {line}, column time: dates and whole numbers are mixed in one file")
        kind = dated
        name = row[series].strip()
        if not name:
            raise BadTable(f"row {line}, column series: it is empty; every count belongs to a series")
        one = found.setdefault(name, _Gathered())
        one.lines.append(line)
        one.at.append(at)
        one.texts.append(text)
        one.counts.append(whole(row[observed].strip(), line))
        if people is not None:
            one.people.append(_people(row[people].strip(), line))
    if not found:
        raise BadTable("the file has a first row and no other; there is nothing to look at")
    return found, bool(kind), people is not None


def _time(text: str, line: int) -> tuple[bool, int]:
    """(is a date, whole number or day number)."""
    try:
        value = int(text)
    except ValueError:
        pass
    else:
        if abs(value) > MOST:
            raise BadTable(f"row {line}, column time: {text} is no number of a period")
        return False, value
    try:
        return True, date.fromisoformat(text).toordinal()
    except ValueError:
        pass
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise BadTable(
            f"row {line}, column time: “{text}” is neither a whole number nor a date like 2026-03-02"
        ) from None
    raise BadTable(
        f"row {line}, column time: “{text}” is a moment; a count belongs to a whole day, so write the date it was "
        "there, by one clock for all rows (zones and summer time decide which day a moment falls on)"
    )


def whole(text: str, line: int) -> float:
    """The count of a cell of the column observed; refused when it is none."""
    try:
        value = float(text)
    except ValueError:
        said = f"“{text}” is not a number" if text else "it is empty; write 0 where nothing happened"
        raise BadTable(f"row {line}, column observed: {said}") from None
    if value < 0:
        raise BadTable(f"row {line}, column observed: {text} is negative; counts start at 0")
    if not np.isfinite(value) or value != int(value):
        raise BadTable(f"row {line}, column observed: {text} is not a whole number; counts are whole")
    if value > MOST:
        raise BadTable(f"row {line}, column observed: {text} is more than can be counted")
    return value


def _people(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadTable(f"row {line}, column population: “{text}” is not a number") from None
    if not np.isfinite(value) or value <= 0:
        raise BadTable(f"row {line}, column population: {text} is not above 0")
    return value


def _checked(name: str, one: _Gathered, dated: bool, peopled: bool) -> Series:
    """A series whose rows rise by one step; refused at the first that does not."""
    at = np.array(one.at, np.int64)
    gaps = np.diff(at)
    if len(gaps) and gaps.min() <= 0:
        k = int(np.flatnonzero(gaps <= 0)[0])
        was, now = one.texts[k], one.texts[k + 1]
        where = f"row {one.lines[k + 1]}, column time:"
        if at[k + 1] in at[: k + 1]:
            first = one.lines[int(np.flatnonzero(at == at[k + 1])[0])]
            raise BadTable(f"{where} series {name} has {now} twice, first in row {first}")
        raise BadTable(f"{where} {now} comes after {was}; sort series {name} by time")
    dates = [date.fromordinal(day) for day in one.at] if dated else None
    if dates and months(dates):
        gaps = np.diff([day.year * 12 + day.month for day in dates])
    usual = (int(gaps.min()) if dated else 1) if len(gaps) else 1
    if len(wrong := np.flatnonzero(gaps != usual)):
        k = int(wrong[0])
        raise BadTable(
            f"row {one.lines[k + 1]}, column time: series {name} jumps from {one.texts[k]} to {one.texts[k + 1]}; "
            "write every period, with 0 where nothing happened"
        )
    return Series(name, one.texts, dates, np.array(one.counts), np.array(one.people) if peopled else None)
