"""A warehouse made of chance, without a database: some weeks of cases, tallies, open states, and the rows behind."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from gongzhi.insight.rules import age_band
from gongzhi.insight.warehouse import grains, manifest, months
from gongzhi.insight.warehouse.manifest import Manifest, Part

FIRST = date(2026, 9, 1)
DAYS = 40
MATTERS = ("manhole", "water", "noise", "trees")
PLACES = ("990101001201", "990101001202", "990101002201", "990101000000")
ORGANS = ("roads", "water-works", "parks")
SOURCES = ("phone", "web", "counter")


@dataclass(frozen=True)
class World:
    """The folder, and its case rows as plain dictionaries."""

    folder: Path
    rows: list[dict[str, Any]]

    @property
    def last(self) -> date:
        """The last day."""
        return FIRST + timedelta(days=DAYS - 1)

    def open_on(self, day: date) -> Counter[tuple[str, int]]:
        """Cases open on the evening of a day by organ and age band, counted by hand."""
        return Counter(
            (row["organ"], age_band((day - row["day"]).days))
            for row in self.rows
            if row["day"] <= day and (row["closed_day"] is None or row["closed_day"] > day)
        )


def grow(folder: Path, *, seed: int = 11) -> World:
    """The same world for the same seed, written as a warehouse."""
    chance = random.Random(seed)
    rows = [_case(chance, n, FIRST + timedelta(days=n % DAYS)) for n in range(DAYS * 25)]
    world = World(folder, rows)
    held: dict[str, dict[str, Part]] = {"cases": {}, "tallies": {}, "states": {}}
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        mine = grains.table("cases", [row for row in rows if row["day"] == day])
        states = [
            {"day": day, "matter": "", "place": "", "organ": organ, "age": age, "open": count}
            for (organ, age), count in world.open_on(day).items()
        ]
        for grain, content in (
            ("cases", mine),
            ("tallies", grains.tallied(mine)),
            ("states", grains.table("states", states)),
        ):
            data = grains.packed(grain, content)
            held[grain][day.isoformat()] = manifest.keep(folder, grain, day.isoformat(), data, content.num_rows)
    held["sums"] = {}
    for month, content in months.added_up(folder, held["tallies"], months.missing(held)):
        held["sums"][month] = manifest.keep(folder, "sums", month, grains.packed("sums", content), content.num_rows)
    manifest.swap(folder, Manifest(grains=held, counted=world.last.isoformat()), at=datetime.now(UTC), written=1)
    return world


def _case(chance: random.Random, number: int, day: date) -> dict[str, Any]:
    received = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=chance.randrange(57_600))
    closed = received + timedelta(hours=chance.choice((2, 30, 100, 400))) if chance.random() < 0.8 else None
    rated = chance.random() < 0.5
    return {
        "case": f"{number:032x}",
        "day": day,
        "hour": received.hour + 8,
        "received_at": received,
        "matter": chance.choice(MATTERS),
        "place": (place := chance.choice(PLACES)),
        "division": place,
        "organ": chance.choice(ORGANS),
        "source": chance.choice(SOURCES),
        "kind": "report",
        "state": "closed" if closed else "accepted",
        "voices": chance.randrange(1, 4),
        "answered_at": closed,
        "in_time": chance.choice((True, False, None)) if closed else None,
        "closed_at": closed,
        "closed_day": (closed + timedelta(hours=8)).date() if closed else None,
        "grade": chance.randrange(1, 6) if rated else None,
        "solved": chance.random() < 0.7 if rated else None,
    }
