"""Loading sensors and their rules from the county's files: loading twice changes nothing, what is gone is closed.

A sensor keeps its readings and its health when its row changes; a rule whose row changes is closed and begun anew, so
that what was told by the old one stays told by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from gongzhi.cases.loading import Loaded, told
from gongzhi.cases.rules import CATCH_ALL
from gongzhi.places import reads as places
from gongzhi.sensors.models import Exceedance, Rule, Sensor
from gongzhi.sensors.rules import QUANTITIES

_FIELDS = (
    *("name_zh", "name_en", "model", "organ", "lon", "lat", "quantity", "low", "high", "interval", "silent_times"),
    *("upkeep", "public"),
)
_RULE = ("kind", "threshold", "back", "seconds", "matter")


def load_sensors(*, by: str, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Loaded:
    """Make the sensors as the rows say. Keys are the columns of sensors.csv; `place` is a grid or a division."""
    with transaction.atomic():
        known = {sensor.code: sensor for sensor in Sensor.objects.all()}
        changed = sum(_set(known.get(row["code"]), row, at) for row in rows)
        codes = {row["code"] for row in rows}
        gone = Sensor.objects.filter(valid_to__isnull=True).exclude(code__in=codes).update(valid_to=at)
        return told("sensors.loaded", Loaded(changed, gone), by=by, at=at)


def _set(sensor: Sensor | None, row: Mapping[str, Any], at: datetime) -> bool:
    wanted: dict[str, Any] = {name: row[name] for name in _FIELDS if name in row}
    wanted = {"silent_times": 3, "upkeep": CATCH_ALL, "public": False, "model": "", "name_en": ""} | wanted
    wanted |= {"unit": QUANTITIES[row["quantity"]].unit, "valid_to": None, **_where(row)}
    if sensor is None:
        Sensor.objects.create(code=row["code"], health_since=at, valid_from=at, **wanted)
        return True
    if all(getattr(sensor, name) == value for name, value in wanted.items()):
        return False
    Sensor.objects.filter(code=sensor.code).update(**wanted)
    return True


def _where(row: Mapping[str, Any]) -> dict[str, Any]:
    """Grid and division: as the row says, else the grid that holds the pin, else the whole county."""
    code = row.get("place") or ""
    lon, lat = row.get("lon"), row.get("lat")
    if not code and lon is not None and lat is not None:
        grid = places.grid_at(lon, lat)
        code = grid.code if grid else ""
    code = code or places.county().code.ljust(12, "0")
    return {"grid": code if len(code) == 15 else "", "division": code[:12], "lon": lon, "lat": lat}


def load_rules(*, by: str, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Loaded:
    """Make the rules as the rows say. Keys: sensor, code, kind, threshold, back (default: threshold), seconds, matter.

    An exceedance of a rule that is closed ends with it."""
    with transaction.atomic():
        live = {(rule.sensor_id, rule.code): rule for rule in Rule.objects.filter(valid_to__isnull=True)}
        wanted = {(row["sensor"], row["code"]): _told_rule(row) for row in rows}
        gone = [rule for key, rule in live.items() if wanted.get(key) != {name: getattr(rule, name) for name in _RULE}]
        kept = {key for key, rule in live.items() if rule not in gone}
        Rule.objects.filter(id__in=[rule.id for rule in gone]).update(valid_to=at)
        Exceedance.objects.filter(rule__in=gone, ended_at__isnull=True).update(ended_at=at)
        fresh = [
            Rule(sensor_id=key[0], code=key[1], valid_from=at, **values)
            for key, values in wanted.items()
            if key not in kept
        ]
        Rule.objects.bulk_create(fresh, batch_size=500)
        return told("sensor_rules.loaded", Loaded(len(fresh), len(gone)), by=by, at=at)


def _told_rule(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: row.get(name) for name in _RULE}
    values["seconds"] = values["seconds"] or 0
    if values["back"] is None:
        values["back"] = values["threshold"]
    return values
