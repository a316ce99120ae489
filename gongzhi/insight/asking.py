"""Asking the warehouse: every question is an Ibis expression over its grains; the engine is a choice (`engines`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ibis
from ibis.expr.types import Table

from gongzhi.insight import engines
from gongzhi.insight.warehouse import grains, manifest
from gongzhi.kit.refusal import N_, Refusal

DAILY = ("day", "source", "series", "place", "value")  # columns of what further series say of each day


class Warehouse:
    """The grains as Ibis tables under one manifest, taken when it is opened: later swaps do not disturb a reader.

    `backend`: an Ibis connection that can read Parquet; that of the setting GONGZHI_ENGINE by default."""

    def __init__(self, folder: Path, backend: Any | None = None) -> None:
        self.folder = folder
        self.manifest = manifest.read(folder)
        self.backend = engines.chosen(folder) if backend is None else backend
        self._tables: dict[tuple[str, str, str], Table] = {}

    def table(self, grain: str, first: date | None = None, last: date | None = None) -> Table:
        """The rows of a grain (`cases`, `events`, `states` …) of the days `first` to `last`, both included; or the
        rows of one table that a user added, by the name it was given.

        Refuses `table_unknown` for another name."""
        if grain not in grains.SCHEMAS and grain not in self.added():
            raise Refusal("table_unknown", N_("The warehouse has no table %(table)s."), table=grain)
        key = (grain, first.isoformat() if first else "", last.isoformat() if last else "9999")
        if key not in self._tables:
            self._tables[key] = self._read(grain, first, last)
        return self._tables[key]

    def added(self) -> list[str]:
        """Names of the tables that users added."""
        return sorted({key.partition("@")[2] for key in self.manifest.grains.get("added", {})})

    def daily(self, first: date | None = None, last: date | None = None, source: str = "") -> Table:
        """What further series say of each day: rows (day, source, series, place, value).

        Those are tables users added (added up or averaged as the table says), sensors (`readings`: the mean of the
        day's readings) and words searched for (`searches`: people). `source`: one of these by name; all by default."""
        if source == "readings":
            return self._measured(first, last)
        if source == "searches":
            rows = self.table("searches", first, last).rename(series="word", place="area")
            rows = rows.mutate(source=ibis.literal("searches"), value=rows.people.cast("float64"))
            return rows.select(*DAILY)
        if not source:
            return ibis.union(*(self.daily(first, last, one) for one in ("added", "readings", "searches")))
        rows = self.table(source, first, last)
        sums = rows.group_by("day", "source", "series", "place", "how").agg(n=rows.n.sum(), total=rows.total.sum())
        value = (sums.how == "mean").ifelse(sums.total / sums.n, sums.total)
        return sums.mutate(value=value).select(*DAILY)

    def _measured(self, first: date | None, last: date | None) -> Table:
        read = self.table("readings", first, last)
        sums = read.mutate(weighed=read.n * read["mean"]).group_by("day", "sensor", "division")
        sums = sums.agg(n=lambda t: t.n.sum(), weighed=lambda t: t.weighed.sum())
        measured = sums.mutate(source=ibis.literal("readings"), value=sums.weighed / sums.n)
        return measured.rename(series="sensor", place="division").select(*DAILY)

    def _read(self, grain: str, first: date | None, last: date | None) -> Table:
        held = grain if grain in grains.SCHEMAS else "added"
        monthly = held in grains.MONTHLY
        begin = first.replace(day=1) if first and monthly else first
        span = (begin.isoformat() if begin else "", last.isoformat() if last else "9999")
        files = self.manifest.files(held, *span, of=None if held == grain else grain)
        rows = engines.read(self.backend, [str(self.folder / file) for file in files], grains.SCHEMAS[held])
        if not monthly:
            return rows
        rows = rows.filter(rows.day >= first) if first else rows
        return rows.filter(rows.day <= last) if last else rows

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
        rows = self.table("sums", first, last)
        return rows.filter(rows.cut == cut).select(columns)
