"""Asking the warehouse: every question is an Ibis expression over the three grains; the engine is a choice.

On one machine it is DuckDB inside this process, reading the files one manifest names; a province asks the same
expressions of Spark. No extension is loaded and nothing is fetched.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
from ibis.expr.types import Table

from gongzhi.insight.warehouse import grains, manifest

MEMORY = "1GB"  # what DuckDB may hold; it spills to the warehouse's own folder beyond it
THREADS = 2


class Warehouse:
    """The grains as Ibis tables under one manifest, taken when it is opened: later swaps do not disturb a reader.

    `backend`: an Ibis connection that can read Parquet; DuckDB of this process by default."""

    def __init__(self, folder: Path, backend: Any | None = None) -> None:
        self.folder = folder
        self.manifest = manifest.read(folder)
        self.backend = duckdb(folder) if backend is None else backend
        self._tables: dict[tuple[str, str, str], Table] = {}

    def table(self, grain: str, first: date | None = None, last: date | None = None) -> Table:
        """The rows of a grain (`cases`, `events`, `states`) of the days `first` to `last`, both included."""
        begin, end = (first.isoformat() if first else ""), (last.isoformat() if last else "9999")
        key = (grain, begin, end)
        if key not in self._tables:
            files = [str(self.folder / file) for file in self.manifest.files(grain, begin, end)]
            name = f"{grain}_{begin}_{end}".replace("-", "")
            if files:
                self._tables[key] = self.backend.read_parquet(files, table_name=name)
            else:
                self._tables[key] = ibis.memtable(grains.SCHEMAS[grain].empty_table())
        return self._tables[key]


def duckdb(folder: Path | None = None) -> Any:
    """A DuckDB of this process with bounded memory; it fetches no extension."""
    options: dict[str, Any] = {
        "memory_limit": MEMORY,
        "threads": THREADS,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if folder is not None and folder.is_dir():
        options["temp_directory"] = str(folder / ".spill")
    return ibis.duckdb.connect(**options)
