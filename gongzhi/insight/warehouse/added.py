"""The grain `added`: what a table of a user says replaces what it said before, under one manifest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gongzhi.insight.warehouse import grains, manifest


def put(folder: Path, source: str, rows: Sequence[Mapping[str, Any]], *, at: datetime) -> int:
    """Make these rows (columns of `grains.ADDED`) all that a source says; returns how many partitions changed.

    The same rows again change nothing. No row at all: the source is forgotten."""
    months: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        months[row["day"].isoformat()[:8] + "01"].append(row)
    with manifest.writing(folder):
        held = manifest.read(folder)
        before = held.grains.get("added", {})
        fresh = {key: part for key, part in before.items() if key.partition("@")[2] != source}
        for month, some in months.items():
            key = f"{month}@{source}"
            data = grains.packed("added", grains.table("added", some))
            fresh[key] = manifest.keep(folder, "added", key, data, len(some))
        changed = sum(before.get(key) != fresh.get(key) for key in before.keys() | fresh.keys())
        if changed:
            whole = replace(held, grains=held.grains | {"added": fresh})
            manifest.swap(folder, whole, at=at, written=changed)
    return changed
