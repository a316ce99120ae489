"""Our rows in the shapes of the standard: one function for each entity set, links built from the address asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from gongzhi.sensors.models import Reading, Sensor
from gongzhi.sensors.rules import QUANTITIES, Quantity

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """The address of the service root, with its version and without a slash at the end."""

    root: str

    def link(self, kind: str, id: str | int, rest: str = "") -> str:
        """The address of one entity."""
        named = str(id) if isinstance(id, int) else f"'{quote(id)}'"
        return f"{self.root}/{kind}({named}){rest}"

    def begin(self, kind: str, id: str | int, *related: str) -> Entity:
        """The control information every entity begins with."""
        here = self.link(kind, id)
        links = {f"{name}@iot.navigationLink": f"{here}/{name}" for name in related}
        return {"@iot.id": id, "@iot.selfLink": here, **links}


def name_of(row: Sensor | Quantity) -> str:
    """Both names: programs have no language."""
    return f"{row.name_zh} / {row.name_en}" if row.name_en else row.name_zh


def thing(site: Site, row: Sensor) -> Entity:
    """The sensor as an installed thing, with its owner and health."""
    properties = {"organ": row.organ, "place": row.grid or row.division, "health": row.standing, "public": row.public}
    return {
        **site.begin("Things", row.code, "Datastreams", "Locations"),
        "name": name_of(row),
        "description": f"{name_of(row)} ({row.model})" if row.model else name_of(row),
        "properties": properties | {"healthSince": moment(row.health_since)},
    }


def location(site: Site, row: Sensor) -> Entity:
    """Where it stands: a GeoJSON point; without a pin the code of its place alone."""
    point = {"type": "Point", "coordinates": [row.lon, row.lat]} if row.lon is not None else None
    return {
        **site.begin("Locations", row.code, "Things"),
        "name": name_of(row),
        "description": row.grid or row.division,
        "encodingType": "application/geo+json",
        "location": point,
    }


def instrument(site: Site, row: Sensor) -> Entity:
    """The instrument: its model and the range it can measure."""
    return {
        **site.begin("Sensors", row.code, "Datastreams"),
        "name": row.model or row.code,
        "description": row.model or row.code,
        "encodingType": "text/plain",
        "metadata": f"{row.low:g}..{row.high:g} {row.unit}; one reading every {row.interval} s",
    }


def observed(site: Site, one: Quantity) -> Entity:
    """What is measured."""
    return {
        **site.begin("ObservedProperties", one.code, "Datastreams"),
        "name": name_of(one),
        "definition": one.definition,
        "description": name_of(one),
    }


def datastream(site: Site, row: Sensor) -> Entity:
    """The one series of a sensor: unit, quantity, and the last moment it is known for."""
    quantity = QUANTITIES[row.quantity]
    known: Entity = {
        **site.begin("Datastreams", row.code, "Thing", "Sensor", "ObservedProperty", "Observations"),
        "name": f"{name_of(row)}: {name_of(quantity)}",
        "description": name_of(quantity),
        "observationType": MEASUREMENT,
        "unitOfMeasurement": {"name": quantity.unit_name, "symbol": row.unit, "definition": quantity.definition},
    }
    if row.lon is not None:
        known["observedArea"] = {"type": "Point", "coordinates": [row.lon, row.lat]}
    return known


def observation(site: Site, row: Reading) -> Entity:
    """One reading."""
    return {
        **site.begin("Observations", row.pk, "Datastream"),
        "phenomenonTime": moment(row.at),
        "resultTime": moment(row.noted_at),
        "result": row.value,
    }


def moment(at: datetime) -> str:
    """A moment in UTC, to the millisecond or finer when it is."""
    text = at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond % 1000 else "milliseconds")
    return text.replace("+00:00", "Z")


OF_SENSOR: dict[str, Callable[[Site, Sensor], Entity]] = {
    "Things": thing,
    "Locations": location,
    "Sensors": instrument,
    "Datastreams": datastream,
}
SETS = ("Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "Observations")
