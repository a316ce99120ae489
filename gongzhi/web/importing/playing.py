"""Plays the rows of a file into the rooms: batch by batch, each committed whole, with a bookmark after it.

What is stopped half way goes on where it stopped. A row that is there already is counted and left alone, so that
importing twice changes nothing. Every row ends as new, as already there, or in the file of rejected rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection

from gongzhi.cases import many, matters
from gongzhi.cases.cards import MatterCard
from gongzhi.people import reads as people
from gongzhi.places import reads as places
from gongzhi.web.importing import tables
from gongzhi.web.importing.preparing import Alone, Batch, How, Rows, Workers, unswept
from gongzhi.web.importing.profile import Profile
from gongzhi.web.importing.records import Codes, Reader, Rejected, form_key
from gongzhi.web.importing.scanning import Scan, live_since

BATCH = 5_000  # rows in one transaction; a bookmark follows each
TOLD = 10_000  # rows after which the reader of the screen hears of it
LARGE = 10_000  # rows from which on others prepare what this process writes
TRIES = 5
ROOM = (("cache_size", -262_144), ("wal_autocheckpoint", 16_384))  # of SQLite: 256 MB, 64 MB; nothing less durable
Line = tuple[int | str, str, str, str]
HEAD: Line = ("line", "reason", "key", "value")
Tell = Callable[[int], None]


@contextmanager
def roomy() -> Iterator[None]:
    """More memory for SQLite's pages while much is written; each transaction is on disk as always (FULL)."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name, _value in ROOM]
        for name, value in ROOM:
            cursor.execute(f"PRAGMA {name}={value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for (name, _value), value in zip(ROOM, before, strict=True):
                cursor.execute(f"PRAGMA {name}={value}")


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows of a batch before it was prepared: how many, how many are there already, which have a faulty key."""

    rows: int
    there: int
    refused: list[Line]


@dataclass(slots=True)
class Tally:
    """How far a file was played. rows = new + already + rejected."""

    rows: int = 0
    new: int = 0
    already: int = 0
    masked: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)

    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows == self.new + self.already + self.rejected.total()


@dataclass(slots=True)
class Bookmark:
    """Where a file's import stands: rows done, bytes of the rejected file that belong to them, the tally."""

    path: Path
    bytes: int = 0
    finished: bool = False
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, file: Path, profile: Profile) -> Bookmark:
        """The bookmark of a file's content under a profile; a finished one begins anew."""
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
        folder = Path(settings.GONGZHI_DIR) / "import"
        folder.mkdir(parents=True, exist_ok=True)
        mark = cls(folder / f"{profile.profile}-{digest}.json")
        if mark.path.exists():
            told = json.loads(mark.path.read_text(encoding="utf-8"))
            if not told["finished"]:
                counts = told["tally"]
                mark.bytes = told["bytes"]
                mark.tally = Tally(**counts)
                mark.tally.rejected = Counter(counts["rejected"])
                mark.tally.traps = Counter(counts["traps"])
        return mark

    @property
    def rejects(self) -> Path:
        """The file of rejected rows."""
        return self.path.with_suffix(".rejected.csv")

    def write(self) -> None:
        """Keep it, whole or not at all."""
        tally = self.tally
        told = {
            "bytes": self.bytes,
            "finished": self.finished,
            "tally": {name: getattr(tally, name) for name in Tally.__slots__},
        }
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(self.path)


def codes() -> Codes:
    """What the loaded county calls its matters, organs and places, by the paths of their names in small letters."""
    county = places.county()
    cards = {card.code: card for card in matters.cards()}
    known = Codes(county=county.code.ljust(12, "0"))
    named: dict[tuple[str, ...], str] = {}
    for card in cards.values():
        for path in {_matter_path(card.code, cards, "name_zh"), _matter_path(card.code, cards, "name_en")}:
            named[path] = card.code if card.leaf else named.get((*path, path[-1]), "")
    for path, code in [*named.items()]:
        if len(path) > 1 and path[-1] == path[-2] and not named.get(path[:-1]):
            named[path[:-1]] = code  # a name that is also above others: its own leaf beneath it
    known.matters = {path: code for path, code in named.items() if code}
    known.organs = {
        name.casefold(): organ.code for organ in people.organs() for name in (organ.name_en, organ.name_zh) if name
    }
    known.places = _places()
    return known


