"""Rates that borrow strength, and ranks that say how unsure they are."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight.nightly import ranking

PLACES = st.integers(4, 12)
SEEDS = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(SEEDS, PLACES)
def test_every_rank_lies_in_its_interval_and_every_rate_in_its_own(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    told = ranking.rates(chance.poisson(20, count).astype(float), chance.uniform(0.5, 3, count))

    for one in told:
        assert 1 <= one.rank_low <= one.rank <= one.rank_high <= one.of == count
        assert one.low <= one.rate <= one.high


def test_a_small_place_is_drawn_further_towards_all_others_than_a_large_one() -> None:
    counts, bases = np.array([2.0, 200.0, 95.0, 110.0, 150.0, 60.0]), np.array([1.0, 100.0, 100.0, 100.0, 100.0, 100.0])
    small, large, *_ = ranking.rates(counts, bases)
    mean = counts.sum() / bases.sum()

    assert abs(small.rate - mean) < abs(large.rate - mean)
    assert large.rate == pytest.approx(2.0, rel=0.05)
    assert small.rank_high - small.rank_low > large.rank_high - large.rank_low


def test_alike_places_have_no_order_and_different_ones_do() -> None:
    alike = ranking.rates(np.full(10, 50.0), np.ones(10))
    apart = ranking.rates(np.array([400.0, 200.0, 100.0, 50.0]), np.ones(4))

    assert all(one.rank_high - one.rank_low >= 7 for one in alike)
    assert [(one.rank, one.rank_low, one.rank_high) for one in apart] == [(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4)]


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_shares_stay_between_none_and_all_and_the_best_is_first(seed: int) -> None:
    chance = np.random.default_rng(seed)
    all_ = chance.integers(30, 200, 6).astype(float)
    truth = np.array([0.95, 0.8, 0.65, 0.5, 0.35, 0.2])
    told = ranking.shares(chance.binomial(all_.astype(int), truth).astype(float), all_)

    assert all(0 <= one.low <= one.rate <= one.high <= 1 for one in told)
    assert told[0].rank < told[-1].rank


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="bases above 0"):
        ranking.rates(np.array([1.0]), np.array([0.0]))
    with pytest.raises(ValueError, match="not more than all"):
        ranking.shares(np.array([3.0]), np.array([2.0]))
