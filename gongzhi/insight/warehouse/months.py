"""The grain `sums`: the tallies of a month added up by fewer keys, in the partition of the month's first day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from gongzhi.insight.warehouse import grains
from gongzhi.insight.warehouse.manifest import Part


def of_day(day: str) -> str:
    """The key of a day's month; a county's days ("2026-11-16@330106") belong to months of that county."""
    return f"{day[:8]}01{day[10:]}"


def missing(held: Mapping[str, Mapping[str, Part]]) -> set[str]:
    """Months that have tallies and no sums."""
    return {of_day(day) for day in held.get("tallies", {})} - held.get("sums", {}).keys()


def added_up(folder: Path, tallies: Mapping[str, Part], wanted: Iterable[str]) -> Iterator[tuple[str, pa.Table]]:
    """(month, its sums) for each month asked for; empty where it has no tallies any more."""
    days: dict[str, list[Path]] = {month: [] for month in sorted(wanted)}
    for day, part in sorted(tallies.items()):
        if (month := of_day(day)) in days:
            days[month].append(folder / part.file)
    for month, files in days.items():
        yield month, grains.summed(grains.unpacked("tallies", files))