def _matter_path(code: str, cards: dict[str, MatterCard], name: str) -> tuple[str, ...]:
    path: list[str] = []
    card = cards.get(code)
    while card is not None:
        path.insert(0, str(getattr(card, name) or card.name_zh).casefold())
        card = cards.get(card.parent)
    return tuple(path)


def _places() -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for town in places.towns():
        found[(town.name_zh.casefold(),)] = town.code
        for village in places.villages(town.code):
            found[town.name_zh.casefold(), village.name_zh.casefold()] = village.code
    return found


class Play:
    """One import of one file. This process judges keys and writes; a large file is prepared by others."""

    def __init__(self, file: Path, profile: Profile, found: Scan, *, at: datetime) -> None:
        self.file, self.profile = file, profile
        self.mark = Bookmark.of(file, profile)
        self.tally = self.mark.tally
        self.how = How(profile, at, found.fallback, live_since(found, profile.take_over))
        self.reader = Reader(profile, at=at, codes=codes(), fallback=found.fallback)
        self.lines: list[Line] = []
        self.judged: deque[Judged] = deque()  # of the batches under way, the first one first
        self.large = found.rows - self.tally.rows > LARGE

    def run(self, tell: Tell) -> Tally:
        """Play what is not played yet. `tell` hears the number of rows done after each bookmark."""
        rows = tables.rows(self.file, self.profile.columns)
        self._pass_over(rows, self.tally.rows)
        self._begin_rejects()
        helpers = Workers(self.how) if self.large else Alone(self.how, self.reader.codes)
        with roomy(), unswept(), closing(helpers):
            told = self.tally.rows
            for kept, batch in helpers.prepared(self._batches(rows)):
                self._write(kept, batch, helpers.again)
                if self.tally.rows - told >= TOLD or not self.judged:
                    told = self.tally.rows
                    tell(told)
        self.mark.finished = True
        self.mark.write()
        return self.tally

    def _pass_over(self, rows: Iterator[tuple[int, tables.Row]], count: int) -> None:
        """Rows done before: only their keys are remembered, so that a second one is still noticed."""
        for _line, row in islice(rows, count):
            try:
                self.reader.key(row)
            except Rejected:
                continue

    def _batches(self, rows: Iterator[tuple[int, tables.Row]]) -> Iterator[Rows]:
        """Rows that are to be kept, a batch at a time: without those whose key is faulty or there already."""
        while batch := list(islice(rows, BATCH)):
            fresh: list[tuple[int, tables.Row, UUID]] = []
            refused: list[Line] = []
            for line, row in batch:
                try:
                    fresh.append((line, row, form_key(self.profile.profile, self.reader.key(row))))
                except Rejected as rejected:
                    key = self.reader.text(row.get(self.profile.id))
                    refused.append((line, rejected.reason, key, rejected.value))
            there = many.known(key for _line, _row, key in fresh)
            self.judged.append(Judged(len(batch), len(there), refused))
            yield [(line, row) for line, row, key in fresh if key not in there]

    def _write(self, rows: Rows, batch: Batch, again: Callable[[Rows], Batch]) -> None:
        """Commit a batch whole, then its bookmark. Numbers that were drawn twice meanwhile are drawn again."""
        for tries_left in reversed(range(TRIES)):
            try:
                batch.write()
                break
            except IntegrityError:
                if not tries_left:
                    raise
                batch = again(rows)
        judged = self.judged.popleft()
        self.tally.rows += judged.rows
        self.tally.already += judged.there
        self.tally.new += sum(part.stories for part in batch.parts)
        self.tally.masked += sum(part.masked for part in batch.parts)
        self.tally.traps.update(batch.traps)
        self.lines += sorted([*judged.refused, *batch.rejected])
        self.tally.rejected.update(reason for _line, reason, _key, _value in self.lines)
        self._write_rejects()
        self.mark.write()

    def _begin_rejects(self) -> None:
        """Cut the file of rejected rows back to what the bookmark knows."""
        if not self.mark.bytes:
            self.lines.append(HEAD)
        with self.mark.rejects.open("ab") as out:
            out.truncate(self.mark.bytes)
        self._write_rejects()

    def _write_rejects(self) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.lines)
        self.lines = []
        with self.mark.rejects.open("ab") as out:
            out.write(text.getvalue().encode())
            self.mark.bytes = out.tell()
