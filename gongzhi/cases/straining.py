"""How fast one address may speak: it only ever slows, with a sentence, and never somebody in danger.

Kept is a keyed hash of the truncated address and the day, so nobody can be followed from one day to the next.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from gongzhi.cases.models import Strain
from gongzhi.people import vaulting

FREE = 600  # in an hour: phones of a whole town share one address of their carrier
PERIOD = timedelta(hours=1)


def take(*, at: datetime, address: str, danger: bool = False) -> int:
    """Count one submission from an address; the seconds it has to wait, 0 to go on.

    After 30 within an hour each further one waits until the hour is over. Danger is counted, never slowed."""
    key = _key(at, address)
    counted = Strain.objects.filter(key=key, until_at__gt=at).update(count=F("count") + 1)
    if not counted:
        _begin(key, at)
        return 0
    row = Strain.objects.get(key=key)
    if danger or row.count <= FREE:
        return 0
    return max(1, int((row.until_at - at).total_seconds()))


def tidy(*, at: datetime) -> int:
    """Forget addresses whose hour is over; how many rows went."""
    return Strain.objects.filter(until_at__lte=at).delete()[0]


def _begin(key: bytes, at: datetime) -> None:
    try:
        with transaction.atomic():
            Strain.objects.update_or_create(key=key, defaults={"count": 1, "since_at": at, "until_at": at + PERIOD})
    except IntegrityError:  # somebody at the same address spoke in the same instant
        Strain.objects.filter(key=key).update(count=F("count") + 1)


def _key(at: datetime, address: str) -> bytes:
    try:
        ip = ipaddress.ip_address(address)
        size = 24 if ip.version == 4 else 48
        near = str(ipaddress.ip_network(f"{ip}/{size}", strict=False))
    except ValueError:
        near = "unknown"
    return vaulting.blind(f"strain:{at:%Y-%m-%d}:{near}")[:16]
