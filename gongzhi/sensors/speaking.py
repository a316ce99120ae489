"""A sensor speaks: once about one exceedance, as a voice of source sensor, received by the verb every voice takes."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from gongzhi.cases import intake
from gongzhi.cases.cards import Where
from gongzhi.ledger import writing
from gongzhi.sensors import words
from gongzhi.sensors.models import Exceedance, Rule, Sensor


def where(sensor: Sensor) -> Where:
    """The place of a sensor as a voice tells it: its pin, and its grid or division where no polygon holds the pin."""
    return Where(lon=sensor.lon, lat=sensor.lat, code=sensor.grid or sensor.division, text=sensor.name_zh, placed=True)


def exceeded(*, at: datetime, sensor: Sensor, rule: Rule, told_at: datetime) -> Exceedance:
    """Say that a rule is met; part of the transaction that keeps the reading. `told_at` is the reading's moment."""
    since, peak = rule.since or told_at, rule.peak if rule.peak is not None else rule.threshold
    received = intake.receive(
        by=sensor.ref,
        at=at,
        said_at=min(told_at, at),
        words=words.exceeded(sensor, rule, since=since, at=told_at, peak=peak),
        source="sensor",
        place=where(sensor),
        matter=rule.matter,
        matter_by="staff",
        allows_public=sensor.public,
        form_key=uuid5(NAMESPACE_URL, f"gongzhi:sensor:{rule.id.hex}:{since.isoformat()}"),
    )
    row = Exceedance.objects.create(
        rule=rule, begun_at=since, told_at=told_at, peak=peak, case=received.case.id, number=received.case.number
    )
    details = {"rule": rule.id.hex, "exceedance": row.id.hex, "case": received.case.ref}
    writing.write(kind="sensor.exceeded", about=sensor.ref, by=sensor.ref, at=at, details=details)
    return row


def fell_back(*, at: datetime, sensor: Sensor, rule: Rule, ended_at: datetime, peak: float) -> None:
    """Note that an exceedance is over. The case stays with those who have it: somebody still has to look."""
    row = Exceedance.objects.filter(rule=rule, ended_at__isnull=True).first()
    if row is None:
        return
    Exceedance.objects.filter(id=row.id).update(ended_at=ended_at, peak=peak)
    details = {"rule": rule.id.hex, "exceedance": row.id.hex}
    writing.write(kind="sensor.fell_back", about=sensor.ref, by=sensor.ref, at=at, details=details)
