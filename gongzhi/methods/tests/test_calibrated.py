"""The calibrated rule: its p-values are honest, its bound is its p-value, outbreaks of the past do not blind it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gongzhi.methods.counts import pair
from gongzhi.methods.counts.calibrated import Expectation, calibrated, chances, expect
from gongzhi.methods.simulator.weekly import scenarios, simulate

AT = np.arange(575, 624)


def by_hand(y0, y1, m0, m1, phi):
    """P(T >= t) summed over all pairs."""
    law = [stats.nbinom(m / (phi - 1), 1 / phi) if phi > 1 else stats.poisson(m) for m in (m0, m1)]
    x = np.arange(400)
    mass = [one.pmf(x) for one in law]
    u = [np.array([pair.score(v) for v in one.sf(x) + one.pmf(x) / 2]) for one in law]
    t = u[1][None, :] + pair.LAST * np.maximum(u[0], 0)[:, None]
    return float((np.outer(*mass) * (t >= t[y0, y1] - 1e-7)).sum())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 25), st.integers(0, 25), st.floats(0.1, 15), st.floats(0.1, 15), st.sampled_from([1.0, 1.3, 4.0]))
def test_the_chance_of_a_pair_is_the_sum_over_all_pairs(y0, y1, m0, m1, phi):
    assert pair.judged(y0, y1, m0, phi, m1, phi, pair.LAST)[0] == pytest.approx(by_hand(y0, y1, m0, m1, phi), abs=1e-7)


def test_with_the_true_mean_randomised_p_values_are_uniform_and_with_a_wrong_one_they_are_not():
    world = simulate(scenarios()[20], replicates=200, seed=5, past=False, now=False)
    shape = (200, len(AT))
    true = [np.broadcast_to(world.baseline[AT + step], shape) for step in (-1, 0)]
    flat = np.full(shape, world.scenario.phi)
    p, tie = chances(world.counts, AT, Expectation(*true, flat, flat))
    u = np.random.default_rng(1).random(shape)
    for level in (0.01, 0.05, 0.5):
        share = (p - u * tie <= level).mean()
        assert abs(share - level) < 4 * np.sqrt(level / p.size)
    p, tie = chances(world.counts, AT, Expectation(*true, flat * 0.5, flat * 0.5))
    assert (p - u * tie <= 0.01).mean() > 0.02


@pytest.mark.parametrize("number", [1, 14, 22, 40])
def test_outbreak_free_series_alarm_about_as_often_as_said(number):
    world = simulate(scenarios()[number - 1], replicates=60, seed=123, past=False, now=False)
    p, tie = chances(world.counts, AT, expect(world.counts, AT))
    u = np.random.default_rng(2).random(p.shape)
    assert 0.6 < (p - u * tie <= 0.05).mean() / 0.05 < 1.4


def test_the_bound_is_the_last_count_without_alarm():
    counts = simulate(scenarios()[8], replicates=3, seed=9).counts[:, :600].copy()
    bound = calibrated(counts, np.array([599])).bound[:, 0]
    counts[:, 599] = bound
    assert not calibrated(counts, np.array([599])).alarm.any()
    counts[:, 599] = bound + 1
    assert calibrated(counts, np.array([599])).alarm.all()


def test_an_answer_does_not_depend_on_what_else_is_asked():
    counts = simulate(scenarios()[3], replicates=2, seed=3).counts
    together, alone = calibrated(counts, AT), calibrated(counts, AT[20:21])
    np.testing.assert_array_equal(together.p[:, 20:21], alone.p)


def test_what_happens_now_and_just_before_moves_no_expectation():
    counts = simulate(scenarios()[3], replicates=2, seed=3).counts[:, :620].copy()
    before = expect(counts, np.array([619]))
    counts[:, 617:] += 500
    after = expect(counts, np.array([619]))
    np.testing.assert_array_equal(before.now, after.now)


def test_a_past_outbreak_leaves_the_expectation_where_it_was():
    counts = simulate(scenarios()[30], replicates=20, seed=8, past=False, now=False).counts
    quiet = expect(counts, AT[:1]).now
    burst = counts.copy()
    burst[:, 400:403] += 60
    moved = np.abs(expect(burst, AT[:1]).now / quiet - 1)
    assert np.median(moved) < 0.01
    assert moved.max() < 0.1


def test_a_level_that_shifted_is_followed():
    counts = simulate(scenarios()[30], replicates=20, seed=8, past=False, now=False).counts.copy()
    counts[:, 480:] *= 2
    alarms = calibrated(counts, AT).alarm.mean()
    assert alarms < 0.1
    assert expect(counts, AT[-1:]).now.mean() / counts[:, 570:].mean() == pytest.approx(1, abs=0.1)


def test_population_as_offset_scales_out():
    counts = simulate(scenarios()[12], replicates=2, seed=4).counts
    plain = calibrated(counts, AT[:3])
    offset = calibrated(counts, AT[:3], population=np.full(counts.shape, 7.0))
    np.testing.assert_allclose(plain.p, offset.p)


def test_zeros_never_alarm_and_a_first_case_may():
    counts = np.zeros((1, 624))
    assert not calibrated(counts, AT).alarm.any()
    counts[0, 600] = 3
    assert calibrated(counts, AT).alarm[0, 25]


def test_months_and_days_are_judged_too():
    rng = np.random.default_rng(6)
    months, days = rng.poisson(20, (1, 120)), rng.poisson(6, (1, 1200))
    months[0, 119], days[0, 1199] = 60, 30
    assert calibrated(months, np.arange(110, 120), period=12).alarm[0, -1]
    assert calibrated(days, np.arange(1190, 1200), period=365.25).alarm[0, -1]


def test_too_little_history_and_positions_that_fall_are_refused():
    with pytest.raises(ValueError, match="2 years of history"):
        calibrated(np.ones((1, 300)), np.array([100]))
    with pytest.raises(ValueError, match="rise"):
        calibrated(np.ones((1, 300)), np.array([200, 190]))


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 60), st.floats(1.0, 4.0), st.floats(0.01, 0.5))
def test_a_mean_that_wanders_keeps_mean_and_spread_and_has_the_longer_tail(mean, phi, sway):
    spread = phi + np.expm1(sway) * mean
    long = pair.farthest(mean, spread, sway)
    mass, tail = np.empty(long), np.empty(long)
    assert pair.swaying(mean, spread, sway, mass, tail) == 0
    x = np.arange(long)
    assert mass.sum() == pytest.approx(1, abs=1e-4)
    assert mass @ x == pytest.approx(mean, rel=1e-3)
    assert mass @ (x - mean) ** 2 == pytest.approx(spread * mean, rel=0.02)
    usual, above = np.empty(long), np.empty(long)
    low = pair.law(mean, spread, usual, above)
    far = int(mean + 9 * np.sqrt(spread * mean)) + 2
    if low == 0 and far < long and mean > 10 and sway > 0.1:
        assert tail[far] > above[far]
    assert pair.judged(3, 5, mean, phi, mean, phi, 0.3, 0.0, 0.0) == pair.judged(3, 5, mean, phi, mean, phi, 0.3)


def test_chances_rarer_than_ten_years_show_are_believed_less_and_bounds_with_them():
    counts = simulate(scenarios()[8], replicates=3, seed=9).counts[:, :600].copy()
    at, alpha = np.array([599]), 1e-5
    bound = calibrated(counts, at, alpha=alpha).bound[:, 0]
    for more, told in ((0, False), (1, True)):
        counts[:, 599] = bound + more
        assert (calibrated(counts, at, alpha=alpha).alarm == told).all()
    counts[:, 599] = 10_000
    p, tie = chances(counts, at, expect(counts, at))
    assert (p > 0).all() or (p == 0).all()
    assert (tie >= 0).all()
