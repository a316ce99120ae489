"""What pages ask: sensors a post may see or everybody may see, and one sensor with its readings, rules and cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Avg, Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncHour

from gongzhi.cases import reads as cases
from gongzhi.cases.cards import MatterTag, OrganTag, PlaceTag
from gongzhi.people.cards import Actor
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places
from gongzhi.sensors.models import Exceedance, Hour, Notice, Reading, Refused, Rule, Sensor
from gongzhi.sensors.rules import QUANTITIES, Quantity

SPANS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30), "year": timedelta(days=365)}
POINTS = 96  # of a chart: a quarter of an hour of a day
EXCEEDANCES = 50
_FIRST = {"faulty": 0, "silent": 1}
_LAST = 4


@dataclass(frozen=True, slots=True)
class SensorRow:
    """A sensor in a list: names and place resolved, and the exceedance that lasts, if one does."""

    sensor: Sensor
    quantity: Quantity
    organ: OrganTag | None
    place: PlaceTag | None
    exceeded: Exceedance | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with the name of the matter it speaks about."""

    rule: Rule
    matter: MatterTag


@dataclass(frozen=True, slots=True)
class Point:
    """A stretch of time of a series: its beginning and the mean, lowest and highest of what was measured in it."""

    at: datetime
    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class SensorCard:
    """One sensor with all that its page shows. `states` has the state of each case by its id."""

    row: SensorRow
    rules: tuple[RuleRow, ...]
    exceedances: tuple[Exceedance, ...]
    notice: Notice | None
    refused: tuple[tuple[str, int], ...]


def seen_by(actor: Actor) -> QuerySet[Sensor]:
    """The open sensors a post may see: all with CASE_READ_ALL, else its organ's, those in its place, public ones."""
    rows = open_sensors()
    post = actor.acting
    if post.can(Permit.CASE_READ_ALL):
        return rows
    seen = Q(organ=post.organ) | Q(public=True)
    if post.place:
        seen |= Q(division__startswith=places.within(post.place)) | Q(grid__startswith=places.within(post.place))
    return rows.filter(seen)


def open_sensors() -> QuerySet[Sensor]:
    """The sensors that may speak, by code."""
    return Sensor.objects.filter(valid_to__isnull=True).order_by("code")


def public() -> QuerySet[Sensor]:
    """The open sensors everybody may see; what was retired measures nothing any more."""
    return open_sensors().filter(public=True).exclude(aside="retired")


def listing(rows: Iterable[Sensor]) -> list[SensorRow]:
    """Sensors with their names, those that need somebody first: faulty, silent, exceeding, then by code; last those
    set aside."""
    sensors = list(rows)
    going = Exceedance.objects.filter(ended_at__isnull=True, rule__sensor__in=[one.code for one in sensors])
    exceeding = {one.rule.sensor_id: one for one in going.select_related("rule")}
    names = cases.names(organs=[one.organ for one in sensors])
    made = [
        SensorRow(
            one,
            QUANTITIES[one.quantity],
            names.organ(one.organ),
            names.place(one.grid or one.division),
            exceeding.get(one.code),
        )
        for one in sensors
    ]
    return sorted(made, key=lambda row: (_urgency(row), row.sensor.code))


def _urgency(row: SensorRow) -> int:
    if row.sensor.aside:
        return _LAST
    return _FIRST.get(row.sensor.health, 3 - bool(row.exceeded))


def card(sensor: Sensor, *, since: datetime) -> SensorCard:
    """All about one sensor; refusals are counted from the day of `since` on."""
    names = cases.names(organs=[])
    live = Rule.objects.filter(sensor=sensor, valid_to__isnull=True).order_by("code")
    told = Exceedance.objects.filter(rule__sensor=sensor).select_related("rule").order_by("-begun_at")[:EXCEEDANCES]
    counted: dict[str, int] = {}
    for reason, count in Refused.objects.filter(sensor=sensor.code, day__gte=since.date()).values_list(
        "reason", "count"
    ):
        counted[reason] = counted.get(reason, 0) + count
    return SensorCard(
        listing([sensor])[0],
        tuple(RuleRow(rule, names.matter(rule.matter)) for rule in live),
        tuple(told),
        Notice.objects.filter(sensor=sensor, cleared_at__isnull=True).first(),
        tuple(sorted(counted.items())),
    )


