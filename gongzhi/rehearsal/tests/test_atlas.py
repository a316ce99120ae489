"""The map of Lanting: grids tile the county without gap or overlap, and every landmark lies in its grid."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from functools import cache
from typing import Any

import shapely
from shapely.geometry import shape

from gongzhi.places import rules as places
from gongzhi.rehearsal import atlas
from gongzhi.web import county as counties

FOLDER = counties.shipped("lanting")


@cache
def features() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "grids.geojson").read_text())["features"]
    return found


@cache
def areas() -> dict[str, Any]:
    return {one["properties"]["code"]: shape(one["geometry"]) for one in features()}


def test_grids_tile_the_county_without_gap_or_overlap() -> None:
    whole = shapely.union_all(list(areas().values()))
    assert all(area.is_valid for area in areas().values())
    assert abs(sum(area.area for area in areas().values()) - whole.area) < 1e-12
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0


def test_villages_and_towns_are_each_one_piece() -> None:
    for digits in (12, 9):
        parts = defaultdict(list)
        for code, area in areas().items():
            parts[code[:digits]].append(area)
        assert all(shapely.union_all(pieces).geom_type == "Polygon" for pieces in parts.values())


def test_codes_are_numbered_from_one_in_each_village() -> None:
    serials = defaultdict(list)
    for code in areas():
        assert places.level_of(code) is places.Level.GRID
        serials[code[:12]].append(int(code[12:]))
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in serials.values())


def test_centres_and_landmarks_lie_in_their_grids() -> None:
    for one in features():
        own = one["properties"]
        assert areas()[own["code"]].contains(shapely.Point(own["lon"], own["lat"]))
    with (FOLDER / "buildings.csv").open(encoding="utf-8") as lines:
        marks = list(csv.DictReader(lines))
    assert len(marks) >= 1000
    assert len({mark["name_zh"] for mark in marks}) == len(marks)
    assert all(areas()[m["grid"]].contains(shapely.Point(float(m["lon"]), float(m["lat"]))) for m in marks)


def test_the_file_is_small_and_drawn_again_the_same() -> None:
    assert (FOLDER / "grids.geojson").stat().st_size < 700_000
    with (FOLDER / "divisions.csv").open(encoding="utf-8") as lines:
        drawn = atlas.draw(list(csv.DictReader(lines)))
    assert drawn.features[7] == features()[7]
