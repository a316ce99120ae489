"""Judging a day: what is planted is found, where and as what; chance stays within the budget."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight import naming, rules
from gongzhi.insight.counting import Counts
from gongzhi.insight.judging import Candidate, Known, World, judge

ABOVE = {"lamp": "streets", "hole": "streets", "streets": "", "water": ""}
LEAVES = ("lamp", "hole", "water")
VILLAGES = [f"990101{town:03d}{village:03d}" for town in (1, 2, 3) for village in (201, 202, 203, 204)]
FIRST = date(2026, 3, 2)  # a Monday
DAYS = 100
RESTING = np.array([(FIRST + timedelta(days=n)).weekday() >= 5 for n in range(1000)])
Row = tuple[int, str, str, str]


def ordinary(seed: int, rate: float = 0.4, days: int = DAYS) -> list[Row]:
    """Cases at a steady rate by matter and village, fewer on weekends."""
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    for code in LEAVES:
        for village in VILLAGES:
            counts = chance.poisson(np.where(RESTING[:days], rate / 2, rate))
            when = np.repeat(np.arange(days), counts).tolist()
            rows += [(day, code, village, str(chance.choice(["web", "phone"]))) for day in when]
    return rows


def more(count: int, matter: str, division: list[str], source: str = "", day: int = DAYS - 1) -> list[Row]:
    """So many on a day, over these villages in turn."""
    return [(day, matter, division[n % len(division)], source or ("web", "phone")[n % 2]) for n in range(count)]


def world(rows: list[Row], days: int = DAYS) -> World:
    return World.of(Counts.of(FIRST, days, [row for row in rows if row[0] < days]), ABOVE, RESTING[:days])


def nothing(days: int = DAYS) -> Known:
    return Known(FIRST, days, ABOVE)


def judged(rows: list[Row], day: int = DAYS - 1, known: Known | None = None, **asked: Any) -> list[Candidate]:
    when = FIRST + timedelta(days=day)
    return judge(world(rows, day + 1), when, known or nothing(day + 1), **asked)[0]


def named(rows: list[Row], day: int = DAYS - 1) -> list[Candidate]:
    held, when, known = world(rows, day + 1), FIRST + timedelta(days=day), nothing(day + 1)
    return [naming.named(held, one, when, known) for one in judge(held, when, known)[0]]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(20, 45),
    matter=st.sampled_from(sorted(ABOVE)),
    village=st.sampled_from(VILLAGES),
)
def test_a_rise_in_one_village_is_found_there_and_once(seed: int, count: int, matter: str, village: str) -> None:
    found = judged(ordinary(seed) + more(count, matter, [village]))

    lead = found[0]
    assert (lead.matter, lead.place) == (matter, village)
    assert lead.observed >= count
    assert lead.observed - lead.expected > 0.8 * count
    assert not [one for one in found[1:] if one.place.startswith(village)]


def test_a_rise_all_over_the_county_is_told_of_the_county() -> None:
    found = judged(ordinary(5) + more(60, "water", VILLAGES))

    assert (found[0].matter, found[0].place) == ("water", "990101")


def test_two_things_on_one_day_are_two_findings() -> None:
    both = ordinary(7) + more(25, "lamp", VILLAGES[:1]) + more(25, "water", VILLAGES[-1:])

    found = judged(both)

    assert {("lamp", VILLAGES[0]), ("water", VILLAGES[-1])} <= {(one.matter, one.place) for one in found}


def test_chance_alone_stays_within_the_budget() -> None:
    budget, days, false = 6.0, 0, 0
    for seed in range(6):
        held = world(ordinary(seed + 100, rate=0.8))
        for end in range(60, DAYS):
            false += len(judge(held, FIRST + timedelta(days=end), nothing(), budget=budget)[0])
            days += 1

    allowed = budget / 30 * days
    assert false <= allowed + 3 * allowed**0.5


def test_a_pile_from_one_unusual_source_is_named_bulk_entry_and_its_twin_is_not() -> None:
    pile = named(ordinary(9) + more(40, "hole", VILLAGES[2:3], source="paper"))[0]
    twin = named(ordinary(9) + more(40, "hole", VILLAGES[2:3]))[0]

    assert (pile.kind, pile.source, pile.source_count) == ("bulk_entry", "paper", 40)
    assert (twin.kind, twin.source, twin.source_count) == ("rise", "", 0)


def test_what_lies_nowhere_is_counted_for_the_county_alone() -> None:
    found = judged(ordinary(11) + more(40, "lamp", ["990101000000"]))

    assert {len(one.place) for one in found} == {6}


def test_days_already_found_do_not_become_the_past() -> None:
    storm = ordinary(13) + more(30, "water", VILLAGES[:1], day=DAYS - 4)
    again = storm + more(14, "water", VILLAGES[:1])
    known = nothing()
    known.add("water", VILLAGES[0], FIRST + timedelta(days=DAYS - 4), FIRST + timedelta(days=DAYS - 4), closer=True)

    plain = next(one for one in judged(again) if one.place == VILLAGES[0])
    wise = next(one for one in judged(again, known=known) if one.place == VILLAGES[0])

    assert wise.expected <= plain.expected


def test_days_of_a_wider_finding_are_no_past_for_what_lies_in_it() -> None:
    known = nothing()
    known.add("streets", "990101001", FIRST, FIRST + timedelta(days=3), closer=True)

    assert known.of(("lamp", "990101001201", ""))[:5].tolist() == [True] * 4 + [False]
    assert not known.of(("lamp", "990101002201", "")).any()
    assert not known.of(("water", "990101001201", "")).any()


def test_a_day_without_cases_finds_nothing() -> None:
    assert judged(ordinary(15, days=50), day=50) == []


def test_a_weekly_rise_too_thin_for_any_day_is_found_by_the_week() -> None:
    sunday = 97
    thin = ordinary(17, rate=0.1) + [row for n in range(7) for row in more(2, "water", VILLAGES[4:5], day=sunday - n)]

    daily = [one for n in range(7) for one in judged(thin, day=sunday - n)]
    weekly = judged(thin, day=sunday, span=7)

    assert daily == []
    assert [(one.matter, one.place, one.grain) for one in weekly] == [("water", VILLAGES[4], "week")]
    assert (weekly[0].since, weekly[0].until) == (FIRST + timedelta(days=sunday - 6), FIRST + timedelta(days=sunday))


def test_last_year_s_season_is_expected_this_year_and_a_twin_without_it_is_told() -> None:
    chance = np.random.default_rng(19)
    start = 2 * 365 - 20  # the season begins two years after the first day, less three weeks

    def winter(day: int) -> bool:
        return (day + 20) % 365 < 90

    def rows(seasons: bool) -> list[Row]:
        found: list[Row] = []
        for day in range(start + 3):
            on = winter(day) if seasons else day >= start
            turned = chance.permutation(VILLAGES).tolist()
            found += more(int(chance.poisson(20 if on else 4)), "water", turned, day=day)
            found += more(int(chance.poisson(30)), "lamp", turned, day=day)
        return found

    def told(seasons: bool) -> list[Candidate]:
        return [one for n in range(3) for one in judged(rows(seasons), day=start + n)]

    assert [one.key for one in told(seasons=True) if one.matter == "water"] == []
    assert "water" in {one.matter for one in told(seasons=False)}


def test_the_pile_after_days_off_is_named_a_holiday_and_more_than_that_is_a_rise() -> None:
    day = 77  # a Monday
    off = range(day - 5, day)
    resting = RESTING.copy()
    resting[list(off)] = True
    base = [row for row in ordinary(21, rate=2.0, days=day + 1) if row[0] not in off and row[0] != day]

    def kinds(count: int) -> set[str]:
        held = World.of(
            Counts.of(FIRST, day + 1, base + more(count, "lamp", VILLAGES, day=day)), ABOVE, resting[: day + 1]
        )
        when, known = FIRST + timedelta(days=day), nothing(day + 1)
        return {naming.named(held, one, when, known).kind for one in judge(held, when, known)[0]}

    assert kinds(80) == {"holiday"}
    assert kinds(400) == {"rise"}


def test_a_matter_split_in_two_is_named_and_its_twin_that_really_rises_is_not() -> None:
    """`hole` was cut off from `lamp` 10 days ago: together they bring what `lamp` always brought."""
    chance = np.random.default_rng(23)

    def rows(rise: int) -> list[Row]:
        found: list[Row] = []
        for day in range(DAYS):
            split = day >= DAYS - 10
            found += more(int(chance.poisson(20)), "lamp", VILLAGES, day=day) if not split else []
            found += more(int(chance.poisson(10)), "lamp", VILLAGES, day=day) if split else []
            found += more(int(chance.poisson(10)), "hole", VILLAGES, day=day) if split else []
        return found + more(rise, "hole", VILLAGES)

    assert {one.kind for one in named(rows(0)) if one.matter == "hole"} == {"matter_changed"}
    assert "rise" in {one.kind for one in named(rows(60)) if one.matter in ("hole", "streets", "")}


def test_a_village_merged_into_its_neighbour_is_named_and_a_rise_there_is_not() -> None:
    chance = np.random.default_rng(25)
    old, new = VILLAGES[0], VILLAGES[1]

    def rows(rise: int) -> list[Row]:
        found: list[Row] = []
        for day in range(DAYS):
            for village in VILLAGES:
                into = new if village == old and day >= DAYS - 12 else village
                found += more(int(chance.poisson(14 if village == old else 4)), "lamp", [into], day=day)
        return found + more(rise, "lamp", [new])

    assert {one.kind for one in named(rows(0)) if one.place == new} == {"place_changed"}
    assert "rise" in {one.kind for one in named(rows(60))}


def test_one_channel_that_alone_rises_is_named_and_all_channels_are_one_thing() -> None:
    steady = ordinary(27, rate=1.0)

    by_phone = judged(steady + more(45, "water", VILLAGES, source="phone"))
    by_all = judged(steady + more(60, "water", VILLAGES))

    assert by_phone[0].channel == "phone"
    assert (by_all[0].matter, by_all[0].channel) == ("water", "")


def test_a_rise_of_the_whole_county_swallows_nothing_that_begins_in_it() -> None:
    everything, county = ("", "990101"), ("water", "990101")

    assert not rules.near(everything, ("lamp", VILLAGES[0]), ABOVE)
    assert not rules.near(everything, county, ABOVE)
    assert rules.near(county, ("water", VILLAGES[0]), ABOVE)
    assert rules.near(("", VILLAGES[0]), ("lamp", VILLAGES[0]), ABOVE)
    assert rules.near(("streets", VILLAGES[0][:9]), ("lamp", VILLAGES[0]), ABOVE)
    assert not rules.near(("streets", "990101"), ("lamp", VILLAGES[0]), ABOVE)
