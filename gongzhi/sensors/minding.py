"""The health of sensors: silence and impossible readings are told to the owner once, and taken back on return.

The notice is a case in the owner's inbox with the sensor's upkeep as its matter. When every sensor it names is well
again and nobody has taken it in hand yet, the sensor takes its voice back, and the case closes as withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, transaction

from gongzhi.cases import intake
from gongzhi.cases import reads as cases
from gongzhi.kit.canonical import Json
from gongzhi.ledger import writing
from gongzhi.sensors import rules, speaking, words
from gongzhi.sensors.models import Notice, Sensor

BY = "clockwork"


def listen_for_silence(*, at: datetime, by: str = BY) -> int:
    """Notice every sensor that has spoken and is quiet for too long; how many. Each is noticed once."""
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        open_ = Sensor.objects.select_for_update(skip_locked=skip)
        open_ = open_.filter(valid_to__isnull=True, heard_at__isnull=False, aside="")
        # A sensor found faulty is told already; one that speaks just now is locked, and not silent.
        quiet = [one for one in open_.exclude(health__in=("silent", "faulty")).order_by("code") if _is_quiet(one, at)]
        owners: dict[tuple[str, str], list[Sensor]] = {}
        for one in quiet:
            owners.setdefault((one.organ, one.upkeep), []).append(one)
        for sensors in owners.values():
            together = len(sensors) >= rules.TOGETHER
            for told in [sensors] if together else [[one] for one in sensors]:
                unwell(by=by, at=at, sensors=told, kind="silent")
        Sensor.objects.bulk_update(quiet, ["health", "health_since"], batch_size=200)
    return len(quiet)


def _is_quiet(sensor: Sensor, at: datetime) -> bool:
    return sensor.heard_at is not None and at - sensor.heard_at > rules.silent_after(
        sensor.interval, sensor.silent_times
    )


def unwell(*, by: str, at: datetime, sensors: Sequence[Sensor], kind: str) -> None:
    """Tell the owner once that sensors fell silent or faulty; sets their health, not saved. All are of one owner."""
    for one in sensors:
        one.health, one.health_since = kind, at
    told = Notice.objects.filter(sensor__in=list(sensors), cleared_at__isnull=True).values_list("sensor", flat=True)
    fresh = [one for one in sensors if one.code not in set(told)]
    if not fresh:
        return
    first = fresh[0]
    received = intake.receive(
        by=first.ref,
        at=at,
        words=words.unwell(fresh, kind),
        source="sensor",
        place=speaking.where(first),
        matter=first.upkeep,
        matter_by="staff",
        organ=first.organ,
        form_key=uuid5(NAMESPACE_URL, f"gongzhi:{kind}:{first.code}:{at.isoformat()}"),
    )
    about = {"case": received.case.id, "voice": received.voice.id, "number": received.case.number}
    Notice.objects.bulk_create([Notice(sensor=one, kind=kind, begun_at=at, **about) for one in fresh])
    details: dict[str, Json] = {"case": received.case.ref}
    for one in fresh:
        writing.write(kind=f"sensor.{kind}", about=one.ref, by=by, at=at, details=details)


def well(*, by: str, at: datetime, sensor: Sensor) -> None:
    """A good reading came: sets the health, not saved, and clears the notice; the last one takes its voice back."""
    sensor.health, sensor.health_since = "ok", at
    notice = Notice.objects.filter(sensor=sensor, cleared_at__isnull=True).first()
    if notice is None:
        return
    Notice.objects.filter(id=notice.id).update(cleared_at=at)
    details: dict[str, Json] = {"case": f"case:{notice.case.hex}"}
    writing.write(kind="sensor.returned", about=sensor.ref, by=by, at=at, details=details)
    if not Notice.objects.filter(case=notice.case, cleared_at__isnull=True).exists():
        take_back(notice.case, notice.voice, sensor, at)


def take_back(case: UUID, voice: UUID, sensor: Sensor, at: datetime) -> None:
    """Withdraw the notice's voice while its case waits to be accepted; who has it in hand finishes it herself."""
    (card,) = cases.batch("case", [case]) or (None,)
    if card is not None and card.values["state"] == "received":
        intake.withdraw(by=sensor.ref, at=at, voice=voice)


def soonest(sensor: Sensor) -> datetime | None:
    """When a sensor becomes silent if nothing more is heard; None before it has spoken."""
    quiet: timedelta = rules.silent_after(sensor.interval, sensor.silent_times)
    return sensor.heard_at + quiet if sensor.heard_at else None
