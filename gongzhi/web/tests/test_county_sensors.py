"""Sensors in a county's folder: faults with file and line, loading twice, leaving the files out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from gongzhi.sensors.models import Rule, Sensor
from gongzhi.web import county as counties
from gongzhi.web import county_check

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
SENSORS = """code,name_zh,organ,lon,lat,quantity,low,high,interval,upkeep,public
gauge-1,示例水位计,gov,118.3,36.2,water_level,0,10,600,other,true
"""
RULES = "sensor,code,kind,threshold,back,seconds,matter\ngauge-1,flood,above,3,2.5,900,road-damage\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    counties.begin(tmp_path / "new")
    (tmp_path / "new" / "sensors.csv").write_text(SENSORS)
    (tmp_path / "new" / "sensor_rules.csv").write_text(RULES)
    return tmp_path / "new"


def faults(folder: Path) -> list[str]:
    with translation.override("en"):
        return [fault.told() for fault in county_check.read(folder).faults]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("sensors.csv", ",gov,", ",moon,", "sensors.csv:2  “moon” in “organ” is not in organs.csv."),
        ("sensors.csv", ",other,", ",moon,", "sensors.csv:2  “moon” in “upkeep” is not in matters.csv."),
        ("sensors.csv", "0,10", "10,0", "sensors.csv:2  A sensor needs low below high"),
        ("sensors.csv", "118.3,36.2", ",", "sensors.csv:2  A sensor needs low below high, and a pin"),
        ("sensors.csv", "water_level", "moonlight", "sensors.csv:2  “moonlight” is not a valid quantity"),
        ("sensors.csv", ",600,", ",0,", "sensors.csv:2  “0” is out of range for “interval”."),
        ("sensors.csv", "public", "open", "sensors.csv:2  Nobody knows the column “open”"),
        ("sensor_rules.csv", "gauge-1", "gauge-2", "sensor_rules.csv:2  “gauge-2” in “sensor” is not in sensors.csv."),
        ("sensor_rules.csv", "2.5", "3.5", "sensor_rules.csv:2  “back” must lie on the calm side"),
        ("sensor_rules.csv", "road-damage", "moon", "sensor_rules.csv:2  “moon” in “matter” is not in matters.csv."),
    ],
)
def test_a_fault_is_told_with_file_and_line(folder: Path, name: str, old: str, new: str, told: str) -> None:
    assert faults(folder) == []
    path = folder / name
    path.write_text(path.read_text().replace(old, new, 1))
    assert any(fault.startswith(told) for fault in faults(folder)), faults(folder)


def test_a_sensor_named_twice_is_a_fault(folder: Path) -> None:
    (folder / "sensors.csv").write_text(SENSORS + SENSORS.splitlines()[1] + "\n")
    assert faults(folder) == ["sensors.csv:3  “gauge-1” stands here for the second time; the first is in line 2."]


@pytest.mark.django_db
def test_sensors_are_loaded_with_their_county_and_closed_when_their_file_is_gone(folder: Path) -> None:
    steps = {step.file: step for step in counties.load(by="import:county", at=AT, county=county_check.read(folder))}
    assert (steps["sensors.csv"].written, steps["sensor_rules.csv"].written) == (1, 1)
    row = Sensor.objects.get()
    assert (row.organ, row.public, row.unit, row.lon) == ("gov", True, "m", 118.3)
    again = counties.load(by="import:county", at=AT, county=county_check.read(folder))
    assert not any(step.written or step.closed for step in again)
    (folder / "sensors.csv").unlink()
    (folder / "sensor_rules.csv").unlink()
    counties.load(by="import:county", at=AT, county=county_check.read(folder))
    assert not Sensor.objects.filter(valid_to=None).exists()
    assert not Rule.objects.filter(valid_to=None).exists()
