"""One judged day as every way of looking sees it: which series, with what chance of one look, and what each says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight import expecting
from gongzhi.insight.counting import Key
from gongzhi.insight.judging import World
from gongzhi.insight.panel import around, ways
from gongzhi.insight.panel.crossing import Crossed
from gongzhi.insight.panel.ways import Past, Told
from gongzhi.insight.rules import LEAST, given
from gongzhi.insight.scanning import Spots

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
SUNDAY = 6
KIND_DAYS = 64  # days of one kind that rules of days are given


@dataclass(frozen=True, slots=True)
class Look:
    """What one way says of some series of one day: `counts` what came in, `busy` those with enough to be raised,
    `alpha` the chance of one look, and `month` the false findings that chance gives the whole county in a month."""

    way: str
    keys: Sequence[Key]
    counts: Reals
    busy: Flags
    told: Told
    alpha: float
    month: float

    @property
    def alarms(self) -> list[int]:
        """Rows that this way alone would have raised."""
        return [int(at) for at in np.flatnonzero(self.told.alarm & self.busy)]


@dataclass(frozen=True, slots=True)
class Room:
    """What a night's looks share: the world, its crossed series as of the days `days`, the villages' points."""

    world: World
    crossed: Crossed
    days: Sequence[int]
    spots: Spots
    zone: ZoneInfo

    def alive(self, today: int) -> int:
        """How many series the panel looks at on a day."""
        crossed, _sparse = self.crossed.figures[self.days.index(today)]
        return self.world.series.alive(today, expecting.PAST) + crossed

    def rows(self, keys: Sequence[Key]) -> NDArray[np.int32]:
        """The days of these series."""
        at, where = self.world.series.at, {key: row for row, key in enumerate(self.crossed.keys)}
        found = [self.world.series.table[at[key]] if key in at else self.crossed.table[where[key]] for key in keys]
        return np.array(found, np.int32).reshape(len(keys), self.world.counts.days)

    def chosen(self, today: int, span: int, also: Sequence[Key]) -> list[Key]:
        """The series with enough in the days judged, and those asked for besides that there are."""
        first = max(0, today - span + 1)
        series, crossed = self.world.series, self.crossed
        enough = np.flatnonzero(series.table[:, first : today + 1].sum(axis=1) >= LEAST).tolist()
        some = np.flatnonzero(crossed.table[:, first : today + 1].sum(axis=1) >= LEAST).tolist()
        keys = {series.keys[at]: None for at in enough} | {crossed.keys[at]: None for at in some}
        known = set(crossed.keys)
        return list(keys | {key: None for key in also if key in series.at or key in known})


def looks(room: Room, day: date, also: Sequence[Key]) -> list[Look]:
    """Every way's looks at a day, and at the week it ends; `also`: series looked at however little they brought."""
    today = room.world.number(day)
    found = [*_of_days(room, today, also), *_of_places(room, today), *_of_minutes(room, today, also)]
    return [*found, *_of_weeks(room, today, also)] if day.weekday() == SUNDAY and today >= 13 else found


def _share(room: Room, today: int, grain: str, looks_a_day: float) -> tuple[float, float]:
    """(chance of one look, false findings a month of the grain)."""
    month = given(grain)
    return month / 30 / max(1, room.alive(today)) / looks_a_day, month


def _of_days(room: Room, today: int, also: Sequence[Key]) -> list[Look]:
    keys = room.chosen(today, 1, also)
    if not keys:
        return []
    alpha, month = _share(room, today, "day", 1)
    rows, rests = room.rows(keys)[:, : today + 1].astype(np.float64), room.world.days.resting[: today + 1]
    alike = np.flatnonzero(rests == rests[today])[-KIND_DAYS:]
    past = Past(np.ascontiguousarray(rows[:, alike]), alpha, _spreads(room, keys, today), "day")
    told = ways.look(past)
    weekday = room.world.counts.first.weekday()
    told["forecast"] = around.forecast(rows, rests, weekday, alpha)
    now = rows[:, -1]
    return [Look(way, keys, now, now >= LEAST, one, alpha, month) for way, one in told.items()]


