"""Forecasts at work: what is expected, whom it belongs to, what an organ ever handled, and what came of it."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="the extra `analysis` is not installed")

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.insight import standings
from gongzhi.insight.nightly import outlook
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.standing_tables import Outlook

ZONE = ZoneInfo("Asia/Shanghai")
SPAN = Span(date(2026, 1, 5), date(2026, 10, 11), ZONE)  # a Monday to a Sunday
WEEKDAY = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.8, 0.7])


def lived(rates: list[float], seed: int = 1, span: Span = SPAN) -> np.ndarray:
    pattern = WEEKDAY[np.arange(span.days) % 7]
    return np.random.default_rng(seed).poisson(np.outer(rates, pattern)).astype(float)


def test_steady_organs_are_forecast_at_their_level_with_their_weekdays() -> None:
    told = outlook.expected(lived([6.0, 20.0, 60.0]), None)

    for one, rate in zip(told, (6.0, 20.0, 60.0), strict=True):
        assert one.total[0] == pytest.approx(14 * rate, rel=0.2)
        assert one.total[1] < one.total[0] < one.total[2]
        assert one.mean[0] > one.mean[6]
    assert [one.total for one in outlook.expected(lived([6.0, 20.0, 60.0]), None)] == [one.total for one in told]


def test_the_sum_of_two_weeks_falls_into_its_interval_nine_times_of_ten() -> None:
    rates = list(np.random.default_rng(3).uniform(2, 40, 60))
    ahead = Span(SPAN.first, SPAN.last + timedelta(days=14), ZONE)
    whole = np.vstack([lived(rates, seed, ahead) for seed in (5, 6, 7)])

    told = outlook.expected(whole[:, : SPAN.days], None)

    came = whole[:, SPAN.days :].sum(1)
    inside = np.mean([one.total[1] <= count <= one.total[2] for one, count in zip(told, came, strict=True)])
    assert 0.84 <= inside <= 0.99


def test_holidays_of_the_past_are_expected_again() -> None:
    free = {SPAN.first + timedelta(days=n) for n in (40, 41, 42, 110, 111, 112, 180, 181, 182)}
    coming = {SPAN.last + timedelta(days=n) for n in (8, 9, 10)}
    rows = lived([40.0] * 6)
    rows[:, [(day - SPAN.first).days for day in free]] *= 0.2

    marks = outlook.days_marked(SPAN, lambda day: day.weekday() < 5 and day not in free | coming)
    told = outlook.expected(np.round(rows), marks)

    resting = [n for n in range(14) if (SPAN.last + timedelta(days=n + 1)) in coming and (n + SPAN.days) % 7 < 5]
    assert resting
    for one in told:
        assert one.mean[resting].mean() < 0.5 * one.mean[:5].mean()


def test_a_past_without_holidays_has_no_marks() -> None:
    assert outlook.days_marked(SPAN, lambda day: day.weekday() < 5) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=42, max_size=90))
def test_the_most_ever_handled_is_the_fullest_fortnight(days: list[int]) -> None:
    row = np.array(days, float)

    assert outlook.most_in_time(row) == max(sum(days[at : at + 14]) for at in range(len(days) - 13))
    assert outlook.most_in_time(row[:41]) is None


def test_a_case_belongs_to_its_county_organ_area_and_every_matter_above_it() -> None:
    cells = Counts([("lamp", "990101001201", "roads"), ("lamp", "990101002201", "roads")], np.ones((2, 3)))
    areas = outlook.areas_of([("roads", "990101001"), ("roads", "990101001"), ("roads", "")])

    told = outlook.subjects_of(cells, {"lamp": "streets"}, areas)

    sums = {key: row.sum() for key, row in zip(told.keys, told.rows, strict=True)}
    assert sums == {
        ("county", ""): 6,
        ("matter", "lamp"): 6,
        ("matter", "streets"): 6,
        ("organ", "roads"): 6,
        ("post", "roads|990101001"): 3,
        ("post", "roads|"): 3,
    }
    assert areas == {"roads": {"990101001": 2, "": 1}}


def made(at: object, rows: np.ndarray, in_time: np.ndarray, span: Span = SPAN) -> int:
    keys = [("lamp", "990101001201", f"organ-{n}") for n in range(len(rows))]
    return outlook.make(
        at=at,  # type: ignore[arg-type]
        span=span,
        cells=Counts(keys, rows),
        in_time=Counts([(f"organ-{n}",) for n in range(len(rows))], in_time),
        above={},
        areas={},
        working=lambda day: day.weekday() < 5,
    )


@pytest.mark.django_db
def test_a_post_is_forecast_from_what_it_took_in_hand_and_not_from_its_areas_load() -> None:
    from gongzhi.kit.moments import now

    busy, gone = "a" * 32, "b" * 32
    taken = lived([4.0, 4.0])
    taken[1, -100:] = 0
    outlook.make(
        at=now(), span=SPAN, cells=Counts([("lamp", "990101001201", "organ-0")], lived([20.0])),
        in_time=Counts([], np.zeros((0, SPAN.days))), above={}, areas={"organ-0": {"990101001": 5}},
        working=lambda day: day.weekday() < 5, seats=Counts([(busy,), (gone,)], taken),
    )  # fmt: skip

    told = {row.code: row for row in Outlook.objects.filter(kind="post")}
    assert set(told) == {busy, "organ-0|990101001"}
    assert told[busy].total == pytest.approx(14 * 4, rel=0.25)
    assert (told[busy].hands, told["organ-0|990101001"].hands) == (1, 5)


@pytest.mark.django_db
def test_an_organ_is_warned_of_when_more_is_expected_than_it_ever_handled() -> None:
    from gongzhi.kit.moments import now

    rows = lived([8.0, 8.0])
    done = rows.copy()
    done[1] *= 0.3

    made(now(), rows, done)

    warned = standings.overloaded(SPAN.last + timedelta(days=1))
    assert [row.code for row in warned] == ["organ-1"]
    assert warned[0].handled == outlook.most_in_time(done[1])
    assert warned[0].over > 0.95


@pytest.mark.django_db
def test_a_forecast_is_kept_as_it_was_made_and_stands_beside_what_came() -> None:
    from gongzhi.kit.moments import now

    rows = lived([8.0])
    assert made(now(), rows, rows) == 3
    before = Outlook.objects.get(kind="organ").mean

    assert made(now(), rows * 5, rows) == 0
    assert Outlook.objects.get(kind="organ").mean == before
    came = [[(SPAN.last + timedelta(days=n)).isoformat(), 8] for n in range(-3, 6)]
    told = standings.kept("organ", "organ-0", came)
    assert (told[0].days, told[0].came, told[0].whole) == (5, 40, False)
    assert told[0].inside == 5
    loud = [[day, 60] for day, _n in came]
    assert standings.kept("organ", "organ-0", loud)[0].inside == 0


@pytest.mark.django_db
def test_a_county_younger_than_six_weeks_is_not_forecast() -> None:
    from gongzhi.kit.moments import now

    young = Span(SPAN.last - timedelta(days=40), SPAN.last, ZONE)

    assert made(now(), lived([9.0], span=young), lived([9.0], span=young), young) == 0
    assert standings.outlooks("organ", SPAN.last) == []
