"""How rare the rare is in this county: long tails are learned from all places, a formula that fits is left alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight import expecting
from gongzhi.insight.counting import Counts
from gongzhi.insight.judging import World
from gongzhi.insight.tests.test_judging import ABOVE, DAYS, FIRST, RESTING, Row

TODAY = DAYS - 1
VILLAGES = [f"990101{town:03d}{village:03d}" for town in range(1, 9) for village in range(201, 211)]
KEY = ("hole", VILLAGES[0], "")


def lived(seed: int, heavy: bool, more: tuple[Row, ...] = ()) -> World:
    """Eighty villages with two matters; `heavy`: now and then somebody there reports many of one."""
    chance = np.random.default_rng(seed)
    rows = list(more)
    for matter in ("hole", "lamp"):
        for village in VILLAGES:
            counts = chance.poisson(0.15, DAYS)
            heaps = np.ceil(chance.pareto(1.2, DAYS) * 2 + 2).astype(int)
            if heavy and matter == "hole":
                counts += np.where(chance.random(DAYS) < 0.004, heaps, 0)
            days = np.repeat(np.arange(DAYS), np.minimum(counts, 60)).tolist()
            rows += [(day, matter, village, "web") for day in days]
    return World.of(Counts.of(FIRST, DAYS, rows), ABOVE, RESTING[:DAYS])


@cache
def known(heavy: bool) -> World:
    return lived(61, heavy)


def corrected(world: World, count: int, key: tuple[str, str, str] = KEY, span: int = 1) -> tuple[float, float]:
    """The formula's chance of so many on a day, and the corrected one."""
    assert world.tails is not None
    usual = (0.15 * span, 1.0)
    p = expecting.tail(count, *usual)
    return p, world.tails.corrected(key, TODAY, p, usual, span)


@pytest.mark.parametrize("seed", [61, 62, 63])
def test_where_the_formula_fits_a_pair_s_logarithm_lies_one_below_in_the_mean(seed: int) -> None:
    tails = lived(seed, heavy=False).tails

    assert tails is not None
    many, total = tails.told(KEY, TODAY) or (0.0, 0.0)
    assert many > 20
    assert 1.0 <= total / many < 1.25


@pytest.mark.parametrize("seed", [61, 62, 63])
def test_a_long_tail_is_learned_by_its_matter_and_hardly_by_the_other(seed: int) -> None:
    tails = lived(seed, heavy=True).tails

    assert tails is not None
    long, short = (tails.told((matter, VILLAGES[0], ""), TODAY) or (1.0, 0.0) for matter in ("hole", "lamp"))
    assert long[1] / long[0] > 1.4 * short[1] / short[0]


def test_seven_of_a_matter_that_comes_in_heaps_are_less_than_of_one_that_does_not() -> None:
    plain, heaped = corrected(known(False), 7)[1], corrected(known(True), 7)[1]

    assert heaped > 10 * plain
    assert corrected(known(True), 40)[1] < 1e-5


def test_one_fire_teaches_nothing() -> None:
    fire = tuple((day, "hole", VILLAGES[5], "web") for day in (80, 81, 82) for _n in range(40))
    calm, burnt = known(False), lived(61, heavy=False, more=fire)

    assert corrected(burnt, 7)[1] < 3 * corrected(calm, 7)[1]


@settings(max_examples=60, deadline=None)
@given(counts=st.tuples(st.integers(2, 60), st.integers(2, 60)), heavy=st.booleans(), span=st.sampled_from((1, 7)))
def test_the_corrected_chance_is_never_below_the_formula_s_and_falls_as_counts_rise(
    counts: tuple[int, int], heavy: bool, span: int
) -> None:
    few, many = sorted(counts)

    formula, fewer = corrected(known(heavy), few, span=span)
    more_formula, more = corrected(known(heavy), many, span=span)

    assert formula <= fewer <= 1.0
    assert more_formula <= more <= fewer * (1 + 1e-9)


@pytest.mark.parametrize("key", [("hole", "990101", ""), ("", VILLAGES[0], "web")])
def test_the_county_s_own_series_and_channels_keep_the_formula(key: tuple[str, str, str]) -> None:
    p, told = corrected(known(True), 9, key)

    assert told == p


def test_a_county_of_a_few_days_learns_nothing_yet() -> None:
    young = World.of(Counts.of(FIRST, 3, [(0, "hole", VILLAGES[0], "web")]), ABOVE, RESTING[:3])

    assert young.tails is not None
    assert young.tails.told(KEY, 2) is None
    assert young.tails.told(KEY, 2, span=7) is None
