"""A user's file row by row: UTF-8 or GB 18030 text with commas, semicolons or tabs, or Parquet. A row that cannot be
read is told with its line, its column and the reason; the others are counted by series, place, day and hour."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gongzhi.insight.adding.mapping import LOOKED_AT, Mapping, day_of, number_of
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.methods import parquet
from gongzhi.methods.tables import BadTable, encoding

SERIES_MOST = 500  # more are texts, not categories
TELL = 100_000  # rows between two words of progress
YEARS = (1900, 2200)
LONGEST = 80  # signs of a series' name
EMPTY, NO_TIME, NO_NUMBER, NO_PLACE, CELLS = (
    N_("it is empty"),
    N_("“%(text)s” is no date and no moment"),
    N_("“%(text)s” is no number"),
    N_("“%(text)s” is no place of this county, by code or by name"),
    N_("it has not as many cells as the first row"),
)
Place = Callable[[tuple[str, ...]], str | None]
Cell = tuple[str, str, Any, int | None]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that could not be read: its line in the file, the column, a reason (a msgid) and what it speaks of."""

    line: int
    column: str
    reason: str
    text: str
    row: tuple[str, ...]


@dataclass(slots=True)
class Read:
    """What a file said: (series, place, day, hour) → [rows, their sum], and the rows that could not be read."""

    good: int = 0
    cells: dict[Cell, list[float]] = field(default_factory=dict)
    bad: list[Bad] = field(default_factory=list)


def columns(path: Path) -> list[str]:
    """The names in the first row; refuses `file_unreadable` for what is no table."""
    return next(_lines(path))[1]


def first_rows(path: Path) -> list[dict[str, str]]:
    """The rows a mapping is drafted from."""
    lines = _lines(path)
    names = next(lines)[1]
    rows = (row for _line, row in islice(lines, LOOKED_AT) if len(row) == len(names))
    return [dict(zip(names, row, strict=True)) for row in rows]


def read(path: Path, mapping: Mapping, *, zone: ZoneInfo, place: Place, tell: Callable[[int], None]) -> Read:
    """Every row of the file. `place` gives the code behind what the place's columns say, None when there is none.

    Refuses `too_many_series` for a column that holds texts instead of categories."""
    lines = _lines(path)
    names = next(lines)[1]
    reader = _Reader(mapping, names, zone, place)
    for number, (line, row) in enumerate(lines, 1):
        reader.take(line, row)
        if number % TELL == 0:
            tell(number)
    return reader.done


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row, the names first."""
    try:
        if parquet.is_parquet(path):
            names = parquet.names(path)
            yield 1, names
            rows = (list(row) for batch in parquet.batches(path, names) for row in zip(*batch, strict=True))
            yield from enumerate(rows, 2)
            return
        with path.open(encoding=encoding(path), newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t", key=first.count))
            names = [name.strip() for name in next(reader, [])]
            if not any(names) or len(set(names)) < len(names):
                raise BadTable("row 1: the first row must name every column, each once")
            yield 1, names
            yield from ((reader.line_num, row) for row in reader if row)
    except (BadTable, parquet.NoParquet, csv.Error) as fault:
        raise Refusal(
            "file_unreadable", N_("%(file)s cannot be read: %(why)s."), file=str(path), why=str(fault).rstrip(".")
        ) from fault
    except OSError as fault:
        raise Refusal(
            "file_unreadable", N_("%(file)s cannot be read: %(why)s."), file=str(path), why=fault.strerror or str(fault)
        ) from fault


class _Wrong(Exception):
    """A cell that cannot be read: its column, the reason, what it says."""


class _Reader:
    """Rows into cells; what was read of a text once is not read again."""

    def __init__(self, mapping: Mapping, names: list[str], zone: ZoneInfo, place: Place) -> None:
        self.mapping, self.zone, self.place, self.width = mapping, zone, place, len(names)
        self.time = names.index(mapping.time)
        self.places = [names.index(name) for name in mapping.place]
        self.series = names.index(mapping.series) if mapping.series else None
        self.values = [(name, names.index(name)) for name in mapping.values]
        self.whens: dict[str, tuple[Any, int | None]] = {}
        self.wheres: dict[tuple[str, ...], str] = {}
        self.kinds: set[str] = set()
        self.done = Read()

    def take(self, line: int, row: list[str]) -> None:
        try:
            if len(row) != self.width:
                raise _Wrong("", CELLS, "")
            found = list(self._counted(row))
        except _Wrong as wrong:
            column, reason, text = wrong.args
            self.done.bad.append(Bad(line, column, reason, text[:LONGEST], tuple(row)))
            return
        self.done.good += 1
        for cell, value in found:
            told = self.done.cells.setdefault(cell, [0, 0.0])
            told[0] += 1
            told[1] += value

    def _counted(self, row: list[str]) -> Iterator[tuple[Cell, float]]:
        day, hour = self._when(row[self.time])
        place = self._where(tuple(row[at].strip() for at in self.places)) if self.places else ""
        kind = self._kind(row)
        if not self.values:
            yield (kind, place, day, hour), 1.0
        for name, at in self.values:
            text = row[at]
            value = number_of(text)
            if value is not None:
                series = " ".join(filter(None, (kind, name if len(self.values) > 1 else ""))) or name
                yield (series, place, day, hour), value
            elif text.strip() or self.mapping.how == "sum":  # a level that was not measured is no fault
                raise _Wrong(name, NO_NUMBER if text.strip() else EMPTY, text)

    def _when(self, text: str) -> tuple[Any, int | None]:
        found = self.whens.get(text)
        if found is None:
            told = day_of(text)
            if told is None or not YEARS[0] <= told.year < YEARS[1]:
                raise _Wrong(self.mapping.time, NO_TIME if text.strip() else EMPTY, text)
            if isinstance(told, datetime):
                told = told.replace(tzinfo=self.zone) if told.tzinfo is None else told.astimezone(self.zone)
                found = told.date(), told.hour
            else:
                found = told, None
            if len(self.whens) < TELL:
                self.whens[text] = found
        return found

    def _where(self, told: tuple[str, ...]) -> str:
        found = self.wheres.get(told)
        if found is None:
            code = self.place(told)
            if code is None:
                text = " ".join(told).strip()
                raise _Wrong(self.mapping.place[0], NO_PLACE if text else EMPTY, text)
            found = self.wheres[told] = code
        return found

    def _kind(self, row: list[str]) -> str:
        if self.series is None:
            return ""
        kind = row[self.series].strip()[:LONGEST]
        if not kind:
            raise _Wrong(self.mapping.series, EMPTY, "")
        self.kinds.add(kind)
        if len(self.kinds) > SERIES_MOST:
            raise Refusal(
                "too_many_series",
                N_("The column %(column)s has more than %(most)d different values: it holds texts, not categories."),
                column=self.mapping.series,
                most=SERIES_MOST,
            )
        return kind
