"""Coordinates that are no places: recognised by their share, told once, and counted for the county alone from then on.

The points themselves never enter the warehouse; they are looked at in the live rows, and only the recognised one, where
nobody lives, is kept.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import ibis
import numpy as np

from gongzhi.cases import reads as cases
from gongzhi.insight import raising
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Nowhere
from gongzhi.insight.raising import Seen
from gongzhi.insight.warehouse import filling
from gongzhi.methods.space import fallback
from gongzhi.places import reads as places

LOOKED = 90  # days
MOST = 40_000  # cases, the newest


def recognise(*, by: str, at: datetime, folder: Path, zone: ZoneInfo) -> list[Nowhere]:
    """Look at the points of the last `LOOKED` days; each new fallback coordinate is told as a finding, and the cases
    on it are taken into the warehouse again as lying nowhere."""
    today = at.astimezone(zone).date()
    rows = _points(folder, today)
    if not rows:
        return []
    lon, lat = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    day = np.array([row[3].toordinal() for row in rows])
    fresh = []
    for found in fallback.fallbacks(lon, lat, period=day):
        told = {"events": found.events, "share": found.share, "limit": found.limit, "found_at": at}
        row, new = Nowhere.objects.get_or_create(lon=found.x, lat=found.y, defaults=told)
        if new:
            fresh.append(row)
            _tell(
                row,
                by=by,
                at=at,
                first=min(row[3] for row in rows if (row[1], row[2]) == (found.x, found.y)),
                last=today,
            )
    if fresh:
        filling.take_again(folder, lying={(row.lon, row.lat) for row in fresh}, at=at, zone=zone)
    return fresh


def _points(folder: Path, today: date) -> list[tuple[UUID, float, float, date]]:
    """(case, lon, lat, day) of the newest cases with a point that is not known as nowhere."""
    table = Warehouse(folder).table("cases", today - timedelta(days=LOOKED), today)
    got = table.order_by(ibis.desc("received_at")).limit(MOST).select("case", "day").to_pyarrow()
    days = dict(zip(got["case"].to_pylist(), got["day"].to_pylist(), strict=True))
    known = filling.nowhere()
    found = []
    for row in cases.batch("case", [UUID(case) for case in days]):
        lon, lat = row.values["lon"], row.values["lat"]
        if lon is not None and lat is not None and (lon, lat) not in known:
            found.append((row.id, lon, lat, days[row.id.hex]))
    return found


def _tell(row: Nowhere, *, by: str, at: datetime, first: date, last: date) -> None:
    grid = places.grid_at(row.lon, row.lat)
    code = grid.code[:12] if grid else places.county().code
    seen = Seen(
        matter="", place=code[:12], grain="scan", kind="fallback", first=first, last=last, observed=row.events,
        expected=row.limit, upper=row.limit, p=0.0, chance=0.0,
        evidence={"lon": row.lon, "lat": row.lat, "share": round(row.share, 4)},
    )  # fmt: skip
    raising.keep(seen, by=by, at=at, above=raising.tree())
