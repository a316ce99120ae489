"""Searches and readings into the warehouse: ended days, from the live tables, as their own grains.

They are no facts of cases, so the bookmark of the ledger does not know them: the days since the newest partition, and
the three before it (a reading may come late), are written again; the same content is the same file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gongzhi.insight.signals.tables import Searched
from gongzhi.insight.warehouse import grains, manifest
from gongzhi.insight.warehouse.manifest import Manifest, Part
from gongzhi.sensors import reads as sensors

AGAIN = timedelta(days=3)
Rows = list[dict[str, Any]]


def take_in(folder: Path, held: Manifest, *, at: datetime, zone: ZoneInfo) -> Manifest:
    """The manifest with the searches and readings of every day that has ended; the same one when nothing is new."""
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    fresh = {grain: dict(days) for grain, days in held.grains.items()}
    written = 0
    for grain, begun, rows in (
        ("searches", _searched_since, _searches),
        ("readings", sensors.measured_since, _readings),
    ):
        for day in _days(fresh.get(grain, {}), begun, yesterday, zone):
            found = rows(day, zone)
            if not found:
                continue
            content = grains.table(grain, found)
            part = manifest.keep(folder, grain, day.isoformat(), grains.packed(grain, content), content.num_rows)
            written += fresh.setdefault(grain, {}).get(day.isoformat()) != part
            fresh[grain][day.isoformat()] = part
    return manifest.swap(folder, replace(held, grains=fresh), at=at, written=written) if written else held


def _days(held: dict[str, Part], begun: Callable[[], datetime | None], last: date, zone: ZoneInfo) -> Iterator[date]:
    """The days to be written: from the first there is, or from three before the newest partition, to yesterday."""
    own = [day for day in held if "@" not in day]  # days of other counties are none of ours
    first = date.fromisoformat(max(own)) - AGAIN if own else None
    if first is None:
        oldest = begun()
        if oldest is None:
            return
        first = oldest.astimezone(zone).date()
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _searched_since() -> datetime | None:
    day = Searched.objects.order_by("day").values_list("day", flat=True).first()
    return None if day is None else datetime.combine(day, time(12), UTC)


def _searches(day: date, zone: ZoneInfo) -> Rows:
    rows = Searched.objects.filter(day=day).values_list("word", "area", "people")
    return [{"day": day, "word": word, "area": area, "people": people} for word, area, people in rows]


def _readings(day: date, zone: ZoneInfo) -> Rows:
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return [
        {
            "day": day, "hour": one.at.astimezone(zone).hour, "sensor": one.sensor, "quantity": one.quantity,
            "unit": one.unit, "division": one.division, "n": one.count, "mean": one.mean, "low": one.low,
            "high": one.high,
        }
        for one in sensors.hours(begin, end)
    ]  # fmt: skip
