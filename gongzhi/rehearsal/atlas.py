"""Draws a county that does not exist: about six hundred grids whose polygons tile it without gap or overlap.

One Voronoi diagram is made of all grid centres and of ghost points around the county. A village is the union of
its grids, a town of its villages, the county of its towns: every shared border is the same list of points, so
tiling holds by construction. Borders are made crooked by displacing points along each shared edge once.
"""

from __future__ import annotations

import csv
import json
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongzhi.rehearsal.landmarks import Landmark, describe, name_all

Point = tuple[float, float]
Edge = tuple[Point, Point]

CENTRE: Point = (118.3, 36.2)
SPREAD = 0.2  # degrees of longitude from the centre to the border, before its bays and capes
FLAT = 0.8  # a degree of latitude is longer: cos 36° keeps the county round
DIGITS = 6
# Where the towns lie, in units of the radius; the four streets of the county town come first.
SEATS: tuple[Point, ...] = (
    *((-0.10, 0.10), (0.12, 0.13), (0.14, -0.10), (-0.11, -0.12)),
    *((-0.62, 0.36), (-0.10, 0.62), (0.46, 0.55), (0.70, 0.06)),
    *((-0.70, -0.22), (0.42, -0.52), (-0.12, -0.62), (-0.52, 0.76)),
)
STREET_REACH, TOWN_REACH = 0.13, 0.30
GRIDS_STREET, GRIDS_TOWN = 6, 4