def series(sensor: Sensor, *, until: datetime, span: timedelta, points: int = POINTS) -> list[Point]:
    """What was measured in a span, in at most `points` equal stretches; one in which nothing came is left out.

    Single readings where they are still kept, hours before."""
    begun = until - span
    rows: list[tuple[datetime, float, float, float, int]] = [
        (at, mean, low, high, count)
        for at, mean, low, high, count in Hour.objects.filter(sensor=sensor, at__gt=begun, at__lte=until)
        .order_by("at")
        .values_list("at", "mean", "low", "high", "count")
    ]
    single = (
        Reading.objects.filter(sensor=sensor, at__gt=begun, at__lte=until).order_by("at").values_list("at", "value")
    )
    rows += [(at, value, value, value, 1) for at, value in single.iterator(chunk_size=5_000)]
    width = span / points
    stretches: dict[int, list[tuple[float, float, float, int]]] = {}
    for at, mean, low, high, count in rows:
        stretches.setdefault(min(int((at - begun) / width), points - 1), []).append((mean, low, high, count))
    return [_point(begun + width * number, stretches[number]) for number in sorted(stretches)]


def _point(at: datetime, rows: Sequence[tuple[float, float, float, int]]) -> Point:
    count = sum(row[3] for row in rows)
    mean = sum(row[0] * row[3] for row in rows) / count
    return Point(at, mean, min(row[1] for row in rows), max(row[2] for row in rows), count)


@dataclass(frozen=True, slots=True)
class SensorHour:
    """What one sensor measured in one hour, and where it stands; for higher rooms, by the thousand."""

    sensor: str
    quantity: str
    unit: str
    division: str
    at: datetime
    count: int
    mean: float
    low: float
    high: float


def measured_since() -> datetime | None:
    """The moment of the oldest reading there is; None without any."""
    firsts = [model.objects.order_by("at").values_list("at", flat=True).first() for model in (Hour, Reading)]
    known = [first for first in firsts if first is not None]
    return min(known) if known else None


def hours(begin: datetime, end: datetime) -> list[SensorHour]:
    """The hours of all sensors between two moments, from single readings where they are kept, else from their hours.

    Sensors set aside are left out: what they measure while somebody works on them tells nothing about the place."""
    known = {row.code: row for row in Sensor.objects.filter(aside="")}
    single = (
        Reading.objects.filter(at__gte=begin, at__lt=end)
        .annotate(hour=TruncHour("at", tzinfo=UTC))
        .values_list("sensor", "hour")
        .annotate(Count("id"), Avg("value"), Min("value"), Max("value"))
    )
    whole = Hour.objects.filter(at__gte=begin, at__lt=end)
    found = {row[:2]: row[2:] for row in whole.values_list("sensor", "at", "count", "mean", "low", "high")}
    found |= {row[:2]: row[2:] for row in single}
    told = []
    for (code, at), (count, mean, low, high) in sorted(found.items()):
        row = known.get(code)
        if row is not None:
            told.append(SensorHour(code, row.quantity, row.unit, row.division, at, count, mean, low, high))
    return told


def named(code: str) -> Sensor | None:
    """A sensor by its code, also one that is closed; None where there never was one."""
    return Sensor.objects.filter(code=code).first()


def unit(code: str) -> str:
    """The unit a sensor measures in; empty for an unknown one."""
    return Sensor.objects.filter(code=code).values_list("unit", flat=True).first() or ""
