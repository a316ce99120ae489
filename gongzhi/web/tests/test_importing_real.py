"""Samples of real files: every row is new or rejected, what is strange about them is said, personal data is masked."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from gongzhi.cases.models import Case, Voice
from gongzhi.places import reads as places
from gongzhi.web.importing import commands, playing, profile, tables
from gongzhi.web.tests.test_importing import AT, house  # noqa: F401 - a fixture

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[4] / "shared")) / "data"
pytestmark = [
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs real files in ../shared/data"),
    pytest.mark.django_db,
    pytest.mark.usefixtures("house"),
]
STEP = {"boston311": 90, "la311": 8, "nyc311": 1, "nyccouncil": 350, "pingshan": 15}
FILES = {
    "boston311": "requests/boston311_2015_jan_jul.parquet",
    "la311": "requests/la311_2017_subset.parquet",
    "nyc311": "requests/nyc311_2025_06_sample.parquet",
    "nyccouncil": "requests/nyc_council_2015_2019h1.parquet",
    "pingshan": "china/pingshan_events_2018_to_oct.csv",
}
SHAPES = {"boston311": "geo/cth_boston.geojson", "la311": "geo/cth_los-angeles.geojson"}


def sample(name: str, folder: Path) -> Path:
    """Every so manieth row of a file, as CSV."""
    if name != "pingshan":
        pytest.importorskip("pyarrow", reason="Parquet needs the extra analysis")
    source, how = SHARED / FILES[name], profile.load(name)
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, sorted(how.columns))
        table.writeheader()
        for at, (_line, row) in enumerate(tables.rows(source, how.columns)):
            if at % STEP[name] == 0:
                table.writerow(row)
    return path


def imported(name: str, folder: Path) -> tuple[playing.Tally, Path]:
    file = sample(name, folder)
    areas = [SHARED / SHAPES[name]] if name in SHAPES else []
    return commands.cases(file, profile.load(name), areas, at=AT), file


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_row_of_a_real_file_is_accounted_for(name: str, tmp_path: Path) -> None:
    tally, file = imported(name, tmp_path)
    rows = sum(1 for _row in tables.rows(file))
    assert tally.rows == rows > 300
    assert tally.adds_up()
    assert Case.objects.count() == Voice.objects.count() == tally.new > 0.9 * rows
    (rejects,) = (tmp_path / "house" / "import").glob("*.rejected.csv")
    with rejects.open(encoding="utf-8", newline="") as lines:
        assert sum(1 for _line in csv.reader(lines)) - 1 == tally.rejected.total()
    assert Case.objects.exclude(organ="").values("organ").distinct().count() > 2
    assert Case.objects.exclude(matter="other").count() > 0.9 * tally.new


def test_boston_tells_of_the_pin_that_stands_for_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tally, _file = imported("boston311", tmp_path)
    assert 0.10 < tally.traps["fallback_pin"] / tally.rows < 0.18
    pins: Any = Case.objects.exclude(lon=None).values_list("lon", "lat")
    lon, lat = max(set(pins), key=list(pins).count)
    assert list(pins).count((lon, lat)) < 0.02 * tally.new, "no pin stands for nowhere"
    assert "-71.0587" in capsys.readouterr().out
    assert Case.objects.exclude(grid="").count() > 0.5 * tally.new, "pins lie in neighbourhoods"


def test_pingshan_lies_in_its_streets_and_communities(tmp_path: Path) -> None:
    tally, _file = imported("pingshan", tmp_path)
    assert len(places.towns()) >= 6
    villages = Case.objects.exclude(division__endswith="000").count()
    assert villages > 0.9 * tally.new
    assert tally.traps["end_unknown"] > 0
