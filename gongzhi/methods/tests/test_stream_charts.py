"""Charts: exact run lengths, calibration, the bank, budgets, bursts and bulk entry."""

import csv
import datetime
import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods.stream import bank, budget, bursts, exact, mixture
from gongzhi.methods.stream.exact import StreamError

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[4] / "shared"))
TABLE = SHARED / "reference/warning/sequential_exact_poisson_cusum.csv"
REQUESTS = SHARED / "data/requests"
MONDAY = 345_600 + 2900 * 604_800


@pytest.mark.skipif(not TABLE.is_file(), reason="the table of exact charts is not beside the checkout")
def test_exact_designs_agree_with_the_table():
    minutes = {"1 week": 10_080, "30 days": 43_200}
    for row in csv.DictReader(TABLE.open()):
        if row["target_ARL"] not in minutes:
            continue
        got = exact.design(float(row["lam0_per_min"]), float(row["rho"]), minutes[row["target_ARL"]])
        assert (got.p, got.q, got.height) == (int(row["k_p"]), int(row["k_q"]), int(row["H"]))
        assert got.between == pytest.approx(float(row["ARL0_min"]), rel=1e-6)
        assert got.delay == pytest.approx(float(row["worst_delay_min"]), abs=6e-5)


def test_a_chart_of_one_step_waits_for_the_first_event():
    assert exact.run_length(0.3, 1, 2, 1) == pytest.approx(1 / (1 - np.exp(-0.3)))
    assert exact.run_length(0.3, 1, 2, 2) > exact.run_length(0.3, 1, 2, 1)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 3), st.floats(1.4, 4), st.integers(2, 40))
def test_a_higher_limit_waits_longer_and_a_rise_is_seen_sooner(rate, rise, height):
    k = exact.reference_value(rate, rise)
    one, two = (exact.run_length(rate, k.numerator, k.denominator, h) for h in (height, height + 1))
    assert two >= one * (1 - 1e-9)
    assert exact.run_length(rate * rise, k.numerator, k.denominator, height) <= one * (1 + 1e-9)


def test_simulated_lengths_of_one_cusum_are_the_exact_ones():
    rate = np.log(2) / 4  # the allowance is one quarter exactly, so both are the same chart
    got = exact.design(rate, 2.0, 2000)
    limit = 2.0 ** (got.height / got.q) * (1 - 1e-9)
    for rise, truth in ((1.0, got.between), (2.0, got.delay)):
        mean, error = mixture.minute_lengths(rate, rise, [limit], rises=[2.0], weights=[1.0], runs=3000)
        assert abs(mean[0] - truth) < 5 * error[0]


def test_the_calibration_is_what_simulation_gives():
    for log_limit, log_length in mixture.CALIBRATION[4:12:3]:
        mean, error = mixture.continuous_lengths(1.0, [np.exp(log_limit)], runs=1500, seed=99)
        assert abs(mean[0] - np.exp(log_length)) < 5 * error[0] + 0.02 * mean[0]
    assert np.log(mixture.limit_for(np.exp(5.0283))) == pytest.approx(4.0, abs=0.02)


def _stream(seed, rate, days, rhythm=None):
    rng = np.random.default_rng(seed)
    weights = np.tile(np.ones(10080) if rhythm is None else rhythm / rhythm.mean(), days // 7)
    keys, minutes = [], []
    for key, each in enumerate(rate):
        counts = rng.poisson(each * weights)
        minutes.append(np.repeat(np.arange(weights.size), counts))
        keys.append(np.full(minutes[-1].size, key))
    key, minute = np.concatenate(keys), np.concatenate(minutes)
    second = MONDAY + minute * 60 + rng.integers(0, 60, minute.size)
    order = np.argsort(second, kind="stable")
    return key[order], second[order]


def _rhythm():
    hour = np.arange(10080) // 60 % 24
    return np.where((hour >= 8) & (hour < 20), 1.8, 0.2)


@pytest.mark.parametrize("rhythm", [None, _rhythm()])
def test_the_county_keeps_its_budget_of_false_findings(rhythm):
    rate = np.array([0.01, 0.05, 0.3, 0.002] * 25)
    key, second = _stream(4, rate, 84, rhythm)
    base = bank.Baseline(rate, np.ones((1, 10080)) if rhythm is None else rhythm[None], np.zeros(100, np.int64))
    charts = bank.Bank(base, budget.limits(rate, false_a_month=20), begins=MONDAY)
    alarms = charts.feed(key, second)
    assert 30 < alarms.key.size < 80  # 56 wanted in 84 days
    wrong = bank.Bank(bank.Baseline.even(rate), budget.limits(rate, false_a_month=20), begins=MONDAY)
    if rhythm is not None:
        assert wrong.feed(key, second).key.size > 200


def test_a_rise_is_found_where_and_since_when_it_is():
    rate = np.full(50, 0.02)
    key, second = _stream(7, rate, 14)
    start = MONDAY + 10 * 86_400
    more = np.sort(np.random.default_rng(1).integers(start, start + 7200, 30))
    key, second = np.append(key, np.full(30, 17)), np.append(second, more)
    order = np.argsort(second, kind="stable")
    charts = bank.Bank(bank.Baseline.even(rate), budget.limits(rate, false_a_month=2), begins=MONDAY)
    alarms = charts.feed(key[order], second[order])
    first = np.flatnonzero(alarms.key == 17)[0]
    assert start <= alarms.at[first] < start + 3600
    assert abs(alarms.since[first] - start) < 6 * 3600  # the chart of small rises may have left its floor before
    assert alarms.observed[first] > 3 * alarms.expected[first]
    assert alarms.again[alarms.key == 17][1:].all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 3000))
