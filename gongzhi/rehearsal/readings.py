"""What Lanting's sensors measure: two days before the demo, with a few things that happen, and on while it is served.

Every value is a function of the sensor and the moment, so that it can be played again and goes on where it stopped.
"""

from __future__ import annotations

import logging
import math
import threading
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import DatabaseError, close_old_connections, transaction

from gongzhi.kit.moments import now
from gongzhi.places import reads as places
from gongzhi.rehearsal.models import Played
from gongzhi.rehearsal.playing import BY
from gongzhi.sensors import reading, reads
from gongzhi.sensors.models import Sensor
from gongzhi.sensors.rules import Reading

log = logging.getLogger("gongzhi.rehearsal")
BACK = timedelta(hours=48)
STEP = timedelta(minutes=10)
# mean, swing over the day, unrest: in the unit of the quantity
USUAL = {
    "water_level": (2.4, 0.15, 0.05),
    "water_depth": (0.0, 0.0, 0.4),
    "rainfall": (0.0, 0.0, 0.6),
    "smoke": (0.4, 0.1, 0.3),
    "tilt": (1.0, 0.0, 0.4),
    "noise": (54.0, 9.0, 2.5),
    "gas": (0.5, 0.1, 0.3),
    "pm25": (48.0, 14.0, 6.0),
    "pressure": (420.0, 45.0, 8.0),
}
# What happens: sensor, how long before the end it began, how long it lasted, what it adds at its height.
EVENTS = (
    ("level-guzhou", timedelta(hours=7), timedelta(hours=14), 4.9),
    ("depth-railway", timedelta(hours=30), timedelta(hours=3), 24.0),
    ("noise-square", timedelta(hours=15), timedelta(hours=2), 24.0),
    ("cover-2", timedelta(hours=20), timedelta(hours=5), 55.0),
    ("smoke-3", timedelta(hours=27), timedelta(hours=2), 14.0),
)


def play(*, at: datetime) -> int:
    """Play two days of readings up to a moment, all or none; a county that has readings keeps those. How many were
    kept."""
    sensors = list(reads.open_sensors())
    if any(sensor.heard_at for sensor in sensors):
        return 0
    moment, kept = at - BACK, 0
    with transaction.atomic():
        while moment <= at:
            kept += _send(sensors, moment, end=at)
            moment += STEP
    return kept


def keep_speaking() -> threading.Thread:
    """While the demo is served: a thread that sends what the sensors measure now, every ten minutes and at once."""

    def speak() -> None:
        waiting = threading.Event()
        while True:
            try:
                end = Played.objects.values_list("until", flat=True).first()
                _send(list(reads.open_sensors()), now(), end=end)
            except DatabaseError:
                log.exception("the sensors of the practice county could not speak; they try again")
            close_old_connections()
            waiting.wait(STEP.total_seconds())

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    return thread


def _send(sensors: list[Sensor], at: datetime, *, end: datetime | None) -> int:
    """The readings of a moment, owner by owner; how many were kept."""
    kept = 0
    for organ, owned in groupby(sorted(sensors, key=lambda one: (one.organ, one.code)), key=lambda one: one.organ):
        readings = [Reading(one.code, at, value(one, at, end=end)) for one in owned]
        kept += sum(answer is None for answer in reading.take(by=BY, at=at, readings=readings, organ=organ))
    return kept


def value(sensor: Sensor, at: datetime, *, end: datetime | None) -> float:
    """What a sensor measures at a moment; `end` is that of the rehearsal, whose events count from it."""
    mean, swing, unrest = USUAL.get(sensor.quantity, (sensor.low + 0.3 * (sensor.high - sensor.low), 0.0, 0.0))
    if sensor.code == "level-bailu":
        mean = 24.0
    local = at.astimezone(ZoneInfo(places.county().tz))
    day = math.sin((local.hour + local.minute / 60 - 8) / 24 * math.tau)
    found = mean + swing * day + unrest * _unrest(sensor.code, at)
    found += sum(_event(at, end, began, lasted, height) for began, lasted, height in _events(sensor.code))
    return round(min(max(found, sensor.low), sensor.high), 2)


def _events(code: str) -> Iterator[tuple[timedelta, timedelta, float]]:
    yield from ((began, lasted, height) for name, began, lasted, height in EVENTS if name == code)


def _event(at: datetime, end: datetime | None, began: timedelta, lasted: timedelta, height: float) -> float:
    """A rise and fall like half a wave."""
    share = (at - (end - began)) / lasted if end is not None else -1.0
    return height * math.sin(math.pi * share) if 0 < share < 1 else 0.0


def _unrest(code: str, at: datetime) -> float:
    """A number from -1 to 1 that looks random and is the same every time."""
    return zlib.crc32(f"{code} {int(at.timestamp() // 60)}".encode()) / 2**31 - 1
