"""Events in batches: their dispersion is measured, and limits raised for it keep the budget."""

from __future__ import annotations

from datetime import UTC, date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods.stream import bank, batches, budget, mixture
from gongzhi.methods.stream.exact import StreamError
from gongzhi.methods.stream.learn import calendar

FIRST = date(2024, 1, 1)


def batched(rng, rate, days, mean):
    """Keys and seconds of geometric batches of this mean size; `rate` events a minute of each key."""
    starts = rng.poisson(rate * days * 1440 / mean)
    key = np.repeat(np.arange(rate.size), starts)
    second = rng.integers(0, days * 86_400, key.size)
    size = rng.geometric(1 / mean, key.size) if mean > 1 else np.ones(key.size, int)
    key, second = np.repeat(key, size), np.repeat(second, size)
    order = np.argsort(second, kind="stable")
    return key[order], int(calendar(FIRST, 1, UTC).begins[0]) + second[order]


def test_single_events_have_dispersion_one_and_batches_that_of_their_sizes():
    rng = np.random.default_rng(1)
    rate, past = np.full(40, 0.02), calendar(FIRST, 120, UTC)
    single = batches.dispersion(*batched(rng, rate, 120, 1.0), past, number=40)
    assert single == pytest.approx(np.ones(40), abs=0.3)
    got = batches.dispersion(*batched(rng, rate, 120, 3.0), past, number=40)  # variance / mean = 2 * 3 - 1
    assert np.median(got) == pytest.approx(5, rel=0.15)


def test_one_key_in_batches_does_not_make_its_neighbours_so():
    rng = np.random.default_rng(2)
    rate, past = np.full(20, 0.03), calendar(FIRST, 120, UTC)
    key, second = batched(rng, rate, 120, 1.0)
    more, when = batched(rng, rate[:1], 120, 5.0)
    keep = key != 0
    key, second = np.append(key[keep], more), np.append(second[keep], when)
    got = batches.dispersion(key, second, past, number=20)
    assert got[0] > 5
    assert got[1:].max() < 1.6


def test_a_key_without_events_has_the_dispersion_of_its_rhythm():
    rng = np.random.default_rng(3)
    past = calendar(FIRST, 60, UTC)
    key, second = batched(rng, np.full(4, 0.05), 60, 2.0)
    got = batches.dispersion(key, second, past, number=5, follows=[0, 0, 0, 0, 0])
    assert got[4] == pytest.approx(np.mean(got[:4]), rel=0.2)
    assert batches.dispersion([], [], past, number=2).tolist() == [1, 1]


@settings(max_examples=50, deadline=None)
@given(st.floats(1, 30), st.floats(1.1, 8))
def test_the_exponent_solves_its_equation_and_is_one_for_single_events(dispersed, rise):
    theta = float(batches.exponents([dispersed], [rise])[0, 0])
    assert 0 < theta <= 1
    p, s = 2 / (1 + dispersed), rise**theta
    assert p * (s - 1) / (1 - (1 - p) * s) == pytest.approx(theta * (rise - 1), rel=1e-5, abs=1e-9)
    assert batches.exponents([1.0], [rise])[0, 0] == 1


@settings(max_examples=30, deadline=None)
@given(st.floats(2, 1e6), st.lists(st.floats(1, 20), min_size=2, max_size=6))
def test_limits_rise_with_the_dispersion_and_stay_without(limit, dispersed):
    got = batches.raised(np.full(len(dispersed), limit), sorted(dispersed))
    assert (np.diff(got) >= -1e-6 * got[1:]).all()
    assert batches.raised([limit], [1.0])[0] == pytest.approx(limit, rel=1e-6)


def test_a_dispersion_below_one_or_none_is_refused():
    for bad in (0.5, np.nan, np.inf):
        with pytest.raises(StreamError, match="at least 1"):
            batches.exponents([bad])


def test_a_budget_is_kept_with_batches_and_overspent_without_knowing_of_them():
    rng = np.random.default_rng(4)
    rate, months = np.full(300, 0.004), 6
    key, second = batched(rng, rate, months * 30, 2.5)
    base = bank.Baseline.even(rate)
    begins = int(calendar(FIRST, 1, UTC).begins[0])
    found = {}
    for dispersed in (1.0, 4.0):
        limits = budget.limits(rate, false_a_month=10, dispersed=dispersed)
        found[dispersed] = bank.Bank(base, limits, begins=begins).feed(key, second).key.size / months
    assert found[4.0] <= 12
    assert found[1.0] > 5 * found[4.0]
    assert mixture.limit_for([1e4])[0] > 0
