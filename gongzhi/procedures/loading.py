"""Loading procedures, clauses and days off from the county's files.

A procedure whose content changed becomes a new version; runs keep theirs. A clause no longer in the file is
closed with a date. Loading the same files twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from gongzhi.kit.canonical import Json
from gongzhi.ledger import writing
from gongzhi.places import keeping
from gongzhi.procedures import calendars, clocks, netfile
from gongzhi.procedures.models import Clause, DayOff, Procedure

Row = Mapping[str, Any]
YEARS_BACK, YEARS_AHEAD = 3, 2  # national days kept around the year of loading


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were written new or changed, and how many were closed or removed."""

    written: int
    closed: int


def load_procedures(*, by: str, at: datetime, texts: Sequence[str]) -> Loaded:
    """Read nets from YAML texts, prove them sound, keep each changed one as a new version.

    Refuses `net_unreadable` with every fault and where it stands, and what `netfile.check` refuses.
    """
    written = 0
    with transaction.atomic():
        for text in texts:
            file = netfile.read(text)
            netfile.check(netfile.build(file, 1))
            sha256 = hashlib.sha256(file.model_dump_json().encode()).hexdigest()
            last = Procedure.objects.filter(code=file.code).order_by("-version").first()
            if last is not None and last.sha256 == sha256:
                continue
            version = last.version + 1 if last else 1
            Procedure.objects.create(code=file.code, version=version, body=text, sha256=sha256, loaded_at=at)
            details: dict[str, Json] = {"code": file.code, "version": version, "sha256": sha256}
            writing.write(kind="procedure.loaded", about=f"procedure:{file.code}", by=by, at=at, details=details)
            written += 1
        if written:
            keeping.touch()
    return Loaded(written, 0)


def load_clauses(*, by: str, at: datetime, rows: Sequence[Row]) -> Loaded:
    """Write articles of law; `verified` is true, 1 or yes, dates are ISO texts or dates."""
    fresh = {str(row["code"]): _clause(row) for row in rows}
    names = [field.name for field in Clause._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        old = Clause.objects.in_bulk()
        new = [clause for code, clause in fresh.items() if code not in old]
        changed = [
            clause
            for code, clause in fresh.items()
            if code in old and any(getattr(old[code], name) != getattr(clause, name) for name in names)
        ]
        gone = [code for code, clause in old.items() if code not in fresh and clause.valid_to is None]
        if not (new or changed or gone):
            return Loaded(0, 0)
        Clause.objects.bulk_create(new, batch_size=500)
        Clause.objects.bulk_update(changed, names, batch_size=50)
        Clause.objects.filter(code__in=gone).update(valid_to=at.date())
        keeping.touch()
        details: dict[str, Json] = {"written": len(new) + len(changed), "closed": len(gone)}
        writing.write(kind="clauses.loaded", about="county", by=by, at=at, details=details)
    return Loaded(len(new) + len(changed), len(gone))


def load_days(*, by: str, at: datetime, rows: Sequence[Row] = (), country: str = calendars.CHINA) -> Loaded:
    """Write days off around the year of `at`: those of a country (see `calendars.national`), then the county's own rows
    over them.

    A row has `date`, `working` (make-up day or day off), `source`, and `announced` when it belongs to a national
    announcement that the package does not know yet. Years that become known are announced to the clocks at once.
    """
    years_kept = range(at.year - YEARS_BACK, at.year + YEARS_AHEAD + 1)
    days = {day.date: day for day in calendars.national(years_kept, country)}
    for row in rows:
        day = _day(row)
        national = days.get(day.date)
        days[day.date] = replace(day, announced=day.announced or bool(national and national.announced))
    fresh = {
        day.date: DayOff(date=day.date, working=day.working, announced=day.announced, source=day.source)
        for day in days.values()
    }
    with transaction.atomic():
        old = {row.date: row for row in DayOff.objects.all()}
        known = calendars.calendar().known_years
        written = [row for day, row in fresh.items() if day not in old or _says(old[day]) != _says(row)]
        gone = [day for day in old if day not in fresh and day.year >= at.year - YEARS_BACK]
        if not (written or gone):
            return Loaded(0, 0)
        DayOff.objects.filter(date__in=gone).delete()
        DayOff.objects.bulk_create(
            written,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["date"],
            update_fields=["working", "announced", "source"],
        )
        keeping.touch()
        years = sorted(calendars.calendar().known_years)
        details: dict[str, Json] = {"written": len(written), "removed": len(gone), "years": [str(y) for y in years]}
        writing.write(kind="days.loaded", about="county", by=by, at=at, details=details)
        for year in sorted(set(years) - known):
            clocks.announce(by=by, at=at, year=year)
    return Loaded(len(written), len(gone))


def _says(row: DayOff) -> tuple[bool, bool, str]:
    return row.working, row.announced, row.source


def _day(row: Row) -> calendars.Day:
    day = row["date"] if isinstance(row["date"], date) else date.fromisoformat(str(row["date"]))
    return calendars.Day(day, _yes(row["working"]), _yes(row.get("announced", False)), str(row.get("source", "")))


def _clause(row: Row) -> Clause:
    values: dict[str, Any] = {}
    for field in Clause._meta.concrete_fields:
        value = row.get(field.name)
        if value in (None, ""):
            continue
        if field.name == "verified":
            value = _yes(value)
        elif field.name in ("valid_from", "valid_to") and not isinstance(value, date):
            value = date.fromisoformat(str(value))
        values[field.name] = value
    return Clause(**values)


def _yes(value: object) -> bool:
    """Whether a cell says yes: true, 1, yes; no: false, 0, no, empty."""
    word = str(value).strip().lower()
    if word not in ("true", "1", "yes", "false", "0", "no", ""):
        raise ValueError(f"neither yes nor no: {value!r}")
    return word in ("true", "1", "yes")
