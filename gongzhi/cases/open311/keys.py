"""Keys of programs: made and closed by whoever runs the machine, shown once, kept as a hash, counted by the hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gongzhi.cases import rules
from gongzhi.cases.models import ApiKey
from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import secret_token, token_hash
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import reads as people

PER_HOUR = 600  # as many as one network may send through the pages
PER_HOUR_MOST = 1_000_000
PERIOD = timedelta(hours=1)
LABEL_MAX = 80


def make(
    *,
    by: str,
    at: datetime,
    label: str,
    organ: str = "",
    per_hour: int = PER_HOUR,
    private: bool = False,
    batch: bool = False,
) -> tuple[ApiKey, str]:
    """Make a key; (row, the key, 22 signs of 128 random bits, which nobody can read again).

    Refuses an empty label, an organ the county does not have, and a limit below one an hour."""
    label = rules.clean_words(label, most=LABEL_MAX, field="label")
    if not 1 <= per_hour <= PER_HOUR_MOST:
        raise Refusal(
            "limit_odd", N_("The limit must be from 1 to %(most)s an hour."), field="per_hour", most=PER_HOUR_MOST
        )
    if organ and organ not in people.organ_names({organ}):
        raise NotFound("organ_unknown", N_("There is no organ with the code %(organ)s."), field="organ", organ=organ)
    text = secret_token()
    with transaction.atomic():
        key = ApiKey.objects.create(
            key_hash=token_hash(text),
            label=label,
            organ=organ,
            per_hour=per_hour,
            private=private,
            batch=batch,
            used_since=at,
            made_at=at,
        )
        details: dict[str, Json] = {"organ": organ, "per_hour": per_hour, "private": private, "batch": batch}
        writing.write(kind="key.made", about=key.ref, by=by, at=at, details=details)
    return key, text


def close(*, by: str, at: datetime, key: UUID) -> None:
    """Close a key for good; what it sent stays. Refuses one that does not exist or is closed."""
    with transaction.atomic():
        if not ApiKey.objects.filter(id=key, closed_at__isnull=True).update(closed_at=at):
            raise NotFound("key_unknown", N_("There is no open key with this id."))
        writing.write(kind="key.closed", about=f"key:{key.hex}", by=by, at=at)


def opened(text: str) -> ApiKey:
    """The open key that reads `text`; refuses (403) none, a wrong and a closed one."""
    if not text:
        raise NotAllowed("key_missing", N_("An api_key is needed to send a request."), field="api_key")
    key = ApiKey.objects.filter(key_hash=token_hash(text), closed_at__isnull=True).first()
    if key is None:
        raise NotAllowed("key_wrong", N_("This api_key is not known, or was closed."), field="api_key")
    return key


def count(*, key: ApiKey, at: datetime, danger: bool = False) -> None:
    """Count one request of a key; refuses (429) what is over its limit until the hour is over, danger never."""
    running = ApiKey.objects.filter(id=key.id, used_since__gt=at - PERIOD, used_since__lte=at)
    if not running.update(used=F("used") + 1):
        ApiKey.objects.filter(id=key.id).update(used=1, used_since=at)
        return
    used, since = ApiKey.objects.values_list("used", "used_since").get(id=key.id)
    if danger or used <= key.per_hour:
        return
    raise Refusal(
        "too_many",
        N_("This api_key has sent %(most)s requests within the hour. Please send it again in %(seconds)s seconds."),
        status=429,
        most=key.per_hour,
        seconds=max(1, int((since + PERIOD - at).total_seconds())),
    )
