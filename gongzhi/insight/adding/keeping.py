"""Adding, listing, reading again and removing tables of users. Each is a folder under `GONGZHI_DIR/added/`, which a
backup holds: a copy of the file, `mapping.json`, and `refused.csv` with the rows that could not be read."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from gongzhi.insight.adding import reading
from gongzhi.insight.adding.mapping import Asked, Mapping, draft
from gongzhi.insight.adding.reading import Bad, Read
from gongzhi.insight.warehouse import added, grains, manifest
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.places import keeping
from gongzhi.places import reads as places

NAME = r"[a-z][a-z0-9_]{1,30}"
TOLD = "mapping.json"
REFUSED = "refused.csv"
HALF = 0.5  # a file of which more cannot be read is another file than was meant
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A table as it is kept: where its file came from, how it is read, how many rows were read and refused."""

    name: str
    file: str
    sha256: str
    mapping: Mapping
    at: str
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Added:
    """What adding did: the table, its first refused rows, partitions that changed (0: nothing new)."""

    table: Kept
    refused: tuple[Bad, ...]
    changed: int


def home(folder: Path) -> Path:
    """Where the tables of a warehouse's users are kept."""
    return folder.parent / "added"


def drafted(file: Path, asked: Asked) -> Mapping:
    """How a file would be read; refuses like `add`."""
    return draft(
        reading.columns(file), reading.first_rows(file), asked, is_place=lambda text: _place((text,)) is not None
    )


def add(
    folder: Path, name: str, file: Path, asked: Asked, *, at: datetime, zone: ZoneInfo, tell: Tell = lambda rows: None
) -> Added:
    """Read a file and make it the table of that name; the same file read the same way changes nothing.

    Refuses `table_name`, `column_unknown`, `no_time`, `file_unreadable`, `too_many_series`, and `half_unreadable` when
    more than half of its rows cannot be read: then nothing was taken."""
    if not re.fullmatch(NAME, name) or name in grains.SCHEMAS:
        raise Refusal("table_name", N_("A table's name is small letters, digits and _, no grain's name."))
    mapping = drafted(file, asked)
    found = reading.read(file, mapping, zone=zone, place=_place, tell=tell)
    if not found.good or len(found.bad) > HALF * (found.good + len(found.bad)):
        _refuse_half(found, mapping)
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    table = Kept(name, str(file.resolve()), digest, mapping, at.isoformat(), found.good, len(found.bad))
    _keep(home(folder) / name, file, table, found)
    return Added(table, tuple(found.bad[:5]), added.put(folder, name, _rows(name, mapping, found), at=at))


def again(folder: Path, name: str, *, at: datetime, zone: ZoneInfo, tell: Tell = lambda rows: None) -> Added:
    """Read a table's file again, from where it came; from the copy that was kept when it is there no more."""
    table = kept(folder, name)
    path = Path(table.file)
    mine = table.mapping
    asked = Asked(mine.time, mine.place or ("-",), mine.series or "-", mine.values or ("-",), mine.how)
    if path.is_file():
        return add(folder, name, path, asked, at=at, zone=zone, tell=tell)
    copy = _copy(home(folder) / name)
    found = reading.read(copy, table.mapping, zone=zone, place=_place, tell=tell)
    return Added(table, tuple(found.bad[:5]), added.put(folder, name, _rows(name, table.mapping, found), at=at))


def missing(folder: Path, *, at: datetime, zone: ZoneInfo) -> int:
    """Take in again every table that is kept and not in the warehouse (after a rebuild, or a restored backup)."""
    there = {key.partition("@")[2] for key in manifest.read(folder).grains.get("added", {})}
    return sum(
        again(folder, table.name, at=at, zone=zone).changed for table in tables(folder) if table.name not in there
    )


def drop(folder: Path, name: str, *, at: datetime) -> None:
    """Forget a table: its partitions, its file, its mapping; refuses `table_unknown`."""
    kept(folder, name)
    added.put(folder, name, [], at=at)
    shutil.rmtree(home(folder) / name)


