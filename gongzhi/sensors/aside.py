"""Setting a sensor aside by hand: in repair, or retired; and taking it into use again.

Whoever owns a sensor knows before the house does that it will be silent. Set aside, its silence and its odd values ring
nobody; in repair its readings are kept and no rule is judged by them, retired it sends nothing any more.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.sensors import minding, rules
from gongzhi.sensors.models import Exceedance, Notice, Rule, Sensor


def minds(post: PostCard, sensor: Sensor) -> bool:
    """Whether a post may set a sensor aside: it is of its own organ, and the post has that duty."""
    return post.can(Permit.SENSOR_MIND) and post.organ == sensor.organ


def set_aside(*, by: str, at: datetime, post: PostCard, sensor: str, state: str, reason: str) -> Sensor:
    """From now on a sensor is in repair or retired, for a coded reason; a case about its silence stays in its hands,
    and that of a retired one is taken back when nobody has accepted it.

    Refuses a sensor of another organ, one that is set aside like that already, and a reason that does not fit."""
    if state not in rules.ASIDE or reason not in rules.ASIDE[state]:
        raise Refusal("reason_missing", N_("Please choose why the sensor is set aside."), field="why")
    with transaction.atomic():
        row = _mine(post, sensor)
        if row.aside == state:
            raise Refusal("aside_already", N_("Somebody has set this sensor aside already."), status=409)
        row.aside, row.aside_reason, row.aside_at, row.odd = state, reason, at, 0
        row.save(update_fields=["aside", "aside_reason", "aside_at", "odd"])
        Rule.objects.filter(sensor=row, told=False).update(since=None, peak=None)
        if state == "retired":
            _end(row, at)
        details = {"state": state, "reason": reason}
        writing.write(kind="sensor.set_aside", about=row.ref, by=by, at=at, details=details)
    return row


def take_back(*, by: str, at: datetime, post: PostCard, sensor: str) -> Sensor:
    """The sensor is in use again: it is listened for from this moment. Refuses one that is not set aside."""
    with transaction.atomic():
        row = _mine(post, sensor)
        if not row.aside:
            raise Refusal("not_aside", N_("This sensor is in use already."), status=409)
        row.aside, row.aside_reason, row.aside_at = "", "", None
        row.health, row.health_since, row.heard_at, row.odd = "unheard", at, at, 0
        row.save(update_fields=["aside", "aside_reason", "aside_at", "health", "health_since", "heard_at", "odd"])
        Notice.objects.filter(sensor=row, cleared_at__isnull=True).update(cleared_at=at)
        writing.write(kind="sensor.taken_back", about=row.ref, by=by, at=at)
    return row


def _mine(post: PostCard, code: str) -> Sensor:
    row = Sensor.objects.select_for_update().filter(code=code, valid_to__isnull=True).first()
    if row is None:
        raise NotFound("sensor_unknown", N_("There is no such sensor, or it is not public."))
    if not minds(post, row):
        raise NotAllowed("not_your_sensor", N_("This sensor belongs to another office."))
    return row


def _end(row: Sensor, at: datetime) -> None:
    """What went on with a sensor ends with it: exceedances, and a notice that waits to be accepted."""
    Exceedance.objects.filter(rule__sensor=row, ended_at__isnull=True).update(ended_at=at)
    Rule.objects.filter(sensor=row).update(since=None, peak=None, told=False)
    notice = Notice.objects.filter(sensor=row, cleared_at__isnull=True).first()
    if notice is None:
        return
    Notice.objects.filter(id=notice.id).update(cleared_at=at)
    if not Notice.objects.filter(case=notice.case, cleared_at__isnull=True).exists():
        minding.take_back(notice.case, notice.voice, row, at)