def _of_weeks(room: Room, today: int, also: Sequence[Key]) -> list[Look]:
    keys = room.chosen(today, 7, also)
    if not keys:
        return []
    alpha, month = _share(room, today, "week", 1 / 7)
    weeks = (today + 1) // 7
    rows = room.rows(keys)[:, today + 1 - 7 * weeks : today + 1]
    counts = rows.reshape(len(keys), weeks, 7).sum(axis=2).astype(np.float64)
    past = Past(counts, alpha, _spreads(room, keys, today), "week")
    now = past.now
    return [Look(way, keys, now, now >= LEAST, told, alpha, month) for way, told in ways.look(past).items()]


def _spreads(room: Room, keys: Sequence[Key], today: int) -> Reals:
    known = room.world.spreads
    return np.array([known.of(key, today) if known is not None else 1.0 for key in keys])


def _of_places(room: Room, today: int) -> list[Look]:
    """G* and local Moran over the villages, for all matters and each top one (as the scan) with a busy village."""
    alpha, month = _share(room, today, "day", 1)
    villages = sorted(room.spots)
    points = around.points_of(room.spots, villages)
    rests = room.world.days.resting[: today + 1]
    alike = np.flatnonzero(rests[:today] == rests[today])[-ways.LONG["day"] :]
    above = room.world.above
    tops = {"", *(code for code, parent in above.items() if not parent)}
    busy = {key for key in room.chosen(today, 1, ()) if key[1] in room.spots and not key[2] and key[0] in tops}
    found: list[Look] = []
    for matter in sorted({key[0] for key in busy}):
        table = _villages(room, matter, villages, today)
        usual = (table[:, alike].sum(axis=1) + 0.5) / max(1, alike.size)
        excess = (table[:, today] - usual) / np.sqrt(usual + 0.5)
        mine = [at for at, place in enumerate(villages) if (matter, place, "") in busy]
        for way, told in zip(("gi", "moran"), around.neighbours(excess, points, alpha), strict=True):
            keys = [(matter, villages[at], "") for at in mine]
            now = table[mine, today]
            found.append(Look(way, keys, now, now >= LEAST, _some(told, mine), alpha, month))
    return found


def _villages(room: Room, matter: str, villages: Sequence[str], today: int) -> Reals:
    """(villages, days) of one matter, noughts where there was never anything."""
    out = np.zeros((len(villages), today + 1))
    for row, place in enumerate(villages):
        at = room.world.series.at.get((matter, place, ""))
        if at is not None:
            out[row] = room.world.series.table[at, : today + 1]
    return out


def _some(told: Told, rows: list[int]) -> Told:
    seen = None if told.seen is None else told.seen[rows]
    return Told(
        told.expected[rows], told.bound[rows], told.p[rows], told.alarm[rows], told.able[rows], seen, told.needs
    )


def _of_minutes(room: Room, today: int, also: Sequence[Key]) -> list[Look]:
    """The quarters of an hour of a day, for busy series without a channel; nothing where single entries are unknown."""
    entries = room.world.entries
    if entries is None or not entries.covers(today):
        return []
    came = around.quarters(entries, today, room.zone, room.world.above)
    keys = [key for key, row in came.items() if row.sum() >= LEAST or key in also]
    if not keys:
        return []
    alpha, month = _share(room, today, "minute", around.QUARTERS)
    rests = room.world.days.resting[: today + 1]
    alike = np.flatnonzero(rests[:today] == rests[today])[-ways.LONG["day"] :]
    usual = (room.rows(keys)[:, alike].sum(axis=1) + 0.5) / max(1, alike.size)
    hours = around.shares(entries, today, room.world.days.resting, room.zone)
    counts = np.array([came[key] for key in keys])
    spread = _spreads(room, keys, today) * (1 + 1 / max(1, alike.size))
    both = around.minutes(counts, usual[:, None] * hours[None, :], spread, alpha)
    now = counts.sum(axis=1)
    names = ("glr_minute", "roberts")
    return [Look(way, keys, now, now >= LEAST, told, alpha, month) for way, told in zip(names, both, strict=True)]
