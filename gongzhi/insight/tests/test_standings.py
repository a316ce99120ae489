"""Standings: the night's work says what the warehouse says, and pages show it, withheld where fewer than ten spoke."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight import standing_pages, standing_rules, standings, wording
from gongzhi.insight.standing_tables import Outlook, Portrait
from gongzhi.kit.moments import now
from gongzhi.places.reads import local_day

pytestmark = pytest.mark.usefixtures("county")
TOWN_RANK = {
    "what": "per_thousand", "value": 12.4, "low": 11.0, "high": 14.2,
    "rank": 4, "rank_low": 2, "rank_high": 9, "of": 12,
}  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def portrait(kind: str = "matter", code: str = "water", voices: int = 60, **figures: object) -> Portrait:
    day = local_day(now()) - timedelta(days=1)
    weeks = [[(day - timedelta(weeks=n)).isoformat(), count] for n, count in ((3, 14), (2, 4), (1, 0), (0, 22))]
    days = [[(day - timedelta(days=n)).isoformat(), n % 4] for n in range(20, -1, -1)]
    told = {
        "weeks": weeks, "days": days, "cases": 40, "open": 5, "promised": 38, "kept": 21, "waits": {"0": 20, "3": 7},
        "hours": {"9": 25, "10": 3}, "channels": {"web": 33, "chat": 15, "phone": 7}, "rank": TOWN_RANK,
    }  # fmt: skip
    return Portrait.objects.create(
        kind=kind, code=code, until=day, figures=told | figures, voices=voices, made_at=now()
    )


def test_staff_see_every_figure_and_everybody_none_below_ten() -> None:
    portrait()

    staff = text(signed_in("mayor").get("/en/desk/standing/matter/water/"))
    everybody = text(Client().get("/en/figures/matter/water/"))

    assert "telephone" in staff
    assert "telephone" not in everybody
    assert "chat" not in everybody
    assert "website" in everybody
    assert "weeks with one to nine are withheld" in everybody
    assert "That is about rank 4 of 12; it could be anything from 2 to 9." in everybody
    assert "21 of 38 cases were answered in time" in everybody


def test_a_share_that_would_give_away_fewer_than_ten_is_withheld() -> None:
    assert "kept" not in standing_pages.withheld(portrait(promised=30, kept=25))
    assert standing_pages.withheld(portrait(code="lamp", promised=40, kept=25))["kept"] == 25


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)))
def test_what_is_withheld_of_a_distribution_cannot_be_reckoned_back(cells: dict[str, int]) -> None:
    told = standing_rules.withheld(cells)

    hidden = [cells[name] for name in cells if told[name] is None]
    assert all(told[name] is None for name, count in cells.items() if 0 < count < 10)
    assert all(told[name] in (None, count) for name, count in cells.items())
    assert sum(hidden) == 0 or sum(hidden) >= 10 or not any(told.values())


def test_a_subject_of_nine_people_has_no_figure_at_all_in_public() -> None:
    portrait(voices=9)

    page = Client().get("/en/figures/matter/water/")
    listed = text(Client().get("/en/figures/matter/"))

    assert "Fewer than 10 people spoke here lately" in text(page)
    assert '<svg class="plot"' not in text(page)
    assert "/en/figures/matter/water/" not in listed
    assert "22" not in Client().get("/en/figures/matter/water/?as=csv").content.decode()


def test_the_file_withholds_what_the_page_withholds() -> None:
    portrait()

    rows = Client().get("/en/figures/matter/water/?as=csv").content.decode("utf-8-sig").splitlines()

    assert [row.partition(",")[2] for row in rows[1:]] == ["14", "", "0", "22"]


@pytest.mark.parametrize("path", ["desk/standing/thing/x/", "desk/standing/thing/", "desk/standing/organ/nobody/"])
def test_what_does_not_exist_is_not_found(path: str) -> None:
    assert signed_in("mayor").get(f"/en/{path}").status_code == 404


def test_a_place_that_brought_nothing_has_a_page_that_says_so() -> None:
    page = signed_in("mayor").get(f"/en/desk/standing/place/{cast.VILLAGE}/")

    assert page.status_code == 200
    assert '<svg class="plot"' not in text(page)


def test_the_forecast_its_warning_and_its_posts_stand_on_the_offices_page() -> None:
    portrait("organ", "water")
    told = {
        "first": local_day(now()), "mean": [5.0] * 14, "low": [2.0] * 14, "high": [9.0] * 14, "total": 70.0,
        "total_low": 55.0, "total_high": 88.0, "made_at": now(),
    }  # fmt: skip
    Outlook.objects.create(kind="organ", code="water", handled=40, over=0.9, **told)
    Outlook.objects.create(kind="post", code=f"water|{cast.TOWN[:9]}", hands=7, **told)

    page = text(signed_in("mayor").get("/en/desk/standing/organ/water/"))
    file = signed_in("mayor").get("/en/desk/standing/organ/water/?as=csv").content.decode("utf-8-sig")

    assert "more than it has ever handled in time" in page
    assert "兰亭镇" in page
    assert file.count("expected,") == 14
    assert file.count("day,") >= 20


def test_lists_are_for_staff_with_every_subject_and_as_a_file() -> None:
    portrait()
    portrait(code="lamp", voices=3)

    page = text(signed_in("mayor").get("/en/desk/standing/matter/"))
    file = signed_in("mayor").get("/en/desk/standing/matter/?as=csv").content.decode("utf-8-sig")

    assert "Lamp" in page
    assert "Water" in page
    assert len(file.splitlines()) == 3
    assert signed_in("roads-1").get("/en/desk/standing/matter/").status_code == 403


def test_a_rank_without_doubt_has_no_interval_and_none_is_none() -> None:
    sure = TOWN_RANK | {"rank_low": 4, "rank_high": 4}

    assert wording.rank(sure).endswith("That is rank 4 of 12.")
    assert wording.rank(None) == ""
    assert "92 % answered in time" in wording.rank(sure | {"what": "kept", "value": 0.92, "low": 0.9, "high": 0.95})


def test_the_night_says_what_the_warehouse_says(tmp_path: Path) -> None:
    pytest.importorskip("ibis", reason="the extra `analysis` is not installed")
    from gongzhi.insight.nightly import run
    from gongzhi.insight.tests import life

    for n in range(44):
        said = life.voice(cast.later(days=n))
        if n % 2:
            life.finish(said, cast.later(days=n, hours=5))
    life.voice(cast.later(days=44), words="停水三天了", code=cast.OTHER_GRID)
    at = cast.later(days=45)
    life.refresh(tmp_path, at)

    night = run.all_of_it(at=at, folder=tmp_path, zone=life.ZONE)
    again = run.all_of_it(at=at, folder=tmp_path, zone=life.ZONE)

    roads = standings.portrait("organ", "roads")
    assert roads is not None
    assert (roads.voices, roads.figures["cases"], roads.figures["open"]) == (44, 44, 22)
    assert roads.figures["waits"] == {"0": 22, "-1": 22}
    assert roads.figures["kept"] == roads.figures["promised"] == 22
    assert sum(count for _day, count in roads.figures["days"]) == 44
    county = standings.portrait("county", "")
    assert county is not None
    assert county.figures["cases"] == 45
    assert standings.portrait("place", cast.TOWN).voices == 44  # type: ignore[union-attr]
    assert standings.portrait("matter", "streets").voices == 44  # type: ignore[union-attr]
    assert night.outlooks == Outlook.objects.count() > 0
    assert (again.outlooks, again.portraits) == (0, night.portraits)
    ahead = standings.outlook("organ", "roads", local_day(at))
    assert ahead is not None
    assert 7 <= ahead.total <= 25
    assert ahead.handled == 7


def test_an_empty_county_makes_nothing_of_its_first_night(tmp_path: Path) -> None:
    pytest.importorskip("ibis", reason="the extra `analysis` is not installed")
    from gongzhi.insight.nightly import run
    from gongzhi.insight.tests import life

    assert run.all_of_it(at=cast.AT, folder=tmp_path, zone=life.ZONE) == run.Night()
