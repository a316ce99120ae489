from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.worktime import Calendar, Limit, Pause, State, Unit, due, extend, near_at, standing

CHINA = ZoneInfo("Asia/Shanghai")
# 2026 as announced: Spring Festival 15–23 February, working Saturdays 14 and 28 February; National Day 1–7 October,
# working Sunday 20 September and Saturday 10 October; a bridge on Monday 5 October lies inside.
REST = [date(2026, 2, day) for day in range(15, 24)] + [date(2026, 10, day) for day in range(1, 8)]
WORK = [date(2026, 2, 14), date(2026, 2, 28), date(2026, 9, 20), date(2026, 10, 10)]
CALENDAR = Calendar("Asia/Shanghai", rest=frozenset(REST), work=frozenset(WORK), known_years=frozenset({2024, 2026}))
CLOSE, END = time(18), time(23, 59, 59, 999999)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA).astimezone(UTC)


def ends(start: str, amount: int, unit: Unit, *pauses: tuple[str, str | None]) -> str:
    paused = [Pause(at(a), at(b) if b else None) for a, b in pauses]
    moment = due(at(start), Limit(amount, unit), paused, CALENDAR).at.astimezone(CHINA)
    return moment.strftime("%m-%d %H:%M")


DAYS, HOURS, CALENDAR_DAYS, THROUGH = Unit.working_days, Unit.working_hours, Unit.calendar_days, Unit.hours


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-16 10:00", 1, "11-17 18:00"),  # the day after receipt is day 1
        ("2026-11-16 00:00", 1, "11-17 18:00"),  # midnight belongs to the day it begins
        ("2026-11-16 23:59", 1, "11-17 18:00"),
        ("2026-11-20 10:00", 1, "11-23 18:00"),  # over a weekend
        ("2026-11-21 10:00", 1, "11-23 18:00"),  # received on a Saturday
        ("2026-11-20 10:00", 5, "11-27 18:00"),
        ("2026-02-13 10:00", 1, "02-14 18:00"),  # a make-up Saturday counts
        ("2026-02-14 10:00", 1, "02-24 18:00"),  # over the Spring Festival
        ("2026-02-27 10:00", 2, "03-02 18:00"),  # make-up Saturday, then Monday
        ("2026-09-30 17:00", 3, "10-10 18:00"),  # National Day with its bridge and its make-up Saturday
        ("2026-11-16 10:00", 0, "11-16 18:00"),  # zero: the same day
        ("2026-11-16 19:00", 0, "11-17 18:00"),  # zero after close: the next working day
        ("2026-11-21 10:00", 0, "11-23 18:00"),  # zero on a day of rest
        ("2024-02-28 10:00", 1, "02-29 18:00"),  # the leap day
        ("2026-11-20 10:00", 60, "02-12 18:00"),
    ],
)
def test_working_days(start, amount, end):
    assert ends(start, amount, DAYS) == end


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-16 10:00", 3, "11-19 23:59"),
        ("2026-11-18 10:00", 3, "11-23 23:59"),  # Saturday is moved to Monday
        ("2026-02-10 10:00", 5, "02-24 23:59"),  # ends in the festival: the first working day after it
        ("2026-02-11 10:00", 3, "02-14 23:59"),  # a make-up Saturday is a working day
        ("2026-11-16 10:00", 0, "11-16 23:59"),
        ("2024-02-27 10:00", 2, "02-29 23:59"),
        ("2024-02-28 10:00", 366, "02-28 23:59"),
    ],
)
def test_calendar_days(start, amount, end):
    assert ends(start, amount, CALENDAR_DAYS) == end


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-16 09:00", 3, "11-16 12:00"),
        ("2026-11-16 09:00", 4, "11-16 15:00"),  # over the noon break
        ("2026-11-16 12:30", 1, "11-16 15:00"),  # received in the break
        ("2026-11-16 17:00", 2, "11-17 10:00"),
        ("2026-11-20 17:30", 1, "11-23 09:30"),  # over a weekend
        ("2026-02-13 17:00", 2, "02-14 10:00"),  # into a make-up Saturday
        ("2026-02-14 17:00", 2, "02-24 10:00"),  # over the festival
        ("2026-11-16 22:00", 7, "11-17 18:00"),
        ("2026-11-21 22:00", 0, "11-23 09:00"),  # zero begins when business does
        ("2026-11-16 10:00", 0, "11-16 10:00"),
    ],
)
def test_working_hours(start, amount, end):
    assert ends(start, amount, HOURS) == end


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-11-16 22:00", 4, "11-17 02:00"),
        ("2026-02-14 10:00", 48, "02-16 10:00"),
        ("2026-11-16 10:00", 0, "11-16 10:00"),
    ],
)
def test_hours_run_through(start, amount, end):
    assert ends(start, amount, THROUGH) == end


