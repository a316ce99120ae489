"""Days and deadlines in words, in both languages and in the county's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from gongzhi.kit.worktime import Standing, State, Unit
from gongzhi.look import dates

FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)  # 18:00 in China
NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_china() -> Iterator[None]:
    with timezone.override(ZoneInfo("Asia/Shanghai")), translation.override("zh-hans"):
        yield


def test_day_in_both_languages() -> None:
    assert dates.day(NOW) == "2026年11月21日 星期六"
    with translation.override("en"):
        assert dates.day(NOW) == "21 November 2026"


def test_moment_is_said_in_the_county_s_zone() -> None:
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert dates.moment_text(late) == "2026年11月22日 星期日 00:30"
    with translation.override("en"):
        assert dates.moment_text(late) == "22 November 2026, 00:30"


def test_until_says_weekday_and_working_days_left() -> None:
    standing = Standing(State.near, 4, Unit.working_days)
    assert dates.until(FRIDAY, standing) == "11月27日 星期五前（还剩4个工作日）"
    with translation.override("en"):
        assert dates.until(FRIDAY, standing) == "by Friday 27 November (4 working days)"


def test_until_says_what_has_passed() -> None:
    standing = Standing(State.overdue, -1, Unit.working_days)
    with translation.override("en"):
        assert dates.until(FRIDAY, standing) == "was due Friday 27 November (1 working day ago)"
    assert "已超期1个工作日" in dates.until(FRIDAY, standing)


def test_until_says_the_time_on_the_last_day() -> None:
    with translation.override("en"):
        assert dates.until(FRIDAY, FRIDAY - timedelta(hours=3)) == "by Friday 27 November 18:00"
        assert dates.until(FRIDAY, FRIDAY + timedelta(minutes=1)) == "was due Friday 27 November 18:00"


def test_until_of_hours_says_the_time() -> None:
    with translation.override("en"):
        text = dates.until(FRIDAY, Standing(State.in_time, 3, Unit.working_hours))
    assert text == "by Friday 27 November 18:00 (3 working hours)"


def test_until_of_a_paused_clock_names_no_day() -> None:
    assert "11月" not in dates.until(FRIDAY, Standing(State.paused, 4, Unit.working_days))


def test_until_adds_the_year_when_it_is_far_off() -> None:
    with translation.override("en"):
        assert "2027" in dates.until(date(2027, 10, 1), NOW)
        assert "2026" not in dates.until(date(2026, 12, 1), NOW)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (86400 * 29, "29 days ago"),
        (86400 * 31, "21 October 2026"),
    ],
)
def test_ago(seconds: int, text: str) -> None:
    with translation.override("en"):
        assert dates.ago(NOW - timedelta(seconds=seconds), NOW) == text
