"""Entries made at one go count once where that is the source's habit; neighbours who ring together stay neighbours."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from gongzhi.insight import expecting
from gongzhi.insight.counting import Counts
from gongzhi.insight.entering import Entries
from gongzhi.insight.judging import World, judge
from gongzhi.insight.spreading import Spreads
from gongzhi.insight.tests.test_judging import ABOVE, DAYS, FIRST, RESTING, VILLAGES, more, nothing, ordinary, world

KEY = ("hole", VILLAGES[0], "")
Timed = tuple[int, int, str, str, str]


def timed(source: str, at_once: bool, size: int = 8, every: int = 4) -> list[Timed]:
    """Some months in which `source` enters `size` holes of one village every few days, at one go or over the day."""
    rows: list[Timed] = []
    for day in range(0, DAYS - 1, every):
        village = VILLAGES[(day // every) % 4]
        for n in range(size):
            second = 86400 * day + 9 * 3600 + n * (60 if at_once else 3000)
            rows.append((second, day, "hole", village, source))
    return rows


def spread_out(seed: int) -> list[Timed]:
    chance = np.random.default_rng(seed)
    return [(86400 * day + int(chance.integers(8, 18)) * 3600, day, *cell) for day, *cell in ordinary(seed)]  # type: ignore[misc]


def entries(rows: list[Timed]) -> Entries:
    counts = Counts.of(FIRST, DAYS, [row[1:] for row in rows])
    return Entries.of(counts, rows)


def judged(rows: list[Timed]) -> list[tuple[str, str]]:
    held = entries(rows)
    alone = World.of(held.counts, ABOVE, RESTING[:DAYS], held)
    return [one.key[:2] for one in judge(alone, FIRST + timedelta(days=DAYS - 1), nothing())[0]]


def today(source: str, count: int, gap: int) -> list[Timed]:
    start = 86400 * (DAYS - 1) + 9 * 3600
    return [(start + n * gap, DAYS - 1, "hole", VILLAGES[0], source) for n in range(count)]


def test_a_clerk_s_pile_counts_once_and_the_same_number_over_the_day_counts_whole() -> None:
    at_once, over_day = entries(timed("paper", at_once=True)), entries(timed("paper", at_once=False))

    assert ("hole", "paper") in at_once.habitual(DAYS - 1)
    assert over_day.habitual(DAYS - 1) == set()
    assert at_once.goes(KEY, DAYS - 1, ABOVE)[96] == 1
    assert over_day.goes(KEY, DAYS - 1, ABOVE)[96] == 8


def test_a_pile_of_a_source_that_makes_piles_is_no_finding_and_its_twin_by_another_is() -> None:
    base = spread_out(31) + timed("paper", at_once=True)

    assert judged(base + today("paper", 20, 60)) == []
    assert ("hole", VILLAGES[0]) in judged(base + today("web", 20, 60))
    assert ("hole", VILLAGES[0]) in judged(base + today("paper", 20, 1200))


def test_one_busy_day_teaches_no_habit() -> None:
    base = spread_out(33) + [row for row in timed("paper", at_once=True, size=30) if row[1] == 96]

    assert entries(base).habitual(DAYS - 1) == set()


def test_a_habit_is_forgotten_after_two_months() -> None:
    old = [row for row in timed("paper", at_once=True) if row[1] < 40]

    assert ("hole", "paper") in entries(old + spread_out(35)).habitual(41)
    assert ("hole", "paper") not in entries(old + spread_out(35)).habitual(DAYS - 1)


def test_nothing_entered_is_nothing() -> None:
    none = entries([])

    assert none.goes(KEY, DAYS - 1, ABOVE).sum() == 0
    assert none.habitual(DAYS - 1) == set()
    assert not none.covers(DAYS - 1)


def test_spikes_that_came_before_make_another_one_ordinary_and_a_larger_one_not() -> None:
    row = np.zeros(DAYS)
    row[[20, 40, 60, 80]] = 30
    resting = np.zeros(DAYS, np.bool_)

    like = expecting.recurring(row, resting, DAYS - 1, 30, (0.1, 1.0))
    huge = expecting.recurring(row, resting, DAYS - 1, 3000, (0.1, 1.0))

    assert like > 1e-3
    assert huge < 1e-6 < like
    row[[40, 60, 80]] = 0
    assert expecting.recurring(row, resting, DAYS - 1, 30, (0.1, 1.0)) == 0.0


@pytest.mark.parametrize(("size", "least"), [(1, 1.0), (6, 2.0)])
def test_villages_learn_from_each_other_how_far_a_matter_spreads(size: int, least: float) -> None:
    chance = np.random.default_rng(37)
    rows = []
    for day in range(DAYS):
        for village in VILLAGES:
            rows += more(size * int(chance.poisson(0.5 / size)), "water", [village], day=day)

    spread = Spreads(world(rows).series).of(("water", VILLAGES[3], ""), DAYS - 1)

    assert spread >= least
    assert size > 1 or spread < 1.6
