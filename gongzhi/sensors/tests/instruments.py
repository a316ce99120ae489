"""The small county of `cases` with three instruments: a gauge and a smoke detector of roads, a noise meter of water."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Refusal
from gongzhi.sensors import loading, reading
from gongzhi.sensors.models import Sensor
from gongzhi.sensors.rules import Reading

AT = cast.AT
SENSORS: list[dict[str, Any]] = [
    {
        "code": "gauge-1", "name_zh": "东街桥水位计", "name_en": "East Bridge gauge", "organ": "roads",
        "lon": 120.05, "lat": 30.05, "quantity": "water_level", "low": -5.0, "high": 10.0, "interval": 600,
        "public": True,
    },
    {
        "code": "smoke-1", "name_zh": "老街烟感", "name_en": "", "organ": "roads", "place": cast.GRID_2,
        "quantity": "smoke", "low": 0.0, "high": 100.0, "interval": 3600, "silent_times": 2, "upkeep": "lamp",
    },
    {
        "code": "noise-1", "name_zh": "南山噪声仪", "name_en": "South Hill meter", "organ": "water",
        "place": cast.OTHER_GRID, "quantity": "noise", "low": 0.0, "high": 140.0, "interval": 60,
    },
]  # fmt: skip
RULES: list[dict[str, Any]] = [
    {"sensor": "gauge-1", "code": "flood", "kind": "above", "threshold": 3.0, "back": 2.5, "seconds": 1200,
     "matter": "manhole"},
    {"sensor": "gauge-1", "code": "surge", "kind": "rise", "threshold": 5.0, "seconds": 0, "matter": "water"},
    {"sensor": "smoke-1", "code": "fire", "kind": "above", "threshold": 10.0, "seconds": 0, "matter": "gas"},
]  # fmt: skip


def load() -> None:
    """The county and its instruments."""
    cast.load_county()
    loading.load_sensors(by=cast.BY, at=AT, rows=SENSORS)
    loading.load_rules(by=cast.BY, at=AT, rows=RULES)


def minutes(count: float) -> datetime:
    """A moment after AT."""
    return AT + timedelta(minutes=count)


def send(sensor: str, at: float, value: float, unit: str = "", organ: str = "roads", now: float | None = None) -> str:
    """Send one reading of minute `at`, arriving then or in minute `now`; "" when kept, else the reason's code."""
    taken = reading.take(
        by="test:1",
        at=minutes(at if now is None else now),
        readings=[Reading(sensor, minutes(at), value, unit)],
        organ=organ,
    )
    (answer,) = taken
    return answer.code if isinstance(answer, Refusal) else ""


def play(sensor: str, values: list[float], begin: float = 0, every: float = 10) -> None:
    """Send a row of readings, one every ten minutes."""
    for number, value in enumerate(values):
        assert send(sensor, begin + number * every, value) == ""


def sensor(code: str = "gauge-1") -> Sensor:
    """A sensor as it stands."""
    return Sensor.objects.get(code=code)
