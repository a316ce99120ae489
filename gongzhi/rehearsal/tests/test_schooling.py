"""The practice county's router: learnt at the end of the building when there is enough, else left to the night."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gongzhi.cases import many, teaching
from gongzhi.insight.routing import rules
from gongzhi.insight.routing.tables import RouterVersion
from gongzhi.rehearsal import schooling
from gongzhi.rehearsal.tests.conftest import AT
from gongzhi.rehearsal.tests.test_playing import stories
from gongzhi.web.county_folder import County


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.GONGZHI_DIR = tmp_path


@pytest.fixture
def told() -> list[str]:
    return []


def test_too_few_closed_cases_are_left_to_a_later_night_without_a_word(lanting: County, told: list[str]) -> None:
    many.receive_many(stories(lanting, days=3))
    assert 0 < teaching.how_many() < rules.ENOUGH
    assert schooling.learn(told.append) is False
    assert told == []


def test_a_router_that_is_there_is_not_learnt_again(
    lanting: County, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ENOUGH", 1)
    many.receive_many(stories(lanting, days=3))
    RouterVersion.objects.create(number=1, at=AT, until=AT, examples=1, matters=[], sha256="", size=0)
    assert schooling.learn(told.append) is False
    assert told == []


def test_a_county_too_large_for_the_while_of_a_build_is_left_to_the_night(
    lanting: County, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ENOUGH", 1)
    monkeypatch.setattr(schooling, "MOST", 2)
    many.receive_many(stories(lanting, days=3))
    assert schooling.learn(told.append) is False
    assert not RouterVersion.objects.exists()


def test_what_keeps_it_from_learning_is_told_and_stops_no_building(
    lanting: County, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ENOUGH", 1)
    many.receive_many(stories(lanting, days=3))
    assert schooling.learn(told.append) is False  # the child finds no county in this folder
    assert told
    assert "Traceback" not in "".join(told)
