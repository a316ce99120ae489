"""Reads a county's folder and finds every fault in it at once, each with its file and line, in one sentence.

Nothing is written. `read` is used by `gongzhi county check` and, before anything is loaded, by `gongzhi county load`.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.look import colours
from gongzhi.procedures import netfile
from gongzhi.web import county_sense
from gongzhi.web.county_folder import County, Line
from gongzhi.web.county_rows import OPTIONAL, ROWS, CountyCard, GridRow, Row

# What is wrong with one cell: our own codes and those of pydantic.
CELLS = {
    "missing": N_("“%(column)s” is empty; it must be filled."),
    "extra_forbidden": N_("Nobody knows the column “%(column)s”; look for a misspelling."),
    "string_pattern_mismatch": N_("“%(value)s” is not a valid %(column)s; docs/county-files.md shows the form."),
    "string_too_long": N_("“%(column)s” is longer than %(most)s signs."),
    "int_parsing": N_("“%(value)s” is not a whole number (column “%(column)s”)."),
    "float_parsing": N_("“%(value)s” is not a number (column “%(column)s”)."),
    "enum": N_("“%(value)s” is none of the words allowed for “%(column)s”: %(allowed)s."),
    "not_yes": N_("Write true or false for “%(column)s”, not “%(value)s”."),
    "date": N_("“%(value)s” is not a day; write 2026-11-21 (column “%(column)s”)."),
    "range": N_("“%(value)s” is out of range for “%(column)s”."),
    "dates_reversed": N_("It ends before it begins."),
    "holidays_unknown": N_("No days off are known for “%(value)s”; CN, US and US-MA are codes of such, none is none."),
    "zone_unknown": N_("“%(value)s” is not a time zone; Asia/Shanghai is one."),
    "kind_unknown": N_("“%(value)s” is not a kind of organ."),
    "role_unknown": N_("“%(value)s” is not a role; docs/county-files.md lists them."),
    "choices_misread": N_("A list needs choices like key=中文|English, parted by “;”; a text is never required."),
    "officer_public": N_("A matter about an officer is never public: public_ok must be false."),
    "sensor_odd": N_("A sensor needs low below high, and a pin (lon and lat) or a place."),
    "sensor_rule_odd": N_("“back” must lie on the calm side of the threshold."),
    "other": N_("“%(column)s” cannot be read: %(value)s"),
}
_ALIKE = {"date_from_datetime_parsing": "date", "date_parsing": "date", "date_from_datetime_inexact": "date"}


def read(folder: Path) -> County:
    """The whole folder with all its faults, in the order of files and lines."""
    county = County(folder)
    _read_card(county)
    for name in ROWS:
        _read_table(county, name)
    _read_grids(county)
    _read_procedures(county)
    for stray in sorted(path.name for path in folder.glob("*.csv") if path.name not in ROWS):
        county.blame(stray, 1, N_("No room reads this file; look for a misspelling."))
    county_sense.judge(county)
    county.faults = sorted(set(county.faults))
    return county


def _text(county: County, name: str) -> str | None:
    """The text of a file; a fault when it is missing or not UTF-8."""
    try:
        return (county.folder / name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if name not in OPTIONAL:
            county.blame(name, 1, N_("The file is missing."))
    except UnicodeDecodeError:
        county.blame(name, 1, N_("The file is not UTF-8; save it again as UTF-8."))
    return None


def _read_card(county: County) -> None:
    text = _text(county, "county.toml")
    if text is None:
        return
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        county.blame("county.toml", int(found[1]) if found else 1, N_("This cannot be read: %(why)s"), why=str(error))
        return
    lines = {m[1]: text.count("\n", 0, m.start()) + 1 for m in re.finditer(r"^(\w+)\s*=", text, re.MULTILINE)}
    try:
        county.card = CountyCard.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            _blame_cell(county, "county.toml", lines.get(str(problem["loc"][0]) if problem["loc"] else "", 1), problem)
        return
    accent = county.card.accent
    if not colours.accent_is_readable(accent):
        sentence = N_("The accent %(accent)s cannot be read on paper; the nearest that can is %(nearest)s.")
        nearest = colours.nearest_accent(accent)
        county.blame("county.toml", lines.get("accent", 1), sentence, accent=accent, nearest=nearest)
    if county.card.emblem and not (county.folder / county.card.emblem).is_file():
        county.blame("county.toml", lines.get("emblem", 1), N_("The emblem's file is not in the folder."))


def _read_table(county: County, name: str) -> None:
    text = _text(county, name)
    if text is None:
        return
    lines = list(_cells(text))
    if not lines:
        county.blame(name, 1, N_("The first line must name the columns."))
        return
    (_at, head), *body = lines
    county.files[name] = []
    for number, cells in body:
        if len(cells) != len(head):
            sentence = N_("This line has %(here)s cells, the first line has %(there)s.")
            county.blame(name, number, sentence, here=len(cells), there=len(head))
            continue
        values = {column.strip(): cell for column, cell in zip(head, cells, strict=True) if cell.strip()}
        _read_row(county, name, number, ROWS[name], values)


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row; empty lines and lines that begin with # are remarks."""
    table = csv.reader(text.splitlines(keepends=True))
    before = 0
    for cells in table:
        number, before = before + 1, table.line_num
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            yield number, cells


