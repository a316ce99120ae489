"""Suggestion, responsibility, loading."""

from __future__ import annotations

import pytest

from gongzhi.cases import loading, matters
from gongzhi.cases.models import Matter, Responsibility
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")


@pytest.mark.parametrize(
    ("words", "matter"),
    [
        ("东街井盖坏了", "manhole"),
        ("路灯不亮，井盖也坏了，灯不亮很久了", "lamp"),
        ("The streetlight is out", "lamp"),
        ("你好", None),
        ("道路", None),
    ],
)
def test_the_keywords_that_say_most_suggest_the_matter(words: str, matter: str | None) -> None:
    hint = matters.suggest(words)
    assert (hint.matter.code if hint else None) == matter


def test_a_suggestion_says_which_words_and_how_sure() -> None:
    hint = matters.suggest("路灯不亮，井盖坏了")
    assert hint is not None
    assert (hint.matter.code, hint.words) == ("lamp", ("路灯", "灯不亮"))
    assert 0 < hint.sure < 1


@pytest.mark.parametrize(
    ("matter", "place", "organ"),
    [
        ("manhole", cast.GRID, "roads"),
        ("manhole", cast.OTHER_GRID, "water"),
        ("lamp", cast.OTHER_GRID, "roads"),
        ("other", cast.GRID, ""),
        ("manhole", "990101000000", "roads"),
    ],
)
def test_the_row_of_the_matter_outranks_its_parents_and_the_longest_prefix_wins(
    matter: str, place: str, organ: str
) -> None:
    assert matters.responsible(matter, place).organ == organ


def test_the_path_of_a_matter_names_what_stands_above() -> None:
    assert matters.tags()["lamp"].path_zh == "道路 › 路灯"


def test_loading_twice_changes_nothing() -> None:
    before = Fact.objects.count()
    assert loading.load_matters(by=cast.BY, at=cast.later(days=1), rows=cast.MATTERS).written == 0
    assert loading.load_responsibilities(by=cast.BY, at=cast.later(days=1), rows=cast.RESPONSIBILITIES).written == 0
    assert Fact.objects.count() == before


def test_a_removed_matter_is_closed_with_a_date_and_old_cases_keep_its_name() -> None:
    case = cast.say("路灯不亮").case
    rows = [row for row in cast.MATTERS if row["code"] != "lamp"]
    assert loading.load_matters(by=cast.BY, at=cast.later(days=1), rows=rows).closed == 1
    assert Matter.objects.get(code="lamp").valid_to == cast.later(days=1)
    assert matters.card("lamp") is None
    assert matters.tags()[case.matter_id].name_zh == "路灯"
    assert matters.suggest("路灯不亮") is None


def test_a_changed_lead_is_a_closed_and_a_new_row() -> None:
    rows = [row | {"organ": "town"} if row["matter"] == "water" else row for row in cast.RESPONSIBILITIES]
    loading.load_responsibilities(by=cast.BY, at=cast.later(days=1), rows=rows)
    assert matters.responsible("water", cast.GRID).organ == "town"
    kept = Responsibility.objects.filter(matter="water").order_by("valid_from").values_list("organ", "valid_to")
    assert list(kept) == [("water", cast.later(days=1)), ("town", None)]


@pytest.mark.parametrize(
    "rows",
    [
        [row for row in cast.MATTERS if row["code"] != "other"],
        [row for row in cast.MATTERS if row["code"] != "streets"],
    ],
)
def test_matters_without_the_catch_all_or_a_parent_are_refused(rows: list[dict[str, object]]) -> None:
    with pytest.raises(Refusal):
        loading.load_matters(by=cast.BY, at=cast.AT, rows=rows)


def test_two_leads_for_one_matter_and_place_are_refused() -> None:
    with pytest.raises(Refusal):
        loading.load_responsibilities(by=cast.BY, at=cast.AT, rows=cast.RESPONSIBILITIES * 2)
