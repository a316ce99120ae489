"""Codes of places, in plain Python: what a code says by its digits alone.

Divisions have 12 digits: province 2, prefecture 2, county 2 (together GB/T 2260), town 3 (GB/T 10114),
village or community 3. A grid has 15: its village's 12 and a number of 3 (GB/T 30428.1). A *prefix* is the
part that all places inside share, so "inside" is a comparison of text.
"""

from __future__ import annotations

from enum import StrEnum

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger.kinds import FactKind


class Level(StrEnum):
    """The floors of the tree of places, from wide to narrow."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"


# level → how many leading digits name it
DIGITS: dict[Level, int] = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWN: 9,
    Level.VILLAGE: 12,
    Level.GRID: 15,
}
LEVELS: tuple[Level, ...] = tuple(DIGITS)

FACTS: dict[str, FactKind] = {
    "places.loaded": FactKind(
        ("what", "written", "closed"),
        "Divisions, grids or landmarks were loaded from the county's files; so many rows written and closed.",
    ),
    "places.county_set": FactKind(
        ("practice",), "The county's own card was set: its name, zone, bounds, look, and whether it is practice."
    ),
}


def level_of(code: str) -> Level:
    """The level a code names; refuses `place_code_misread` when it is no code of a place."""
    if not code.isascii() or not code.isdigit() or len(code) not in (12, 15) or code.startswith("00"):
        raise Refusal(
            "place_code_misread",
            N_("“%(place)s” is not the code of a place: it has 12 digits, or 15 for a grid."),
            field="place",
            place=code,
        )
    if len(code) == 15:
        return Level.GRID
    for level in reversed(LEVELS[:-1]):
        above = DIGITS[LEVELS[LEVELS.index(level) - 1]] if level is not Level.PROVINCE else 0
        if code[above : DIGITS[level]].strip("0"):
            return level
    raise AssertionError("a code that does not begin with 00 names at least a province")


def prefix(code: str) -> str:
    """The digits shared by everything inside the place: `990101003000` (a town) → `990101003`."""
    return code[: DIGITS[level_of(code)]]


def parent_of(code: str) -> str | None:
    """The code one level up; None above a province."""
    level = level_of(code)
    if level is Level.PROVINCE:
        return None
    above = LEVELS[LEVELS.index(level) - 1]
    return code[: DIGITS[above]].ljust(12, "0")


def is_inside(code: str, outer: str) -> bool:
    """Whether `code` is `outer` or lies in it."""
    return code.startswith(prefix(outer))