def tables(folder: Path) -> list[Kept]:
    """Every table that is kept, by name."""
    return [kept(folder, path.parent.name) for path in sorted(home(folder).glob(f"*/{TOLD}"))]


def kept(folder: Path, name: str) -> Kept:
    """One table; refuses `table_unknown`."""
    try:
        told = json.loads((home(folder) / name / TOLD).read_text())
    except (OSError, ValueError) as fault:
        raise Refusal("table_unknown", N_("The warehouse has no table %(table)s."), table=name) from fault
    return Kept(**told | {"mapping": Mapping.kept(told["mapping"])})


def said(bad: Bad) -> str:
    """Why a row was refused, as a sentence."""
    reason = _(bad.reason) % {"text": bad.text}
    if bad.column:
        return _("Row %(row)d, column %(column)s: %(reason)s.") % {
            "row": bad.line, "column": bad.column, "reason": reason,
        }  # fmt: skip
    return _("Row %(row)d: %(reason)s.") % {"row": bad.line, "reason": reason}


def _refuse_half(found: Read, mapping: Mapping) -> None:
    first = said(found.bad[0]) if found.bad else ""
    raise Refusal(
        "half_unreadable",
        N_("%(bad)d of %(all)d rows cannot be read, so nothing was taken. %(first)s Times are read from %(time)s."),
        bad=len(found.bad), all=found.good + len(found.bad), first=first, time=mapping.time,
    )  # fmt: skip


def _rows(name: str, mapping: Mapping, found: Read) -> list[dict[str, Any]]:
    return [
        {"source": name, "series": series or name, "day": day, "hour": hour, "place": place, "how": mapping.how,
         "n": int(n), "total": total}
        for (series, place, day, hour), (n, total) in found.cells.items()
    ]  # fmt: skip


def _keep(target: Path, file: Path, table: Kept, found: Read) -> None:
    """Copy, mapping and refused rows, made beside and moved there whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".", dir=target.parent))
    try:
        shutil.copyfile(file, beside / f"data{file.suffix.lower()}")
        told = {name: getattr(table, name) for name in Kept.__slots__} | {"mapping": table.mapping.as_kept()}
        (beside / TOLD).write_text(json.dumps(told, ensure_ascii=False, indent=1))
        with (beside / REFUSED).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["row", "column", "reason"])
            writer.writerows([one.line, one.column, _(one.reason) % {"text": one.text}, *one.row] for one in found.bad)
        if target.exists():
            shutil.rmtree(target)
        beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _copy(target: Path) -> Path:
    return next(target.glob("data*"))


def _place(told: tuple[str, ...]) -> str | None:
    """The code behind what the columns of the place say: a code, a name, or longitude and latitude."""
    if len(told) == 2:
        return _point(*told)
    text = told[0]
    if text.isdigit() and len(text) in (6, 9):
        text = text.ljust(12, "0")
    if places.place_or_none(text) is not None or text == places.county().code.ljust(12, "0"):
        return text
    return _names().get(text)


def _point(lon: str, lat: str) -> str | None:
    try:
        grid = places.grid_at(float(lon), float(lat))
    except ValueError:
        return None
    return grid.code if grid else None


def _named() -> dict[str, str]:
    """Codes by name; a name that two places share is none's, but a place that exists goes before one that is closed."""
    towns = places.towns()
    villages = [village for town in towns for village in places.villages(town.code)]
    grids = [grid for village in villages for grid in places.grids(village.code)]
    found: dict[str, str] = {}
    for level in (places.batch(), grids, villages, towns):  # the wider goes before, and all that exist before the rest
        told = [(name, place.code) for place in level for name in {place.name_zh, place.name_en} if name]
        times = Counter(name for name, _code in told)
        found = {name: code for name, code in found.items() if name not in times}
        found |= {name: code for name, code in told if times[name] == 1}
    county = places.county()
    return found | {county.name_zh: county.code.ljust(12, "0"), county.name_en: county.code.ljust(12, "0")}


_names = keeping.Kept(_named)