def _read_row(county: County, name: str, number: int, kind: type[Row], values: dict[str, Any]) -> Row | None:
    try:
        row = kind.model_validate(values)
    except ValidationError as error:
        for problem in error.errors():
            _blame_cell(county, name, number, problem)
        return None
    county.files[name].append(Line(number, row))
    return row


def _blame_cell(county: County, name: str, number: int, problem: Any) -> None:
    """One problem of pydantic as one sentence of ours."""
    code = str(problem["ctx"]["error"]) if problem["type"] == "value_error" else str(problem["type"])
    code = _ALIKE.get(code, "range" if re.search(r"(less|greater)_than", code) else code)
    about = {
        "column": ".".join(str(part) for part in problem["loc"]),
        "value": str(problem["input"])[:60],
        "most": problem.get("ctx", {}).get("max_length", ""),
        "allowed": str(problem.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", "),
    }
    if code not in CELLS:
        code, about["value"] = "other", str(problem["msg"])
    wanted = {key: value for key, value in about.items() if f"%({key})s" in CELLS[code]}
    county.blame(name, number, CELLS[code], **wanted)


def _read_grids(county: County) -> None:
    name = "grids.geojson"
    text = _text(county, name)
    if text is None:
        return
    county.files[name] = []
    try:
        features = json.loads(text)["features"]
        assert isinstance(features, list)
    except json.JSONDecodeError as error:
        county.blame(name, error.lineno, N_("This cannot be read: %(why)s"), why=error.msg)
        return
    except (KeyError, TypeError, AssertionError):
        county.blame(name, 1, N_("The file is not a GeoJSON FeatureCollection."))
        return
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for code in re.findall(r'"code"\s*:\s*"(\w+)"', line):
            lines.setdefault(code, number)
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        given = {k: v for k, v in (properties or {}).items() if v not in (None, "")}
        row = _read_row(county, name, lines.get(str(given.get("code")), 1), GridRow, given)
        if isinstance(row, GridRow):
            county.polygons[row.code] = feature.get("geometry")


def _read_procedures(county: County) -> None:
    for path in sorted((county.folder / "procedures").glob("*.yaml")):
        name = f"procedures/{path.name}"
        text = _text(county, name)
        if text is None:
            continue
        county.procedures[name] = text
        try:
            file = netfile.read(text)
            netfile.check(netfile.build(file, 1))
            county.nets.add(file.code)
        except Refusal as refusal:
            county.blame(name, _yaml_line(refusal), refusal.sentence, **refusal.params)
    if not county.procedures:
        county.blame("procedures/voice.yaml", 1, N_("The file is missing."))


def _yaml_line(refusal: Refusal) -> int:
    """Where YAML stopped reading; line 1 when the fault belongs to the whole procedure."""
    cause = refusal.__cause__
    mark = cause.problem_mark if isinstance(cause, yaml.MarkedYAMLError) else None
    return mark.line + 1 if mark else 1
