"""The plan of the minute: what every watched series brings in a day, at which hours, and the limit its chart has.

Made once a day by the child process that has numpy, kept as one JSON file, read by the clockwork that has not. A rate
is what the past eight weeks brought, drawn towards what place and matter let expect together, carried on by the season
and raised by what is unsure of it: the error of a baseline, not the chart, is what makes false alarms.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from gongzhi.insight import rules

VERSION = 1
log = logging.getLogger("gongzhi.insight")
NAME = "minutes.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """`day` it was made for; `rates` key "matter|place" → (events a day, limit); `least` the same for a series that
    never had anything; `hours` share of a day's traffic by hour, working and resting; `weights` traffic of a working
    and of a resting day; `sources` usual share of each source; `above` the tree of matters; `false` alarms a month."""

    day: str
    zone: str
    rates: dict[str, tuple[float, float]]
    least: tuple[float, float]
    hours: dict[str, list[float]]
    weights: dict[str, float]
    sources: dict[str, float]
    above: dict[str, str]
    false: float

    def write(self, folder: Path) -> None:
        """Keep it, by one rename."""
        beside = folder / f"{NAME}.{os.getpid()}"
        told = {"version": VERSION, **{name: getattr(self, name) for name in self.__slots__}}
        beside.write_text(json.dumps(told, separators=(",", ":")))
        beside.replace(folder / NAME)


def read(folder: Path) -> Plan | None:
    """The plan there is; None for none, a damaged one or one of another version: the next night makes it anew."""
    try:
        moment = (folder / NAME).stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read(folder, moment)


@lru_cache(maxsize=1)
def _read(folder: Path, moment: int) -> Plan | None:
    try:
        told = json.loads((folder / NAME).read_text())
        if told.pop("version", None) != VERSION:
            return None
        told["rates"] = {key: (float(rate), float(limit)) for key, (rate, limit) in told["rates"].items()}
        return Plan(**told | {"least": tuple(told["least"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        log.exception("the plan of the minute cannot be read; `gongzhi insight` makes it anew")
        return None


class Traffic:
    """The clock of the charts: traffic passed since the plan's first day, so that nights and holidays pass quickly."""

    def __init__(self, plan: Plan, resting: object) -> None:
        self.plan, self.resting, self.zone = plan, resting, ZoneInfo(plan.zone)
        self.epoch = date.fromisoformat(plan.day) - timedelta(days=60)
        self.days = [0.0]
        self._passed: dict[float, float] = {}

    def passed(self, second: float) -> float:
        """Days of even traffic up to a second since 1970; each second is reckoned once."""
        found = self._passed.get(second)
        if found is None:
            found = self._passed[second] = self.at(datetime.fromtimestamp(second, UTC))
        return found

    def at(self, moment: datetime) -> float:
        """Days of even traffic up to a moment."""
        local = moment.astimezone(self.zone)
        number = max(0, (local.date() - self.epoch).days)
        while len(self.days) <= number:
            self.days.append(self.days[-1] + self.plan.weights[self._kind(len(self.days) - 1)])
        kind = self._kind(number)
        hours = self.plan.hours[kind]
        part = sum(hours[: local.hour]) + hours[local.hour] * (local.minute * 60 + local.second) / 3600
        return self.days[number] + self.plan.weights[kind] * part

    def _kind(self, number: int) -> str:
        return "resting" if self.resting(self.epoch + timedelta(days=number)) else "working"  # type: ignore[operator]


def midnight(day: date, zone: str) -> datetime:
    """The beginning of a day on the county's wall."""
    return datetime.combine(day, time(0), ZoneInfo(zone))


def budget() -> float:
    """False findings a month the minute may spend."""
    return rules.given("minute")
