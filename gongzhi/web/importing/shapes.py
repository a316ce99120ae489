"""Polygons or a list of divisions given with `--places`: read, named, told apart by their coordinate system.

Chinese map services draw in GCJ-02, up to 700 m beside WGS84. Two files that name the same places and differ by just
that offset are of two systems; the shifted one is taken back, and never are both mixed as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.kit import coords
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.importing import tables
from gongzhi.web.importing.profile import Shapes

NEAR = 150  # metres by which an offset may miss the one of GCJ-02 (simplified outlines)
FINEST = 5e-5  # degrees, about 5 m: what an outline is simplified to
SLIVER = 1e-8  # square degrees, about 100 m²: less is the rounding of two outlines


@dataclass(frozen=True, slots=True)
class Shape:
    """A named area in WGS84 (None: named only), and the names above it, the widest first."""

    path: tuple[str, ...]
    area: Any = None


def read(files: Sequence[Path], how: Shapes) -> tuple[list[Shape], list[str]]:
    """The shapes of all files, the first that names a place counts; and what was noticed about their systems.

    Refuses `places_misread`, and `places_mixed` when two files name the same places but neither lie on each other
    nor differ by the offset of GCJ-02."""
    noticed: list[str] = []
    kept: dict[tuple[str, ...], Shape] = {}
    for file in files:
        found = _listed(file) if file.suffix.lower() == ".csv" else _drawn(file, how)
        if how.system == "gcj02":
            found = [_unshifted(shape) for shape in found]
        if _is_shifted(kept, found, file):
            noticed.append(file.name)
            found = [_unshifted(shape) for shape in found]
        for shape in found:
            kept.setdefault(shape.path, shape)
    return list(kept.values()), noticed


def _drawn(file: Path, how: Shapes) -> list[Shape]:
    from shapely import make_valid
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        told = json.loads(file.read_text(encoding="utf-8-sig"))
        features = told.get("features") if isinstance(told, dict) else None
        if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
            raise ValueError(_("it is no FeatureCollection"))
        named = [
            (how.name.format_map(feature.get("properties") or {}), feature["geometry"])
            for feature in features
            if feature.get("geometry")
        ]
        return [
            Shape((name.strip()[:60],), make_valid(shape(geometry)).simplify(FINEST))
            for name, geometry in named
            if name.strip()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ShapelyError) as error:
        raise Refusal(
            "places_misread",
            N_("%(file)s cannot be read as GeoJSON polygons named “%(name)s”: %(why)s"),
            file=file.name,
            name=how.name,
            why=str(error)[:120],
        ) from error


def _listed(file: Path) -> list[Shape]:
    """A CSV of divisions: `name`, and `above` where one lies in another (a town above a village)."""
    found = []
    has = tables.columns(file)
    for _line, row in tables.rows(file):
        name = str(row.get("name") or row.get("name_zh") or "").strip()[:60]
        above = str(row.get("above") or "").strip()[:60]
        if name:
            found.append(Shape((above, name) if above else (name,)))
    if not found:
        raise Refusal(
            "places_unnamed", N_("%(file)s names no place; a column “name” is needed (it has: %(columns)s)."),
            file=file.name, columns=", ".join(has),
        )  # fmt: skip
    return found


def _is_shifted(kept: dict[tuple[str, ...], Shape], found: Sequence[Shape], file: Path) -> bool:
    """Whether a second file draws the places of the first in GCJ-02."""
    pairs = [
        (kept[shape.path].area.centroid, shape.area.centroid)
        for shape in found
        if shape.area is not None and shape.path in kept and kept[shape.path].area is not None
    ]
    if not pairs:
        return False
    same = median(coords.metres(one.x, one.y, other.x, other.y) for one, other in pairs)
    shifted = median(coords.metres(*coords.wgs84_to_gcj02(one.x, one.y), other.x, other.y) for one, other in pairs)
    back = median(coords.metres(*coords.gcj02_to_wgs84(one.x, one.y), other.x, other.y) for one, other in pairs)
    if same <= NEAR:
        return False
    if min(shifted, back) > NEAR or back < shifted:
        raise Refusal(
            "places_mixed",
            N_(
                "%(file)s draws the same places about %(metres)s m beside the file before it. Two coordinate systems "
                "are never mixed: give one file, or the WGS84 one first."
            ),
            file=file.name,
            metres=round(same),
        )
    return True


def _unshifted(shape: Shape) -> Shape:
    if shape.area is None:
        return shape
    import numpy
    import shapely

    def back(points: Any) -> Any:
        return numpy.array([coords.gcj02_to_wgs84(lon, lat) for lon, lat in points.tolist()])

    return Shape(shape.path, shapely.transform(shape.area, back))


def apart(shapes: Sequence[Shape]) -> list[Shape]:
    """The same shapes without common ground: what two outlines both claim goes to the first."""
    import shapely

    drawn = [shape for shape in shapes if shape.area is not None]
    areas = [shape.area for shape in drawn]
    tree = shapely.STRtree(areas) if areas else None
    made: list[Any] = []
    for at, area in enumerate(areas):
        own = area
        for other in sorted(tree.query(area).tolist()) if tree is not None else []:
            if other < at and made[other] is not None:
                own = own.difference(made[other])
        made.append(_solid(own))
    kept = [Shape(shape.path, area) for shape, area in zip(drawn, made, strict=True) if area is not None]
    return [*kept, *(shape for shape in shapes if shape.area is None)]


def _solid(area: Any) -> Any:
    """The parts of an area that are ground, as a valid Polygon or MultiPolygon; None when nothing is left."""
    import shapely

    parts = [part for part in shapely.get_parts(shapely.make_valid(area)) if part.geom_type == "Polygon"]
    parts += [
        inner
        for part in shapely.get_parts(shapely.make_valid(area))
        if part.geom_type == "MultiPolygon"
        for inner in part.geoms
    ]
    solid = [part for part in parts if part.area > SLIVER]
    if not solid:
        return None
    return solid[0] if len(solid) == 1 else shapely.MultiPolygon(solid)
