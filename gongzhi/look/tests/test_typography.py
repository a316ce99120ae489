"""Thin spaces between Chinese and Latin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.look.typography import spaced, spaced_html


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("共97件", "共\u200997\u2009件"),
        ("用 GPS 定位", "用\u2009GPS\u2009定位"),
        ("（4个）", "（4\u2009个）"),
        ("plain words 12", "plain words 12"),
        ("全角，标点", "全角，标点"),
    ],
)
def test_spaced(before: str, after: str) -> None:
    assert spaced(before) == after


@given(st.text(alphabet="路灯a1 ，（<>"))
def test_spacing_twice_changes_nothing_more(text: str) -> None:
    assert spaced(spaced(text)) == spaced(text)


def test_markup_keeps_its_attributes() -> None:
    assert spaced_html('<a href="/路灯a">路灯a</a>') == '<a href="/路灯a">路灯\u2009a</a>'