def test_state_survives_a_restart_anywhere(cut):
    rate = np.full(8, 0.03)
    key, second = _stream(2, rate, 7)
    cut = min(cut, key.size)
    whole = bank.Bank(bank.Baseline.even(rate), 15.0, begins=MONDAY)
    want = whole.feed(key, second)
    half = bank.Bank(bank.Baseline.even(rate), 15.0, begins=MONDAY)
    one = half.feed(key[:cut], second[:cut])
    kept = io.BytesIO()
    half.save(kept)
    kept.seek(0)
    again = bank.Bank.load(kept)
    two = again.feed(key[cut:], second[cut:])
    assert np.array_equal(np.append(one.at, two.at), want.at)
    assert np.array_equal(again.state, whole.state)


def test_more_alarms_than_room_do_not_change_the_answer():
    rate = np.full(2, 1e-6)
    key, second = np.tile([0, 1], 3000), MONDAY + np.arange(6000)
    alarms = bank.Bank(bank.Baseline.even(rate), 1.5, begins=MONDAY).feed(key, second)
    assert alarms.key.size == 6000


@pytest.mark.parametrize(
    ("keys", "seconds", "sentence"),
    [([0, 2], [5, 6], "Row 2: key 2 is unknown"), ([0, 0], [6, 5], "Row 2: time runs back"), ([0], [-9], "Row 1")],
)
def test_bad_events_are_named_and_change_nothing(keys, seconds, sentence):
    charts = bank.Bank(bank.Baseline.even([0.1, 0.1]), 20.0, begins=MONDAY)
    before = charts.state.copy()
    with pytest.raises(StreamError, match=sentence):
        charts.feed(keys, MONDAY + np.asarray(seconds))
    assert np.array_equal(before, charts.state)


def test_false_discoveries_step_up():
    got = budget.false_discoveries([0.01, 0.9, 0.02, 0.035, 0.5], rate=0.06)
    assert got.tolist() == [True, False, True, True, False]
    assert not budget.false_discoveries([0.04, 0.9, 0.05, 0.06, 0.5], rate=0.06).any()


def _days(burst, office):
    rng = np.random.default_rng(3)
    day = np.concatenate([rng.integers(0, 120, 1200), np.full(burst, 100)])
    origin = np.concatenate([rng.integers(0, 20, 1200), office])
    return bursts.bursts(day, 120, origin=origin)


def test_bulk_entry_is_named_and_a_burst_of_many_offices_is_not():
    bulk = next(b for b in _days(80, np.full(80, 4)) if b.day == 100)
    true = next(b for b in _days(80, np.arange(80) % 20) if b.day == 100)
    assert (bulk.bulk, bulk.origin) == (True, 4)
    assert not true.bulk


def test_a_series_of_zeros_and_an_even_series_have_no_bursts():
    assert bursts.bursts([], 200) == []
    assert bursts.bursts(np.repeat(np.arange(200), 9), 200) == []


@pytest.mark.skipif(not (REQUESTS / "known_bursts.csv").is_file(), reason="the requests are not beside the checkout")
def test_known_bursts_are_found_and_traps_are_named():
    pq = pytest.importorskip("pyarrow.parquet")
    from benchmarks.stream import series_of

    for row in csv.DictReader((REQUESTS / "known_bursts.csv").open()):
        if row["day"] == "spatial":
            continue
        day, days, origin, resting, first = series_of(row, REQUESTS, pq)
        wanted = (datetime.date.fromisoformat(row["day"]) - first).days
        found = {b.day: b for b in bursts.bursts(day, days, origin=origin, resting=resting)}
        assert found[wanted].bulk == (row["kind"] != "true"), row


def test_what_lasts_is_one_finding_and_what_comes_again_after_a_quarter_another():
    alarm = np.zeros((2, 60), bool)
    alarm[0, 10:30] = alarm[0, [45, 55]] = True
    alarm[1, [3, 16, 30]] = True
    got = budget.findings(alarm)
    assert np.flatnonzero(got[0]).tolist() == [10, 45]
    assert np.flatnonzero(got[1]).tolist() == [3, 30]
    assert budget.findings(alarm[0], quiet=3).sum() == 3
    assert not budget.findings(np.zeros((3, 5))).any()
