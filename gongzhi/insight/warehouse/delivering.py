"""Sealed daily partitions: what a county hands over of its warehouse, and taking it into a warehouse of many counties.

A delivery is a folder like a warehouse: files of ended days and a manifest with their digests and the county's code. It
is taken whole or not at all: every digest and every column is looked at before one manifest names what came.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gongzhi.insight.warehouse import grains, manifest, months
from gongzhi.insight.warehouse.filling import Refreshed
from gongzhi.insight.warehouse.manifest import Manifest, Part
from gongzhi.kit.refusal import N_, Refusal

THREADS = 2
DELIVERED = ("cases", "events", "states", "tallies")
CODE = "county"  # the file that names the county of a delivery


def deliver(folder: Path, target: Path, *, county: str, first: date, last: date, at: datetime) -> int:
    """Copy the ended days `first` to `last` of every grain to `target` with their manifest; how many partitions.

    Refuses `delivery_exists` where `target` holds something."""
    if target.exists() and any(target.iterdir()):
        raise Refusal("delivery_exists", N_("There is something in %(folder)s already."), folder=str(target))
    held = manifest.read(folder)
    until = min(last.isoformat(), held.counted or "")
    chosen = {
        grain: {day: part for day, part in days.items() if first.isoformat() <= day <= until}
        for grain, days in held.grains.items()
        if grain in DELIVERED
    }
    for part in (part for days in chosen.values() for part in days.values()):
        (target / part.file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / part.file, target / part.file)
    target.mkdir(parents=True, exist_ok=True)
    (target / CODE).write_text(county)
    manifest.swap(target, replace(held, grains=chosen, history=()), at=at, written=0)
    return sum(len(days) for days in chosen.values())


def take(folder: Path, delivery: Path, *, at: datetime) -> Refreshed:
    """Take a delivery into the warehouse at `folder`; what it brought for a county's day replaces what was there.

    Refuses `delivery_damaged` (a digest or a column is not what the manifest or this version says) naming grain and
    day, `delivery_unnamed` without the county's code; the warehouse is then what it was."""
    code = _code(delivery)
    brought = manifest.read(delivery)
    with manifest.writing(folder):
        held = manifest.read(folder)
        fresh = {grain: dict(held.grains.get(grain, {})) for grain in grains.SCHEMAS}
        rows = parts = 0
        with ThreadPoolExecutor(THREADS) as threads:
            for grain, day, part in threads.map(lambda one: _taken(folder, delivery, code, *one), _listed(brought)):
                fresh[grain][f"{day}@{code}"] = part
                rows += part.rows if grain == "cases" else 0
                parts += 1
            for day, part in threads.map(lambda day: _tallies(folder, fresh, day), _untallied(fresh, code)):
                fresh["tallies"][day] = part
                parts += 1
            for month, part in threads.map(lambda month: _sums(folder, fresh, month), _months(brought, code)):
                fresh["sums"][month] = part
                parts += 1
        manifest.swap(folder, replace(held, grains=fresh), at=at, written=parts)
    return Refreshed(0, rows, parts)


def _code(delivery: Path) -> str:
    try:
        code = (delivery / CODE).read_text().strip()
    except OSError:
        code = ""
    if len(code) != 6 or not code.isdigit():
        raise Refusal("delivery_unnamed", N_("The delivery does not say which county it is from."))
    return code


def _listed(brought: Manifest) -> Iterator[tuple[str, str, Part]]:
    for grain, days in sorted(brought.grains.items()):
        if grain == "sums":
            continue  # of months that the delivery may hold a part of; they are added up here
        for day, part in sorted(days.items()):
            yield grain, day, part


def _taken(folder: Path, delivery: Path, code: str, grain: str, day: str, part: Part) -> tuple[str, str, Part]:
    """One partition looked at and copied, under a name of its content."""
    try:
        data = (delivery / part.file).read_bytes()
        right = grain in grains.SCHEMAS and hashlib.sha256(data).hexdigest() == part.sha256
        found = pq.read_schema(pa.BufferReader(data)) if right else None
    except (OSError, pa.ArrowException):
        found = None
    if found is None or not found.equals(grains.SCHEMAS[grain]):
        raise Refusal(
            "delivery_damaged",
            N_("Partition %(grain)s of %(day)s is not what the delivery says it is; nothing was taken."),
            grain=grain,
            day=day,
        )
    name = f"{grain}/{day}-{code}-{part.sha256[:16]}.parquet"
    (folder / grain).mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return grain, day, Part(name, part.rows, part.sha256)


def _untallied(fresh: dict[str, dict[str, Part]], code: str) -> list[str]:
    """Days of this county that came without tallies."""
    return sorted(day for day in fresh["cases"].keys() - fresh["tallies"].keys() if day.endswith(f"@{code}"))


def _tallies(folder: Path, fresh: dict[str, dict[str, Part]], day: str) -> tuple[str, Part]:
    rows = grains.tallied(grains.unpacked("cases", [folder / fresh["cases"][day].file], grains.TALLIED))
    return day, manifest.keep(folder, "tallies", day, grains.packed("tallies", rows), rows.num_rows)


def _months(brought: Manifest, code: str) -> list[str]:
    """The months of this county that something came for."""
    return sorted({months.of_day(f"{day}@{code}") for day in brought.grains.get("cases", {})})


def _sums(folder: Path, fresh: dict[str, dict[str, Part]], month: str) -> tuple[str, Part]:
    ((_month, content),) = months.added_up(folder, fresh["tallies"], [month])
    return month, manifest.keep(folder, "sums", month, grains.packed("sums", content), content.num_rows)
