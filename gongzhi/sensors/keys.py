"""Keys of owners: made and closed by whoever runs the machine, shown once, kept as a hash, counted by the hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gongzhi.cases import rules as cases
from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import secret_token, token_hash
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import reads as people
from gongzhi.sensors.models import SensorKey

PER_HOUR = 100_000  # readings: a hundred sensors, one reading every four seconds
PER_HOUR_MOST = 100_000_000
PERIOD = timedelta(hours=1)
LABEL_MAX = 80


def make(*, by: str, at: datetime, organ: str, label: str, per_hour: int = PER_HOUR) -> tuple[SensorKey, str]:
    """Make a key for the sensors of an owner; (row, the key, 22 signs, which nobody can read again).

    Refuses an organ the county does not have, an empty label and an odd limit."""
    label = cases.clean_words(label, most=LABEL_MAX, field="label")
    if not 1 <= per_hour <= PER_HOUR_MOST:
        raise Refusal(
            "limit_odd", N_("The limit must be from 1 to %(most)s an hour."), field="per_hour", most=PER_HOUR_MOST
        )
    if organ not in people.organ_names({organ}):
        raise NotFound("organ_unknown", N_("There is no organ with the code %(organ)s."), field="organ", organ=organ)
    text = secret_token()
    with transaction.atomic():
        key = SensorKey.objects.create(
            key_hash=token_hash(text), label=label, organ=organ, per_hour=per_hour, used_since=at, made_at=at
        )
        details: dict[str, Json] = {"organ": organ, "per_hour": per_hour}
        writing.write(kind="sensor_key.made", about=key.ref, by=by, at=at, details=details)
    return key, text


def close(*, by: str, at: datetime, key: UUID) -> None:
    """Close a key for good. Refuses one that does not exist or is closed."""
    with transaction.atomic():
        if not SensorKey.objects.filter(id=key, closed_at__isnull=True).update(closed_at=at):
            raise NotFound("key_unknown", N_("There is no open key with this id."))
        writing.write(kind="sensor_key.closed", about=f"sensor_key:{key.hex}", by=by, at=at)


def opened(text: str) -> SensorKey:
    """The open key that reads `text`; refuses (401) none, (403) a wrong and a closed one."""
    if not text:
        raise Refusal("key_missing", N_("A key is needed: Authorization: Bearer KEY."), status=401)
    key = SensorKey.objects.filter(key_hash=token_hash(text), closed_at__isnull=True).first()
    if key is None:
        raise NotAllowed("key_wrong", N_("This key is not known, or was closed."))
    return key


def count(*, key: SensorKey, at: datetime, readings: int) -> None:
    """Count readings of a key before they are taken; refuses (429) what is over its limit until the hour is over."""
    over = False
    with transaction.atomic():
        running = SensorKey.objects.filter(id=key.id, used_since__gt=at - PERIOD, used_since__lte=at)
        if not running.update(used=F("used") + readings):
            SensorKey.objects.filter(id=key.id).update(used=readings, used_since=at)
        used, since = SensorKey.objects.values_list("used", "used_since").get(id=key.id)
        over = used > key.per_hour
    if over:
        raise Refusal(
            "too_many",
            N_("This key has sent %(most)s readings within the hour. Please send it again in %(seconds)s seconds."),
            status=429,
            most=key.per_hour,
            seconds=max(1, int((since + PERIOD - at).total_seconds())),
        )
