"""Demo sign-ins and the command: only in a practice county, the same again at the second start, district on demand."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gongzhi.kit.refusal import NotAllowed
from gongzhi.people import reads as people
from gongzhi.people.models import Account
from gongzhi.people.permits import ROLES
from gongzhi.places import keeping
from gongzhi.places.models import County as CountyRow
from gongzhi.rehearsal import demo, district, playing
from gongzhi.rehearsal.tests.conftest import AT
from gongzhi.web import county as counties
from gongzhi.web import county_check
from gongzhi.web.county_folder import County


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.GONGZHI_DIR = tmp_path


def test_there_is_one_sign_in_for_every_role(lanting: County) -> None:
    made = demo.make(by="rehearsal", at=AT, seed=1)
    assert {one.role for one in made} == set(ROLES)
    account = Account.objects.get(username="handler")
    assert account.check_password(next(one.password for one in made if one.role == "handler"))
    assert [post.role for post in people.posts_of(account.id, AT)] == ["handler"]


def test_sign_ins_refuse_to_exist_in_a_real_county(lanting: County) -> None:
    CountyRow.objects.update(practice=False)
    keeping.forget()
    with pytest.raises(NotAllowed) as refusal:
        demo.make(by="rehearsal", at=AT, seed=1)
    assert refusal.value.code == "not_practice"
    assert not Account.objects.exists()


def test_a_second_start_uses_the_sign_ins_that_are_there(lanting: County, tmp_path: Path) -> None:
    made = demo.make(by="rehearsal", at=AT, seed=1)
    key = demo.api_key(by="rehearsal", at=AT)
    demo.write(made, api_key=key, size="tiny", seed=1)
    assert demo.api_key(by="rehearsal", at=AT) == key
    accounts = Account.objects.count()
    assert demo.make(by="rehearsal", at=AT, seed=2) == made
    assert Account.objects.count() == accounts
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
    assert len(json.loads((tmp_path / "demo.json").read_text())["sign_ins"]) == len(ROLES)


def test_a_district_has_807_organs_and_30_000_posts_and_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "district"
    shutil.copytree(counties.shipped("lanting"), folder)
    district.enlarge(folder, playing.SIZES["district"])
    counts = {name: sum(1 for _ in csv.reader((folder / name).open())) - 1 for name in ("organs.csv", "posts.csv")}
    assert counts == {"organs.csv": 807, "posts.csv": 30_000}
    assert county_check.read(folder).faults == []


def test_other_sizes_leave_the_county_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    shutil.copytree(counties.shipped("lanting"), folder)
    before = (folder / "posts.csv").read_bytes()
    district.enlarge(folder, playing.SIZES["small"])
    assert (folder / "posts.csv").read_bytes() == before
