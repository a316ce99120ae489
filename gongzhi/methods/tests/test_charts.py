"""GLR, outbreakP and the negative binomial CUSUM: reference outputs, known answers with a perturbed twin."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from gongzhi.methods.counts.cusum import cusum
from gongzhi.methods.counts.glr import glr, known_change
from gongzhi.methods.counts.outbreak import outbreak_p
from gongzhi.methods.counts.season import negative_binomial_mean, overdispersion, seasonal_mean

SHARED = Path(__file__).parents[4] / "shared" / "reference" / "warning"
needs_reference = pytest.mark.skipif(not SHARED.is_dir(), reason="the reference outputs are not beside this checkout")
SETS = ("k1", "m1", "n1", "salmonella.agona")


def column(name, of):
    """One column of a reference file, NA as NaN."""
    with (SHARED / name).open() as file:
        return np.array([np.nan if row[of] == "NA" else float(row[of]) for row in csv.DictReader(file)])


def case(data, config):
    name = f"glr/{data}__{config}.csv"
    y = column(f"data/{data}.csv", "observed")[column(name, "k").astype(int) - 1]
    return y, column(name, "mu0"), column(name, "upperbound"), column(name, "alarm") > 0


@needs_reference
@pytest.mark.parametrize("data", SETS)
@pytest.mark.parametrize(
    ("config", "options"),
    [
        ("pois_intercept_value", {}),
        ("pois_M52_value", {"window": 52}),
        ("nb_intercept_a0.1_value", {"overdispersion": 0.1}),
        ("nb_dec_value", {"overdispersion": 0.1, "falling": True}),
    ],
)
def test_glr_agrees_with_the_reference(data, config, options):
    y, mean, theirs, alarms = case(data, config)
    value, _ = glr(y, mean, bounds=False, **options)
    np.testing.assert_allclose(value[0], theirs, rtol=2e-5, atol=1e-6)
    np.testing.assert_array_equal(value[0] >= 5, alarms)
    if theirs.any():
        assert not np.allclose(glr(y, mean * 0.9, bounds=False, **options)[0][0], theirs, rtol=1e-3, atol=1e-3)


@needs_reference
@pytest.mark.parametrize("data", SETS)
def test_bounds_of_the_poisson_glr_agree_with_the_reference(data):
    y, mean, theirs, _ = case(data, "pois_intercept_cases")
    np.testing.assert_array_equal(glr(y, mean)[1][0], theirs)


@needs_reference
@pytest.mark.parametrize("data", ["n1", "salmonella.agona"])
def test_bounds_of_the_negative_binomial_glr_agree_wherever_the_reference_gives_one(data):
    y, mean, theirs, _ = case(data, "nb_intercept_a0.1_cases")
    given = theirs < 1e9  # where the count seen is 0 it gives none
    np.testing.assert_array_equal(glr(y, mean, overdispersion=0.1)[1][0][given], theirs[given])
    assert given.mean() > 0.5


@needs_reference
@pytest.mark.parametrize("data", SETS)
def test_a_known_change_agrees_with_the_reference(data):
    y, mean, theirs, _ = case(data, "pois_theta1.2_value")
    value, bound = known_change(y, mean, kappa=1.2)
    np.testing.assert_allclose(value[0], theirs, atol=1e-9)
    np.testing.assert_allclose(bound[0], case(data, "pois_theta1.2_cases")[2], rtol=1e-9)


@needs_reference
@pytest.mark.parametrize("data", SETS)
def test_an_epidemic_change_alarms_as_the_reference_and_never_finds_less(data):
    y, mean, theirs, alarms = case(data, "pois_epi_value")
    value, _ = glr(y, mean, change="epi", bounds=False)
    np.testing.assert_array_equal(value[0] >= 5, alarms)
    assert (value[0] >= theirs - 1e-6).all()


@needs_reference
@pytest.mark.parametrize("data", SETS)
def test_outbreak_p_agrees_with_the_reference(data):
    for kind in ("value", "cases"):
        name = f"outbreakP/{data}__k100_{kind}.csv"
        k = column(name, "k").astype(int)
        value, bound = outbreak_p(column(f"data/{data}.csv", "observed")[: k[-1]], start=int(k[0]) - 1)
        mine = value if kind == "value" else bound
        np.testing.assert_allclose(mine[0][k - 1], column(name, "upperbound"), rtol=1e-9)


@needs_reference
@pytest.mark.parametrize("data", ["k1", "n1", "salmonella.agona"])
def test_the_seasonal_mean_is_the_reference_one(data):
    name = f"glr/{data}__pois_intercept_value.csv"
    k = column(name, "k").astype(int)
    mean = seasonal_mean(column(f"data/{data}.csv", "observed"), int(k[0]) - 1)[0]
    np.testing.assert_allclose(mean[k - 1], column(name, "mu0"), rtol=1e-8)


@needs_reference
@pytest.mark.parametrize("scenario", [1, 4, 38])
def test_the_negative_binomial_mean_is_the_reference_one(scenario):
    pick = (column("sim/handout_series.csv", "scenario") == scenario) & (column("sim/handout_series.csv", "rep") == 1)
    y = column("sim/handout_series.csv", "y")[pick]
    rows = (column("sim/handout_glrnb.csv", "scenario") == scenario) & (column("sim/handout_glrnb.csv", "rep") == 1)
    theirs = column("sim/handout_glrnb.csv", "upperbound")[rows]
    mean, over = negative_binomial_mean(y, 575)
    value, _ = glr(y[575:], mean[:, 575:], overdispersion=over[0], bounds=False)
    np.testing.assert_allclose(value[0], theirs, rtol=1e-3, atol=1e-4)
    if theirs.any():
        assert not np.allclose(glr(y[575:], mean[:, 575:], overdispersion=1.5 * over[0], bounds=False)[0][0], theirs)


def test_overdispersion_that_was_drawn_is_found_and_none_where_there_is_none():
    rng = np.random.default_rng(8)
    mean = np.exp(2.5 + 0.5 * np.cos(2 * np.pi * np.arange(1, 521) / 52))
    drawn = rng.negative_binomial(1 / 0.4, 1 / (1 + 0.4 * mean), (1, 520))
    fitted, over = negative_binomial_mean(np.vstack([drawn, rng.poisson(mean, (1, 520))]), 520)
    assert over[0] == pytest.approx(0.4, abs=0.08)
    assert over[1] < 0.02
    np.testing.assert_allclose(fitted, np.vstack([mean, mean]), rtol=0.2)


def anscombe(counts, mean, over, argument):
    """z of the counts, 2F1 of the mean's term taken at `argument` instead of over x mean."""
    at_mean = 1.5 * mean ** (2 / 3) * hyp2f1(1 / 3, 2 / 3, 5 / 3, -argument)
    each = 1.5 * counts ** (2 / 3) * hyp2f1(1 / 3, 2 / 3, 5 / 3, -over * counts)
    return (each - at_mean) / (mean + over * mean**2) ** (1 / 6)


