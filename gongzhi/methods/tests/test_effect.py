"""Effects: the reference regression, planted effects and their twins without one, properties of the parts."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gongzhi.methods.effect import its as interrupted
from gongzhi.methods.effect.did import comparison, did, matched, steadied
from gongzhi.methods.effect.its import its, segmented
from gongzhi.methods.effect.persistence import Mixture, _whitened, contrast, linear
from gongzhi.methods.effect.regression import EffectError, fit
from gongzhi.methods.effect.synthetic import synthetic, weights_of
from gongzhi.methods.effect.verdict import HARMED, NOTHING, WORKED, Check, placebo, word
from gongzhi.methods.simulator.measures import lasting, measures

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[4] / "shared"))
TOLD = SHARED / "reference/warning/causal_its_statsmodels_quasipoisson.csv"


def _table(name):
    with (SHARED / "reference/warning" / name).open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key}


@pytest.mark.skipif(not TOLD.is_file(), reason="the reference files are not beside the checkout")
@pytest.mark.parametrize(("shift", "agrees"), [(0, True), (1, False)])
def test_the_segmented_regression_is_the_reference_s(shift, agrees):
    series, told = _table("causal_its_series.csv"), _table(TOLD.name)
    design = segmented(len(series["y"]), 104 + shift, year=52.0)
    fitted = fit(series["y"], design.columns)
    off = [
        np.abs(fitted.beta / told["coef"] - 1).max(),
        np.abs(np.sqrt(np.diag(fitted.quasi())) / told["se_quasi"] - 1).max(),
        np.abs(np.sqrt(np.diag(fitted.hac(4))) / told["se_HAC4"] - 1).max(),
        np.abs(fitted.dispersion / told["dispersion_X2"] - 1).max(),
    ]
    assert (max(off) < 1e-9) == agrees


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), factor=st.floats(0.5, 4))
def test_a_fit_solves_its_score_equations_and_moves_with_its_offset(seed, factor):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(40), rng.normal(size=(40, 2))])
    y = rng.poisson(np.exp(1.5 + 0.3 * x[:, 1])).astype(float)
    plain, moved = fit(y, x), fit(y, x, offset=np.full(40, np.log(factor)))
    assert np.abs(x.T @ (y - plain.mean)).max() < 1e-7
    assert moved.beta[0] == pytest.approx(plain.beta[0] - np.log(factor), abs=1e-8)
    assert moved.beta[1:] == pytest.approx(plain.beta[1:], abs=1e-8)


def test_hac_without_lags_is_the_plain_sandwich_and_lags_matter_where_neighbours_resemble():
    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(200), np.arange(200) >= 100])
    y = rng.poisson(20 * np.exp(0.3 * np.repeat(rng.normal(size=20), 10))).astype(float)
    fitted = fit(y, x)
    score = x * (y - fitted.mean)[:, None]
    assert fitted.hac(0) == pytest.approx(fitted.inverse @ score.T @ score @ fitted.inverse)
    assert fitted.hac(8)[1, 1] > 2 * fitted.hac(0)[1, 1]


@settings(max_examples=30, deadline=None)
@given(level=st.floats(0.01, 0.99), seed=st.integers(0, 999))
def test_quantiles_of_a_mixture_are_where_it_says(level, seed):
    rng = np.random.default_rng(seed)
    mixed = Mixture(rng.dirichlet(np.ones(4)), rng.normal(size=4), rng.gamma(2, 1, 4), 12)
    assert mixed.below(mixed.quantile(level)) == pytest.approx(level, abs=1e-6)


def _widths(values, x):
    """Width of the 95 % interval over that of ordinary least squares."""
    mixed = linear(x, values, np.array([0.0, 1.0]))
    left = np.linalg.lstsq(x, values, rcond=None)[1][0] / (len(x) - 2) * np.linalg.inv(x.T @ x)[1, 1]
    return (mixed.quantile(0.975) - mixed.quantile(0.025)) / (2 * stats.t.ppf(0.975, len(x) - 2) * np.sqrt(left))


def test_errors_are_the_classical_ones_without_lasting_shocks_and_wider_with_them():
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(120), np.arange(120) >= 80]).astype(float)
    white = rng.normal(size=(40, 120))
    slow = lasting(rng, (40, 120), np.full(40, 0.9), np.ones(40))
    assert 0.9 < np.median([_widths(row, x) for row in white]) < 1.4
    assert np.median([_widths(row, x) for row in slow]) > 2


def test_errors_that_last_weigh_as_in_the_regression_with_the_whole_covariance():
    rng = np.random.default_rng(6)
    columns = np.column_stack([np.ones(30), np.arange(30) >= 18, rng.normal(size=30)])
    apart = np.abs(np.subtract.outer(np.arange(30), np.arange(30)))
    for rho, share in ((0.3, 0.0), (0.8, 0.35), (0.95, 0.9)):
        whole = (1 - share) * np.eye(30) + share * rho**apart
        white = np.empty_like(columns)
        log = _whitened(columns, rho, share, white)
        assert log == pytest.approx(np.linalg.slogdet(whole)[1], abs=1e-9)
        assert white.T @ white == pytest.approx(columns.T @ np.linalg.solve(whole, columns), rel=1e-9)
        assert not np.allclose(white.T @ white, columns.T @ np.linalg.solve(whole + 0.1 * np.eye(30), columns))


@pytest.mark.parametrize("design", ["did", "synthetic"])
def test_days_of_few_cases_do_not_make_an_effect_and_a_planted_one_is_seen(design):
    rng = np.random.default_rng(7)
    rows = rng.poisson(1.5, (4, 500)).astype(float)
    before = {"did": lambda r: did(r[0], r[1:], 250), "synthetic": lambda r: synthetic(r[0], r[1:], 250).effect}[design]
    got = before(rows)
    assert abs(got.log) < 0.5
    assert got.low < 0 < got.high
    rows[0, 250:] = rng.binomial(rows[0, 250:].astype(int), 0.2)
    assert before(rows).high < 0


def test_a_line_of_few_cases_is_averaged_on_either_side_of_the_start_and_one_of_many_is_left():
    rows = np.array([[4.0, 0, 2, 6, 0, 3, 100, 100, 100, 100], [3, 3, 3, 3, 3, 3, 90, 90, 90, 90]])
    one = np.array([0.5, 0.5])
    line = steadied(one, rows, 6)
    assert line[6:] == pytest.approx([95.0] * 4)
    assert line[:6].max() < 4
    assert line[:6].min() > 1
    assert np.array_equal(steadied(one, rows * 100, 6), one @ rows * 100)


def _world(effect, seed=4, units=10):
    return measures(1, effect=effect, seed=seed, units=units).counts[0].astype(float)


DESIGNS = {
    "its": lambda rows, **words: its(rows[0], 104, year=52.1775, slope=False, **words),
    "did": lambda rows, **words: did(rows[0], rows[1:], 104, **words),
    "synthetic": lambda rows, **words: synthetic(rows[0], rows[1:], 104, **words).effect,
}


@pytest.mark.parametrize("name", DESIGNS)
def test_large_effects_are_found_with_their_sign_and_their_twins_without_one_are_not(name):
    fewer, none, more = ([DESIGNS[name](_world(effect, seed)).verdict for seed in range(20, 28)]
                         for effect in (-1.2, 0.0, 1.2))  # fmt: skip
    assert fewer.count(WORKED) >= 6
    assert more.count(HARMED) >= 6
    assert none.count(NOTHING) >= 7
    assert HARMED not in fewer
    assert WORKED not in more


def test_what_is_wanted_turns_the_verdict_and_the_change_is_that_of_the_logarithm():
    got = [DESIGNS["did"](_world(-1.2, 21), wanted=wanted) for wanted in ("fewer", "more")]
    assert [one.verdict for one in got] == [WORKED, HARMED]
    assert got[0].change == pytest.approx(np.expm1(got[0].log))
    assert got[0].change_low < got[0].change < got[0].change_high


@pytest.mark.parametrize("name", DESIGNS)
def test_intervals_hold_the_planted_effect_as_often_as_they_promise(name, monkeypatch):
    world = measures(60, effect=-0.25, seed=12)
    monkeypatch.setattr(interrupted, "placebo_dates", lambda start, after: (np.empty(0, np.int64), after))
    rows = world.counts[:, :6].astype(float)
    held = [got.low <= -0.25 <= got.high for got in (DESIGNS[name](row) for row in rows)]
    assert stats.binom.cdf(sum(held), 60, 0.95) > 0.005


def test_expected_counts_are_what_the_series_would_have_been():
    rows, without = _world(-0.7, seed=21), _world(0.0, seed=21)
    got = DESIGNS["did"](rows)
    assert got.expected[104:].sum() == pytest.approx(without[0, 104:].sum(), rel=0.25)
    assert got.expected[:104].sum() == pytest.approx(rows[0, :104].sum(), rel=0.05)


def test_a_change_that_all_units_share_is_no_effect_against_them_but_is_one_by_itself():
    rows = _world(0.0, seed=21)
    rows[:, 104:] = np.round(rows[:, 104:] * 3)
    assert DESIGNS["did"](rows).verdict == NOTHING
    assert DESIGNS["synthetic"](rows).verdict == NOTHING
    assert DESIGNS["its"](rows).p < 0.05


def test_a_fall_that_began_before_the_measure_fails_its_check():
    rng = np.random.default_rng(8)
    t = np.arange(156)
    bent = rng.poisson(60 * np.exp(-0.00025 * np.maximum(t - 40, 0) ** 2)).astype(float)
    got = its(bent, 104, slope=False)
    assert not got.checks[0].stood
    assert got.verdict == NOTHING
    assert its(rng.poisson(60 * np.exp(-0.004 * t)).astype(float), 104, slope=False).checks[0].stood


def test_two_years_of_weeks_are_enough_to_know_the_year_and_less_is_not():
    rng = np.random.default_rng(5)
    t = np.arange(156)
    counts = rng.poisson(60 * np.exp(0.5 * np.cos(2 * np.pi * t / 52.1775))).astype(float)
    width = {(start, year): got.high - got.low for start in (104, 90) for year in (52.1775, 0.0)
             for got in [its(counts, start, year=year)]}  # fmt: skip
    assert width[104, 52.1775] < 0.6 * width[104, 0.0]
    assert width[90, 52.1775] == width[90, 0.0]


def test_matching_prefers_the_series_that_ran_alike():
    rng = np.random.default_rng(1)
    t = np.arange(120)
    wave = np.exp(0.6 * np.sin(t / 9))
    rows = rng.poisson(40 * np.vstack([wave] * 4 + [1 / wave] * 4)).astype(float)
    assert list(matched(rows[0], rows[1:], 80, 3)) == [0, 1, 2]
    assert list(matched(rows[7], rows[:7], 80, 3)) == [4, 5, 6]


def test_a_comparison_ignores_scale():
    rng = np.random.default_rng(1)
    rows = rng.poisson(30, (5, 60)).astype(float)
    line = comparison(rows, 40)
    assert line[:40].mean() == pytest.approx(1)
    assert comparison(rows * 1.0, 40) == pytest.approx(line)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999))
def test_weights_lie_on_the_simplex_and_find_a_true_mixture(seed):
    rng = np.random.default_rng(seed)
    others = rng.gamma(4, 0.25, (6, 80))
    truth = rng.dirichlet(np.ones(6))
    got = weights_of(truth @ others, others)
    assert got.min() >= 0
    assert got.sum() == pytest.approx(1)
    assert np.abs(got - truth).max() < 0.02


def test_verdicts_need_an_interval_off_zero_and_checks_that_stood():
    good, bad = Check("a", 0.5, True, ""), Check("a", 0.001, False, "")
    assert word(-0.3, -0.1, (good,), "fewer") == WORKED
    assert word(-0.3, -0.1, (good,), "more") == HARMED
    assert word(-0.3, 0.1, (good,), "fewer") == NOTHING
    assert word(-0.3, -0.1, (good, bad), "fewer") == NOTHING
    with pytest.raises(EffectError, match="fewer"):
        word(-0.3, -0.1, (good,), "less")


def test_a_placebo_stands_unless_a_tenth_look_as_strong():
    others = np.linspace(0.02, 1, 40)
    assert placebo("x", 0.01, others, "dates").stood
    assert not placebo("x", 0.04, np.full(40, 0.03), "dates").stood
    assert placebo("x", 0.2, np.full(40, 0.03), "dates").stood
    assert np.isnan(placebo("x", 0.01, others[:2], "dates").p)


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (lambda: its(np.ones(20), 3), "3 periods lie before"),
        (lambda: its(np.zeros(40), 20), "are 0"),
        (lambda: its(np.r_[np.ones(39), np.nan], 20), "a count, 0 or more"),
        (lambda: did(np.ones(40), np.ones((3, 39)), 20), "every untreated series needs"),
        (lambda: did(np.ones(40), np.zeros((3, 40)), 20), "0 untreated series have cases"),
        (lambda: fit(np.ones(30), np.ones((30, 2))), "explain each other"),
        (lambda: fit(np.ones(2), np.eye(2)), "cannot carry"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(work, sentence):
    with pytest.raises(EffectError, match=sentence):
        work()


def test_worlds_are_seeded_and_plant_what_they_say():
    one, two = measures(200, effect=-0.5, seed=3, units=2), measures(200, effect=0.0, seed=3, units=2)
    ratio = one.counts[:, 0, 104:].sum() / two.counts[:, 0, 104:].sum()
    assert ratio == pytest.approx(np.exp(-0.5), abs=0.02)
    assert np.array_equal(measures(5, seed=8).counts, measures(5, seed=8).counts)
    assert not np.array_equal(measures(5, seed=8).counts, measures(5, seed=9).counts)


def test_the_contrast_of_a_fit_centres_on_its_coefficient_when_nothing_lasts():
    rng = np.random.default_rng(7)
    x = np.column_stack([np.ones(200), np.arange(200) >= 120]).astype(float)
    fitted = fit(rng.poisson(30 * np.exp(0.2 * x[:, 1])).astype(float), x)
    assert contrast(fitted, np.array([0.0, 1.0])).mean() == pytest.approx(fitted.beta[1], abs=0.02)


def _bent(rows, seed, bend=0.00012):
    """The treated series thinned along a past that bends down and goes on bending."""
    t = np.arange(rows.shape[1])
    out = rows.copy()
    out[0] = np.random.default_rng(seed).binomial(rows[0].astype(int), np.exp(-bend * np.maximum(t - 30, 0) ** 2))
    return out


@pytest.mark.parametrize("name", DESIGNS)
def test_a_past_that_already_bent_down_is_no_evidence_of_a_measure_and_a_straight_one_may_be(name):
    worlds = [_world(0.0, seed) for seed in range(60, 72)]
    assert sum(DESIGNS[name](_bent(rows, 1)).verdict != NOTHING for rows in worlds) <= 1
    planted = [_world(-1.0, seed) for seed in range(60, 72)]
    assert sum(DESIGNS[name](rows).verdict == WORKED for rows in planted) >= 7


def test_what_is_left_of_an_effect_when_a_bend_goes_on_is_told():
    rows = _world(-1.2, 21)
    check = next(c for c in did(rows[0], rows[1:], 104).checks if c.name == "bend carried on")
    assert check.stood
    assert "If the past's bend went on, the change would be -" in check.sentence
    nothing = _world(0.0, 21)
    idle = next(c for c in did(nothing[0], nothing[1:], 104).checks if c.name == "bend carried on")
    assert idle.stood
    assert np.isnan(idle.p)


@settings(max_examples=20, deadline=None)
@given(st.integers(20, 200), st.integers(2, 15))
def test_the_bending_column_is_even_about_the_middle_of_the_past_and_grows_beyond(start, after):
    column = interrupted.bending(start + after, start)
    assert column[:start] == pytest.approx(column[:start][::-1])
    assert column[:start].mean() == pytest.approx(1)
    assert (np.diff(column[start // 2 + 1 :]) > 0).all()