@pytest.mark.parametrize(
    ("amount", "pause", "end"),
    [
        (3, ("2026-11-17 10:00", "2026-11-17 15:00"), "11-19 18:00"),  # within one day: nothing
        (3, ("2026-11-17 10:00", "2026-11-18 10:00"), "11-23 18:00"),  # Tuesday and Wednesday do not count
        (3, ("2026-11-17 19:00", "2026-11-18 10:00"), "11-19 18:00"),  # Tuesday was over, no close passed
        (3, ("2026-11-17 19:00", "2026-11-19 10:00"), "11-23 18:00"),  # Wednesday and Thursday do not count
        (3, ("2026-11-19 17:59", "2026-11-25 10:00"), "11-26 18:00"),  # on the last day: it comes again after the pause
        (3, ("2026-11-20 10:00", "2026-11-25 10:00"), "11-19 18:00"),  # after the end
        (3, ("2026-11-17 10:00", None), "11-19 18:00"),  # still open
        (3, ("2026-11-01 10:00", "2026-11-10 10:00"), "11-19 18:00"),  # before the start
    ],
)
def test_pauses_of_working_days(amount, pause, end):
    assert ends("2026-11-16 10:00", amount, DAYS, pause) == end


def test_a_pause_over_the_spring_festival_takes_only_working_days():
    assert ends("2026-02-12 10:00", 3, DAYS) == "02-24 18:00"
    assert ends("2026-02-12 10:00", 3, DAYS, ("2026-02-15 10:00", "2026-02-23 10:00")) == "02-24 18:00"
    assert ends("2026-02-12 10:00", 3, DAYS, ("2026-02-14 10:00", "2026-02-24 10:00")) == "02-26 18:00"


def test_a_pause_of_calendar_days_and_a_moved_end_that_is_paused():
    assert ends("2026-11-16 10:00", 3, CALENDAR_DAYS, ("2026-11-17 10:00", "2026-11-18 10:00")) == "11-23 23:59"
    assert ends("2026-11-18 10:00", 3, CALENDAR_DAYS, ("2026-11-22 10:00", "2026-11-24 10:00")) == "11-25 23:59"


def test_pauses_of_hours_are_counted_to_the_minute():
    pause = ("2026-11-16 11:00", "2026-11-17 11:30")
    assert ends("2026-11-16 10:00", 3, HOURS, pause) == "11-17 15:30"
    assert ends("2026-11-16 10:00", 3, THROUGH, pause) == "11-17 13:30"


def test_overlapping_pauses_are_counted_once():
    one, two = ("2026-11-16 11:00", "2026-11-16 16:00"), ("2026-11-16 15:00", "2026-11-16 17:00")
    assert (
        ends("2026-11-16 10:00", 2, THROUGH, one, two)
        == ends("2026-11-16 10:00", 2, THROUGH, two, one)
        == "11-16 18:00"
    )


def test_a_year_not_announced_is_provisional():
    start = at("2026-12-30 10:00")
    assert due(start, Limit(5, DAYS), [], CALENDAR).provisional
    assert due(start, Limit(20, HOURS), [], CALENDAR).provisional
    assert not due(start, Limit(1, DAYS), [], CALENDAR).provisional
    assert not due(start, Limit(500, THROUGH), [], CALENDAR).provisional


def test_work_wins_over_rest_and_rest_over_the_week():
    both = Calendar(
        "UTC", rest=frozenset({date(2026, 11, 16)}), work=frozenset({date(2026, 11, 21), date(2026, 11, 16)})
    )
    assert both.is_working(date(2026, 11, 21))
    assert both.is_working(date(2026, 11, 16))
    assert not CALENDAR.is_working(date(2026, 10, 5))
    assert both.is_provisional(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("amount", "unit", "near"),
    [
        (5, DAYS, "11-23 09:00"),  # four of five days used
        (2, DAYS, "11-18 15:12"),  # 1.6 days: 4.2 of 7 business hours into the second
        (1, DAYS, "11-17 16:36"),
        (5, CALENDAR_DAYS, "11-21 00:00"),
        (5, HOURS, "11-16 16:00"),
        (10, THROUGH, "11-16 18:00"),
        (0, DAYS, "11-16 10:00"),
    ],
)
def test_near_is_when_four_fifths_are_used(amount, unit, near):
    moment = near_at(at("2026-11-16 10:00"), Limit(amount, unit), [], CALENDAR)
    assert moment.astimezone(CHINA).strftime("%m-%d %H:%M") == near


