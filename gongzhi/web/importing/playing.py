"""Plays the rows of a file into the rooms: batch by batch, each committed whole, with a bookmark after it.

What is stopped half way goes on where it stopped. A row that is there already is counted and left alone, so that
importing twice changes nothing. Every row ends as new, as already there, or in the file of rejected rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings

from gongzhi.cases import many, matters
from gongzhi.cases.cards import MatterCard
from gongzhi.cases.many import Story
from gongzhi.kit.refusal import Refusal
from gongzhi.people import reads as people
from gongzhi.places import reads as places
from gongzhi.web.importing import tables
from gongzhi.web.importing.profile import Profile
from gongzhi.web.importing.records import Codes, Reader, Rejected
from gongzhi.web.importing.scanning import Scan

BATCH = 10_000  # rows between two bookmarks; committed by many in fifths
HEAD = ("line", "reason", "key", "value")
Tell = Callable[[int], None]


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
    """One import of one file."""

    def __init__(self, file: Path, profile: Profile, found: Scan, *, at: datetime) -> None:
        self.file, self.profile = file, profile
        self.mark = Bookmark.of(file, profile)
        self.tally = self.mark.tally
        self.reader = Reader(profile, at=at, codes=codes(), fallback=found.fallback)
        self.lines: list[tuple[int, str, str, str]] = []

    def run(self, tell: Tell) -> Tally:
        """Play what is not played yet. `tell` hears the number of rows done after each batch."""
        rows = tables.rows(self.file, self.profile.columns)
        self._pass_over(rows, self.tally.rows)
        self._begin_rejects()
        self.reader.traps = self.tally.traps
        while batch := list(islice(rows, BATCH)):
            self._keep(batch)
            self.tally.rows += len(batch)
            self._write_rejects()
            self.mark.write()
            tell(self.tally.rows)
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

    def _keep(self, batch: list[tuple[int, tables.Row]]) -> None:
        told: list[tuple[int, Story]] = []
        for line, row in batch:
            try:
                told.append((line, self.reader.read(row)))
            except Rejected as rejected:
                self._reject(line, rejected.reason, self.reader.text(row.get(self.profile.id)), rejected.value)
        there = many.known(story.voice.form_key for _line, story in told if story.voice.form_key)
        fresh = [(line, story) for line, story in told if story.voice.form_key not in there]
        self.tally.already += len(told) - len(fresh)
        for start in range(0, len(fresh), many.BATCH):
            self._receive(fresh[start : start + many.BATCH])

    def _receive(self, told: list[tuple[int, Story]]) -> None:
        """Keep stories; when a rule of the house refuses one, halves are tried until it alone is left."""
        try:
            kept = many.receive_many([story for _line, story in told])
        except Refusal as refusal:
            if len(told) == 1:
                line, story = told[0]
                self._reject(line, "refused", str(story.voice.form_key), refusal.code)
                return
            half = len(told) // 2
            self._receive(told[:half])
            self._receive(told[half:])
            return
        self.tally.new += len(kept)
        self.tally.masked += sum(one.masked for one in kept)

    def _reject(self, line: int, reason: str, key: str, value: str) -> None:
        self.tally.rejected[reason] += 1
        self.lines.append((line, reason, key, value))

    def _begin_rejects(self) -> None:
        """Cut the file of rejected rows back to what the bookmark knows."""
        if not self.mark.bytes:
            self.lines.insert(0, HEAD)  # type: ignore[arg-type]
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
