"""Asking the warehouse: every question is an Ibis expression over its grains; the engine is a choice (`engines`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ibis.expr.types import Table

from gongzhi.insight import engines
from gongzhi.insight.warehouse import grains, manifest


class Warehouse:
    """The grains as Ibis tables under one manifest, taken when it is opened: later swaps do not disturb a reader.

    `backend`: an Ibis connection that can read Parquet; that of the setting GONGZHI_ENGINE by default."""

    def __init__(self, folder: Path, backend: Any | None = None) -> None:
        self.folder = folder
        self.manifest = manifest.read(folder)
        self.backend = engines.chosen(folder) if backend is None else backend
        self._tables: dict[tuple[str, str, str], Table] = {}

    def table(self, grain: str, first: date | None = None, last: date | None = None) -> Table:
        """The rows of a grain (`cases`, `events`, `states` …) of the days `first` to `last`, both included."""
        key = (grain, first.isoformat() if first else "", last.isoformat() if last else "9999")
        if key not in self._tables:
            files = [str(self.folder / file) for file in self.manifest.files(*key)]
            self._tables[key] = engines.read(self.backend, files, grains.SCHEMAS[grain])
        return self._tables[key]

    def tallied(self, keys: Sequence[str], first: date | None = None, last: date | None = None) -> Table:
        """Counted cases of these days by columns of the tallies or `town`: rows with `day`, the keys and
        `grains.MEASURES`, still to be added up. From the sums of months where they hold these keys, else from the
        tallies."""
        cut = next((name for name, held in grains.CUTS.items() if set(keys) <= set(held)), None)
        columns = ["day", *keys, *grains.MEASURES]
        if cut is None:
            rows = self.table("tallies", first, last)
            code = rows.division.substr(0, 9)
            town = (code.length() == 9) & (code.substr(6, 3) != "000")
            return rows.mutate(town=town.ifelse(code, "")).select(columns)
        rows = self.table("sums", first.replace(day=1) if first else None, last)
        rows = rows.filter(rows.cut == cut)
        rows = rows.filter(rows.day >= first) if first else rows
        return (rows.filter(rows.day <= last) if last else rows).select(columns)
