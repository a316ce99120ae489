"""Habitual bulk entering is told by name: which matter, by which channel, since when, how much; and no other is."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.insight import entering
from gongzhi.insight.habits import night, told
from gongzhi.insight.habits.tables import Habit
from gongzhi.insight.tests.test_entering import entries, timed
from gongzhi.insight.tests.test_judging import DAYS, FIRST, VILLAGES

LAST = FIRST + timedelta(days=DAYS - 1)


def found(rows: list[tuple[int, int, str, str, str]]) -> list[night.Pile]:
    return night.piles(entries(rows), DAYS - 1)


def test_a_clerk_s_piles_are_a_habit_by_name_and_the_same_entries_over_the_day_are_none() -> None:
    piles = found(timed("paper", at_once=True))

    assert [(one.matter, one.source) for one in piles] == [("hole", "paper")]
    pile = piles[0]
    assert (pile.bundled, pile.largest, pile.goes * 8) == (pile.entries, 8, pile.entries)
    assert pile.largest_place in VILLAGES
    assert found(timed("paper", at_once=False)) == []


def test_a_habit_is_told_since_it_began_and_not_once_it_has_ended() -> None:
    late = [row for row in timed("paper", at_once=True) if row[1] >= 40]
    early = [row for row in timed("paper", at_once=True) if row[1] < 40]

    assert 40 <= found(late)[0].since <= 60
    assert found(timed("paper", at_once=True))[0].since < 30
    assert found(early) == []


def test_a_few_entries_are_no_habit() -> None:
    assert found(timed("paper", at_once=True, size=4, every=40)) == []


@settings(max_examples=40, deadline=None)
@given(gaps=st.lists(st.integers(0, 3 * entering.GAP), min_size=1, max_size=40), groups=st.integers(1, 3))
def test_goes_are_runs_of_one_group_less_than_a_quarter_of_an_hour_apart(gaps: list[int], groups: int) -> None:
    second = np.cumsum(gaps)
    group = np.arange(len(gaps)) % groups

    number = night.goes_of(group, second)

    for one in range(groups):
        mine = second[group == one]
        expected = 1 + int((np.diff(mine) > entering.GAP).sum()) if mine.size else 0
        assert len(set(number[group == one].tolist())) == expected
    assert len(set(zip(number.tolist(), group.tolist(), strict=True))) == len(set(number.tolist()))


@pytest.mark.django_db
def test_the_page_the_table_and_the_command_name_a_habit(county: None) -> None:
    pile = night.Pile("water", "paper", False, 3, 40, 8, 36, 12, 5, cast.OTHER_VILLAGE)
    night.keep([pile], FIRST, LAST, at=cast.AT)
    night.keep([pile], FIRST, LAST, at=cast.AT)

    seen = signed_in("mayor").get("/en/desk/cockpit/entering/").content.decode()
    table = signed_in("mayor").get("/en/desk/cockpit/entering/?as=csv").content.decode()

    assert Habit.objects.count() == 1
    assert "90 %" in seen
    assert f"{(FIRST + timedelta(days=3)).isoformat()},40,36,8,12" in table
    with translation.override("en"):
        head, line = told.lines()
    assert head.startswith("1 matter is entered in bulk")
    assert "90 % of 40 entries" in line
    assert signed_in("roads-1").get("/en/desk/cockpit/entering/").status_code == 403


@pytest.mark.django_db
def test_where_nothing_is_entered_in_bulk_the_page_says_so(county: None) -> None:
    seen = signed_in("mayor").get("/en/desk/cockpit/entering/").content.decode()

    assert "No single bulk entry was found" in seen
    assert told.lines() == []
