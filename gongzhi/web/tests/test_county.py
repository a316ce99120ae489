"""Loading a county's folder: everything or nothing, twice changes nothing, a removed row is closed with a date."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongzhi.cases.models import Matter
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people.models import Post
from gongzhi.places.models import County, Division
from gongzhi.web import county as counties
from gongzhi.web import county_check, county_commands
from gongzhi.web.county_rows import OPTIONAL

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    counties.begin(tmp_path / "new")
    return tmp_path / "new"


def load(folder: Path, at: datetime = AT) -> list[counties.Step]:
    return counties.load(by="import:county", at=at, county=county_check.read(folder))


def test_load_fills_every_room(folder: Path) -> None:
    steps = load(folder)
    assert all(step.written for step in steps if step.file not in OPTIONAL)
    assert County.objects.get().bounds == [118.29, 36.19, 118.31, 36.21]
    assert Division.objects.count() == 5
    assert Matter.objects.get(code="road-damage").keywords == ["坑", "路面", "修路", "pothole", "road"]


def test_load_twice_changes_nothing(folder: Path) -> None:
    load(folder)
    facts, version = Fact.objects.count(), County.objects.get().version
    steps = load(folder, at=AT.replace(day=21))
    assert not any(step.written or step.closed for step in steps)
    assert (Fact.objects.count(), County.objects.get().version) == (facts, version)


def test_load_closes_a_removed_row_with_a_date(folder: Path) -> None:
    load(folder)
    posts = folder / "posts.csv"
    posts.write_text("".join(line for line in posts.open() if not line.startswith("operator-1")))
    load(folder, at=AT.replace(day=25))
    assert str(Post.objects.get(code="operator-1").valid_to) == "2026-11-25"
    assert Post.objects.filter(valid_to=None).count() == 9


def test_load_refuses_a_folder_with_a_fault_and_leaves_the_county(folder: Path) -> None:
    (folder / "clauses.csv").unlink()
    with pytest.raises(Refusal) as refusal:
        load(folder)
    assert refusal.value.code == "county_faulty"
    assert not County.objects.exists()


def test_begin_refuses_a_folder_that_holds_something(folder: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        counties.begin(folder)
    assert refusal.value.code == "folder_taken"


def test_command_checks_and_says_how_many_faults(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert county_commands.county(["check", str(folder)]) == 0
    shutil.rmtree(folder / "procedures")
    assert county_commands.county(["check", str(folder)]) == 1
    assert "procedures/voice.yaml:1  缺少这个文件。" in capsys.readouterr().err
