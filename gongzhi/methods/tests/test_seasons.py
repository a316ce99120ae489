"""Seasons that are no sine: weeks of their own, days off that move, waves that wander, levels that shift."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods.counts import festivals
from gongzhi.methods.counts.calibrated import calibrated, expect
from gongzhi.methods.counts.level_kernel import follow
from gongzhi.methods.counts.wander_kernel import walk
from gongzhi.methods.counts.week_kernel import own_weeks
from gongzhi.methods.simulator import rough

WEEKS = 572
AT = np.arange(520, 572)


def poisson(mean, seed=1):
    return np.random.default_rng(seed).poisson(np.broadcast_to(mean, (6, WEEKS))).astype(float)


def test_a_week_that_is_busy_every_year_is_expected_and_a_week_that_was_busy_once_is_not():
    busy = np.full(WEEKS, 20.0)
    busy[np.arange(WEEKS) % 52 == 35] *= 2
    every = expect(poisson(busy), AT).now.mean(axis=0)
    assert every[35] == pytest.approx(40, rel=0.15)  # drawn to the others by an error or so
    assert np.delete(every, 35) == pytest.approx(20, rel=0.15)
    busy[:] = 20.0
    busy[35 + 52 * 4] = 60.0
    once = expect(poisson(busy), AT).now.mean(axis=0)
    assert once == pytest.approx(20, rel=0.15)


def weeks_of(y, base):
    """log f by week, and what they cost."""
    week = np.arange(len(y)) % 52
    effect, loose = np.zeros(52), np.zeros(52)
    cost = own_weeks(y, base, np.ones(len(y), bool), week, effect, loose, np.empty((52, 7)), False)
    return effect, loose, cost


def test_factors_of_weeks_are_those_of_the_counts_drawn_by_no_more_than_their_error():
    base = np.full(WEEKS, 50.0)
    y = poisson(base)[0]
    assert weeks_of(y, base)[2] == 0.0
    raised = y.copy()
    raised[np.arange(WEEKS) % 52 == 10] += 50
    effect, loose, cost = weeks_of(raised, base)
    assert cost > 0
    assert effect[10] == pytest.approx(np.log(2), abs=0.1)
    assert (loose > 0).all()
    raised[np.arange(WEEKS) % 104 == 10] -= 100  # the twin: up in one year, down in the next
    assert weeks_of(np.maximum(raised, 0), base)[2] == 0.0


def test_a_holiday_that_moves_is_expected_where_the_calendar_has_it_and_nowhere_without():
    off = np.isin(np.arange(WEEKS), [4, 60, 110, 161, 215, 267, 319, 372, 424, 476, 528])
    mean = np.where(off, 16.0, 40.0)
    mean[1:] *= np.where(off[:-1], 1.4, 1.0)
    counts = poisson(mean)
    known = expect(counts, AT, known=festivals.marks(off)).now.mean(axis=0)
    assert known[8] == pytest.approx(16, rel=0.15)
    assert known[9] == pytest.approx(56, rel=0.15)
    assert expect(counts, AT).now.mean(axis=0)[8] > 30


def test_what_is_known_must_be_known_for_every_period():
    with pytest.raises(ValueError, match="every one of the 572 periods"):
        calibrated(poisson(5.0), AT, known=np.zeros((571, 1)))
    with pytest.raises(ValueError, match="must be numbers"):
        calibrated(poisson(5.0), AT, known=np.full((572, 1), np.nan))


def test_days_off_are_shares_of_working_days_and_a_weekend_is_none():
    mondays = [date(2025, 1, 20) + timedelta(days=7 * k) for k in range(3)]
    festival = {date(2025, 1, 28) + timedelta(days=d) for d in range(8)}  # Tuesday to Tuesday
    assert festivals.shares(mondays, festival).tolist() == [0.0, 0.8, 0.4]
    assert festivals.shares(mondays, {date(2025, 1, 25), date(2025, 1, 26)}).tolist() == [0.0, 0.0, 0.0]
    days = [date(2025, 1, 28), date(2025, 1, 29)]
    assert festivals.shares(days, {days[0]}).tolist() == [1.0, 0.0]
    assert festivals.shares([], festival).size == 0


def test_a_festival_that_moves_has_days_of_its_own_and_one_that_does_not_shares_them():
    spring = [date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29)]
    named = {day + timedelta(days=k): "Spring" for day in spring for k in range(3)}
    named |= {day + timedelta(days=3): f"instead of {day}" for day in spring}
    named |= {date(year, 10, 1): "National Day" for year in (2023, 2024, 2025)}
    rest, moon = festivals.groups(named)
    assert rest == {date(year, 10, 1) for year in (2023, 2024, 2025)}
    assert moon == {day + timedelta(days=k) for day in spring for k in range(4)}
    fixed = {date(year, 10, 1 + k): "National Day" for year in (2023, 2024) for k in range(2)}
    assert festivals.groups(fixed) == [set(fixed)]
    assert festivals.groups({}) == []


@given(st.lists(st.floats(-1, 2), min_size=1, max_size=20))
def test_marks_are_shares_and_the_second_column_comes_a_period_later(off):
    marks = festivals.marks(off)
    assert marks.shape == (len(off), 2)
    assert ((marks >= 0) & (marks <= 1)).all()
    assert marks[1:, 1].tolist() == marks[:-1, 0].tolist()


def walked(y, base, g, memory, phi=1.0):
    out = np.empty((len(y), 2))
    walk(np.asarray(y, float), base, np.zeros(len(y), np.int64), np.array([g]), phi, memory, 1.0, 0, out)
    return out


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 200), st.floats(1, 5), st.floats(0, 8), st.lists(st.integers(0, 300), min_size=3, max_size=30))
def test_a_season_that_does_not_wander_is_the_fit_itself(mean, phi, memory, y):
    out = walked(y, np.full(len(y), mean), 0.0, memory, phi)
    np.testing.assert_allclose(out[:, 0], mean)
    np.testing.assert_allclose(out[:, 1], phi)


def test_a_wave_that_is_late_is_followed_and_one_high_week_hardly_moves_it():
    base = np.full(40, 100.0)
    late = walked(np.full(40, 180.0), base, 0.5, 6.0)
    assert late[-1, 0] == pytest.approx(180, rel=0.1)
    assert late[-1, 1] < late[0, 1] / 2  # what is followed is surer than what is awaited
    calm = walked(np.full(40, 100.0), base, 0.5, 6.0)
    y = np.full(40, 100.0)
    y[38] = 2000
    burst = walked(y, base, 0.5, 6.0)
    assert burst[38, 0] == calm[38, 0]
    assert burst[39, 0] < 1.6 * calm[39, 0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_future_never_moves_what_was_said_of_a_period(seed):
    rng = np.random.default_rng(seed)
    y = rng.poisson(50, 30).astype(float)
    longer = np.append(y, rng.poisson(500, 5))
    one, two = walked(y, np.full(30, 50.0), 0.4, 3.0), walked(longer, np.full(35, 50.0), 0.4, 3.0)
    np.testing.assert_array_equal(one, two[:30])


def level(y, base):
    states, factor, cases = np.empty((3, 4)), np.empty(len(y)), np.empty(len(y))
    follow(y, base, 1.0, np.array([0.97, 0.93]), 3, 50, states, factor, cases)
    return factor, cases


def test_a_level_that_shifts_is_followed_within_weeks_and_a_burst_is_not():
    base = np.full(300, 80.0)
    y = poisson(80.0)[0][:300]
    assert level(y, base)[0].tolist() == [1.0] * 300
    up, down, burst = y.copy(), y.copy(), y.copy()
    up[200:] *= 1.5
    down[200:] *= 0.6
    burst[200:203] *= 4
    assert level(up, base)[0][220] > 1.2
    assert level(down, base)[0][220] < 0.85
    assert level(up, base)[0][:203].tolist() == [1.0] * 203
    assert np.abs(level(burst, base)[0] - 1).max() < 0.05


def test_a_season_that_wanders_alarms_about_as_often_as_said():
    world = rough.simulate(rough.scenarios()[20], replicates=40, seed=12, past=False, now=False)
    at = np.arange(575, 624)
    known = festivals.marks(np.isin(np.arange(624), rough.holiday_weeks()))
    assert calibrated(world.counts, at, alpha=0.01, known=known).alarm.mean() < 0.03
    flat = rough.simulate(rough.scenarios()[22], replicates=40, seed=12, past=False, now=False)
    assert calibrated(flat.counts, at, alpha=0.01, known=known).alarm.mean() < 0.025
