"""Forecasts: known answers with a perturbed twin, properties of the parts, calibration where it can be computed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gongzhi.methods.forecast import hierarchy as tree_of
from gongzhi.methods.forecast import kernel, mixing, nb, scores, yearly
from gongzhi.methods.forecast.model import LEVELS, ForecastError, Tuning, forecast, past_origins, storms

WEEK = np.array([1.3, 1.2, 1.1, 1.1, 1.0, 0.8, 0.5])


def days(n=12, length=420, seed=3, size=2.0, level=12.0):
    """Daily counts with a weekday pattern, negative binomial with variance (1 + 1 / size * mean) mean."""
    rng = np.random.default_rng(seed)
    mean = level * WEEK[np.arange(length) % 7] * np.ones((n, 1))
    return rng.negative_binomial(size * 5, size * 5 / (size * 5 + mean)).astype(float)


@settings(max_examples=60, deadline=None)
@given(mean=st.floats(0.05, 14), over=st.floats(1.001, 6), y=st.integers(0, 60))
def test_probabilities_are_those_of_the_negative_binomial(mean, over, y):
    r = mean / (over - 1)
    judge = stats.nbinom(r, 1 / over)
    before, upto = nb.below(float(y), mean, mean * over)
    assert before == pytest.approx(judge.cdf(y - 1), abs=2e-6)
    assert upto == pytest.approx(judge.cdf(y), abs=2e-6)


@settings(max_examples=60, deadline=None)
@given(mean=st.floats(0.05, 14), over=st.floats(1.01, 6))
def test_whole_quantiles_are_exact_and_the_others_lie_within_one_of_them(mean, over):
    levels = np.array(LEVELS)
    whole, between = np.empty(23), np.empty(23)
    nb.quantiles(levels, mean, mean * over, True, whole)
    nb.quantiles(levels, mean, mean * over, False, between)
    assert np.array_equal(whole, stats.nbinom.ppf(levels, mean / (over - 1), 1 / over))
    assert np.all(np.diff(between) >= 0)
    assert np.all(np.abs(between - whole) <= 1)


@pytest.mark.parametrize(("mean", "over"), [(30, 1.2), (200, 3), (5000, 20)])
def test_large_means_use_a_limit_close_to_the_exact_answer(mean, over):
    levels = np.array(LEVELS)
    out = np.empty(23)
    nb.quantiles(levels, mean, mean * over, False, out)
    exact = stats.nbinom.ppf(levels, mean / (over - 1), 1 / over)
    assert np.abs(out - exact).max() < 1 + 0.01 * np.sqrt(mean * over)


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_simplex_solution_cannot_be_improved_by_moving_weight(seed):
    rng = np.random.default_rng(seed)
    told = rng.gamma(2, 1, (40, 5))
    seen = told @ rng.dirichlet(np.ones(5)) + rng.normal(0, 0.3, 40)
    weights = np.full(5, 0.2)
    mixing.simplex(told.T @ told, told.T @ seen, weights, 400)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    best = ((told @ weights - seen) ** 2).sum()
    for other in np.eye(5):
        moved = 0.99 * weights + 0.01 * other
        assert ((told @ moved - seen) ** 2).sum() >= best - 1e-6


def test_calibration_undoes_a_distribution_that_is_too_narrow():
    grid = np.linspace(0.01, 0.99, 99)
    share = stats.norm.cdf(stats.norm.ppf(grid) * 0.5)  # the truth has twice the spread
    out = np.empty(3)
    kernel.corrected(np.array([0.2, 0.5, 0.8]), grid, share, out)
    assert out == pytest.approx(stats.norm.cdf(stats.norm.ppf([0.2, 0.5, 0.8]) * 2), abs=2e-3)


def test_means_follow_weekday_and_level_and_a_doubled_series_doubles():
    counts = days(length=700, n=20)
    plain, double = forecast(counts, 14, year=0), forecast(2 * counts, 14, year=0)
    truth = 12 * WEEK[np.arange(700, 714) % 7]
    assert np.abs(plain.mean.mean(0) / truth - 1).max() < 0.1
    assert np.abs(double.mean.mean(0) / plain.mean.mean(0) - 2).max() < 0.1


def test_intervals_hold_what_they_promise_and_not_when_the_future_is_another():
    counts = days(n=60, length=440, seed=8)
    future = counts[:, 412:426]
    told = forecast(counts[:, :412], 14, year=0)
    below, at = told.below(future)
    for nominal in (0.5, 0.8, 0.95):
        assert abs(scores.randomised_coverage(below, at, nominal) - nominal) < 0.04
    below, at = told.below(np.round(future * 1.6))
    assert scores.randomised_coverage(below, at, 0.8) < 0.7


def _weathered(calm_from, n=60, length=260, seed=2):
    """Days whose shocks are common in size, not in sign, and end at `calm_from`."""
    rng = np.random.default_rng(seed)
    shock = rng.normal(0, 0.7, (n, length)) * (np.arange(length) < calm_from)
    return rng.poisson(25 * np.exp(shock)).astype(float)


def test_after_storms_have_calmed_intervals_narrow_within_weeks():
    calmed, never = _weathered(200), _weathered(0)
    told = forecast(calmed[:, :246], 14, year=0)
    below, at = told.below(calmed[:, 246:])
    assert abs(scores.randomised_coverage(below, at, 0.8) - 0.8) < 0.06
    still = forecast(_weathered(999)[:, :246], 14, year=0)
    width = [
        one.quantiles[..., 20] - one.quantiles[..., 2] for one in (told, forecast(never[:, :246], 14, year=0), still)
    ]
    assert np.median(width[0]) < 1.4 * np.median(width[1])
    assert np.median(width[2]) > 2 * np.median(width[1])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 999), factor=st.floats(0.1, 20), season=st.sampled_from([1, 7]))
def test_roughness_is_one_in_steady_times_free_of_scale_and_higher_while_a_storm_lasts(seed, factor, season):
    calm = np.random.default_rng(seed).gamma(5, 1, 200)
    assert storms(2 * calm, calm, season, 10, Tuning()) == pytest.approx(1)
    rough = 2 * calm * np.where(np.arange(200) < 120, 4, 1)
    got = storms(rough, calm, season, 10, Tuning())
    assert got[110] > 1.05 > 0.95 > got[199]
    assert storms(factor * rough, calm, season, 10, Tuning()) == pytest.approx(got)
    alone = storms(rough, calm, season, 1, Tuning())
    assert abs(alone[199] - 1) < abs(got[199] - 1)  # one series says less than ten


def test_a_storm_moves_the_forecast_less_than_a_lasting_rise():
    calm = days(n=8, length=300)
    storm, rise = calm.copy(), calm.copy()
    storm[:, 296] += 400
    rise[:, 270:] *= 3
    level = [forecast(y, 7, year=0).mean.mean() for y in (calm, storm, rise)]
    assert level[1] < 1.35 * level[0]
    assert level[2] > 2.2 * level[0]


def test_zeros_are_forecast_as_zeros_and_one_busy_series_does_not_change_that():
    counts = np.zeros((3, 100))
    assert forecast(counts, 7).quantiles.max() < 0.01
    counts[2] = days(n=1, length=100)[0]
    assert forecast(counts, 7, whole=True).quantiles[:2, :, :22].max() == 0


def test_unobserved_periods_are_left_out_and_late_series_may_begin_late():
    counts = days(length=500)
    holes = counts.copy()
    holes[:, 100:130] = np.nan
    holes[0, :380] = np.nan
    told = forecast(holes, 7, year=0)
    assert np.isfinite(told.quantiles).all()
    assert told.mean.sum() == pytest.approx(forecast(counts, 7, year=0).mean.sum(), rel=0.08)


def test_a_year_is_found_in_two_years_and_not_invented():
    t = np.arange(1000)
    rng = np.random.default_rng(1)
    wave = np.exp(0.5 * np.cos(2 * np.pi * t / 365.2425))
    found = yearly.year_factors(rng.poisson(20 * wave, (15, 1000)).astype(float), 28, year=365.2425, block=7, waves=3)
    truth = np.exp(0.5 * np.cos(2 * np.pi * np.arange(1028) / 365.2425))
    assert np.abs(found / truth - 1).max() < 0.08
    none = yearly.year_factors(rng.poisson(20.0, (15, 1000)).astype(float), 28, year=365.2425, block=7, waves=3)
    assert np.abs(none - 1).max() < 0.03


def test_a_holiday_is_learnt_and_kept_out_of_the_days_around():
    counts = days(n=30, length=420, seed=5, level=20)
    mark = np.zeros((434, 1))
    mark[[50, 120, 200, 260, 340, 400, 425], 0] = 1
    counts[:, mark[:420, 0] == 1] = np.round(counts[:, mark[:420, 0] == 1] * 0.2)
    told, plain = forecast(counts, 14, year=0, covariates=mark), forecast(counts, 14, year=0)
    ratio = (told.mean / plain.mean).mean(0)
    assert ratio[5] == pytest.approx(0.2, abs=0.08)
    assert np.abs(np.delete(ratio, 5) - 1).max() < 0.08


def test_a_covariate_without_effect_changes_little():
    counts = days(n=30, length=420)
    noise = np.random.default_rng(2).normal(size=(434, 1))
    told, plain = forecast(counts, 14, year=0, covariates=noise), forecast(counts, 14, year=0)
    assert np.abs(told.mean / plain.mean - 1).max() < 0.06


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 9999), n=st.integers(1, 4), length=st.integers(1, 80), season=st.sampled_from([1, 7, 12]),
    level=st.sampled_from([0.0, 0.2, 3.0, 900.0]), blank=st.sampled_from([0.0, 0.3]), whole=st.booleans(),
)  # fmt: skip
def test_whatever_the_past_quantiles_are_finite_rise_and_are_counts(seed, n, length, season, level, blank, whole):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(level, (n, length)).astype(float)
    counts[:, 1:][rng.random((n, length - 1)) < blank] = np.nan
    told = forecast(counts, 9, season=season, whole=whole)
    assert np.isfinite(told.quantiles).all()
    assert told.quantiles.min() >= 0
    assert np.diff(told.quantiles, axis=-1).min() >= -1e-9
    assert not whole or np.array_equal(told.quantiles, np.round(told.quantiles))
    below, at = told.below(np.round(told.mean))
    assert ((below >= 0) & (below <= at) & (at <= 1)).all()


@given(length=st.integers(2, 900), season=st.sampled_from([1, 7, 12]), most=st.integers(5, 150))
def test_past_origins_rise_end_at_the_last_period_and_walk_over_the_season(length, season, most):
    origins = past_origins(length, season, most)
    assert origins[-1] == length - 1
    assert len(origins) <= most + 1
    steps = set(np.diff(origins))
    assert len(steps) <= 1
    assert all(step > 0 and (season == 1 or step % season) for step in steps)


@pytest.mark.parametrize(
    ("counts", "words", "sentence"),
    [
        (np.array([[1.0, -2.0]]), {}, "series 0 holds a negative"),
        (np.array([[1.0, 2.0], [3.0, np.inf]]), {}, "series 1 holds a negative or infinite"),
        (np.array([[1.0, 2.0], [np.nan, np.nan]]), {}, "series 1 holds no number"),
        (np.ones(4), {}, "need rows"),
        (np.ones((2, 20)), {"covariates": np.ones((20, 1))}, "one row of finite numbers"),
        (np.ones((2, 20)), {"levels": (0.5, 0.4)}, "levels rise"),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_a_sentence(counts, words, sentence):
    with pytest.raises(ForecastError, match=sentence):
        forecast(counts, 3, **words)


def _county():
    parents = {f"{m}{p}": [f"matter {m}", f"place {p}"] for m in "ab" for p in "xyz"}
    parents |= {f"matter {m}": ["all"] for m in "ab"} | {f"place {p}": ["all"] for p in "xyz"}
    leaves = [f"{m}{p}" for m in "ab" for p in "xyz"]
    return tree_of.hierarchy(parents, leaves)


def test_draws_of_sums_are_sums_of_draws_and_their_quantiles_are_told():
    tree = _county()
    got = tree_of.coherent(days(n=6, length=300, level=3), 5, tree, draws=400)
    nodes = np.concatenate([np.einsum("sl,lhd->shd", tree.holds.toarray(), got.draws), got.draws])
    assert got.draws.min() >= 0
    assert np.allclose(nodes.mean(2), got.mean)
    assert np.allclose(np.quantile(nodes, got.base.levels, axis=2, method="hazen").transpose(1, 2, 0), got.quantiles)
    top = got.names.index("all")
    assert np.allclose(got.mean[top], got.mean[6:].sum(0))


def test_draws_stay_near_the_forecast_of_the_sum_itself():
    tree = _county()
    got = tree_of.coherent(days(n=6, length=400, level=3, seed=9), 5, tree, draws=800)
    top = got.names.index("all")
    assert np.abs(got.mean[top] / got.base.mean[top] - 1).max() < 0.05


def test_series_that_rise_together_give_a_wider_sum():
    rng = np.random.default_rng(4)
    apart = rng.poisson(20, (6, 300)).astype(float)
    together = rng.poisson(20 * np.exp(rng.normal(0, 0.5, 300)), (6, 300)).astype(float)
    alone = rng.permuted(together, axis=1)  # the same counts, not on the same days
    spread = []
    for counts in (apart, together, alone):
        got = tree_of.coherent(counts, 3, _county(), season=1, year=0, draws=500)
        spread.append(np.std(got.draws.sum(0), axis=1).mean())
    assert spread[1] > 1.6 * spread[2] > 1.6 * spread[0]


@pytest.mark.parametrize(
    ("parents", "sentence"),
    [
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, "above itself"),
        ({"a": ["top"], "ghost": ["top"]}, "“ghost” is in the hierarchy"),
        ({"a": ["b"]}, "“b” has counts of its own"),
    ],
)
def test_a_hierarchy_that_cannot_be_is_refused(parents, sentence):
    with pytest.raises(ForecastError, match=sentence):
        tree_of.hierarchy(parents, ["a", "b"] if "own" in sentence else ["a"])


def test_scores_agree_with_their_definitions():
    levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    quantiles, seen = np.array([[1.0, 3, 4, 6, 9]]), np.array([10.0])
    interval = [(9 - 1) + 2 / 0.1 * (10 - 9), (6 - 3) + 2 / 0.5 * (10 - 6)]
    wanted = (0.5 * abs(10 - 4) + 0.05 * interval[0] + 0.25 * interval[1]) / 2.5
    assert scores.weighted_interval_score(quantiles, levels, seen)[0] == pytest.approx(wanted)
    assert scores.coverage(quantiles[:, 0], quantiles[:, 4], seen) == 0
    assert scores.coverage(quantiles[:, 0], quantiles[:, 4], np.array([9.0])) == 1


def test_randomised_coverage_of_true_poisson_counts_is_nominal_however_small():
    rng = np.random.default_rng(6)
    for mean in (0.1, 1.0, 20.0):
        seen = rng.poisson(mean, 40_000)
        judge = stats.poisson(mean)
        got = scores.randomised_coverage(judge.cdf(seen - 1), judge.cdf(seen), 0.8)
        assert got == pytest.approx(0.8, abs=0.01)
        wrong = stats.poisson(mean * 2)
        assert abs(scores.randomised_coverage(wrong.cdf(seen - 1), wrong.cdf(seen), 0.8) - 0.8) > 0.005
