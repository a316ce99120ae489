"""Silent places: a planted silence is found, chance is not, and what like places bring is told with its interval."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight.nightly import silence
from gongzhi.insight.standing_rules import SILENT_SHARE

SEEDS = st.integers(0, 10_000)
PLACES = 80


def county(seed: int, rate: float = 8.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Voices, residents (thousands) and kinds of villages that differ a little beyond chance."""
    chance = np.random.default_rng(seed)
    people = chance.lognormal(1.0, 0.5, PLACES)
    country = np.arange(PLACES) % 2 == 0
    own = chance.gamma(25, 1 / 25, PLACES)
    voices = chance.poisson(rate * people * np.where(country, 0.7, 1.0) * own)
    return voices.astype(float), people * 1000, country


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(0, PLACES - 1))
def test_a_place_that_falls_silent_is_found_and_its_twin_is_not(seed: int, place: int) -> None:
    voices, people, country = county(seed)
    people[place] = max(people[place], 6000)
    plain = silence.heard(voices, people, country)
    quiet = voices.copy()
    quiet[place] = round(plain[place].expected * 0.15)

    found = silence.silent(silence.heard(quiet, people, country))

    assert found[place]
    usual = voices.copy()
    usual[place] = round(plain[place].expected)
    assert not silence.silent(silence.heard(usual, people, country))[place]


def test_of_places_called_silent_few_are_chance() -> None:
    called = [sum(silence.silent(silence.heard(*county(seed)))) for seed in range(60)]

    assert sum(count > 0 for count in called) / 60 <= SILENT_SHARE


def test_nine_in_ten_like_places_lie_in_the_interval() -> None:
    inside = []
    for seed in range(30):
        told = silence.heard(*county(seed))
        inside += [one.low <= one.seen <= one.high for one in told]

    assert 0.85 <= np.mean(inside) <= 0.97


def test_a_burst_elsewhere_makes_nobody_silent() -> None:
    voices, people, country = county(3)
    before = silence.expected(voices, people, country)
    burst = voices.copy()
    burst[7] = 40 * before[7]

    after = silence.expected(burst, people, country)

    rest = np.arange(PLACES) != 7
    assert (after[rest] <= 1.35 * before[rest]).all()


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_factor_is_drawn_towards_one_and_lies_in_its_interval(seed: int) -> None:
    for one in silence.heard(*county(seed)):
        plain = one.seen / one.expected
        assert min(plain, 1) - 1e-9 <= one.factor <= max(plain, 1) + 1e-9
        assert one.factor_low < one.factor < one.factor_high


def test_small_expectations_are_never_called_silent() -> None:
    voices, people, country = county(5, rate=0.3)

    assert not any(silence.silent(silence.heard(np.zeros(PLACES), people, country)))
    assert not any(silence.silent(silence.heard(voices, people, country)))
