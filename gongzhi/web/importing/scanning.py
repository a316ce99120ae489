"""The first look at a file: how many rows, which names, since when, and whether one pin stands for "nowhere"."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gongzhi.web.importing import tables
from gongzhi.web.importing.keywords import Texts
from gongzhi.web.importing.profile import Profile
from gongzhi.web.importing.records import Codes, Reader, Rejected

# A pin is a fallback when at least so many rows lie on it, such a share of all pins, and so many times the next.
FALLBACK_ROWS, FALLBACK_SHARE, FALLBACK_TIMES = 30, 0.02, 5


@dataclass(slots=True)
class Scan:
    """What a file holds. Names are paths, the widest first."""

    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None
    matters: Counter[tuple[str, ...]] = field(default_factory=Counter)
    organs: Counter[str] = field(default_factory=Counter)
    leads: Counter[tuple[tuple[str, ...], str]] = field(default_factory=Counter)
    places: Counter[tuple[str, ...]] = field(default_factory=Counter)
    pins: Counter[tuple[float, float]] = field(default_factory=Counter)
    fallback: tuple[float, float] | None = None
    texts: Texts | None = None  # kept only when keywords are to be learned

    def responsible(self) -> dict[tuple[str, ...], str]:
        """The organ that had most of a matter's rows."""
        counts: dict[tuple[str, ...], Counter[str]] = {}
        for (matter, organ), count in self.leads.items():
            counts.setdefault(matter, Counter())[organ] += count
        return {matter: found.most_common(1)[0][0] for matter, found in counts.items()}


def live_since(found: Scan, take_over: str) -> datetime | None:
    """From when on an open row is live work: "all", or so many days ("30d") before the last row of the file; None for
    no row at all."""
    if found.last is None or take_over == "0d":
        return None
    return found.first if take_over == "all" else found.last - timedelta(days=int(take_over.removesuffix("d")))


def scan(path: Path, profile: Profile, *, at: datetime, texts: bool = False) -> Scan:
    """Read the whole file once. Rows that will be rejected are counted, their names are not. `texts`: keep what rows
    say, to learn keywords from."""
    found = Scan(texts=Texts() if texts else None)
    reader = Reader(profile, at=at, codes=Codes(), fallback=None)
    for _line, row in tables.rows(path, profile.columns):
        found.rows += 1
        if "" not in row:
            _look(found, reader, row)
    found.fallback = _fallback(found.pins)
    return found


def _look(found: Scan, reader: Reader, row: tables.Row) -> None:
    try:
        opened = reader.moment(row[reader.profile.opened])
    except Rejected:
        return
    if opened is None:
        return
    found.first = opened if found.first is None else min(opened, found.first)
    found.last = opened if found.last is None else max(opened, found.last)
    matter, organ, place, pin = (
        reader.path(row, "matter"),
        reader.organ_name(row),
        reader.path(row, "place"),
        reader.pin(row),
    )
    if matter:
        found.matters[matter] += 1
    if organ:
        found.organs[organ] += 1
    if matter and organ:
        found.leads[matter, organ] += 1
    if matter and found.texts is not None:
        found.texts.add(reader.text(row[reader.profile.id]), matter, organ, reader.said(row))
    if place:
        found.places[place] += 1
    if pin:
        found.pins[pin] += 1


def _fallback(pins: Counter[tuple[float, float]]) -> tuple[float, float] | None:
    """The pin that holds an implausible share of all; None when there is none."""
    most = pins.most_common(2)
    if not most or most[0][1] < max(FALLBACK_ROWS, FALLBACK_SHARE * pins.total()):
        return None
    runner_up = most[1][1] if len(most) > 1 else 0
    return most[0][0] if most[0][1] >= FALLBACK_TIMES * runner_up else None
