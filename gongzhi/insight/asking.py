"""Asking the warehouse: every question is an Ibis expression over its grains; the engine is a choice (`engines`)."""

from __future__ import annotations

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
        """The rows of a grain (`cases`, `events`, `states`) of the days `first` to `last`, both included."""
        key = (grain, first.isoformat() if first else "", last.isoformat() if last else "9999")
        if key not in self._tables:
            files = [str(self.folder / file) for file in self.manifest.files(*key)]
            self._tables[key] = engines.read(self.backend, files, grains.SCHEMAS[grain])
        return self._tables[key]
