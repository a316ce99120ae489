"""Loading what a matter asks beyond the words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases import detailing, rules
from gongzhi.cases.models import Detail
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Refusal

ROW: dict[str, Any] = {"matter": "lamp", "code": "pole", "datatype": "string", "name_zh": "灯杆编号"}


def load(*rows: dict[str, Any]) -> detailing.Loaded:
    return detailing.load_details(by=cast.BY, at=cast.AT, rows=rows)


def test_loading_twice_changes_nothing(county: None) -> None:
    assert load(ROW) == detailing.Loaded(1, 0)
    assert load(ROW) == detailing.Loaded(0, 0)
    assert Detail.objects.count() == 1


def test_a_changed_row_is_written_and_a_removed_one_closed(county: None) -> None:
    load(ROW, ROW | {"code": "since", "datatype": "datetime"})
    assert load(ROW | {"required": True}) == detailing.Loaded(1, 1)
    assert Detail.objects.get(code="since").valid_to == cast.AT
    assert Detail.objects.get(code="pole").required


def test_a_closed_detail_may_come_back_as_a_new_row(county: None) -> None:
    load(ROW)
    load()
    assert load(ROW) == detailing.Loaded(1, 0)
    assert Detail.objects.filter(code="pole").count() == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"matter": "nothing"}, "detail_matter_unknown"),
        ({"datatype": "colour"}, "code_unknown"),
        ({"datatype": "singlevaluelist"}, "detail_choices"),
        ({"choices": "one=一盏"}, "detail_choices"),
        ({"datatype": "multivaluelist", "choices": "一盏"}, "choice_misread"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(county: None, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        load(ROW | wrong)
    assert refusal.value.code == code
    assert not Detail.objects.exists()


def test_the_same_detail_twice_is_refused(county: None) -> None:
    with pytest.raises(Refusal) as refusal:
        load(ROW, ROW)
    assert refusal.value.code == "detail_twice"


keys = st.text("abcXYZ019_-", min_size=1, max_size=12)
names = st.text(st.characters(blacklist_characters="|;；=", blacklist_categories=("Cs", "Zs", "Cc", "Zl", "Zp")),
                min_size=1, max_size=20)  # fmt: skip


@given(st.lists(st.tuples(keys, names, st.none() | names), max_size=6))
def test_written_choices_are_read_again(choices: list[tuple[str, str, str | None]]) -> None:
    written = ";".join(f"{key}={zh}" + (f"|{en}" if en else "") for key, zh, en in choices)
    read = [(choice["key"], choice["name_zh"], choice["name_en"] or None) for choice in rules.read_choices(written)]
    assert read == choices
