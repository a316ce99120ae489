"""An example county whose places, organs and matters come from a file: written as a county's folder, then loaded.

It is marked on every page as an example from real data. It is no practice county: there are no printed sign-ins.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gongzhi.cases.rules import CATCH_ALL
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.procedures import calendars
from gongzhi.web import county as counties
from gongzhi.web import county_check
from gongzhi.web.importing.keywords import Keyword
from gongzhi.web.importing.profile import Profile
from gongzhi.web.importing.scanning import Scan
from gongzhi.web.importing.shapes import Shape, apart

BANNER = ("示例：内容来自真实的公开数据", "Example from real data")
CLAUSE = "example-limit"
TOWNS, VILLAGES = 900, 900  # three digits each; what is beyond them is kept at the wider place
UNITS = {
    "working_days": ("个工作日", "working days"),
    "calendar_days": ("天", "days"),
    "working_hours": ("个工作小时", "working hours"),
    "hours": ("小时", "hours"),
}
FEW = (
    ("gov", "", "县人民政府办公室", "Government Office", "government"),
    ("dispatch", "gov", "指挥调度中心", "Dispatch Desk", "dispatch"),
    ("discipline", "gov", "纪委监委", "Discipline Inspection and Supervision", "supervision"),
)
POSTS = (
    ("magistrate", "gov", "leader", "县长", "County Magistrate"),
    ("administrator-1", "gov", "administrator", "系统管理员", "Administrator"),
    ("auditor-1", "gov", "auditor", "审计监督员", "Auditor"),
    ("dispatcher-1", "dispatch", "dispatcher", "调度员", "Dispatcher"),
    ("operator-1", "dispatch", "operator", "话务员", "Hotline operator"),
    ("supervisor-1", "discipline", "supervisor", "纪检监察专员", "Supervisor"),
)


def load(
    folder: Path,
    profile: Profile,
    found: Scan,
    shapes: Sequence[Shape],
    *,
    at: datetime,
    keywords: Mapping[tuple[str, ...], tuple[Keyword, ...]] = MappingProxyType({}),
) -> None:
    """Write the folder, check it like any other, load it as if it had stood before the first row, and keep a copy.

    `keywords` of matters, as they were learned. Refuses `file_empty` for a file no row of which has a moment."""
    if found.first is None:
        raise Refusal("file_empty", N_("No row of this file can be read; does the profile fit it?"))
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, profile, found, shapes, keywords)
    county = county_check.read(folder)
    if county.faults:
        raise Refusal("county_faulty", N_("The example county has a fault: %(fault)s"), fault=county.faults[0].told())
    counties.load(by=counties.BY, at=min(at, found.first - timedelta(days=1)), county=county)
    counties.keep(folder)


def write(
    folder: Path,
    profile: Profile,
    found: Scan,
    shapes: Sequence[Shape],
    keywords: Mapping[tuple[str, ...], tuple[Keyword, ...]] = MappingProxyType({}),
) -> None:
    """Write every file of the county's folder."""
    counties.begin(folder)
    here = profile.county.code.ljust(12, "0")
    _write_card(folder, profile)
    _write_days(folder, profile, found)
    divisions, grids = _places(profile, found, shapes)
    _write(folder / "divisions.csv", ("code", "name_zh", "name_en"), divisions)
    lines = ",\n".join(json.dumps(grid, ensure_ascii=False) for grid in grids)
    (folder / "grids.geojson").write_text(
        f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8"
    )
    organs = {name: code("o", (name,)) for name in found.organs}
    _write_organs(folder, organs, here)
    _write_matters(folder, profile, found, organs, keywords)


def code(letter: str, path: Sequence[str]) -> str:
    """A code made from names, the same every time."""
    told = "\0".join(name.casefold() for name in path)
    return letter + hashlib.blake2b(told.encode(), digest_size=6).hexdigest()


