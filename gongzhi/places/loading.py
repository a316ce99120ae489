"""Loading the county's own files into rows: the card, divisions, grids, landmarks.

Each verb takes plain rows with the column names of its model, writes only what differs, and closes what is
no longer in the file with the date of loading: a code that stood in a case once is never deleted or reused.
Loading the same files twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import models, transaction

from gongzhi.kit.canonical import Json
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.places import keeping, rules
from gongzhi.places.models import County, Division, Grid, Landmark

Row = Mapping[str, Any]
BATCH = 500


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were written new or changed, and how many were closed."""

    written: int
    closed: int


def set_county(*, by: str, at: datetime, card: Row) -> County:
    """Set the one county this house serves; refuses `county_other` when rows of another code exist."""
    code = str(card["code"])[:6]
    with transaction.atomic():
        county = County.objects.first()
        if county is not None and county.code != code:
            raise Refusal(
                "county_other",
                N_("This house serves %(old)s; %(new)s needs a folder of its own."),
                old=county.code,
                new=code,
            )
        fresh = County(**{**_values(County, card), "code": code, "version": county.version if county else 1})
        if county is not None and not _differs(county, fresh):
            return county
        fresh.save(force_insert=county is None, force_update=county is not None)
        keeping.touch()
        writing.write(kind="places.county_set", about="county", by=by, at=at, details={"practice": fresh.practice})
        fresh.refresh_from_db(fields=["version"])
    return fresh


def load_divisions(*, by: str, at: datetime, rows: Sequence[Row]) -> Loaded:
    """Write divisions (`level` and `parent` follow from the code when they are not given)."""
    new = []
    for row in sorted(rows, key=lambda row: str(row["code"])):
        code = str(row["code"])
        values = _values(Division, row)
        values["level"] = row.get("level") or rules.level_of(code).value
        values["parent_id"] = row.get("parent") or rules.parent_of(code)
        new.append(Division(**values))
    known = {division.code for division in new}
    for division in new:
        if division.level != rules.level_of(division.code):
            raise Refusal(
                "division_level",
                N_("%(place)s is not the code of a %(level)s."),
                place=division.code,
                level=division.level,
            )
        if division.parent_id not in known:
            division.parent_id = None
            if division.level in (rules.Level.TOWN, rules.Level.VILLAGE):
                raise Refusal(
                    "division_orphan", N_("The place above %(place)s is not in the file."), place=division.code
                )
    return _load(Division, "divisions", new, by=by, at=at)


def load_grids(*, by: str, at: datetime, features: Sequence[Row]) -> Loaded:
    """Write grids from GeoJSON features (`properties` hold the columns) or from plain rows with `polygon`.

    Refuses `grid_outside` for a code that is not in a known village, `grid_polygon` for a broken polygon.
    """
    villages = set(Division.objects.filter(level=rules.Level.VILLAGE).values_list("code", flat=True))
    new = []
    for feature in features:
        row = {**feature, **feature.get("properties", {})}
        polygon = feature.get("geometry", row.get("polygon"))
        grid = Grid(**{**_values(Grid, row), "polygon": polygon, "division_id": str(row["code"])[:12]})
        if rules.level_of(grid.code) is not rules.Level.GRID or grid.division_id not in villages:
            raise Refusal("grid_outside", N_("Grid %(place)s does not lie in a village we know."), place=grid.code)
        if polygon is not None:
            _centre(grid)
        new.append(grid)
    return _load(Grid, "grids", new, by=by, at=at)


def load_landmarks(*, by: str, at: datetime, rows: Sequence[Row]) -> Loaded:
    """Write landmarks; one is known by its name and grid, which follows from its coordinates if not given."""
    from gongzhi.places import reads

    held = {(mark.name_zh, mark.grid_id): mark.id for mark in Landmark.objects.all()}
    new: dict[tuple[str, str | None], Landmark] = {}
    for row in rows:
        grid = row.get("grid") or None
        if grid is None and row.get("lon") is not None and row.get("lat") is not None:
            found = reads.grid_at(float(row["lon"]), float(row["lat"]))
            grid = found.code if found else None
        mark = Landmark(**{**_values(Landmark, row), "grid_id": grid})
        key = (mark.name_zh, grid)
        mark.id = held.get(key) or mark.id
        new[key] = mark
    return _load(Landmark, "landmarks", list(new.values()), by=by, at=at)


def _load(model: type[models.Model], what: str, new: Sequence[Any], *, by: str, at: datetime) -> Loaded:
    """Insert, change and close rows so that the table says what the file says."""
    today = at.date()
    with transaction.atomic():
        old: dict[Any, Any] = {row.pk: row for row in model._default_manager.all()}
        fresh = [row for row in new if row.pk not in old]
        changed = [row for row in new if row.pk in old and _differs(old[row.pk], row)]
        gone = [pk for pk, row in old.items() if row.valid_to is None and pk not in {one.pk for one in new}]
        if not (fresh or changed or gone):
            return Loaded(0, 0)
        model._default_manager.bulk_create(fresh, batch_size=BATCH)
        names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        model._default_manager.bulk_update(changed, names, batch_size=50)
        for start in range(0, len(gone), BATCH):
            model._default_manager.filter(pk__in=gone[start : start + BATCH]).update(valid_to=today)
        written = len(fresh) + len(changed)
        details: dict[str, Json] = {"what": what, "written": written, "closed": len(gone)}
        keeping.touch()
        writing.write(kind="places.loaded", about="county", by=by, at=at, details=details)
    return Loaded(written, len(gone))


def _values(model: type[models.Model], row: Row) -> dict[str, Any]:
    """The columns of `row` that the model has, read as the model's types; empty text means nothing said."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.is_relation or row.get(field.name) in (None, ""):
            continue
        value = row[field.name]
        if isinstance(field, models.DateField) and isinstance(value, str):
            value = date.fromisoformat(value)
        if isinstance(field, models.JSONField) and isinstance(value, str):
            value = [part.strip() for part in value.replace("；", ";").split(";") if part.strip()]
        values[field.name] = field.to_python(value) if not isinstance(field, models.JSONField) else value
    return values


def _differs(old: models.Model, new: models.Model) -> bool:
    fields = [field for field in old._meta.concrete_fields if not field.primary_key]
    return any(getattr(old, field.attname) != getattr(new, field.attname) for field in fields)


def _centre(grid: Grid) -> None:
    """Refuse a polygon that is no area, and give the grid a point inside it when it has none."""
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        area = shape(cast(dict[str, Any], grid.polygon))
        whole = area.geom_type in ("Polygon", "MultiPolygon") and area.is_valid and area.area > 0
    except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        whole = False
    if not whole:
        raise Refusal(
            "grid_polygon", N_("The polygon of grid %(place)s is not a closed, simple area."), place=grid.code
        )
    if grid.lon is None or grid.lat is None:
        point = area.representative_point()
        grid.lon, grid.lat = round(point.x, 6), round(point.y, 6)
