"""Days of a user's table that come late: judged at once where the night has judged their day already.

A table is often added, or read again, days after what it tells of. The last `DAYS` ended days are looked at again for
that table alone, as far as it tells of them; a day the night has not judged yet is left to the night."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Looked
from gongzhi.insight.signals import judging
from gongzhi.insight.signals.judging import Late

DAYS = 14  # ended days that are looked at again


def judge(folder: Path, name: str, *, by: str, at: datetime, zone: ZoneInfo) -> Late:
    """Judge this table on the days it tells of among the last `DAYS` that were judged before this moment."""
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    first = yesterday - timedelta(days=DAYS - 1)
    warehouse = Warehouse(folder)
    judged = Looked.objects.filter(day__gte=first, day__lte=yesterday).order_by("day").values_list("day", flat=True)
    days = [day for day in judged if day in _told(warehouse, name, first, yesterday)]
    return judging.look_late(by=by, at=at, warehouse=warehouse, name=name, days=days)


def _told(warehouse: Warehouse, name: str, first: date, last: date) -> set[date]:
    """The days a table tells of."""
    if name not in warehouse.added():
        return set()
    rows = warehouse.table(name, first, last)
    return set(rows.select("day").distinct().to_pyarrow()["day"].to_pylist())