@dataclass(slots=True)
class Village:
    """A village of divisions.csv with its centre and the centres of its grids."""

    code: str
    name_zh: str
    name_en: str
    population: int
    centre: Point
    grids: list[Point] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn: GeoJSON features of the grids, centres of divisions, landmarks."""

    features: list[dict[str, Any]]
    centres: dict[str, Point]
    landmarks: list[Landmark]


def draw(divisions: Sequence[dict[str, str]], seed: int = 990101) -> Drawing:
    """Draw the county of `divisions` (rows of divisions.csv). The same rows and seed give the same county."""
    rng = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    villages = [village for town in _towns(divisions) for village in _settle(town, rng)]
    points = _on_earth(_spread_grids(villages, rng))
    rings = _rings(points)
    features: list[dict[str, Any]] = []
    centres: dict[str, Point] = {}
    for village, cells in _numbered(villages, points, rings):
        centres[village.code] = _middle([centre for centre, _ in cells])
        for serial, (centre, ring) in enumerate(cells, 1):
            features.append(_feature(village, serial, len(cells), centre, ring))
    for row in divisions:
        if row["level"] != "village":
            digits = {"province": 2, "city": 4, "county": 6, "town": 9}[row["level"]]
            inside = [point for code, point in centres.items() if code.startswith(row["code"][:digits])]
            centres[row["code"]] = _middle(inside)
    landmarks = name_all(villages, features, random.Random(seed + 1))  # noqa: S311
    describe(features, landmarks)
    return Drawing(features, centres, landmarks)


def _towns(divisions: Sequence[dict[str, str]]) -> list[list[dict[str, str]]]:
    towns = [row["code"] for row in divisions if row["level"] == "town"]
    if len(towns) > len(SEATS):
        raise ValueError(f"there are seats for {len(SEATS)} towns")
    return [[row for row in divisions if row["parent"] == code] for code in towns]


def _settle(rows: list[dict[str, str]], rng: random.Random) -> list[Village]:
    """Lay the villages of one town on a sunflower around its seat: even, and never twice the same distance."""
    place = int(rows[0]["code"][6:9])
    order = place - 1 if place < 100 else (place - 100 + 4 if place < 200 else 11)
    seat, reach = SEATS[order], STREET_REACH if order < 4 else TOWN_REACH
    turn = rng.random() * math.tau
    villages = []
    for at, row in enumerate(rows):
        distance = reach * math.sqrt((at + 0.35) / len(rows))
        angle = turn + at * 2.399963 + rng.uniform(-0.15, 0.15)
        centre = (seat[0] + distance * math.cos(angle), seat[1] + distance * math.sin(angle))
        villages.append(Village(row["code"], row["name_zh"], row["name_en"], int(row["population"] or 0), centre))
    return villages


def _spread_grids(villages: list[Village], rng: random.Random) -> list[Point]:
    """Grid centres around each village, then ghosts outside that give the county its border."""
    points: list[Point] = []
    for at, village in enumerate(villages):
        near = min(math.dist(village.centre, other.centre) for other in villages if other is not village)
        many = GRIDS_STREET if village.code[6] == "0" else GRIDS_TOWN
        many = max(3, many + (at % 3) - 1)
        turn = rng.random() * math.tau
        for nth in range(many):
            angle = turn + math.tau * nth / many
            reach = near * rng.uniform(0.26, 0.34)
            point = (village.centre[0] + reach * math.cos(angle), village.centre[1] + reach * math.sin(angle))
            village.grids.append(point)
            points.append(point)
    return points + list(_ghosts(points, rng))


def _ghosts(points: list[Point], rng: random.Random) -> Iterator[Point]:
    """Points just outside the land: near enough to end it, far enough to leave every grid its ground."""
    step = 0.06
    reach = math.ceil(1.6 / step)
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            ghost = (column * step + rng.uniform(-0.02, 0.02), row * step + rng.uniform(-0.02, 0.02))
            coast = (
                1.0
                + 0.05 * math.sin(3 * math.atan2(ghost[1], ghost[0]))
                + 0.03 * math.sin(7 * math.atan2(ghost[1], ghost[0]))
            )
            apart = min(math.dist(ghost, point) for point in points)
            if apart > 0.13 and (math.hypot(*ghost) > coast or apart > 0.30):
                yield ghost


def _on_earth(points: list[Point]) -> list[Point]:
    """From units of the radius to longitude and latitude."""
    return [(CENTRE[0] + SPREAD * x, CENTRE[1] + SPREAD * FLAT * y) for x, y in points]


def _rings(points: list[Point]) -> list[list[Point]]:
    """The Voronoi cell of each point as a closed crooked ring, in the order of the points."""
    import shapely

    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), ordered=True)
    bent: dict[Edge, list[Point]] = {}
    return [_ring(_corners(cell), bent) for cell in cells.geoms]


def _corners(cell: Any) -> list[Point]:
    """Corners of a cell, rounded, counter-clockwise, without repeats."""
    import shapely

    ring = shapely.get_coordinates(shapely.orient_polygons(cell))[:-1]
    corners: list[Point] = []
    for x, y in ring:
        corner = (round(float(x), DIGITS), round(float(y), DIGITS))
        if not corners or corners[-1] != corner:
            corners.append(corner)
    if corners[0] == corners[-1]:
        corners.pop()
    return corners


def _ring(corners: list[Point], bent: dict[Edge, list[Point]]) -> list[Point]:
    ring: list[Point] = []
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        key = (start, end) if start < end else (end, start)
        if key not in bent:
            bent[key] = _bend(*key)
        between = bent[key] if key == (start, end) else bent[key][::-1]
        ring += [start, *between]
    return [*ring, ring[0]]


def _bend(start: Point, end: Point) -> list[Point]:
    """Points that make an edge wander like a lane or a brook; drawn from its ends, so both sides agree."""
    length = math.dist(start, end)
    if length < 0.0016:
        return []
    rng = random.Random(f"{start}{end}")  # noqa: S311
    across = (-(end[1] - start[1]), end[0] - start[0])
    shares = (0.3, 0.5, 0.7)
    sway = rng.uniform(-0.05, 0.05)
    return [
        (
            round(start[0] + share * (end[0] - start[0]) + (sway + rng.uniform(-0.03, 0.03)) * across[0], DIGITS),
            round(start[1] + share * (end[1] - start[1]) + (sway + rng.uniform(-0.03, 0.03)) * across[1], DIGITS),
        )
        for share in shares
    ]


def _numbered(
    villages: list[Village], points: list[Point], rings: list[list[Point]]
) -> Iterator[tuple[Village, list[tuple[Point, list[Point]]]]]:
    """Each village with its cells in the order of numbering: west to east, north to south (DB11 unit grids)."""
    at = 0
    for village in villages:
        many = len(village.grids)
        cells = list(zip(points[at : at + many], rings[at : at + many], strict=True))
        at += many
        cells.sort(key=lambda cell: (-round(cell[0][1], 2), cell[0][0]))
        yield village, cells


def _feature(village: Village, serial: int, many: int, centre: Point, ring: list[Point]) -> dict[str, Any]:
    bare_en = village.name_en.removesuffix(" Community").removesuffix(" Village")
    return {
        "type": "Feature",
        "properties": {
            "code": f"{village.code}{serial:03d}",
            "division": village.code,
            "name_zh": f"{village.name_zh}第{'一二三四五六七八九'[serial - 1]}网格",
            "name_en": f"{bare_en} Grid {serial}",
            "description": "",
            "lon": round(centre[0], DIGITS),
            "lat": round(centre[1], DIGITS),
            "households": round(village.population / 2.6 / many),
        },
        "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in ring]]},
    }


def _middle(points: Sequence[Point]) -> Point:
    return (
        round(sum(point[0] for point in points) / len(points), DIGITS),
        round(sum(point[1] for point in points) / len(points), DIGITS),
    )


def write(folder: Path) -> Drawing:
    """Draw the county of a folder and write its grids.geojson, buildings.csv and the centres in divisions.csv."""
    source = folder / "divisions.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    drawing = draw(rows)
    for row in rows:
        row["lon"], row["lat"] = map(str, drawing.centres[row["code"]])
    with source.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    features = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in drawing.features)
    (folder / "grids.geojson").write_text(
        '{"type":"FeatureCollection","features":[\n' + features + "\n]}\n", encoding="utf-8"
    )
    with (folder / "buildings.csv").open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(Landmark.__slots__)
        table.writerows([getattr(landmark, name) for name in Landmark.__slots__] for landmark in drawing.landmarks)
    return drawing


if __name__ == "__main__":
    write(Path(sys.argv[1]))