def _write_card(folder: Path, profile: Profile) -> None:
    county = profile.county
    values = {
        "code": county.code,
        "name_zh": county.name_zh,
        "name_en": county.name_en or county.name_zh,
        "tz": profile.tz,
        "holidays": profile.holidays,
        "banner_zh": BANNER[0],
        "banner_en": BANNER[1],
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    (folder / "county.toml").write_text("\n".join([*lines, "practice = false", ""]), encoding="utf-8")


def _write_days(folder: Path, profile: Profile, found: Scan) -> None:
    """The days off of the file's own years and two more: no limit of its time is provisional for want of them."""
    first, last = found.first, found.last
    years = range(first.year - 1, last.year + 3) if first and last else range(0)
    days = calendars.national(years, profile.holidays)
    rows = [(day.date, str(day.working).lower(), str(day.announced).lower(), day.source) for day in days]
    _write(folder / "calendar.csv", ("date", "working", "announced", "source"), rows)


def _places(profile: Profile, found: Scan, shapes: Sequence[Shape]) -> tuple[list[Any], list[Any]]:
    """Rows of divisions and features of grids: names of the file first, then shapes that no row names."""
    county = profile.county.code
    name_en = profile.county.name_en or profile.county.name_zh
    rows = [
        (f"{county[:2]}0000000000", "示例省", "Example Province"),
        (f"{county[:4]}00000000", "示例市", "Example City"),
        (county.ljust(12, "0"), profile.county.name_zh, name_en),
    ]
    codes: dict[tuple[str, ...], str] = {}
    named = [path[:depth] for path, _count in found.places.most_common() for depth in range(1, len(path) + 1)]
    for path in dict.fromkeys([*named, *_homes(named, shapes)]):
        key = tuple(name.casefold() for name in path)
        made = codes.get(key) or _next_code(county, codes, key)
        if made and key not in codes:
            codes[key] = made
            rows.append((made, path[-1], path[-1] if profile.language == "en" else ""))
    grids = []
    for shape in apart(shapes):
        if shape.area is not None and (village := _village(codes, shape, county, rows)):
            grids.append(_grid(village, shape))
    return rows, grids


def _homes(named: Iterable[tuple[str, ...]], shapes: Sequence[Shape]) -> list[tuple[str, ...]]:
    """Paths of shapes whose last name no row has."""
    last = {path[-1].casefold() for path in named}
    return [shape.path for shape in shapes if shape.path[-1].casefold() not in last]


def _next_code(county: str, codes: dict[tuple[str, ...], str], key: tuple[str, ...]) -> str:
    """The next free code of a town or, below a known town, of a village; empty when three digits are used up."""
    if len(key) == 1:
        number = sum(len(path) == 1 for path in codes) + 1
        return f"{county}{number:03d}000" if number <= TOWNS else ""
    town = codes.get(key[:1], "")
    number = sum(len(path) == 2 and path[0] == key[0] for path in codes) + 1
    return f"{town[:9]}{number:03d}" if town and number <= VILLAGES else ""


def _village(codes: dict[tuple[str, ...], str], shape: Shape, county: str, rows: list[Any]) -> str:
    """The village a shape belongs to: the one of its name, or one made inside the town of its name."""
    name = shape.path[-1].casefold()
    known = [(path, made) for path, made in codes.items() if path[-1] == name]
    if not known:
        return ""
    path, made = max(known, key=lambda pair: len(pair[0]))
    if len(path) == 2:
        return made
    inside = (path[0], name)
    if inside not in codes and (fresh := _next_code(county, codes, inside)):
        codes[inside] = fresh
        rows.append((fresh, shape.path[-1], shape.path[-1]))
    return codes.get(inside, "")


def _grid(village: str, shape: Shape) -> dict[str, Any]:
    from shapely.geometry import mapping

    inside = shape.area.representative_point()
    name = shape.path[-1]
    properties = {"code": f"{village}001", "division": village, "name_zh": name, "name_en": name}
    return {
        "type": "Feature",
        "properties": properties | {"lon": round(inside.x, 6), "lat": round(inside.y, 6)},
        "geometry": mapping(shape.area),
    }


def _write_organs(folder: Path, organs: dict[str, str], here: str) -> None:
    rows = [(code, above, zh, en, kind, here) for code, above, zh, en, kind in FEW]
    rows += [(made, "gov", name, name, "department", here) for name, made in organs.items()]
    _write(folder / "organs.csv", ("code", "parent", "name_zh", "name_en", "kind", "division"), rows)
    posts = [(code, organ, role, here, zh, en) for code, organ, role, zh, en in POSTS]
    for made in ["gov", *organs.values()]:
        posts.append((f"{made}-1", made, "handler", here, "承办人员", "Case officer"))
        posts.append((f"{made}-head", made, "head", here, "负责人", "Head"))
    _write(folder / "posts.csv", ("code", "organ", "role", "place", "title_zh", "title_en"), posts)


def _write_matters(
    folder: Path,
    profile: Profile,
    found: Scan,
    organs: dict[str, str],
    keywords: Mapping[tuple[str, ...], tuple[Keyword, ...]],
) -> None:
    """The tree of matters; who is responsible is the organ that had most of a matter's rows."""
    above = {path[:depth] for path in found.matters for depth in range(1, len(path))}
    leaves = [_leaf(path, above) for path in found.matters]
    limit = (profile.county.limit_amount, profile.county.limit_unit.value, CLAUSE, "true")
    words = {_leaf(path, above): " ".join(one.word for one in told) for path, told in keywords.items()}
    kept: dict[str, tuple[Any, ...]] = {}
    for path in dict.fromkeys([*sorted(above, key=len), *leaves]):
        parent = code("m", path[:-1]) if len(path) > 1 else ""
        kept.setdefault(code("m", path), (code("m", path), parent, path[-1], path[-1], *limit, words.get(path, "")))
    kept[CATCH_ALL] = (CATCH_ALL, "", "其他", "Anything else", *limit, "")
    head = ("code", "parent", "name_zh", "name_en", "limit_amount", "limit_unit", "clause", "public_ok", "keywords")
    _write(folder / "matters.csv", head, kept.values())
    leads = {_leaf(path, above): organ for path, organ in found.responsible().items()}
    rows = {CATCH_ALL: (CATCH_ALL, "", "dispatch", CLAUSE)}
    for path in leaves:
        lead = organs[leads[path]] if path in leads else "dispatch"
        rows[code("m", path)] = (code("m", path), "", lead, CLAUSE)
    _write(folder / "responsibilities.csv", ("matter", "place", "organ", "clause"), rows.values())
    most, unit = profile.county.limit_amount, profile.county.limit_unit.value
    unit_zh, unit_en = UNITS[unit]
    text = (f"示例期限：{most}{unit_zh}，不是法规。", f"An example, not a law: {most} {unit_en}.")
    clause = (CLAUSE, "示例规则", "Example rule", "", *text, "-", "false")
    said = ("code", "law_zh", "law_en", "article", "text_zh", "text_en", "source", "verified")
    _write(folder / "clauses.csv", said, [clause])


def _leaf(path: tuple[str, ...], above: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """The path of the matter that takes cases: where others lie beneath it, one of its own name beneath it too."""
    return path if path not in above else (*path, path[-1])


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(head)
        table.writerows(rows)
