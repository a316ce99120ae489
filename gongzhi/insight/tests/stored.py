"""A warehouse from plain rows, without a ledger: cases and events as a test wants them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.warehouse import grains, manifest
from gongzhi.insight.warehouse.manifest import Manifest, Part


def case(number: int, day: date, **more: Any) -> dict[str, Any]:
    """A case row: open, at noon, with one voice from the website."""
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    place = str(more.get("place", "990101001201"))
    told = {
        "case": f"{number:032x}", "day": day, "hour": 12, "received_at": at, "matter": "water", "matter_by": "staff",
        "place": place, "division": place[:12], "organ": "water", "kind": "report", "source": "web",
        "state": "received", "outcome": "", "round": 1, "voices": 1, "refusals": 0, "handed_over": 0, "urgent": False,
        "last_index": number, "last_at": at,
    }  # fmt: skip
    return told | more


def walk(number: int, day: date, organs: Iterable[str], *, hours: float = 24.0, reason: str = "not_our_duty"
         ) -> list[dict[str, Any]]:  # fmt: skip
    """The events of a case that is received by the first organ and handed from one to the next."""
    found = []
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    for step, organ in enumerate(organs):
        kind = "case.handed_over" if step else "case.received"
        found.append({"index": number * 100 + step, "day": at.date(), "at": at, "case": f"{number:032x}", "kind": kind,
                      "organ": organ, "reason": reason if step else "", "round": 1, "dwell": None})  # fmt: skip
        at += timedelta(hours=hours)
    return found


def store(folder: Path, **rows: Iterable[dict[str, Any]]) -> Warehouse:
    """Write the rows of each grain as a warehouse and open it."""
    folder.mkdir(exist_ok=True)
    held: dict[str, dict[str, Part]] = {}
    for grain, some in rows.items():
        days: dict[str, list[dict[str, Any]]] = {}
        for row in some:
            days.setdefault(row["day"].isoformat(), []).append(row)
        held[grain] = {}
        for day, mine in days.items():
            content = grains.table(grain, mine)
            held[grain][day] = manifest.keep(folder, grain, day, grains.packed(grain, content), content.num_rows)
    manifest.swap(folder, Manifest(grains=held), at=datetime.now(UTC), written=1)
    return Warehouse(folder)
