"""Taking readings: judged, kept, and turned into a voice where a rule says so, in one transaction.

Who sends may trust the answer: a reading is told as kept only when it is on disk together with all that followed from
it. Sent again, it is refused as there already; nothing happens twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger import saving
from gongzhi.ledger.rows import insert_many
from gongzhi.sensors import minding, rules, speaking
from gongzhi.sensors.models import Reading, Refused, Rule, Sensor
from gongzhi.sensors.rules import Limit, Standing

_COLUMNS = ("sensor", "at", "value", "noted_at")
_STATE = ("health", "health_since", "last_at", "last_value", "heard_at", "odd", "passed", "refused")
_STANDING = ("since", "peak", "told")
_ODD = frozenset({"value_no_number", "value_impossible", "unit_wrong"})
UNKNOWN = "sensor_unknown"


@dataclass(frozen=True, slots=True)
class Misread:
    """A reading that could not even be read: for which sensor (if it was said), and why."""

    sensor: str
    why: Refusal


@dataclass(slots=True)
class _Batch:
    """What is written at the end of one transaction."""

    at: datetime
    rows: list[tuple[str, datetime, float, datetime]] = field(default_factory=list)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    touched: dict[str, Sensor] = field(default_factory=dict)
    moved: dict[object, Rule] = field(default_factory=dict)


def take(*, by: str, at: datetime, readings: Sequence[rules.Reading | Misread], organ: str) -> list[Refusal | None]:
    """Take readings of an owner's sensors in their order; for each None when it is kept, else why it is not.

    `organ` is the owner whose key or topic they came by: sensors of others are unknown to it. Refusals are counted."""
    with transaction.atomic():
        batch = _Batch(at)
        sensors = _sensors({one.sensor for one in readings}, organ)
        standing = _rules(sensors)
        there = _there(readings, sensors)
        answers = [_take(batch, one, sensors, standing, there, by) for one in readings]
        _write(batch)
    return answers


def _sensors(codes: set[str], organ: str) -> dict[str, Sensor]:
    """The owner's open sensors, locked in one order so that two senders never wait for each other."""
    codes = {code for code in codes if rules.CODE.fullmatch(code)}
    rows = Sensor.objects.select_for_update().filter(code__in=codes, organ=organ, valid_to__isnull=True)
    return {row.code: row for row in rows.order_by("code")}


def _rules(sensors: dict[str, Sensor]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in Rule.objects.filter(sensor__in=list(sensors), valid_to__isnull=True).order_by("code"):
        found.setdefault(rule.sensor_id, []).append(rule)
    return found


def _there(readings: Sequence[rules.Reading | Misread], sensors: dict[str, Sensor]) -> set[tuple[str, datetime]]:
    """Which of the readings that are not later than the last one are there already."""
    found: set[tuple[str, datetime]] = set()
    wanted: dict[str, list[datetime]] = {}
    for one in readings:
        row = sensors.get(one.sensor)
        if isinstance(one, rules.Reading) and row is not None and row.last_at and one.at <= row.last_at:
            wanted.setdefault(one.sensor, []).append(one.at)
    for code, moments in wanted.items():
        for start in range(0, len(moments), 500):
            kept = Reading.objects.filter(sensor=code, at__in=moments[start : start + 500]).values_list("at", flat=True)
            found.update((code, moment) for moment in kept)
    return found


def _take(
    batch: _Batch,
    one: rules.Reading | Misread,
    sensors: dict[str, Sensor],
    standing: dict[str, list[Rule]],
    there: set[tuple[str, datetime]],
    by: str,
) -> Refusal | None:
    row = sensors.get(one.sensor)
    try:
        if isinstance(one, Misread):
            raise one.why if row is not None or not one.sensor else rules.refuse(UNKNOWN, status=404, sensor=one.sensor)
        if row is None:
            raise rules.refuse(UNKNOWN, status=404, sensor=one.sensor[:60])
        _check(row, one, there, batch.at)
    except Refusal as why:
        _refuse(batch, row, why, by)
        return why
    _keep(batch, row, one, standing.get(row.code, []), by)
    there.add((row.code, one.at))
    return None


def _check(row: Sensor, one: rules.Reading, there: set[tuple[str, datetime]], now: datetime) -> None:
    if row.aside == "retired":
        raise rules.refuse("sensor_retired", status=409)
    rules.check_moment(one.at, now=now)
    rules.check_value(one, unit=row.unit, low=row.low, high=row.high)
    if (row.code, one.at) in there:
        raise rules.refuse("reading_twice", status=409)
    if row.last_at is not None and one.at <= row.last_at:
        raise rules.refuse("out_of_order", status=409, last=row.last_at.isoformat())


def _refuse(batch: _Batch, row: Sensor | None, why: Refusal, by: str) -> None:
    batch.refused[row.code if row else "", why.code] += 1
    if row is None:
        return
    batch.touched[row.code] = row
    row.refused += 1
    if why.code in _ODD and not row.aside:
        row.odd += 1
        if row.odd == rules.FAULTY_AFTER and row.health != "faulty":
            minding.unwell(by=by, at=batch.at, sensors=[row], kind="faulty")


def _keep(batch: _Batch, row: Sensor, one: rules.Reading, limits: Sequence[Rule], by: str) -> None:
    batch.rows.append((row.code, one.at, one.value, batch.at))
    before = (row.last_at, row.last_value) if row.last_at is not None and row.last_value is not None else None
    quiet = rules.silent_after(row.interval, row.silent_times)
    gap = before is not None and one.at - before[0] > quiet
    row.last_at, row.last_value, row.heard_at, row.odd = one.at, one.value, batch.at, 0
    row.passed += 1
    batch.touched[row.code] = row
    if row.aside:
        return  # somebody works on it: what it measures now tells nothing about the place
    if row.health != "ok":
        minding.well(by=by, at=batch.at, sensor=row)
    for rule in limits:
        _judge(batch, row, rule, one, before, gap=gap)


def _judge(
    batch: _Batch, row: Sensor, rule: Rule, one: rules.Reading, before: tuple[datetime, float] | None, *, gap: bool
) -> None:
    limit = Limit(rule.kind, rule.threshold, rule.back, rule.seconds)
    measured = rules.measure(limit, one.value, one.at, before)
    if measured is None:
        return
    was = Standing(rule.since, rule.peak, rule.told)
    now, happened = rules.step(limit, was, measured, one.at, gap=gap)
    if now != was:
        rule.since, rule.peak, rule.told = now.since, now.peak, now.told
        batch.moved[rule.id] = rule
    if happened == "exceeded":
        speaking.exceeded(at=batch.at, sensor=row, rule=rule, told_at=one.at)
    elif happened == "fell_back":
        speaking.fell_back(at=batch.at, sensor=row, rule=rule, ended_at=one.at, peak=was.peak or measured)


def _write(batch: _Batch) -> None:
    insert_many(Reading, _COLUMNS, batch.rows)
    for row in batch.touched.values():
        saving.update(row, _STATE)
    for rule in batch.moved.values():
        saving.update(rule, _STANDING)
    day = batch.at.date()
    for (sensor, reason), count in sorted(batch.refused.items()):
        Refused.objects.get_or_create(day=day, sensor=sensor, reason=reason)
        Refused.objects.filter(day=day, sensor=sensor, reason=reason).update(count=F("count") + count)
