from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.moments import local, now, stamp, unstamp


def test_now_is_aware_and_utc():
    assert now().tzinfo is UTC


def test_local_shows_the_clock_on_the_wall():
    at = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert local(at, "Asia/Shanghai").isoformat() == "2026-11-22T00:30:00+08:00"


@pytest.mark.parametrize("use", [lambda at: local(at, "UTC"), stamp])
def test_a_naive_moment_is_a_bug(use):
    with pytest.raises(ValueError):
        use(datetime(2026, 11, 21))


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))
def test_one_moment_has_one_spelling(at):
    assert unstamp(stamp(at)) == at.astimezone(UTC)
    assert stamp(unstamp(stamp(at))) == stamp(at)


def test_another_spelling_is_refused():
    with pytest.raises(ValueError):
        unstamp("2026-11-21T03:46:14+00:00")
