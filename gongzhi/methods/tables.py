"""Reading a long CSV of counts (series,time,observed[,population]) into a rectangle, or saying what is wrong where."""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class BadTable(Exception):
    """The file cannot be used; the sentence names row (line of the file) and column."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series, complete and in order; `times` as written, `dates` when they are dates."""

    name: str
    times: list[str]
    dates: list[date] | None
    counts: NDArray[np.float64]
    population: NDArray[np.float64] | None


def _time(text: str, line: int) -> tuple[bool, int]:
    """(is a date, whole number or day number)."""
    try:
        return False, int(text)
    except ValueError:
        pass
    try:
        return True, date.fromisoformat(text).toordinal()
    except ValueError:
        raise BadTable(
            f"row {line}, column time: “{text}” is neither a whole number nor a date like 2026-03-02"
        ) from None


def _whole(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadTable(f"row {line}, column observed: “{text}” is not a number") from None
    if value < 0:
        raise BadTable(f"row {line}, column observed: {text} is negative; counts start at 0")
    if not np.isfinite(value) or value != int(value):
        raise BadTable(f"row {line}, column observed: {text} is not a whole number; counts are whole")
    return value


def _people(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadTable(f"row {line}, column population: “{text}” is not a number") from None
    if not np.isfinite(value) or value <= 0:
        raise BadTable(f"row {line}, column population: {text} is not above 0")
    return value


Row = tuple[int, str, int, float, float]  # line of the file, time as written, time, observed, population


def _rows(path: Path) -> tuple[dict[str, list[Row]], bool, bool]:
    found: dict[str, list[Row]] = {}
    kind: bool | None = None
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names = reader.fieldnames
        if not names:
            raise BadTable("the file is empty; it needs a first row series,time,observed")
        for needed in ("series", "time", "observed"):
            if needed not in names:
                raise BadTable(f"row 1: the column {needed} is missing; there are {', '.join(names)}")
        peopled = "population" in names
        for raw in reader:
            line = reader.line_num
            if any(raw[n] is None for n in ("series", "time", "observed")) or None in raw:
                raise BadTable(f"row {line}: it has not as many cells as the first row")
            dated, at = _time(raw["time"].strip(), line)
            if kind not in (None, dated):
                raise BadTable(f"row {line}, column time: dates and whole numbers are mixed in one file")
            kind = dated
            people = _people(raw["population"] or "", line) if peopled else 1.0
            row = (line, raw["time"].strip(), at, _whole(raw["observed"].strip(), line), people)
            found.setdefault(raw["series"], []).append(row)
    if not found:
        raise BadTable("the file has a first row and no other; there is nothing to look at")
    return found, bool(kind), peopled


def _stride(rows: list[Row], dated: bool) -> str:
    """`months`, or the number of days (periods) between two rows: the smallest gap seen."""
    gaps = {later[2] - earlier[2] for earlier, later in itertools.pairwise(rows)}
    if dated and gaps and gaps <= {28, 29, 30, 31}:
        return "months"
    return str(min(gaps, default=1)) if dated else "1"


def _checked(name: str, rows: list[Row], dated: bool, peopled: bool) -> Series:
    for earlier, later in itertools.pairwise(rows):
        if later[2] == earlier[2]:
            raise BadTable(
                f"row {later[0]}, column time: series {name} has {later[1]} twice, first in row {earlier[0]}"
            )
        if later[2] < earlier[2]:
            raise BadTable(
                f"row {later[0]}, column time: {later[1]} comes after {earlier[1]}; sort series {name} by time"
            )
    stride = _stride(rows, dated)
    for earlier, later in itertools.pairwise(rows):
        if stride != "months" and later[2] - earlier[2] != int(stride):
            raise BadTable(
                f"row {later[0]}, column time: series {name} jumps from {earlier[1]} to {later[1]}; "
                "write every period, with 0 where nothing happened"
            )
    dates = [date.fromordinal(row[2]) for row in rows] if dated else None
    people = np.array([row[4] for row in rows]) if peopled else None
    return Series(name, [row[1] for row in rows], dates, np.array([row[3] for row in rows]), people)


def read_counts(path: Path) -> list[Series]:
    """Every series of the file in the order of first mention; raises BadTable."""
    try:
        found, dated, peopled = _rows(path)
    except UnicodeDecodeError as fault:
        raise BadTable(f"the file is not UTF-8 text (byte {fault.start})") from None
    except csv.Error as fault:
        raise BadTable(f"the file is not CSV: {fault}") from None
    except OSError as fault:
        raise BadTable(f"{path}: {fault.strerror}") from None
    return [_checked(name, rows, dated, peopled) for name, rows in found.items()]
