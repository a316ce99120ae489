"""How fast one address may speak: it only ever slows, with a sentence, and never somebody in danger.

Kept is a keyed hash of the truncated address and the day, so nobody can be followed from one day to the next.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.db import connection

from gongzhi.cases.models import Strain
from gongzhi.people import vaulting

FREE = 600  # in an hour: phones of a whole town share one address of their carrier
PERIOD = timedelta(hours=1)


def take(*, at: datetime, address: str, danger: bool = False, door: str = "", free: int | None = None) -> int:
    """Count one submission from an address; the seconds it has to wait, 0 to go on.

    After `free` (else `FREE`) within an hour each further one waits until the hour is over. Danger is counted, never
    slowed. Each `door` counts by itself: who takes tables may still speak."""
    key = _key(at, address, door)
    count = _count(key, at)
    if danger or count <= (FREE if free is None else free):
        return 0
    until = Strain.objects.values_list("until_at", flat=True).get(key=key)
    return max(1, int((until - at).total_seconds()))


def _count(key: bytes, at: datetime) -> int:
    """How often with this time: one statement, whether the address spoke before in this hour or not."""
    row = Strain(key=key, count=1, since_at=at, until_at=at + PERIOD)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in Strain._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, values)
        return int(cursor.fetchone()[0])


_AGAIN = "CASE WHEN cases_strain.until_at > EXCLUDED.since_at THEN cases_strain.{0} ELSE EXCLUDED.{0} END"
_COUNTED = (
    "INSERT INTO cases_strain (id, key, count, since_at, until_at) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608 - no values
    " ON CONFLICT (key) DO UPDATE SET"
    " count = CASE WHEN cases_strain.until_at > EXCLUDED.since_at THEN cases_strain.count + 1 ELSE 1 END,"
    f" since_at = {_AGAIN.format('since_at')}, until_at = {_AGAIN.format('until_at')} RETURNING count"
)


def tidy(*, at: datetime) -> int:
    """Forget addresses whose hour is over; how many rows went."""
    return Strain.objects.filter(until_at__lte=at).delete()[0]


def network(address: str) -> str:
    """The shortened address: the neighbourhood somebody speaks from, never the house."""
    try:
        ip = ipaddress.ip_address(address)
        size = 24 if ip.version == 4 else 48
        return str(ipaddress.ip_network(f"{ip}/{size}", strict=False))
    except ValueError:
        return "unknown"


def _key(at: datetime, address: str, door: str) -> bytes:
    return vaulting.blind(f"strain{door}:{at:%Y-%m-%d}:{network(address)}")[:16]