@pytest.mark.parametrize(
    ("now", "state", "left"),
    [
        ("2026-11-16 10:00", State.in_time, 5),
        ("2026-11-20 17:00", State.in_time, 1),
        ("2026-11-23 09:00", State.near, 0),
        ("2026-11-23 18:00", State.near, 0),
        ("2026-11-23 18:01", State.overdue, 0),
        ("2026-11-25 09:00", State.overdue, -2),
    ],
)
def test_standing_of_working_days(now, state, left):
    standing_now = standing(at(now), at("2026-11-16 10:00"), Limit(5, DAYS), [], CALENDAR)
    assert (standing_now.state, standing_now.left_amount, standing_now.left_unit) == (state, left, DAYS)


@pytest.mark.parametrize(
    ("now", "state", "left"), [("10:00", State.in_time, 5), ("14:30", State.near, 1), ("16:30", State.overdue, -2)]
)
def test_standing_of_hours(now, state, left):
    standing_now = standing(at(f"2026-11-16 {now}"), at("2026-11-16 10:00"), Limit(5, THROUGH), [], CALENDAR)
    assert standing_now.state is (state if now != "16:30" else State.overdue)
    assert standing_now.left_amount == left


def test_while_paused_it_is_never_overdue():
    pause = [Pause(at("2026-11-17 10:00"), None)]
    standing_now = standing(at("2026-12-25 10:00"), at("2026-11-16 10:00"), Limit(3, DAYS), pause, CALENDAR)
    assert standing_now.state is State.paused
    assert standing_now.left_amount == 3


def test_an_extension_adds_the_same_unit():
    assert extend(Limit(5, DAYS), Limit(3, DAYS)) == Limit(8, DAYS)
    with pytest.raises(ValueError):
        extend(Limit(5, DAYS), Limit(3, HOURS))


@pytest.mark.parametrize("amount", [-1, 4000])
def test_a_limit_out_of_range_is_refused(amount):
    with pytest.raises(ValueError):
        Limit(amount, DAYS)


def test_impossible_calendars_and_pauses_are_refused():
    with pytest.raises(ValueError):
        Pause(at("2026-11-17 10:00"), at("2026-11-16 10:00"))
    with pytest.raises(ValueError):
        Calendar("UTC", spans=((time(14), time(18)), (time(9), time(12))))


moments = st.datetimes(datetime(2025, 12, 1), datetime(2027, 3, 1), timezones=st.just(UTC))
limits = st.builds(Limit, st.integers(0, 40), st.sampled_from(Unit))
pauses = st.lists(
    st.tuples(moments, st.timedeltas(timedelta(0), timedelta(days=30)) | st.none()).map(
        lambda pair: Pause(pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    max_size=4,
)


@given(moments, limits, pauses, pauses)
def test_a_pause_never_brings_the_end_nearer(start, limit, some, more):
    assert due(start, limit, some + more, CALENDAR).at >= due(start, limit, some, CALENDAR).at


@given(moments, limits, pauses, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_a_longer_pause_never_brings_the_end_nearer(start, limit, some, longer):
    closed = [pause for pause in some if pause.end is not None]
    stretched = [Pause(pause.start, pause.end + longer) for pause in closed]
    assert due(start, limit, stretched, CALENDAR).at >= due(start, limit, closed, CALENDAR).at


@given(moments, st.integers(0, 39), st.sampled_from(Unit), pauses)
def test_a_longer_limit_never_ends_earlier(start, amount, unit, some):
    assert due(start, Limit(amount + 1, unit), some, CALENDAR).at >= due(start, Limit(amount, unit), some, CALENDAR).at


@given(moments, limits, pauses)
def test_start_near_and_end_stand_in_this_order(start, limit, some):
    assert start <= near_at(start, limit, some, CALENDAR) <= due(start, limit, some, CALENDAR).at


@given(moments, limits, pauses)
def test_a_limit_in_days_ends_on_a_working_day_that_is_not_paused(start, limit, some):
    end = due(start, limit, some, CALENDAR).at
    if limit.unit.in_days:
        wall = end.astimezone(CHINA)
        assert CALENDAR.is_working(wall.date())
        assert wall.time() == (CLOSE if limit.unit is DAYS else END)
    if limit.amount:
        assert not any(pause.end and pause.start <= end < pause.end and pause.start > start for pause in some)


@given(moments, limits, pauses, moments)
def test_standing_agrees_with_the_end(start, limit, some, now):
    closed = [pause for pause in some if pause.end is not None]
    end = due(start, limit, closed, CALENDAR).at
    seen = standing(now, start, limit, closed, CALENDAR)
    assert seen.left_amount <= 0 or now <= end
    if seen.state is not State.paused:
        assert (seen.state is State.overdue) == (now > end)


def test_a_usual_limit_is_computed_in_well_under_a_millisecond():
    start = at("2026-11-20 10:00")
    begun = datetime.now(UTC)
    for _ in range(200):
        due(start, Limit(20, DAYS), [Pause(start, start + timedelta(days=3))], CALENDAR)
    assert (datetime.now(UTC) - begun).total_seconds() / 200 < 0.001
