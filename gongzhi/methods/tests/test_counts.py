"""Detection on counts: agreement with the reference outputs, known answers with a perturbed twin, properties."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks import agreement
from gongzhi.methods.counts import farrington_kernel as kernel
from gongzhi.methods.counts.baselines import RULES
from gongzhi.methods.counts.bayes import bayes
from gongzhi.methods.counts.cdc import cdc
from gongzhi.methods.counts.cusum import cusum, shiryaev_roberts
from gongzhi.methods.counts.ears import ears
from gongzhi.methods.counts.farrington import Farrington, _far, farrington, reference, same_week
from gongzhi.methods.counts.farrington_kernel import nb_quantile
from gongzhi.methods.counts.rki import rki
from gongzhi.methods.simulator.weekly import scenarios, simulate

SHARED = Path(__file__).parents[4] / "shared" / "reference" / "warning"
needs_reference = pytest.mark.skipif(not SHARED.is_dir(), reason="the reference outputs are not beside this checkout")
AT = np.arange(575, 624)
FLEXIBLE = {"levels": 1, "left_out": 3, "p_trend": 0.05, "threshold": "delta"}


def column(name: str, column: str) -> np.ndarray:
    """One column of a reference file, NA as NaN."""
    with (SHARED / name).open() as file:
        return np.array([np.nan if row[column] == "NA" else float(row[column]) for row in csv.DictReader(file)])


def handout() -> np.ndarray:
    return column("sim/handout_series.csv", "y").reshape(84, 624)


def grid(name: str, of: str) -> np.ndarray:
    return column(f"sim/handout_{name}.csv", of).reshape(84, 49)


def worst(mine: np.ndarray, theirs: np.ndarray) -> float:
    """Greatest relative difference; the same places are empty in both."""
    assert (np.isnan(mine) == np.isnan(theirs)).all()
    return float(np.nanmax(np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-12)))


@needs_reference
def test_noufaily_agrees_with_the_converged_reference():
    got = farrington(handout(), AT, config=Farrington(years=5, alpha=0.01))
    assert worst(got.expected, grid("noufaily_nbPlugin_tightglm", "expected")) < 1e-6
    assert worst(got.phi, grid("noufaily_nbPlugin_tightglm", "phi")) < 1e-6
    np.testing.assert_array_equal(got.bound, grid("noufaily_nbPlugin", "upperbound"))
    np.testing.assert_array_equal(got.alarm, grid("noufaily_nbPlugin", "alarm") > 0)


@needs_reference
def test_farrington_delta_agrees_with_the_converged_reference():
    config = Farrington(years=5, alpha=0.01, weights_from=1.0, **FLEXIBLE)
    got = farrington(handout(), AT, config=config)
    assert worst(got.expected, grid("farrington_flex_delta_tightglm", "expected")) < 1e-6
    assert worst(got.phi, grid("farrington_flex_delta_tightglm", "phi")) < 1e-6
    assert worst(got.bound, grid("farrington_flex_delta_tightglm", "upperbound")) < 1e-6
    np.testing.assert_array_equal(got.alarm, grid("farrington_flex_delta", "alarm") > 0)


@needs_reference
@pytest.mark.parametrize("rule", [1, 2, 3])
def test_bayes_rki_and_ears_agree_with_the_reference(rule):
    y = handout()
    years, half, now = RULES[rule]
    past = {"years": years, "half_window": half, "now": now}
    np.testing.assert_array_equal(bayes(y, AT, alpha=0.05, **past)[1], grid(f"bayes{rule}", "upperbound"))
    assert worst(rki(y, AT, **past)[1], grid(f"rki{rule}", "upperbound")) < 1e-9
    theirs = grid(f"earsC{rule}", "upperbound")
    assert worst(ears(y, method=f"C{rule}", alpha=0.01, compat="R")[1][:, AT], theirs) < 1e-9


@needs_reference
def test_cdc_agrees_with_the_reference_and_not_with_another_alpha():
    theirs = grid("cdc", "upperbound")
    assert worst(cdc(handout(), AT, years=5, alpha=0.01)[2], theirs) < 1e-9
    assert worst(cdc(handout(), AT, years=5, alpha=0.02)[2], theirs) > 1e-3


@needs_reference
def test_every_output_on_the_shipped_data_sets_is_ours_and_with_another_alpha_it_is_not():
    for row in agreement.measure():
        assert row["met"], row
    counts, dates = agreement.series("campyDE")
    other = replace(agreement.FLEXIBLE["noufaily_nbPlugin"], alpha=0.04)
    at = column("farringtonFlexible/campyDE__noufaily_nbPlugin.csv", "k").astype(int) - 1
    bound = farrington(counts, at, config=other, dates=dates).bound[0]
    assert worst(bound, column("farringtonFlexible/campyDE__noufaily_nbPlugin.csv", "upperbound")) > 1e-3


def test_reference_weeks_of_the_known_case_and_of_its_neighbour():
    placed = reference(Farrington(), 300, same_week(None, 300, 4, 52))
    assert min(placed) == 300 - 208 - 3
    assert max(placed) == 300 - 27
    assert [sum(1 for level in placed.values() if level == g) for g in (1, 9, 10)] == [20, 15, 28]
    assert min(reference(Farrington(), 301, same_week(None, 301, 4, 52))) == 301 - 208 - 3


def test_a_flat_series_has_its_mean_expected_and_a_higher_one_a_higher():
    flat = np.full((1, 400), 7.0)
    assert farrington(flat, np.array([399])).expected[0, 0] == pytest.approx(7, rel=1e-12)
    flat[0, 250] = 9
    assert farrington(flat, np.array([399])).expected[0, 0] != pytest.approx(7, rel=1e-6)


def test_a_series_of_zeros_has_no_bound_and_no_alarm():
    got = farrington(np.zeros((1, 400)), np.arange(300, 400))
    assert np.isnan(got.bound).all()
    assert not got.alarm.any()


def test_too_little_history_is_refused():
    with pytest.raises(ValueError, match="4 years of history"):
        farrington(np.ones((1, 300)), np.array([210]))


def test_ears_c3_sees_the_present_count_and_its_copy_of_the_fault_does_not():
    quiet = np.tile([4.0, 5.0, 6.0], 10)[None, :]
    burst = quiet.copy()
    burst[0, 25] = 40
    assert ears(burst, method="C3", alpha=0.025)[1][0, 25] < 40
    assert ears(burst, method="C3", alpha=0.025, compat="R")[1][0, 25] > 40
    assert (quiet[0, 11:] <= ears(quiet, method="C3", alpha=0.001)[1][0, 11:]).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 3000), st.floats(1, 20), st.sampled_from([0.9, 0.95, 0.99, 0.995]))
def test_the_quantile_is_the_one_of_the_distribution(mean, phi, p):
    got = nb_quantile(p, mean, phi)
    law = stats.nbinom(mean / (phi - 1), 1 / phi) if phi > 1.0001 else stats.poisson(mean)
    if phi in (1,) or phi > 1.0001:
        assert law.cdf(got) >= p * (1 - 1e-9)
        assert got == 0 or law.cdf(got - 1) < p * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 5, 10]))
def test_population_as_offset_scales_out(seed, factor):
    counts = simulate(scenarios()[seed % 42], replicates=1, seed=seed).counts[:, 312:]
    plain = farrington(counts, np.array([311]))
    offset = farrington(counts, np.array([311]), population=np.full(counts.shape, float(factor)))
    np.testing.assert_allclose(offset.bound, plain.bound)
    np.testing.assert_allclose(offset.expected, plain.expected, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_what_happens_now_moves_no_bound(seed):
    counts = simulate(scenarios()[seed % 42], replicates=1, seed=seed).counts[:, 312:].copy()
    counts[0, 308:311] = 5  # cases enough for a bound either way
    before = farrington(counts, np.array([311]))
    counts[0, 311] += 1000
    after = farrington(counts, np.array([311]))
    assert after.bound[0, 0] == before.bound[0, 0]
    assert after.alarm[0, 0]


@needs_reference
def test_the_rule_of_1996_agrees_as_far_as_the_reference_converged():
    y = column("data/salmonella.agona.csv", "observed")
    at = column("farrington1996/salmonella.agona__b4w3.csv", "k").astype(int) - 1
    theirs = column("farrington1996/salmonella.agona__b4w3.csv", "upperbound")
    config = Farrington(alpha=0.005, weights_from=1.0, plain_errors=True, **{**FLEXIBLE, "left_out": 0})
    got = farrington(y, at, config=config)
    assert worst(got.bound[0], np.where(theirs > 0, theirs, np.nan)) < 1e-4


@needs_reference
def test_the_rule_of_1996_agrees_by_calendar_at_all_254_bounds():
    with (SHARED / "data/salmNewport.csv").open() as file:
        rows = [(float(row["epoch"]), float(row["observed"])) for row in csv.DictReader(file)]
    days = sorted({day for day, _ in rows})
    y = np.array([sum(count for day, count in rows if day == d) for d in days])
    dates = [date(1970, 1, 1) + timedelta(days=d) for d in days]
    name = "farrington1996/salmNewportDE__b4w3.csv"
    theirs = column(name, "upperbound")
    config = Farrington(alpha=0.005, weights_from=1.0, plain_errors=True, **{**FLEXIBLE, "left_out": 0})
    got = farrington(y, column(name, "k").astype(int) - 1, config=config, dates=dates)
    assert (theirs > 0).sum() == 254
    assert worst(got.bound[0], np.where(theirs > 0, theirs, np.nan)) < 1e-4


@needs_reference
@pytest.mark.parametrize("transform", ["standard", "rossi", "anscombe", "pearsonNegBin"])
def test_cusum_agrees_with_the_reference(transform):
    y = column("data/n1.csv", "observed")
    name = f"cusum/n1__m_null_{transform}.csv"
    at = column(name, "k").astype(int) - 1
    value, bound = cusum(y[at], y[: at[0]].mean(), transform=transform, overdispersion=0.1)
    np.testing.assert_allclose(value[0], column(name, "cusum"), atol=1e-12)
    np.testing.assert_allclose(bound[0], column(name, "upperbound"), atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=3, max_size=20), st.sampled_from(["rossi", "anscombe", "pearsonNegBin"]))
def test_a_cusum_alarms_exactly_above_its_bound(counts, transform):
    value, bound = cusum(np.array(counts), np.array(4.0), transform=transform)
    clear = np.abs(np.array(counts) - bound[0]) > 1e-6
    above = np.array(counts) > bound[0]
    assert (above == (value[0] >= 2.26))[clear & (bound[0] > 0)].all()


def test_shiryaev_roberts_of_a_known_run_and_of_its_neighbour():
    quiet = shiryaev_roberts(np.array([1, 0]), np.array(1.0), rise=2.0)
    np.testing.assert_allclose(quiet[0], [2 / np.e, (1 + 2 / np.e) / np.e])
    assert shiryaev_roberts(np.array([2, 0]), np.array(1.0), rise=2.0)[0, 0] == pytest.approx(4 / np.e)


def test_an_astronomic_upper_limit_of_the_mean_is_answered_at_once_and_exactly():
    phi, z = 1.5, stats.norm.isf(0.01)
    assert nb_quantile(0.99, 6e7, phi) == stats.nbinom.ppf(0.99, 6e7 / (phi - 1), 1 / phi)
    assert nb_quantile(0.99, 9e7, phi) == kernel.FAR  # summing up to it would be long
    out = np.zeros((1, 3, kernel.COLUMNS))
    out[0, :, kernel.EXPECTED], out[0, :, kernel.PHI] = 1, phi
    out[0, :, kernel.BOUND], out[0, :, kernel.SE] = (kernel.FAR, kernel.FAR, 7), (9, 40, 0)
    bound = _far(out, Farrington(threshold="muan"))
    mean = np.exp(9 * z)
    assert bound[0, 0] == stats.nbinom.ppf(0.99, mean / (phi - 1), 1 / phi)
    assert np.isnan(bound[0, 1])  # more than can be counted is no bound
    assert bound[0, 2] == 7
