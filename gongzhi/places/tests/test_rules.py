"""What a code says by its digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.refusal import Refusal
from gongzhi.places import rules
from gongzhi.places.rules import Level

CODES = [
    ("990000000000", Level.PROVINCE, "99", None),
    ("990100000000", Level.CITY, "9901", "990000000000"),
    ("990101000000", Level.COUNTY, "990101", "990100000000"),
    ("990101001000", Level.TOWN, "990101001", "990101000000"),
    ("990101001002", Level.VILLAGE, "990101001002", "990101001000"),
    ("990101001002003", Level.GRID, "990101001002003", "990101001002"),
    ("990101100000", Level.TOWN, "990101100", "990101000000"),
]


@pytest.mark.parametrize(("code", "level", "prefix", "parent"), CODES)
def test_a_code_tells_its_level_prefix_and_parent(code: str, level: Level, prefix: str, parent: str | None) -> None:
    assert rules.level_of(code) is level
    assert rules.prefix(code) == prefix
    assert rules.parent_of(code) == parent


@pytest.mark.parametrize(
    "code", ["", "99", "99010100100", "9901010010020034", "兰亭", "000101001002", "９９０１０１００１００２"]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rules.level_of(code)
    assert refusal.value.code == "place_code_misread"


@given(st.tuples(*[st.integers(1, 99)] * 3, *[st.integers(1, 999)] * 3))
def test_every_place_lies_in_all_above_it(parts: tuple[int, ...]) -> None:
    code = "".join(f"{part:02}" for part in parts[:3]) + "".join(f"{part:03}" for part in parts[3:])
    if code.startswith("00"):
        return
    levels = []
    above: str | None = code
    while above is not None:
        assert rules.is_inside(code, above)
        levels.append(rules.level_of(above))
        above = rules.parent_of(above)
    assert levels == list(reversed(rules.LEVELS))


def test_a_neighbour_is_not_inside() -> None:
    assert not rules.is_inside("990101002001", "990101001000")
