"""When a row of readings is worth a voice: arithmetic of rules, by example and by property."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.refusal import Refusal
from gongzhi.sensors import rules
from gongzhi.sensors.rules import Limit, Standing

AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
FLOOD = Limit("above", 3.0, 2.5, 1200)


def told(limit: Limit, values: list[float], every: int = 600, gaps: frozenset[int] = frozenset()) -> list[str]:
    """What happened at each of a row of values."""
    now, events = Standing(), []
    for number, value in enumerate(values):
        at = AT + timedelta(seconds=every * number)
        now, event = rules.step(limit, now, value, at, gap=number in gaps)
        events.append(event)
    return events


def test_it_speaks_after_the_duration_and_once() -> None:
    assert told(FLOOD, [1, 3.2, 3.4, 3.3, 3.9, 2.9, 3.5]) == ["", "", "", "exceeded", "", "", ""]


def test_it_speaks_again_only_after_it_fell_back() -> None:
    events = told(FLOOD, [3.2, 3.2, 3.2, 2.6, 3.4, 3.4, 3.4, 2.5, 3.1, 3.1, 3.1])
    assert [at for at, event in enumerate(events) if event] == [2, 7, 10]


def test_a_dip_below_the_threshold_begins_the_duration_anew() -> None:
    assert "exceeded" not in told(FLOOD, [3.2, 3.2, 2.9, 3.2, 3.2, 2.9])


def test_exactly_the_threshold_is_not_beyond_it() -> None:
    assert told(FLOOD, [3.0, 3.0, 3.0, 3.0]) == [""] * 4


def test_a_gap_proves_no_duration() -> None:
    assert told(FLOOD, [3.2, 3.2, 3.2], gaps=frozenset({2})) == ["", "", ""]


def test_without_a_duration_the_first_reading_speaks() -> None:
    assert told(Limit("above", 3.0, 3.0, 0), [2, 4, 5, 3, 4]) == ["", "exceeded", "", "fell_back", "exceeded"]


@given(st.lists(st.floats(-10, 10), max_size=40), st.floats(-5, 5), st.floats(0, 3), st.sampled_from([0, 600, 1800]))
def test_below_is_above_in_a_mirror(values: list[float], threshold: float, slack: float, seconds: int) -> None:
    above = Limit("above", threshold, threshold - slack, seconds)
    below = Limit("below", -threshold, -(threshold - slack), seconds)
    assert told(above, values) == told(below, [-value for value in values])


@given(st.lists(st.floats(0, 10), max_size=60), st.floats(1, 9), st.floats(0, 3), st.sampled_from([0, 600, 1800]))
def test_speaking_and_falling_back_take_turns(
    values: list[float], threshold: float, slack: float, seconds: int
) -> None:
    happened = [event for event in told(Limit("above", threshold, threshold - slack, seconds), values) if event]
    assert happened[::2] == ["exceeded"] * len(happened[::2])
    assert happened[1::2] == ["fell_back"] * len(happened[1::2])


@given(st.lists(st.floats(0, 10), min_size=1, max_size=30), st.sampled_from([0, 600, 1800]))
def test_the_peak_is_the_furthest_since_it_began(values: list[float], seconds: int) -> None:
    limit, now, since = Limit("above", 3.0, 3.0, seconds), Standing(), []
    for number, value in enumerate(values):
        now, _event = rules.step(limit, now, value, AT + timedelta(seconds=600 * number), gap=False)
        since = [*since, value] if value > 3.0 else []
        assert now.peak == (max(since) if since else None)


def test_a_rate_is_a_change_in_an_hour() -> None:
    limit = Limit("rise", 5.0, 5.0, 0)
    assert rules.measure(limit, 2.0, AT, None) is None
    assert rules.measure(limit, 2.0, AT + timedelta(minutes=10), (AT, 1.0)) == pytest.approx(6.0)
    assert rules.measure(limit, 1.0, AT + timedelta(minutes=30), (AT, 2.0)) == pytest.approx(-2.0)
    fall = Limit("fall", 5.0, 5.0, 0)
    assert rules.measure(fall, 1.0, AT + timedelta(minutes=10), (AT, 2.0)) == pytest.approx(6.0)
    assert rules.step(fall, Standing(), 6.0, AT, gap=False)[1] == "exceeded"
    assert rules.step(fall, Standing(), -6.0, AT, gap=False)[1] == ""


@pytest.mark.parametrize("value", ["1", None, True, float("nan"), float("inf"), -float("inf"), 10**400, [1]])
def test_what_is_no_finite_number_is_no_value(value: object) -> None:
    with pytest.raises(Refusal) as refused:
        rules.read_value(value)
    assert refused.value.code == "value_no_number"


@pytest.mark.parametrize(
    "text", ["2026-07-01", "2026-07-01T08:00:00", "yesterday", "", 7, None, "0001-01-01T00:00+14:00"]
)
def test_a_moment_needs_its_zone(text: object) -> None:
    with pytest.raises(Refusal) as refused:
        rules.read_moment(text)
    assert refused.value.code == "date_misread"


def test_a_moment_of_any_zone_is_the_same_moment() -> None:
    assert rules.read_moment("2026-07-01T16:00:00+08:00") == rules.read_moment("2026-07-01T08:00:00Z") == AT


@pytest.mark.parametrize(("away", "code"), [(timedelta(minutes=2), "date_future"), (-timedelta(days=8), "date_old")])
def test_a_reading_is_neither_of_the_future_nor_of_last_month(away: timedelta, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_moment(AT + away, now=AT)
    assert refused.value.code == code
    rules.check_moment(AT + away / 4, now=AT)


@given(st.floats(-1e6, 1e6))
def test_a_figure_says_the_value_to_three_decimals(value: float) -> None:
    assert abs(float(rules.figure(value)) - value) <= 0.0005 + 1e-9
