"""The cast of this room's tests: a small county with two towns, three villages, four square grids."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gongzhi.places import loading

AT = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
BY = "import:test"

COUNTY: dict[str, Any] = {
    "code": "990101",
    "name_zh": "兰亭县",
    "name_en": "Lanting County",
    "practice": True,
    "bounds": [118.0, 30.0, 118.4, 30.4],
    "neighbours": [{"name_zh": "清溪县", "name_en": "Qingxi County", "bounds": [118.4, 30.0, 119.0, 30.4]}],
}
DIVISIONS = [
    {"code": "990000000000", "name_zh": "明州省", "name_en": "Mingzhou Province"},
    {"code": "990100000000", "name_zh": "越城市", "name_en": "Yuecheng City"},
    {"code": "990101000000", "name_zh": "兰亭县", "name_en": "Lanting County"},
    {"code": "990101001000", "name_zh": "城关镇", "name_en": "Chengguan Town"},
    {"code": "990101001001", "name_zh": "东门社区", "name_en": "East Gate Community", "population": "3200"},
    {"code": "990101001002", "name_zh": "西桥社区", "name_en": "West Bridge Community"},
    {"code": "990101002000", "name_zh": "石塘乡", "name_en": "Shitang Township"},
    {"code": "990101002001", "name_zh": "五里坡村", "name_en": "Wulipo Village"},
]


def square(west: float, south: float, side: float = 0.1) -> dict[str, Any]:
    """A GeoJSON square by its south-western corner, degrees."""
    east, north = round(west + side, 6), round(south + side, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def grid(code: str, name_zh: str, name_en: str, west: float, south: float) -> dict[str, Any]:
    """A GeoJSON feature of a square grid."""
    properties = {"code": code, "name_zh": name_zh, "name_en": name_en, "households": 300}
    return {"type": "Feature", "properties": properties, "geometry": square(west, south)}


GRIDS = [
    grid("990101001001001", "一组", "Group 1", 118.0, 30.0),
    grid("990101001001002", "三组", "Group 3", 118.1, 30.0),
    grid("990101001002001", "十三组", "Group 13", 118.2, 30.0),
    grid("990101002001001", "三组", "Group 3", 118.0, 30.1),
]
LANDMARKS = [
    {"name_zh": "东门外大街", "name_en": "East Gate Outer Street", "kind": "street", "lon": 118.05, "lat": 30.05},
    {"name_zh": "人民医院", "name_en": "People's Hospital", "aliases": "县医院;一院", "lon": 118.15, "lat": 30.05},
    {"name_zh": "沐尘桥", "name_en": "Muchen Bridge", "kind": "bridge", "lon": 118.05, "lat": 30.15},
    {"name_zh": "第二小学", "name_en": "Second Primary School", "lon": 118.25, "lat": 30.05},
]


def a_county() -> None:
    """Load the whole cast."""
    loading.set_county(by=BY, at=AT, card=COUNTY)
    loading.load_divisions(by=BY, at=AT, rows=DIVISIONS)
    loading.load_grids(by=BY, at=AT, features=GRIDS)
    loading.load_landmarks(by=BY, at=AT, rows=LANDMARKS)
