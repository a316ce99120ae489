"""The county's counts, read once: what came in by day, matter, division and source, and the nested series of them.

A refresh of years of days is one question to the warehouse; every day judged afterwards works on these arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from gongzhi.insight.asking import Warehouse

Longs = NDArray[np.int64]
Key = tuple[str, str, str]  # matter ("" all), prefix of place codes, source ("" all)
LEVELS = (6, 9, 12)  # digits of a place's code: county, town, village


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases by day and cell. `matter`, `division`, `source` name each cell; (`cell`, `day`, `n`) are the filled ones,
    `day` counted from `first`."""

    first: date
    days: int
    matter: Sequence[str]
    division: Sequence[str]
    source: Sequence[str]
    cell: Longs
    day: Longs
    n: Longs

    @classmethod
    def of(cls, first: date, days: int, rows: Iterable[tuple[int, str, str, str]]) -> Counts:
        """From single cases: (day from the first, matter, division, source)."""
        names: dict[tuple[str, str, str], int] = {}
        found: dict[tuple[int, int], int] = {}
        for day, *cell in rows:
            at = names.setdefault((cell[0], cell[1], cell[2]), len(names))
            found[at, day] = found.get((at, day), 0) + 1
        cells, when = (np.array([key[i] for key in found], np.int64) for i in (0, 1))
        matter, division, source = ([name[i] for name in names] for i in (0, 1, 2))
        return cls(first, days, matter, division, source, cells, when, np.array(list(found.values()), np.int64))

    def daily(self, cells: NDArray[np.bool_]) -> Longs:
        """Cases a day of some cells together."""
        mine = cells[self.cell]
        return np.bincount(self.day[mine], weights=self.n[mine], minlength=self.days).astype(np.int64)

    def inside(self, key: Key, above: Mapping[str, str]) -> NDArray[np.bool_]:
        """Which cells a series is made of."""
        matter, place, source = key
        wanted = {code for code in set(self.matter) if not matter or matter in chain(code, above)}
        found = (
            code in wanted and division.startswith(place) and (not source or one == source)
            for code, division, one in zip(self.matter, self.division, self.source, strict=True)
        )  # fmt: skip
        return np.fromiter(found, np.bool_, len(self.matter))


@dataclass(frozen=True, slots=True)
class Series:
    """Every nested series with anything in it: `table` (series, days) of counts, `at` each key's row."""

    first: date
    keys: Sequence[Key]
    table: NDArray[np.int32]
    at: Mapping[Key, int]

    def alive(self, today: int, past: int) -> int:
        """How many had anything in the `past` days up to `today`: those that can be found at all."""
        return int((self.table[:, max(0, today - past) : today + 1] > 0).any(axis=1).sum())


def counted(warehouse: Warehouse, first: date, last: date) -> Counts:
    """The cases received on the days `first` to `last`, both included."""
    rows = warehouse.table("tallies", first, last)
    by = ["day", "matter", "division", "source"]
    got = rows.group_by(by).agg(n=rows.n.sum()).to_pyarrow()
    names = pc.binary_join_element_wise(*(got[name].cast("string") for name in by[1:]), "\x1f")
    coded = names.combine_chunks().dictionary_encode()
    cells = [name.split("\x1f") for name in coded.dictionary.to_pylist()]
    day = got["day"].cast("int32").to_numpy().astype(np.int64) - (first - date(1970, 1, 1)).days
    matter, division, source = ([cell[i] for cell in cells] for i in (0, 1, 2))
    cell = coded.indices.to_numpy().astype(np.int64)
    return Counts(first, (last - first).days + 1, matter, division, source, cell, day, got["n"].to_numpy())


def series(counts: Counts, above: Mapping[str, str]) -> Series:
    """All nested series: every matter of the tree in county, town and village; and by source in the county for every
    matter, in towns and villages for all matters together. What lies nowhere counts for the county alone."""
    at: dict[Key, int] = {}
    cells: list[int] = []
    rows: list[int] = []
    for cell, (matter, division, source) in enumerate(zip(counts.matter, counts.division, counts.source, strict=True)):
        for key in keys_of(matter, division, source, above):
            cells.append(cell)
            rows.append(at.setdefault(key, len(at)))
    shape = (len(counts.matter), counts.days)
    filled = sparse.csr_array((counts.n.astype(np.int32), (counts.cell, counts.day)), shape=shape)
    member = sparse.csr_array((np.ones(len(rows), np.int32), (rows, cells)), shape=(len(at), shape[0]))
    return Series(counts.first, list(at), (member @ filled).toarray().astype(np.int32), at)


def keys_of(matter: str, division: str, source: str, above: Mapping[str, str]) -> list[Key]:
    """The series a case belongs to, closest place last."""
    found: list[Key] = []
    for place in places_of(division):
        for code in chain(matter, above):
            found.append((code, place, ""))
            if source and (not code or len(place) == LEVELS[0]):
                found.append((code, place, source))
    return found


def chain(matter: str, above: Mapping[str, str]) -> list[str]:
    """A matter, what it belongs to, and "" for all of them."""
    found = [matter]
    while found[-1] and (parent := above.get(found[-1], "")) not in found:
        found.append(parent)
    return found if found[-1] == "" else [*found, ""]


def places_of(code: str) -> list[str]:
    """The county, town and village a division code lies in; the county alone for a case that lies nowhere."""
    return [code[:digits] for digits in LEVELS if digits == 6 or int(code[digits - 3 : digits] or 0)]
