"""Cases of a stretch of days: those received then and there, seen by who may see them."""

from __future__ import annotations

import pytest

from gongzhi.cases import spans
from gongzhi.cases.cards import Where
from gongzhi.cases.tests import cast

pytestmark = pytest.mark.usefixtures("county")


def numbers(code: str, **asked: object) -> list[str]:
    days = {"first": cast.AT.date(), "last": cast.AT.date()}
    return [row.number for row in spans.between(cast.actor(code), cast.later(days=3), **(days | asked))]  # type: ignore[arg-type]


def test_only_the_days_asked_for_are_told_the_newest_first() -> None:
    first = cast.say().case.number
    second = cast.say(at=cast.later(hours=2)).case.number
    cast.say(at=cast.later(days=1))

    assert numbers("mayor") == [second, first]


def test_matter_means_those_beneath_it_and_place_what_lies_in_it() -> None:
    cover = cast.say(place=Where(code=cast.GRID)).case
    water = cast.say("停水三天了", at=cast.later(minutes=5), place=Where(code=cast.OTHER_GRID)).case

    assert numbers("mayor", matter="streets") == [cover.number]
    assert numbers("mayor", place=cast.OTHER_VILLAGE) == [water.number]
    assert numbers("mayor", place=cast.COUNTY) == [water.number, cover.number]


def test_who_may_not_see_a_case_is_not_told_of_it() -> None:
    cast.say(place=Where(code=cast.GRID))

    assert numbers("water-1") == []
    assert numbers("mayor", limit=0) == []
