"""Accents of counties: readable, or replaced by the nearest that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.look import colours

any_colour = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def test_contrast_of_black_and_white_is_21() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#ffffff", "#000000") == pytest.approx(21)


def test_contrast_agrees_with_published_values() -> None:
    # WebAIM: #767676 is the lightest grey that reaches 4.5 on white
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_pine_is_readable_and_stays() -> None:
    assert colours.accent_is_readable("#0f5b4f")
    assert colours.readable_accent("#0F5B4F") == "#0f5b4f"


def test_orange_is_refused_and_keeps_its_hue() -> None:
    assert not colours.accent_is_readable("#ff8800")
    red, green, blue = (int(colours.nearest_accent("#ff8800")[i : i + 2], 16) for i in (1, 3, 5))
    assert red > green > blue


@pytest.mark.parametrize("text", ["", "pine", "#fff", "#12345g", "#0f5b4f;}"])
def test_what_is_no_colour_becomes_pine(text: str) -> None:
    assert not colours.accent_is_readable(text)
    assert colours.readable_accent(text) == colours.DEFAULT


@given(any_colour)
def test_nearest_accent_is_always_readable(colour: str) -> None:
    assert colours.accent_is_readable(colours.nearest_accent(colour))


@given(any_colour)
def test_on_dark_is_always_readable_on_dark_ground(colour: str) -> None:
    assert colours.contrast(colours.on_dark(colour), colours.DARK_RAISED) >= 7.9
