"""Whether the files of a county agree with each other: every key leads somewhere, every matter has somebody
responsible everywhere, grids do not overlap. What is judged here needs more than one row.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from gongzhi.cases.rules import CATCH_ALL
from gongzhi.kit.refusal import N_
from gongzhi.people.permits import Permit, roles_with
from gongzhi.places import rules as places
from gongzhi.web.county_folder import County

UNKNOWN = N_("“%(code)s” in “%(column)s” is not in %(file)s.")
TWICE = N_("“%(code)s” stands here for the second time; the first is in line %(first)s.")
KEYS: dict[str, Callable[[Any], Hashable]] = {
    "divisions.csv": lambda row: row.code,
    "grids.geojson": lambda row: row.code,
    "buildings.csv": lambda row: f"{row.name_zh} {row.grid or ''}".strip(),
    "organs.csv": lambda row: row.code,
    "posts.csv": lambda row: row.code,
    "matters.csv": lambda row: row.code,
    "responsibilities.csv": lambda row: f"{row.matter} {row.place}".strip(),
    "details.csv": lambda row: f"{row.matter} {row.code}",
    "clauses.csv": lambda row: row.code,
    "calendar.csv": lambda row: row.date.isoformat(),
    "sensors.csv": lambda row: row.code,
    "sensor_rules.csv": lambda row: f"{row.sensor} {row.code}",
}
# file, column, file that must hold the value
LINKS = (
    ("grids.geojson", "division", "divisions.csv"),
    ("buildings.csv", "grid", "grids.geojson"),
    ("organs.csv", "parent", "organs.csv"),
    ("organs.csv", "division", "divisions.csv"),
    ("organs.csv", "head", "posts.csv"),
    ("posts.csv", "organ", "organs.csv"),
    ("matters.csv", "parent", "matters.csv"),
    ("matters.csv", "clause", "clauses.csv"),
    ("responsibilities.csv", "matter", "matters.csv"),
    ("responsibilities.csv", "organ", "organs.csv"),
    ("responsibilities.csv", "assisting", "organs.csv"),
    ("responsibilities.csv", "clause", "clauses.csv"),
    ("details.csv", "matter", "matters.csv"),
    ("sensors.csv", "organ", "organs.csv"),
    ("sensors.csv", "upkeep", "matters.csv"),
    ("sensor_rules.csv", "sensor", "sensors.csv"),
    ("sensor_rules.csv", "matter", "matters.csv"),
)
OVERLAP = 1e-9  # square degrees, about 10 m²: less is the rounding of coordinates


def judge(county: County) -> None:
    """Add to the county every fault that lies between rows. Files that could not be read are passed over."""
    known = {name: _once(county, name) for name in KEYS}
    for name, column, target in LINKS:
        _follow(county, name, column, target, known[target])
    _judge_divisions(county, known["divisions.csv"])
    _judge_places(county, known)
    _judge_organs(county)
    _judge_matters(county)
    _judge_polygons(county)


def _once(county: County, name: str) -> set[Hashable]:
    """The keys of a file; one that stands twice is a fault."""
    first: dict[Hashable, int] = {}
    for line in county.files.get(name, []):
        key = KEYS[name](line.row)
        if first.setdefault(key, line.number) != line.number:
            county.blame(name, line.number, TWICE, code=key, first=first[key])
    return set(first)


def _follow(county: County, name: str, column: str, target: str, known: set[Hashable]) -> None:
    if target not in county.files:
        return
    for line in county.files.get(name, []):
        value = getattr(line.row, column)
        for code in value if isinstance(value, list) else [value] if value else []:
            if code not in known:
                county.blame(name, line.number, UNKNOWN, code=code, column=column, file=target)


def _judge_divisions(county: County, known: set[Hashable]) -> None:
    name = "divisions.csv"
    for line in county.files.get(name, []):
        row = line.row
        level, parent = places.level_of(row.code), places.parent_of(row.code)
        if row.level and row.level != level:
            sentence = N_("The digits of %(code)s say %(level)s, the column says otherwise.")
            county.blame(name, line.number, sentence, code=row.code, level=level.value)
        if row.parent and row.parent != parent:
            sentence = N_("%(code)s lies in %(parent)s by its digits, the column says otherwise.")
            county.blame(name, line.number, sentence, code=row.code, parent=parent or "—")
        if level in (places.Level.TOWN, places.Level.VILLAGE):
            if parent not in known:
                county.blame(name, line.number, UNKNOWN, code=parent, column="parent", file=name)
            if county.card and not row.code.startswith(county.card.code):
                county.blame(name, line.number, N_("%(code)s does not lie in this county."), code=row.code)
    if county.card and name in county.files and county.card.code.ljust(12, "0") not in known:
        county.blame(name, 1, N_("The county itself (%(code)s) is missing."), code=county.card.code.ljust(12, "0"))


def _judge_places(county: County, known: dict[str, set[Hashable]]) -> None:
    """Places of grids, posts and responsibilities; a prefix must be the beginning of some place."""
    everywhere = {str(code) for code in known["divisions.csv"] | known["grids.geojson"]}
    for line in county.files.get("grids.geojson", []):
        if line.row.code[:12] not in everywhere:
            sentence = N_("Grid %(code)s does not lie in a village we know.")
            county.blame("grids.geojson", line.number, sentence, code=line.row.code)
    for line in county.files.get("posts.csv", []):
        if line.row.place and line.row.place not in everywhere:
            county.blame("posts.csv", line.number, UNKNOWN, code=line.row.place, column="place", file="divisions.csv")
    for line in county.files.get("sensors.csv", []):
        if line.row.place and line.row.place not in everywhere:
            county.blame("sensors.csv", line.number, UNKNOWN, code=line.row.place, column="place", file="divisions.csv")
    prefixes = {code[:length] for code in everywhere for length in range(1, len(code) + 1)}
    for line in county.files.get("responsibilities.csv", []):
        if line.row.place and line.row.place not in prefixes:
            sentence = N_("No place begins with “%(code)s”.")
            county.blame("responsibilities.csv", line.number, sentence, code=line.row.place)


def _judge_organs(county: County) -> None:
    """A head sits in its own organ; somebody can dispatch, and somebody can hear words about an officer."""
    posts = {row.code: row for row in county.rows("posts.csv")}
    for line in county.files.get("organs.csv", []):
        head = posts.get(line.row.head)
        if head is not None and head.organ != line.row.code:
            sentence = N_("The head “%(code)s” is a post of another organ.")
            county.blame("organs.csv", line.number, sentence, code=line.row.head)
    roles = {row.role for row in posts.values()}
    if posts and not roles & roles_with(Permit.CASE_SEND):
        county.blame("posts.csv", 1, N_("No post can dispatch: one with the role dispatcher is needed."))
    if posts and not roles & roles_with(Permit.OFFICER_CASE):
        county.blame("posts.csv", 1, N_("No post hears words about officers: one with the role supervisor is needed."))


def _judge_matters(county: County) -> None:
    name = "matters.csv"
    lines = county.files.get(name, [])
    parents = {line.row.parent for line in lines if line.row.parent}
    above = {line.row.code: line.row.parent for line in lines}
    everywhere = {row.matter for row in county.rows("responsibilities.csv") if _whole_county(county, row.place)}
    for line in lines:
        code, chain = line.row.code, [line.row.code]
        while (parent := above.get(chain[-1])) and parent not in chain:
            chain.append(parent)
        if parent:
            county.blame(name, line.number, N_("“%(code)s” stands beneath itself."), code=code)
        if county.nets and line.row.procedure not in county.nets:
            sentence = N_("There is no procedure “%(code)s” in the folder procedures.")
            county.blame(name, line.number, sentence, code=line.row.procedure)
        if code not in parents and not everywhere & set(chain):
            sentence = N_("Nobody is responsible for “%(code)s” in the whole county (responsibilities.csv).")
            county.blame(name, line.number, sentence, code=code)
    if lines and CATCH_ALL not in above:
        sentence = N_("The matter “%(code)s” is missing: words that no keyword knows need it.")
        county.blame(name, 1, sentence, code=CATCH_ALL)


def _whole_county(county: County, place: str) -> bool:
    """Whether a place code or prefix takes in the whole county: `990101000000` and `9901` do in 990101."""
    if county.card is None:
        return True
    return county.card.code.startswith(places.prefix(place) if len(place) == 12 else place)


def _judge_polygons(county: County) -> None:
    """Each polygon is an area; no two share more than a border."""
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    name = "grids.geojson"
    areas: list[Any] = []
    owners: list[Any] = []
    for line in county.files.get(name, []):
        drawn = county.polygons.get(line.row.code)
        if drawn is None:
            continue
        try:
            area = shape(drawn)
            whole = area.geom_type in ("Polygon", "MultiPolygon") and area.is_valid and area.area > 0
        except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            whole = False
        if whole:
            areas.append(area)
            owners.append(line)
        else:
            sentence = N_("The polygon of grid %(code)s is not a closed, simple area.")
            county.blame(name, line.number, sentence, code=line.row.code)
    if not areas:
        return
    one, other = shapely.STRtree(areas).query(areas, predicate="intersects")
    for left, right in zip(one.tolist(), other.tolist(), strict=True):
        if left < right and areas[left].intersection(areas[right]).area > OVERLAP:
            codes = {"one": owners[left].row.code, "other": owners[right].row.code}
            county.blame(name, owners[right].number, N_("Grids %(one)s and %(other)s overlap."), **codes)
