"""What moves together: a planted companion is found with its lag and sign; seasons in common are not."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gongzhi.insight.models import Finding
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.tests import stored
from gongzhi.insight.why import moving
from gongzhi.insight.why.moving import Companion
from gongzhi.methods import association

SPAN = Span(date(2025, 11, 1), date(2026, 10, 31), ZoneInfo("Asia/Shanghai"))
ROW = Finding(matter="water", place="990101001", first_day=SPAN.last, last_day=SPAN.last)
SEASON = 1 + 0.5 * np.sin(np.arange(SPAN.days) * 2 * np.pi / 365) + 0.3 * (np.arange(SPAN.days) % 7 == 0)


def world(seed: int, push: np.ndarray | None = None) -> Counts:
    chance = np.random.default_rng(seed)
    rates = [10 * SEASON, 8 * SEASON, 6 * SEASON]
    rates[0] = rates[0] + (0 if push is None else push)
    keys = [("water", "990101001201"), ("noise", "990101001201"), ("trees", "990101001202")]
    return Counts(keys, chance.poisson(np.maximum(rates, 0)).astype(float))


def links(cells: Counts, *others: Companion) -> list[list[object]]:
    told = moving.together(ROW, span=SPAN, cells=cells, above={}, others=list(others))
    return list(told["links"])


def rain(seed: int = 9) -> np.ndarray:
    return np.random.default_rng(seed).gamma(0.5, 8, SPAN.days)


def test_rain_that_goes_two_days_before_is_found_with_its_lag_and_its_sign() -> None:
    values = rain()
    moved = links(world(1, np.roll(values, 2)), Companion("weather", "rain", "", values))

    assert [(link[0], link[1], link[3]) for link in moved] == [("weather", "rain", 2)]
    assert 0.2 < moved[0][5] < moved[0][4] < moved[0][6]  # type: ignore[operator]


def test_more_of_it_with_fewer_cases_is_a_negative_link() -> None:
    values = rain(4)
    moved = links(world(2, -0.25 * values), Companion("weather", "rain", "", -values), Companion("x", "y", "", rain(5)))

    assert [link[1] for link in moved] == ["rain"]
    assert moved[0][4] > 0  # type: ignore[operator]


def test_a_season_in_common_is_no_link() -> None:
    found = [links(world(seed), Companion("weather", "warmth", "", 15 + 10 * SEASON)) for seed in range(3, 9)]

    assert sum(bool(one) for one in found) <= 1


def test_one_burst_that_meets_a_busy_week_of_something_else_is_no_link() -> None:
    burst = np.zeros(SPAN.days)
    burst[200:206] = 60
    cells = world(6, burst)
    beside = Companion("x", "y", "", np.roll(burst, -2) + rain(3))
    first, last = SPAN.day(200), SPAN.day(205)
    row = Finding(matter="water", place="990101001", first_day=first, last_day=last)

    told = moving.together(row, span=SPAN, cells=cells, above={}, others=[beside])

    assert told["links"] == []


def test_series_of_other_places_and_without_change_are_left_out() -> None:
    values = rain()
    told = moving.together(
        ROW, span=SPAN, cells=world(1, values), above={},
        others=[Companion("sensor", "far", "990101002", values), Companion("sensor", "dead", "", values * 0)],
    )  # fmt: skip

    assert told["tried"] == 2  # the two other matters of the town
    assert told["links"] == []


def test_sensors_searches_and_added_tables_come_in_by_day_and_only_where_days_are_known(tmp_path: Path) -> None:
    days = [SPAN.day(n) for n in range(SPAN.days)]
    readings = [
        {"day": day, "hour": hour, "sensor": "level-1", "quantity": "level", "unit": "m", "division": "990101001201",
         "n": 2, "mean": float(n % 5 + hour), "low": 0.0, "high": 9.0}
        for n, day in enumerate(days) for hour in (0, 1) if n != 100
    ]  # fmt: skip
    searches = [{"day": day, "word": "停水", "area": "990101", "people": 12} for day in days[::2]]
    warehouse = stored.store(tmp_path, readings=readings, searches=searches)

    found = {one.name: one for one in moving.companions(warehouse, SPAN, lambda day: day.weekday() < 5)}

    assert set(found) == {"day_off", "make_up", "level-1"}
    assert found["level-1"].values[0] == 0.5
    assert found["level-1"].values[100] == (found["level-1"].values[99] + found["level-1"].values[101]) / 2
    assert found["day_off"].values.sum() == 0


def test_too_short_and_too_few_are_said() -> None:
    short = Span(SPAN.last - timedelta(days=60), SPAN.last, SPAN.zone)
    cells = world(1)

    assert moving.together(ROW, span=short, cells=cells, above={}, others=[])["why"] == "too_short"
    assert moving.together(ROW, span=SPAN, cells=Counts(cells.keys, cells.rows * 0), above={}, others=[])["why"] == (
        "too_few"
    )


def test_links_towards_one_series_point_at_it_and_share_one_rate() -> None:
    errors = association.whitened(world(3).rows)

    found = association.towards(errors, 1, lags=3)

    assert {link.second for link in found} == {1}
    assert sum(link.partial for link in found) == 2
    assert len(found) == 2 * 4 + 2
    assert all(0 <= link.p <= 1 and link.low <= link.correlation <= link.high for link in found)
