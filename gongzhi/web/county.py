"""Loading a county's folder into the rooms' tables. Loading twice changes nothing; a row that is gone is closed.

`load` writes everything or nothing: a folder with one fault leaves the county as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

import gongzhi
from gongzhi.cases import detailing
from gongzhi.cases import loading as cases
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people import loading as people
from gongzhi.places import keeping
from gongzhi.places import loading as places
from gongzhi.procedures import loading as procedures
from gongzhi.sensors import loading as sensors
from gongzhi.web.county_folder import County

BY = "import:county"


@dataclass(frozen=True, slots=True)
class Step:
    """What one file changed: rows written new or differently, rows closed."""

    file: str
    written: int
    closed: int


def load(*, by: str, at: datetime, county: County) -> list[Step]:
    """Load a folder that was read without faults. Refuses `county_faulty` when it has any."""
    if county.faults or county.card is None:
        raise Refusal("county_faulty", N_("The folder has faults; nothing was loaded."))
    rows = {name: [line.row.model_dump(exclude_none=True) for line in lines] for name, lines in county.files.items()}
    who: dict[str, Any] = {"by": by, "at": at}
    with transaction.atomic():
        before = keeping.version()
        card = county.card.model_dump(exclude={"holidays"}) | {"bounds": _bounds(county)}
        places.set_county(card=card, **who)
        return [
            Step("county.toml", int(keeping.version() != before), 0),
            _step("divisions.csv", places.load_divisions(rows=rows["divisions.csv"], **who)),
            _step("grids.geojson", places.load_grids(features=_features(county, rows["grids.geojson"]), **who)),
            _step("buildings.csv", places.load_landmarks(rows=rows.get("buildings.csv", []), **who)),
            _step("organs.csv", people.load_organs(rows=rows["organs.csv"], **who)),
            _step("posts.csv", people.load_posts(rows=rows["posts.csv"], **who)),
            _step("clauses.csv", procedures.load_clauses(rows=rows["clauses.csv"], **who)),
            _step("calendar.csv", _load_days(county, rows.get("calendar.csv", []), who)),
            _step("procedures/", procedures.load_procedures(texts=list(county.procedures.values()), **who)),
            _step("matters.csv", cases.load_matters(rows=rows["matters.csv"], **who)),
            _step("responsibilities.csv", cases.load_responsibilities(rows=rows["responsibilities.csv"], **who)),
            _step("details.csv", detailing.load_details(rows=rows.get("details.csv", []), **who)),
            _step("sensors.csv", sensors.load_sensors(rows=rows.get("sensors.csv", []), **who)),
            _step("sensor_rules.csv", sensors.load_rules(rows=rows.get("sensor_rules.csv", []), **who)),
        ]


def _load_days(county: County, rows: list[dict[str, Any]], who: dict[str, Any]) -> procedures.Loaded:
    assert county.card is not None  # a folder without a card has a fault
    return procedures.load_days(rows=rows, country=county.card.holidays, **who)


def _bounds(county: County) -> list[float]:
    """West, south, east, north: as the card says, else around all grids; empty without polygons."""
    from shapely import total_bounds
    from shapely.geometry import shape

    drawn = [shape(polygon) for polygon in county.polygons.values() if polygon]
    if county.card is not None and county.card.bounds:
        return county.card.bounds
    return [round(float(edge), 6) for edge in total_bounds(drawn)] if drawn else []


def _features(county: County, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"properties": row, "geometry": county.polygons.get(row["code"])} for row in rows]


def _step(file: str, loaded: Any) -> Step:
    """The rooms count alike but name it differently: `written`, or `added` and `changed`."""
    written = loaded.written if hasattr(loaded, "written") else loaded.added + loaded.changed
    return Step(file, written, loaded.closed)


def keep(folder: Path) -> None:
    """Copy the files that were loaded to GONGZHI_DIR/county, so that a backup of that folder is whole."""
    target = settings.GONGZHI_DIR / "county"
    if target.resolve() == folder.resolve():
        return
    fresh = target.with_name("county.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def shipped(name: str) -> Path:
    """The folder of a county that comes with the program: in the checkout, or in the installed package."""
    package = Path(gongzhi.__file__).parent
    for folder in (package.parent / "counties" / name, package / "rehearsal" / "counties" / name):
        if (folder / "county.toml").is_file():
            return folder
    raise NotFound("county_not_shipped", N_("No county named %(name)s comes with this program."), name=name)


def begin(folder: Path) -> list[str]:
    """Write a commented skeleton that passes `check` into a new folder; the names of its files.

    Refuses `folder_taken` when the folder holds anything already."""
    if folder.exists() and any(folder.iterdir()):
        raise Refusal("folder_taken", N_("%(folder)s is not empty; nothing was written."), folder=str(folder))
    skeleton = Path(__file__).parent / "skeleton"
    shutil.copytree(skeleton, folder, dirs_exist_ok=True)
    (folder / "procedures").mkdir()
    voice = shipped("lanting") / "procedures" / "voice.yaml"
    shutil.copyfile(voice, folder / "procedures" / voice.name)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def totals(county: County) -> Mapping[str, int]:
    """How many rows each file has."""
    return {name: len(lines) for name, lines in county.files.items()}
