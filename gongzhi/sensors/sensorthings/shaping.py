"""Entities as a reader asked for them: with others put inside ($expand), and with the properties named ($select)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.sensors.models import Reading, Sensor
from gongzhi.sensors.rules import QUANTITIES, Quantity
from gongzhi.sensors.sensorthings import entities
from gongzhi.sensors.sensorthings.asking import LINKS, Asked
from gongzhi.sensors.sensorthings.entities import Entity, Site

Row = Sensor | Quantity | Reading
INSIDE_ALL = 1_000  # entities put inside others in one answer


@dataclass(slots=True)
class Shaper:
    """Shapes rows for one reader: `seen` are the sensors she may see. Counts what it puts inside."""

    site: Site
    seen: QuerySet[Sensor]
    inside: int = 0

    def every(self, kind: str, rows: Sequence[Row], asked: Asked) -> list[Entity]:
        """Rows of a set as entities."""
        known = self._sensors(rows) if asked.expand else {}
        return [self.one(kind, row, asked, known) for row in rows]

    def one(self, kind: str, row: Row, asked: Asked, known: dict[str, Sensor] | None = None) -> Entity:
        """One row as an entity. Refuses (400) a property it does not have, and more inside than one answer holds."""
        entity = self._plain(kind, row)
        for name in asked.expand:
            target = LINKS[kind][name]
            entity.pop(f"{name}@iot.navigationLink", None)
            entity |= self._put_inside(kind, row, name, target, asked.expand[name], known or {})
        return _selected(entity, asked) if asked.select else entity

    def _plain(self, kind: str, row: Row) -> Entity:
        if isinstance(row, Reading):
            return entities.observation(self.site, row)
        if isinstance(row, Quantity):
            return entities.observed(self.site, row)
        return entities.OF_SENSOR[kind](self.site, row)

    def _put_inside(
        self, kind: str, row: Row, name: str, target: str, asked: Asked, known: dict[str, Sensor]
    ) -> dict[str, Any]:
        rows = self._related(row, target, asked, known)
        self.inside += len(rows)
        if self.inside > INSIDE_ALL:
            raise Refusal(
                "expand_large",
                N_("This puts more than %(most)s entities inside others; ask for fewer with $top."),
                most=INSIDE_ALL,
            )
        if not name.endswith("s"):
            return {name: self.one(target, rows[0], asked)}
        told: dict[str, Any] = {name: self.every(target, rows[: asked.top], asked)}
        if len(rows) > asked.top:
            here = self.site.link(kind, _id(row), f"/{name}")
            query = [("$skip", asked.skip + asked.top), ("$top", asked.top), *asked.again]
            told[f"{name}@iot.nextLink"] = f"{here}?{urlencode(query, safe='$')}"
        return told

    def _related(self, row: Row, target: str, asked: Asked, known: dict[str, Sensor]) -> Sequence[Row]:
        """What a link of a row leads to, one more than asked for when there is more."""
        window = slice(asked.skip, asked.skip + asked.top + 1)
        if isinstance(row, Quantity):
            return list(self.seen.filter(quantity=row.code, **asked.lookups)[window])
        if isinstance(row, Reading):
            return [known.get(row.sensor_id) or self.seen.get(code=row.sensor_id)]
        if target == "Observations":
            found = Reading.objects.filter(sensor=row, **asked.lookups)
            return list(found.order_by(asked.order or "at", "pk")[window])
        return [QUANTITIES[row.quantity]] if target == "ObservedProperties" else [row]

    def _sensors(self, rows: Sequence[Row]) -> dict[str, Sensor]:
        codes = {row.sensor_id for row in rows if isinstance(row, Reading)}
        return self.seen.in_bulk(codes) if codes else {}


def _id(row: Row) -> str | int:
    return row.pk if isinstance(row, Reading) else row.code


def _selected(entity: Entity, asked: Asked) -> Entity:
    """The named properties, and whatever was put inside."""
    wanted = [{"id": "@iot.id"}.get(name, name) for name in asked.select]
    links = {name: f"{name}@iot.navigationLink" for name in wanted}
    for name in wanted:
        if name not in entity and links[name] not in entity:
            known = ", ".join(key for key in entity if not key.endswith("Link"))
            raise Refusal("select_odd", N_("$select knows no “%(name)s” here, only: %(names)s."),
                          name=name[:40], names=known)  # fmt: skip
    kept = {*wanted, *links.values(), *asked.expand, *(f"{name}@iot.nextLink" for name in asked.expand)}
    return {name: value for name, value in entity.items() if name in kept}
