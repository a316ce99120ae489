"""Baselines learned from history: hours of each kind of day, days off, seasons, daylight saving, and going on anew."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods.stream import bank, budget
from gongzhi.methods.stream.clock import Baseline, Days, passed_at
from gongzhi.methods.stream.exact import StreamError
from gongzhi.methods.stream.learn import calendar, learn

FIRST = date(2024, 1, 1)  # a Monday
MONDAY = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
FESTIVAL = {date(2024, 2, 10) + timedelta(days=d) for d in range(8)} | {
    date(2024, 10, 1) + timedelta(days=d) for d in range(7)
}


def known(days, off=()):
    """Days of UTC whose profile and factor are those of an even week."""
    when = calendar(FIRST, days, UTC, off)
    return Days(when.begins, when.kind, np.ones((1, 8, 1440)), np.ones((1, days)))


def stream(seed=1, a_day=200.0, days=366, keys=(0.6, 0.3, 0.1)):
    """Events of a year in Shanghai: busy by day, half on Sundays, a fifth on days off, more in winter."""
    rng = np.random.default_rng(seed)
    when = calendar(FIRST, days, SHANGHAI, FESTIVAL)
    kind = np.where(when.kind == 7, 0.2, np.where(when.kind == 6, 0.5, 1.0))
    season = np.exp(0.4 * np.cos(2 * np.pi * np.arange(days) / 365.25))
    totals = rng.poisson(a_day * kind * season)
    day = np.repeat(np.arange(days), totals)
    second = when.begins[day] + np.clip(rng.normal(50_400, 9_000, day.size), 0, 86_399).astype(np.int64)
    order = np.argsort(second, kind="stable")
    return rng.choice(len(keys), day.size, p=keys)[order], second[order], a_day * kind * season


def expected(baseline, key, start, stop):
    clock = baseline.clock()
    line = int(baseline.follows[key])
    return baseline.rate[key] * (passed_at(line, stop, *clock) - passed_at(line, start, *clock))


def test_known_even_days_and_an_even_week_raise_the_same_alarms_and_a_slower_day_does_not():
    rng = np.random.default_rng(3)
    rate = np.full(20, 0.05)
    second = MONDAY + np.sort(rng.integers(0, 14 * 86_400, 30_000))
    key = rng.integers(0, 20, second.size)
    plain = bank.Bank(Baseline.even(rate), 30.0, begins=MONDAY).feed(key, second)
    days = known(14)
    same = bank.Bank(Baseline(rate, np.ones((1, bank.WEEK)), np.zeros(20, np.int64), days), 30.0, begins=MONDAY)
    assert np.array_equal(same.feed(key, second).event, plain.event)
    slow = Days(days.begins, days.kind, days.profile, np.where(np.arange(14) == 5, 0.5, 1.0)[None])
    other = bank.Bank(Baseline(rate, np.ones((1, bank.WEEK)), np.zeros(20, np.int64), slow), 30.0, begins=MONDAY)
    assert other.feed(key, second).event.size > plain.event.size


def test_a_day_of_daylight_saving_is_an_hour_shorter_and_weighs_a_whole_day():
    when = calendar(date(2024, 3, 30), 3, BERLIN)
    assert np.diff(when.begins).tolist() == [86_400, 82_800, 86_400]
    assert (
        calendar(date(2024, 10, 27), 1, BERLIN).begins[1] - calendar(date(2024, 10, 27), 1, BERLIN).begins[0] == 90_000
    )
    days = Days(when.begins, when.kind, np.ones((1, 8, 1440)), np.ones((1, 3)))
    baseline = Baseline(np.ones(1), np.ones((1, bank.WEEK)), np.zeros(1, np.int64), days)
    assert expected(baseline, 0, when.begins[1], when.begins[2]) == pytest.approx(1440)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3 * 86_400 - 3601), min_size=2, max_size=20))
def test_the_clock_never_runs_back(seconds):
    when = calendar(date(2024, 3, 30), 3, BERLIN)
    profile = np.random.default_rng(1).random((1, 8, 1440))
    clock = Baseline(np.ones(1), np.ones((1, bank.WEEK)), np.zeros(1, np.int64),
                     Days(when.begins, when.kind, profile, np.array([[1.0, 2.0, 0.3]]))).clock()  # fmt: skip
    passed = [passed_at(0, when.begins[0] + s, *clock) for s in sorted(seconds)]
    assert (np.diff(passed) >= -1e-9).all()


def test_a_learned_baseline_expects_what_comes_by_day_hour_and_key():
    key, second, _ = stream()
    past, ahead = calendar(FIRST, 366, SHANGHAI, FESTIVAL), calendar(date(2025, 1, 1), 60, SHANGHAI, FESTIVAL)
    spring = calendar(date(2025, 1, 28), 8, SHANGHAI, {date(2025, 1, 28) + timedelta(days=d) for d in range(8)})
    got = learn(key, second, past, ahead, number=3, careful=0.5)
    for one, share in enumerate((0.6, 0.3, 0.1)):
        truth = share * 200 * np.exp(0.4)  # a working day in January
        assert expected(got, one, ahead.begins[8], ahead.begins[9]) == pytest.approx(truth, rel=0.12)
    night, noon = (expected(got, 0, ahead.begins[8] + h * 3600, ahead.begins[8] + (h + 1) * 3600) for h in (2, 14))
    assert noon > 20 * night
    free = learn(key, second, past, spring, number=3, careful=0.5)
    assert expected(free, 0, spring.begins[1], spring.begins[2]) == pytest.approx(0.2 * 120 * np.exp(0.36), rel=0.3)
    unaware = learn(key, second, past, calendar(date(2025, 1, 28), 8, SHANGHAI), number=3, careful=0.5)
    assert expected(unaware, 0, spring.begins[1], spring.begins[2]) > 120


def test_a_burst_in_the_history_moves_no_season_and_more_care_never_expects_less():
    key, second, _ = stream()
    past, ahead = calendar(FIRST, 366, SHANGHAI, FESTIVAL), calendar(date(2025, 1, 1), 30, SHANGHAI)
    burst = np.sort(past.begins[200] + np.random.default_rng(2).integers(0, 86_400, 3000))
    order = np.argsort(np.append(second, burst), kind="stable")
    plain = learn(key, second, past, ahead, number=3)
    more = learn(np.append(key, np.zeros(3000, int))[order], np.append(second, burst)[order], past, ahead, number=3)
    day = ahead.begins[3], ahead.begins[4]
    assert sum(expected(more, k, *day) for k in (1, 2)) == pytest.approx(
        sum(expected(plain, k, *day) for k in (1, 2)), rel=0.05
    )
    rates = [learn(key, second, past, ahead, number=3, careful=c).rate for c in (0.5, 0.8, 0.99)]
    assert (np.diff(rates, axis=0) > 0).all()


def test_a_bank_goes_on_with_a_baseline_learned_anew():
    rng = np.random.default_rng(5)
    rate = np.full(5, 0.2)
    second = MONDAY + np.sort(rng.integers(0, 10 * 86_400, 15_000))
    key = rng.integers(0, 5, second.size)
    whole = bank.Bank(Baseline.even(rate), 40.0, begins=MONDAY)
    want = whole.feed(key, second)
    half = bank.Bank(Baseline.even(rate), 40.0, begins=MONDAY)
    one = half.feed(key[:7000], second[:7000])
    days = Baseline(rate, np.ones((1, bank.WEEK)), np.zeros(5, np.int64), known(14))
    two = half.renewed(days, 40.0).feed(key[7000:], second[7000:])
    assert np.array_equal(np.append(one.at, two.at), want.at)
    assert np.allclose(np.append(one.expected, two.expected), want.expected)
    with pytest.raises(StreamError, match="5 keys"):
        half.renewed(Baseline.even(np.ones(4)), 40.0)


def test_known_days_survive_a_restart_and_end():
    base = Baseline(np.full(2, 0.05), np.ones((1, bank.WEEK)), np.zeros(2, np.int64), known(14))
    charts = bank.Bank(base, 30.0, begins=MONDAY)
    charts.feed([0, 1], [MONDAY + 5, MONDAY + 90])
    kept = io.BytesIO()
    charts.save(kept)
    kept.seek(0)
    again = bank.Bank.load(kept)
    assert np.array_equal(again.baseline.days.begins, base.days.begins)
    with pytest.raises(StreamError, match="outside the days the baseline knows"):
        again.feed([0], [MONDAY + 14 * 86_400])


@pytest.mark.parametrize(
    ("key", "second", "days", "sentence"),
    [
        ([0], [MONDAY], 13, "needs 14 days"),
        ([0, 4], [MONDAY, MONDAY], 20, "Row 2: key 4 is unknown"),
        ([0, 0], [MONDAY, MONDAY - 86_400 * 2], 20, "Row 2: .* outside the days of the history"),
        ([0], [MONDAY, MONDAY], 20, "1 keys, 2 times"),
    ],
)
def test_a_history_that_cannot_be_learned_from_is_named(key, second, days, sentence):
    past = calendar(FIRST, days, UTC)
    with pytest.raises(StreamError, match=sentence):
        learn(key, second, past, calendar(FIRST, 30, UTC), number=2)


def test_a_county_that_learned_its_baseline_keeps_its_budget_nearly():
    shares = np.random.default_rng(8).dirichlet(np.full(60, 0.5))
    key, second, _ = stream(seed=9, days=500, a_day=300.0, keys=shares)
    cut = int(calendar(FIRST, 366, SHANGHAI).begins[-1])
    past, ahead = calendar(FIRST, 366, SHANGHAI, FESTIVAL), calendar(date(2025, 1, 1), 134, SHANGHAI, FESTIVAL)
    before = second < cut
    got = learn(key[before], second[before], past, ahead, number=60)
    charts = bank.Bank(got, budget.limits(got.rate, false_a_month=10), begins=cut)
    found = charts.feed(key[~before], second[~before]).key.size / (134 / 30)
    assert found < 20
    naive = bank.Bank(Baseline.even(got.rate), budget.limits(got.rate, false_a_month=10), begins=cut)
    assert naive.feed(key[~before], second[~before]).key.size / (134 / 30) > 3 * max(found, 5)
