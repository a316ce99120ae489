"""Judging a day: what is planted is found, where and as what; chance stays within the budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight.judging import Candidate, Happened, judge

ABOVE = {"lamp": "streets", "hole": "streets", "water": ""}
VILLAGES = [f"990101{town:03d}{village:03d}" for town in (1, 2, 3) for village in (201, 202, 203, 204)]
FIRST = date(2026, 3, 2)  # a Monday
DAYS = 100
RESTING = np.array([(FIRST + timedelta(days=n)).weekday() >= 5 for n in range(DAYS)])


def ordinary(seed: int, rate: float = 0.4, days: int = DAYS) -> Happened:
    """Cases at a steady rate by matter and village, fewer on weekends."""
    chance = np.random.default_rng(seed)
    day, matter, division = [], [], []
    for code in ABOVE:
        for village in VILLAGES:
            counts = chance.poisson(np.where(RESTING[:days], rate / 2, rate))
            day += np.repeat(np.arange(days), counts).tolist()
            matter += [code] * int(counts.sum())
            division += [village] * int(counts.sum())
    source = chance.choice(["web", "phone"], size=len(day)).tolist()
    return Happened(FIRST, days, np.array(day, np.int64), matter, division, source)


def with_more(happened: Happened, count: int, matter: str, division: list[str], source: str = "") -> Happened:
    """So many more on the last day, over these villages in turn."""
    extra = [division[n % len(division)] for n in range(count)]
    sources = [source or ("web", "phone")[n % 2] for n in range(count)]
    return replace(
        happened,
        day=np.append(happened.day, np.full(count, happened.days - 1)),
        matter=[*happened.matter, *([matter] * count)],
        division=[*happened.division, *extra],
        source=[*happened.source, *sources],
    )


def judged(happened: Happened, **more: object) -> list[Candidate]:
    return judge(happened, above=ABOVE, resting=RESTING[: happened.days], **more)[0]  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(20, 45),
    matter=st.sampled_from(sorted(ABOVE)),
    village=st.sampled_from(VILLAGES),
)
def test_a_rise_in_one_village_is_found_there_and_once(seed: int, count: int, matter: str, village: str) -> None:
    found = judged(with_more(ordinary(seed), count, matter, [village]))

    lead = found[0]
    assert (lead.matter, lead.place) == (matter, village)
    assert lead.observed >= count
    assert lead.observed - lead.expected > 0.8 * count
    assert not [one for one in found[1:] if one.place.startswith(village)]


def test_a_rise_all_over_the_county_is_told_of_the_county() -> None:
    found = judged(with_more(ordinary(5), 60, "water", VILLAGES))

    assert (found[0].matter, found[0].place) == ("water", "990101")


def test_two_things_on_one_day_are_two_findings() -> None:
    both = with_more(with_more(ordinary(7), 25, "lamp", VILLAGES[:1]), 25, "water", VILLAGES[-1:])

    found = judged(both)

    assert {("lamp", VILLAGES[0]), ("water", VILLAGES[-1])} <= {(one.matter, one.place) for one in found}


def test_chance_alone_stays_within_the_budget() -> None:
    budget, days = 6.0, 0
    false = 0
    for seed in range(6):
        year = ordinary(seed + 100, rate=0.8)
        for end in range(60, DAYS):
            keep = year.day <= end
            part = Happened(
                FIRST,
                end + 1,
                year.day[keep],
                [m for m, k in zip(year.matter, keep, strict=True) if k],
                [d for d, k in zip(year.division, keep, strict=True) if k],
                [s for s, k in zip(year.source, keep, strict=True) if k],
            )
            false += len(judged(part, budget=budget))
            days += 1

    allowed = budget / 30 * days
    assert false <= allowed + 3 * allowed**0.5


def test_a_pile_from_one_unusual_source_is_named_bulk_entry_and_its_twin_is_not() -> None:
    pile = judged(with_more(ordinary(9), 40, "hole", VILLAGES[2:3], source="paper"))[0]
    twin = judged(with_more(ordinary(9), 40, "hole", VILLAGES[2:3]))[0]

    assert (pile.source, pile.source_count) == ("paper", 40)
    assert (twin.source, twin.source_count) == ("", 0)


def test_what_lies_nowhere_is_counted_for_the_county_alone() -> None:
    found = judged(with_more(ordinary(11), 40, "lamp", ["990101000000"]))

    assert {len(one.place) for one in found} == {6}


def test_days_already_found_do_not_become_the_past() -> None:
    happened = ordinary(13)
    storm = with_more(happened, 30, "water", VILLAGES[:1])
    storm = replace(storm, day=np.where(storm.day == DAYS - 1, DAYS - 4, storm.day))
    again = with_more(storm, 14, "water", VILLAGES[:1])
    key = ("water", VILLAGES[0])

    plain = next(one for one in judged(again) if (one.matter, one.place) == key)
    known = next(one for one in judged(again, known={key: [FIRST + timedelta(days=DAYS - 4)]}) if one.place == key[1])

    assert known.expected <= plain.expected


def test_a_day_without_cases_finds_nothing() -> None:
    happened = ordinary(15, days=50)
    quiet = replace(happened, days=51)

    assert judged(quiet) == []
