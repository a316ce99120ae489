"""A county's folder: every fault at once, each with its file, its line and one sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.utils import translation

from gongzhi.web import county as counties
from gongzhi.web import county_check


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    counties.begin(tmp_path / "new")
    return tmp_path / "new"


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def faults(folder: Path) -> list[str]:
    with translation.override("en"):
        return [fault.told() for fault in county_check.read(folder).faults]


def test_skeleton_has_no_fault(folder: Path) -> None:
    assert faults(folder) == []


def test_lanting_has_no_fault_and_its_promised_size() -> None:
    county = county_check.read(counties.shipped("lanting"))
    assert county.faults == []
    divisions = county.rows("divisions.csv")
    assert [sum(row.level == level for row in divisions) for level in ("town", "village")] == [12, 129]
    assert sum(row.population or 0 for row in divisions if row.level == "village") == 300_000
    assert len(county.rows("organs.csv")) == 40
    assert sum(1 for row in county.rows("matters.csv") if row.parent) >= 80
    assert 550 <= len(county.rows("grids.geojson")) <= 650


def test_every_text_of_lanting_is_in_both_languages() -> None:
    county = county_check.read(counties.shipped("lanting"))
    for name in county.files:
        for line in county.files[name]:
            said = line.row.model_dump()
            for column in [c for c in said if c.endswith("_zh") and said[c] and c != "law_zh"]:
                assert said[column.replace("_zh", "_en")], f"{name}:{line.number} {column}"


def test_check_names_all_faults_at_once_with_file_and_line(folder: Path) -> None:
    edit(folder, "organs.csv", "gov,,县人民政府办公室", "gov,nobody,县人民政府办公室")
    edit(folder, "matters.csv", ",5,working_days", ",five,working_days")
    edit(folder, "posts.csv", "gov,handler", "gov,boss")
    edit(folder, "divisions.csv", "990199001201,village,990199001000,示例村", "990199001201,town,990199001000,示例村")
    found = faults(folder)
    assert "matters.csv:3  “five” is not a whole number (column “limit_amount”)." in found
    assert "organs.csv:3  “nobody” in “parent” is not in organs.csv." in found
    assert "posts.csv:5  “boss” is not a role; docs/county-files.md lists them." in found
    assert "divisions.csv:7  The digits of 990199001201 say village, the column says otherwise." in found


def test_check_speaks_chinese(folder: Path) -> None:
    (folder / "organs.csv").unlink()
    with translation.override("zh-hans"):
        told = [fault.told() for fault in county_check.read(folder).faults if fault.file == "organs.csv"]
    assert told == ["organs.csv:1  缺少这个文件。"]


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("county.toml", "#0f5b4f", "#f0e68c", "county.toml:9  The accent #f0e68c cannot be read on paper; the nearest"),
        ("county.toml", "practice = true", "practice = perhaps", "county.toml:5  This cannot be read"),
        ("county.toml", "Asia/Shanghai", "Asia/Nowhere", "county.toml:6  “Asia/Nowhere” is not a time zone"),
        ("posts.csv", "code,organ", "code,organn", "posts.csv:4  Nobody knows the column “organn”"),
        ("posts.csv", "dispatcher-1,dispatch,dispatcher", "dispatcher-1,dispatch,handler", "No post can dispatch"),
        ("posts.csv", "discipline,supervisor", "discipline,handler", "No post hears words about officers"),
        (
            "organs.csv",
            "gov-head",
            "dispatch-head",
            "organs.csv:3  The head “dispatch-head” is a post of another organ.",
        ),
        (
            "matters.csv",
            "true,false,false",
            "true,false,true",
            "A matter about an officer is never public",
        ),
        ("matters.csv", "\nother,,", "\nrest,,", "matters.csv:1  The matter “other” is missing"),
        ("matters.csv", "local-1,路面修补", "local-9,路面修补", "“local-9” in “clause” is not in clauses.csv."),
        ("responsibilities.csv", "other,990199", "other,990199001", "Nobody is responsible for “other” in the whole"),
        ("responsibilities.csv", "road-damage,990199", "road-damage,77", "No place begins with “77”."),
        (
            "responsibilities.csv",
            "\nother,",
            "\nroad-damage,",
            "stands here for the second time; the first is in",
        ),
        ("clauses.csv", ",false,,", ",maybe,,", "Write true or false for “verified”, not “maybe”."),
        ("grids.geojson", "36.19],[118.31,36.21]", "36.21],[118.31,36.19]", "grids.geojson:2  The polygon of grid"),
        ("grids.geojson", "990199001201001", "990199001999001", "does not lie in a village we know"),
        ("divisions.csv", "118.3,36.2,1200", "1180,36.2,1200", "divisions.csv:7  “1180” is out of range for “lon”."),
        ("procedures/voice.yaml", "start: received", "start: nowhere", "procedures/voice.yaml:1  The procedure"),
    ],
)
def test_check_finds(folder: Path, name: str, old: str, new: str, sentence: str) -> None:
    edit(folder, name, old, new)
    assert any(sentence in told for told in faults(folder)), faults(folder)


def test_check_finds_polygons_that_overlap(tmp_path: Path) -> None:
    shutil.copytree(counties.shipped("lanting"), tmp_path / "copy")
    path = tmp_path / "copy" / "grids.geojson"
    lines = path.read_text().splitlines()
    stolen = lines[2][lines[2].index('"geometry"') :]
    lines[1] = lines[1][: lines[1].index('"geometry"')] + stolen
    path.write_text("\n".join(lines))
    assert any(
        "grids.geojson:3  Grids 990101001001001 and 990101001001002 overlap." in told for told in faults(path.parent)
    )


def test_check_blames_a_file_nobody_reads_and_one_not_in_utf8(folder: Path) -> None:
    (folder / "matter.csv").write_text("code\n")
    (folder / "clauses.csv").write_bytes("法律".encode("gbk"))
    found = faults(folder)
    assert "matter.csv:1  No room reads this file; look for a misspelling." in found
    assert "clauses.csv:1  The file is not UTF-8; save it again as UTF-8." in found