@needs_reference
def test_the_negative_binomial_anscombe_cusum_is_the_reference_whose_function_is_tabled_in_steps_of_a_hundredth():
    name = "cusum/salmonella.agona__m_null_anscombeNegBin.csv"
    y, at = column("data/salmonella.agona.csv", "observed"), column(name, "k").astype(int) - 1
    mean = y[: at[0]].mean()
    ours, _ = cusum(y[at], mean, transform="anscombeNegBin", overdispersion=0.1)
    exact, _ = cusum(anscombe(y[at], mean, 0.1, 0.1 * mean), 1.0, transform="none")
    np.testing.assert_allclose(ours, exact, atol=1e-9)
    tabled, _ = cusum(anscombe(y[at], mean, 0.1, round(0.1 * mean, 2)), 1.0, transform="none")
    np.testing.assert_allclose(tabled[0], column(name, "cusum"), atol=1e-9)
    assert np.abs(ours[0] - column(name, "cusum")).max() > 1e-3  # a step of the table is 0.0011 a period here


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=15), st.sampled_from([0.0, 0.3]))
def test_a_glr_alarms_exactly_from_its_bound_on(counts, over):
    mean = np.full(len(counts), 3.0)
    value, bound = glr(np.array(counts), mean, overdispersion=over)
    assert ((np.array(counts) >= bound[0]) == (value[0] >= 5)).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=15))
def test_outbreak_p_is_at_least_one_and_exactly_one_for_falling_counts(counts):
    assert (outbreak_p(np.array(counts))[0] >= 1 - 1e-9).all()
    np.testing.assert_allclose(outbreak_p(np.array(sorted(counts, reverse=True)))[0], 1)


def test_small_overdispersion_is_nearly_poisson_and_a_large_one_is_not():
    y, mean = np.array([3, 9, 2, 8, 12]), np.full(5, 4.0)
    poisson = glr(y, mean, bounds=False)[0]
    np.testing.assert_allclose(glr(y, mean, overdispersion=1e-7, bounds=False)[0], poisson, rtol=1e-5)
    assert glr(y, mean, overdispersion=0.5, bounds=False)[0][0, -1] < poisson[0, -1]


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        glr(np.ones(3), np.zeros(3))
    with pytest.raises(ValueError, match="no case"):
        seasonal_mean(np.zeros(100), 60)
    with pytest.raises(ValueError, match="limit"):
        outbreak_p(np.ones(3), limit=0.5)
    assert overdispersion(np.array([2, 2, 2]), np.array([2, 2, 2]))[0] == 0
