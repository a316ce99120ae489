"""Charts: right figures, nothing inline, words escaped."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.look import charts

counts = st.lists(st.integers(0, 10_000), min_size=1, max_size=60)


def test_a_line_says_its_sentence_and_its_last_figure() -> None:
    with override("en"):
        html = charts.line(title="More than usual", labels=["a", "b"], values=[3, 1234], odd={0})
    assert "<figcaption>More than usual</figcaption>" in html
    assert ">1,234</text>" in html
    assert html.count('class="odd"') == 1


def test_the_table_holds_every_figure() -> None:
    html = charts.line(title="t", labels=["x", "y", "z"], values=[1, 2.5, 3], head=("when", "how many"))
    assert re.findall(r'<tr><td>(.)</td><td class="num">([^<]+)', html) == [("x", "1"), ("y", "2.5"), ("z", "3")]


@pytest.mark.parametrize(
    ("labels", "raised"), [(["2026-10-20", "2026-11-17"], False), (["2026年10月12日", "2026年11月16日"], True)]
)
def test_long_ends_of_a_line_stand_above_each_other_on_a_phone(labels: list[str], raised: bool) -> None:
    html = charts.line(title="t", labels=labels, values=[1, 2])

    assert ('class="raised"' in html) is raised
    assert all(f">{label}</text>" in html for label in labels)


@given(counts)
def test_every_point_lies_inside_the_drawing(values: list[int]) -> None:
    path = charts._path(values, charts.round_up(max(values)))
    points = [tuple(map(float, pair.split(","))) for pair in path.split()]
    assert len(points) == len(values)
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points)


@given(st.floats(0.01, 1e9))
def test_the_top_of_an_axis_is_close_above(value: float) -> None:
    assert value <= charts.round_up(value) * (1 + 1e-9)
    assert charts.round_up(value) <= value * 2.5 * (1 + 1e-9)


def test_nothing_but_zeros_can_be_drawn() -> None:
    assert "NaN" not in charts.line(title="t", labels=["a"], values=[0])
    assert 'width="0.0%"' in charts.bars(title="t", rows=[("a", 0)])


def test_uneven_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="one label"):
        charts.line(title="t", labels=["a"], values=[1, 2])
    with pytest.raises(ValueError, match="one label"):
        charts.line(title="t", labels=["a"], values=[1], band=charts.Band([1, 2], [3, 4]))


def test_words_are_escaped_and_no_style_is_inline() -> None:
    html = charts.bars(title="<b>", rows=[("<script>", 1)]) + charts.line(title="<b>", labels=["<i>"], values=[1])
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "style=" not in html


def test_a_spark_without_words_is_decoration() -> None:
    assert 'aria-hidden="true"' in charts.sparkline([1, 2])
    assert 'aria-label="rising"' in charts.sparkline([1, 2], "rising")
    assert charts.sparkline([]) == ""


def test_a_band_stands_in_the_table_when_it_has_a_head() -> None:
    band = charts.Band([1.0, 2.0], [3.0, 4.5])
    told = {"title": "t", "labels": ["a", "b"], "values": [2, 3], "band": band, "head": ("Day", "Cases")}

    assert "2 – 4.5" in charts.line(**told, band_head="Usual")
    assert "2 – 4.5" not in charts.line(**told)
