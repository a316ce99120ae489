"""Arrivals: the same seed and day give the same voices; season, week and weather bend them; truth is kept apart."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gongzhi.rehearsal import arrivals
from gongzhi.rehearsal.arrivals import Home, World
from gongzhi.rehearsal.grammar import Spot, phrases

HOMES = [Home(Spot(f"{n}号院", f"Yard {n}"), f"99010100100{n}001", 118.3, 36.2, 1.0) for n in range(1, 6)]


def world(rate: float = 80, seed: int = 1) -> World:
    made = World(
        seed, ZoneInfo("Asia/Shanghai"), HOMES, tuple(phrases("matters")), lambda day: day.weekday() < 5,
        date(2026, 1, 1), date(2026, 11, 20), rate,
    )  # fmt: skip
    made.events = arrivals.plant(made)
    return made


def counts(matter: str, days: list[date]) -> int:
    made = world()
    made.events = []
    return sum(one.matter == matter for day in days for one in arrivals.day_of(made, day, ()))


def span(first: date, days: int) -> list[date]:
    return [first + timedelta(days=nth) for nth in range(days)]


def test_a_day_is_drawn_from_seed_and_date_alone() -> None:
    day = date(2026, 11, 3)
    assert arrivals.day_of(world(), day, ()) == arrivals.day_of(world(), day, ())
    assert arrivals.day_of(world(), day, ()) != arrivals.day_of(world(seed=2), day, ())


def test_arrivals_lie_inside_their_day_and_in_order() -> None:
    drawn = arrivals.day_of(world(), date(2026, 11, 3), ())
    moments = [one.at for one in drawn]
    assert moments == sorted(moments)
    assert datetime(2026, 11, 2, 16, tzinfo=UTC) <= moments[0] <= moments[-1] < datetime(2026, 11, 3, 16, tzinfo=UTC)


def test_heating_is_raised_in_winter_and_not_in_summer() -> None:
    assert (
        counts("heating", span(date(2026, 1, 5), 14)) > 20 * max(1, counts("heating", span(date(2026, 7, 6), 14))) / 4
    )


def test_sundays_are_quieter_than_mondays() -> None:
    made = world()
    made.events = []
    mondays = sum(len(arrivals.day_of(made, day, ())) for day in span(date(2026, 3, 2), 70)[::7])
    sundays = sum(len(arrivals.day_of(made, day, ())) for day in span(date(2026, 3, 1), 70)[::7])
    assert sundays < 0.8 * mondays


def test_a_storm_brings_floods() -> None:
    stormy = next(day for day in span(date(2026, 6, 1), 90) if arrivals.weather(1, day) == "storm")
    fair = next(day for day in span(date(2026, 6, 1), 90) if arrivals.weather(1, day) == "fair")
    assert counts("flooding", [stormy]) > counts("flooding", [fair]) + 5


def test_planted_events_raise_their_matter_in_their_village() -> None:
    made = world()
    event = made.events[0]
    told = [one for day in span(event.first, event.days) for one in arrivals.day_of(made, day, ()) if one.event]
    planted = [one for one in told if one.event == event.name]
    assert planted
    assert all(one.matter == event.matter and one.home.grid.startswith(event.village) for one in planted)


def test_a_twin_says_the_same_matter_at_the_same_place_in_other_words() -> None:
    made = world(rate=300)
    before = arrivals.day_of(made, date(2026, 11, 2), ())
    known = {one.key: one for one in before}
    twins = [one for one in arrivals.day_of(made, date(2026, 11, 3), before) if one.twin_of]
    assert twins
    for twin in twins:
        first = known[twin.twin_of]
        assert (twin.matter, twin.home) == (first.matter, first.home)
        assert twin.speech.words != first.speech.words


def test_poisson_has_its_mean() -> None:
    rng = random.Random(1)
    for mean in (0.5, 8, 120):
        drawn = [arrivals._poisson(rng, mean) for _ in range(3000)]
        assert abs(sum(drawn) / 3000 - mean) < 0.06 * mean + 0.05
