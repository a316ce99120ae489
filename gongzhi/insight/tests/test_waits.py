"""Waits: working time agrees with the county's calendar, quantiles do not forget what still waits, intervals hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight.process import waits
from gongzhi.kit import worktime
from gongzhi.kit.worktime import Calendar, Limit, Unit

CALENDAR = Calendar(
    "Asia/Shanghai", rest=frozenset({date(2026, 10, 1), date(2026, 10, 2)}), work=frozenset({date(2026, 10, 10)})
)
FIRST, LAST = date(2026, 9, 28), date(2026, 11, 30)
WORKING = waits.Working(CALENDAR, FIRST, LAST)
MOMENTS = st.datetimes(datetime(2026, 9, 28), datetime(2026, 11, 1)).map(lambda one: one.replace(tzinfo=UTC))


@given(MOMENTS, st.integers(1, 60))
def test_working_hours_between_are_those_a_limit_runs_through(start: datetime, hours: int) -> None:
    end = worktime.due(start, Limit(hours, Unit.working_hours), (), CALENDAR).at

    found = WORKING.between(np.array([start.timestamp()]), np.array([end.timestamp()]))

    assert found[0] == pytest.approx(3600 * hours, abs=1e-3)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up_and_is_never_more_than_time(a: datetime, b: datetime, c: datetime) -> None:
    one, two, three = (np.array([moment.timestamp()]) for moment in sorted((a, b, c)))

    whole = WORKING.between(one, three)[0]

    assert whole == pytest.approx(WORKING.between(one, two)[0] + WORKING.between(two, three)[0])
    assert 0 <= whole <= three[0] - one[0] + 1e-6


def test_a_holiday_counts_nothing_and_a_make_up_day_a_whole_one() -> None:
    def day(number: int) -> float:
        begin = datetime(2026, 10, number, tzinfo=UTC) - timedelta(hours=8)
        return float(WORKING.between(np.array([begin.timestamp()]), np.array([begin.timestamp() + 86_400]))[0]) / 3600

    assert (day(1), day(10), day(11)) == (0, 7, 0)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_with_nothing_waiting_it_is_the_plain_quantile(waited: list[int], q: float) -> None:
    told = waits.quantile(np.array(waited, float), np.ones(len(waited), bool), q)

    plain = float(np.quantile(waited, q, method="inverted_cdf"))
    assert told.value == plain
    assert told.low is None or told.low <= told.value
    assert told.high is None or told.high >= told.value


def test_what_still_waits_makes_a_stage_slower_not_quicker() -> None:
    waited = np.array([1.0, 2, 3, 4, 5, 50, 60, 70, 80, 90])
    done = waited < 10

    assert waits.quantile(waited[done], done[done], 0.5).value == 3
    assert waits.quantile(waited, done, 0.5).value == 5
    assert waits.quantile(waited, done, 0.9).value is None


def test_intervals_hold_nine_times_of_ten_with_a_third_still_waiting() -> None:
    chance = np.random.default_rng(4)
    held = 0
    for _ in range(400):
        life, end = chance.exponential(10, 120), chance.exponential(20, 120)
        told = waits.quantile(np.minimum(life, end), life <= end, 0.5)
        held += told.low is not None and told.high is not None and told.low <= 10 * np.log(2) <= told.high

    assert 0.86 <= held / 400 <= 0.95


def test_a_known_answer_of_kaplan_and_meier() -> None:
    waited = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], float)
    done = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)  # 6-MP, Freireich 1963

    times, share, _ = waits.survival(waited, done)

    told = dict(zip(times.tolist(), share.round(3).tolist(), strict=True))
    assert (told[6], told[7], told[10], told[13], told[16], told[22], told[23]) == (
        0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448,
    )  # fmt: skip
    assert waits.quantile(waited, done, 0.5).value == 23


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_in_its_interval(count: int, more: int) -> None:
    total = count + more

    low, high = waits.wilson(count, total)

    assert 0 <= low <= count / total + 1e-12
    assert count / total - 1e-12 <= high <= 1


def test_nothing_has_no_quantile() -> None:
    assert waits.quantile(np.empty(0), np.empty(0, bool), 0.5) == waits.Quantile(None, None, None)
