"""Local statistics against the reference file, exact tails by enumeration, fallback coordinates."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from gongzhi.methods.space import local, tails
from gongzhi.methods.space.fallback import at_fallback, fallbacks
from gongzhi.methods.space.zones import SpaceError

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[4] / "shared"))
FILE = SHARED / "reference/warning/lisa_n1000_knn6.csv"


@pytest.mark.skipif(not FILE.is_file(), reason="the reference file is not beside the checkout")
def test_statistics_agree_with_the_reference():
    table = np.genfromtxt(FILE, delimiter=",", names=True)
    links = local.nearest(table["x"], table["y_coord"], 6)
    moran, hot = local.moran(table["value"], links), local.getis_ord(table["value"], links)
    assert np.abs(moran.statistic - table["localI"]).max() < 1e-12
    assert np.abs(hot.statistic - table["Gstar"]).max() < 1e-15
    # the reference scales z by the variance of binary weights although its weights are row-standardised
    wrong = np.sqrt((1000 / 7 - 1) / 999)
    assert np.abs(hot.z * wrong - table["Gstar_z"]).max() < 1e-9


@pytest.mark.skipif(not FILE.is_file(), reason="the reference file is not beside the checkout")
def test_exact_tails_bracket_the_simulated_ones():
    table = np.genfromtxt(FILE, delimiter=",", names=True)
    got = local.moran(table["value"], local.nearest(table["x"], table["y_coord"], 6))
    sure, tied = 1 - got.low, got.high  # ties count as larger or not by rounding, so the truth lies between
    low = np.minimum(np.minimum(sure, 1 - sure), np.minimum(tied, 1 - tied))
    high = np.where(
        (sure < 0.5) & (tied > 0.5), 0.5, np.maximum(np.minimum(sure, 1 - sure), np.minimum(tied, 1 - tied))
    )
    slack = 4.5 * np.sqrt(0.25 / 999 * 4 * high * (1 - high)) + 2 / 1000
    assert np.all(table["p_sim_seed1"] > low - slack)
    assert np.all(table["p_sim_seed1"] < high + slack)


def test_exact_tails_are_those_of_all_subsets():
    values = np.array([0, 1, 1, 3, 5, 2, 0])
    high, low = tails.exact_tails(values, np.full(7, 3), np.full(7, 6))
    for i in range(7):
        sums = [sum(c) for c in itertools.combinations(np.delete(values, i), 3)]
        assert high[i] == pytest.approx(np.mean(np.array(sums) >= 6), abs=1e-12)
        assert low[i] == pytest.approx(np.mean(np.array(sums) <= 6), abs=1e-12)


def test_saddle_point_agrees_with_drawing_and_its_complement():
    rng = np.random.default_rng(5)
    values = rng.gamma(2.0, 1.0, 300)
    links = local.nearest(*rng.random((2, 300)), 6)
    got = local.getis_ord(values, links)
    assert not got.exact
    for i in (0, 7, int(np.argmax(got.z))):
        others = np.delete(values, i)
        draws = np.array([rng.choice(others, 6, replace=False, shuffle=False).sum() for _ in range(8000)])
        seen = (draws >= links.sums(values)[i]).mean()
        assert abs(got.high[i] - seen) < 4 * np.sqrt(seen * (1 - seen) / 8000) + 0.003
        assert got.high[i] + got.low[i] == pytest.approx(1)


def test_a_hot_corner_is_hot_and_shuffled_it_is_not():
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 400))
    values = rng.poisson(5.0, 400) + 12 * (np.hypot(x, y) < 0.25)
    links = local.nearest(x, y, 6)
    assert local.getis_ord(values, links).high[np.argmin(np.hypot(x, y))] < 1e-4
    assert local.getis_ord(rng.permutation(values), links).high[np.argmin(np.hypot(x, y))] > 1e-4


def test_equal_values_are_refused():
    with pytest.raises(SpaceError, match="equal"):
        local.moran(np.ones(10), local.nearest(np.arange(10.0), np.zeros(10), 2))


def _events(seed=2, lost=600):
    rng = np.random.default_rng(seed)
    which = (rng.pareto(1.2, 4000) * 5).astype(int)
    x, y = which * 0.001 + 116.0, which * 0.0007 + 40.0
    day = rng.integers(0, 60, 4000)
    return (
        np.append(x + rng.random(4000).round(2), np.full(lost, 116.5)),
        np.append(y, np.full(lost, 40.5)),
        (np.append(day, rng.integers(0, 60, lost))),
    )


def test_a_fallback_coordinate_is_recognised_and_its_twin_is_not():
    x, y, day = _events()
    found = fallbacks(x, y, period=day)
    assert [(f.x, f.y, f.events) for f in found] == [(116.5, 40.5, 600)]
    assert at_fallback(x, y, found).sum() == 600
    x, y, day = _events(lost=20)
    assert fallbacks(x, y, period=day) == []


def test_one_incident_with_many_voices_is_no_fallback():
    x, y, day = _events()
    day[-600:] = 33
    assert fallbacks(x, y, period=day) == []


BOSTON = SHARED / "data/requests/boston311_2015_jan_jul.parquet"


@pytest.mark.skipif(not BOSTON.is_file(), reason="the Boston requests are not beside the checkout")
def test_bostons_fallback_coordinate_is_the_only_one():
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(BOSTON, columns=["lon", "lat", "opened_at"])
    day = table["opened_at"].to_numpy().astype("datetime64[D]")
    found = fallbacks(table["lon"].to_numpy(), table["lat"].to_numpy(), period=day)
    assert [(f.x, f.y) for f in found] == [(-71.0587, 42.3594)]
