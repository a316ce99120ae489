"""Findings by the minute: within seconds of the voices, once, across restarts, and quiet when nothing is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.conf import settings as house
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.cases.cards import Where
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.insight import charts, finding, minutes, planning, rules, telling
from gongzhi.insight.charts import Chart
from gongzhi.insight.minutes import Bank, Receipt
from gongzhi.insight.models import Finding, Watch
from gongzhi.insight.planning import Plan
from gongzhi.insight.tests import life
from gongzhi.ledger import sealing
from gongzhi.ledger.models import Fact
from gongzhi.methods.stream import bank, mixture

VILLAGE = "990101001201"
NOON = datetime(2026, 11, 16, 4, tzinfo=planning.ZoneInfo("UTC"))


def plan(rate: float = 2.0, limit: float = 50.0, **more: tuple[float, float]) -> Plan:
    """Two matters under one, even hours, a source of each kind."""
    rates = {f"{m}|{p}": (rate, limit) for m in ("", "wet", "pipe") for p in ("990101", "990101001", VILLAGE)}
    return Plan(
        day="2026-11-16", zone="Asia/Shanghai", rates=rates | more, least=(1e-4, 50.0),
        hours={"working": [1 / 24] * 24, "resting": [1 / 24] * 24}, weights={"working": 1.0, "resting": 1.0},
        sources={"web": 0.6, "phone": 0.39, "paper": 0.01}, above={"pipe": "wet"}, false=1.0,
    )  # fmt: skip


def opened(made: Plan, kept: dict[str, list[object]] | None = None) -> Bank:
    return Bank(made, {key: Chart.of(row) for key, row in (kept or {}).items()}, lambda day: False)


def fed(held: Bank, times: list[datetime], source: str = "web", matter: str = "pipe") -> list[minutes.Seen]:
    return [seen for at in times for seen in held.feed(Receipt(at, matter, VILLAGE, source), at)]


GAPS = st.lists(st.integers(0, 6 * 3600), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(gaps=GAPS, per_day=st.floats(0.05, 40), limit=st.floats(3, 200))
def test_a_chart_is_step_for_step_the_bank_of_methods(gaps: list[int], per_day: float, limit: float) -> None:
    begins = 1_700_000_000
    whole = bank.Bank(bank.Baseline.even(per_day / 1440), limit, begins=begins)
    times = begins + np.cumsum(gaps)
    alarms = whole.feed(np.zeros(len(gaps), np.int64), times)

    chart, told = Chart(begins, begins), []
    for number, second in enumerate(times.tolist()):
        if chart.step(per_day * (second - chart.last) / 86400, second) >= limit:
            told.append((number, round(chart.since), chart.observed, chart.expected))
            chart.reset()

    assert (charts.RISES, charts.WEIGHTS) == (mixture.RISES, mixture.WEIGHTS)
    assert [one[:3] for one in told] == list(
        zip(alarms.event.tolist(), alarms.since.tolist(), alarms.observed.tolist(), strict=True)
    )
    assert np.allclose([one[3] for one in told], alarms.expected, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(gaps=GAPS, cut=st.integers(0, 60))
def test_a_clockwork_that_dies_between_two_receipts_changes_nothing(gaps: list[int], cut: int) -> None:
    times = [NOON + timedelta(seconds=int(sum(gaps[: n + 1]))) for n in range(len(gaps))]
    whole, first = opened(plan()), opened(plan())

    told = fed(whole, times)
    before = fed(first, times[:cut])
    again = opened(plan(), first.standing(times[min(cut, len(times)) - 1] if cut else NOON))

    after = fed(again, times[cut:])
    assert [(one.matter, one.place, one.observed) for one in before + after] == [
        (one.matter, one.place, one.observed) for one in told
    ]


def test_the_closest_series_that_holds_most_of_it_speaks() -> None:
    seen = fed(opened(plan()), [NOON + timedelta(minutes=2 * n) for n in range(6)])[0]

    assert (seen.matter, seen.place, seen.kind) == ("pipe", VILLAGE, "rise")
    assert (seen.since_at, seen.first) == (NOON, date(2026, 11, 16))
    assert seen.observed >= 3
    assert seen.expected < 0.2


def test_the_same_receipts_spread_over_a_week_are_nothing() -> None:
    assert fed(opened(plan()), [NOON + timedelta(hours=28 * n) for n in range(6)]) == []


def test_a_shower_after_days_of_a_slow_rise_is_told_of_its_hour_and_of_its_matter() -> None:
    slow = [NOON + timedelta(hours=9 * n) for n in range(20)]
    shower = [slow[-1] + timedelta(minutes=3 * n) for n in range(1, 9)]
    made = plan(limit=3000.0)
    made.rates["pipe|" + VILLAGE] = (0.3, 3000.0)

    held = opened(made)
    before = fed(held, slow, matter="wet")
    off_its_floor = held.charts["|" + VILLAGE].since < slow[-1].timestamp()
    seen = fed(held, shower)[0]

    assert before == []
    assert off_its_floor
    assert (seen.matter, seen.place) == ("pipe", VILLAGE)
    assert seen.since_at is not None
    assert seen.since_at >= slow[-1]
    assert seen.p < 1e-6


@pytest.mark.parametrize("nth", range(2, 8))
def test_a_village_whose_slow_week_brought_as_many_does_not_speak_for_a_shower_over_the_county(nth: int) -> None:
    others = [f"990101{town:03d}201" for town in range(2, 13)]
    made = plan(rate=6.0, limit=3000.0, **{f"pipe|{VILLAGE}": (0.05, 1e12)})
    made.rates["pipe|990101"] = (0.6, 3000.0)
    held = opened(made)

    slow = fed(held, [NOON + timedelta(hours=3 * n) for n in range(18)], matter="wet")
    shower = [
        Receipt(NOON + timedelta(hours=52, minutes=2 * n), "pipe", place, "web")
        for n, place in enumerate([*others[:nth], VILLAGE, *others[nth:]])
    ]
    seen = [told for one in shower for told in held.feed(one, one.at)]

    assert slow == []
    assert (seen[0].matter, seen[0].place) == ("pipe", "990101")
    assert seen[0].p < 1e-4


def test_charts_kept_by_a_version_that_knew_no_runs_go_on() -> None:
    chart = Chart.of([NOON.timestamp(), NOON.timestamp(), [1.5, 2.2, 3.0, 4.75], 1, 0.0, {"web": 1}])

    chart.step(0.001, NOON.timestamp() + 60)

    assert chart.surest() == (NOON.timestamp(), 2, 0.001)


@settings(max_examples=40, deadline=None)
@given(gaps=GAPS, per_day=st.floats(0.05, 40))
def test_the_loudest_rise_began_no_sooner_than_the_chart_and_counts_no_more(gaps: list[int], per_day: float) -> None:
    chart, second = Chart(0.0, 0.0), 1_700_000_000.0
    for gap in gaps:
        second += gap
        chart.step(per_day * (second - (chart.last or second)) / 86400, second)
        since, observed, expected = chart.surest()

        assert chart.since <= since <= second
        assert 1 <= observed <= chart.observed
        assert expected <= chart.expected + 1e-9


def test_one_unusual_source_alone_is_bulk_entry_and_a_usual_one_is_not() -> None:
    times = [NOON + timedelta(minutes=n) for n in range(8)]

    assert fed(opened(plan()), times, source="paper")[0].kind == "bulk_entry"
    assert fed(opened(plan()), times, source="web")[0].kind == "rise"


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 40), mean=st.floats(0.01, 30))
def test_tails_are_those_of_scipy(count: int, mean: float) -> None:
    from scipy.stats import binom, poisson

    assert charts.poisson_tail(count, mean) == pytest.approx(float(poisson.sf(count - 1, mean)), rel=1e-6, abs=1e-12)
    share = min(0.9, mean / 40)
    assert charts.binomial_tail(count, 40, share) == pytest.approx(float(binom.sf(count - 1, 40, share)), rel=1e-6)


def test_chance_alone_stays_within_the_budget_over_a_year() -> None:
    """A county of 200 villages and 10 matters at their planned rates: at most the minute's share of the budget."""
    from gongzhi.methods.stream import budget

    chance = np.random.default_rng(3)
    villages = [f"990101{town:03d}{village:03d}" for town in range(1, 11) for village in range(201, 221)]
    rate = chance.gamma(0.5, 0.02, (10, len(villages)))
    keys = {"|990101": rate.sum()}
    for m in range(10):
        keys[f"m{m}|990101"] = rate[m].sum()
        for v, village in enumerate(villages):
            for key in (f"m{m}|{village[:9]}", f"m{m}|{village}", f"|{village[:9]}", f"|{village}"):
                keys[key] = keys.get(key, 0.0) + rate[m, v]
    limits = budget.limits(np.array(list(keys.values())) / 1440, false_a_month=1.0)
    made = plan()
    made.rates.clear()
    made.rates.update({key: (value, limit) for (key, value), limit in zip(keys.items(), limits, strict=True)})
    held, days, alarms = opened(made), 120, 0
    total = chance.poisson(rate.sum() * days)
    cells = chance.choice(rate.size, total, p=rate.ravel() / rate.sum())
    times = np.sort(chance.uniform(0, days, total))
    for cell, when in zip(cells.tolist(), times.tolist(), strict=True):
        receipt = Receipt(NOON, f"m{cell // len(villages)}", villages[cell % len(villages)], "web")
        alarms += len(held.feed(receipt, NOON + timedelta(days=when)))

    allowed = days / 30
    assert alarms <= allowed + 3 * allowed**0.5


@pytest.fixture
def learned(county: None, tmp_path: Path, settings: object) -> Iterator[datetime]:
    """Seven weeks with a voice a day, looked at and planned for the next; yields the morning it is planned for."""
    with translation.override("en"):
        for n in range(49):
            life.voice(cast.later(days=n))
        at = cast.later(days=49)
        life.refresh(tmp_path, at)
        day = at.astimezone(life.ZONE).date()
        finding.catch_up(by="clockwork", at=at, folder=tmp_path, zone=life.ZONE, tell=lambda day: None)
        assert finding.plan_minutes(tmp_path, day, zone=life.ZONE)
        made = planning.read(tmp_path)
        assert made is not None
        minutes.turn(made, at=at)
        yield at


def burst(at: datetime, count: int) -> datetime:
    """So many voices about water in one village, a minute apart, sealed; the moment after."""
    for n in range(count):
        life.voice(at + timedelta(minutes=n), words="停水三天了", code=cast.OTHER_GRID)
    sealing.seal_once(at=at + timedelta(minutes=count), holder="test")
    return at + timedelta(minutes=count)


def turned(folder: Path, at: datetime) -> None:
    made = planning.read(folder)
    assert made is not None
    minutes.turn(made, at=at)


def test_voices_of_ten_minutes_are_a_finding_in_one_turn_and_said_in_both_languages(
    learned: datetime, tmp_path: Path
) -> None:
    at = burst(learned, 6)

    turned(tmp_path, at)

    row = Finding.objects.get()
    assert (row.matter, row.place, row.grain, row.state) == ("water", cast.OTHER_VILLAGE, "minute", "open")
    assert row.since_at == learned
    assert Fact.objects.get(about=row.ref).details["grain"] == "minute"
    assert "cases have come in; about 0" in telling.sentence(row)
    assert telling.certainty(row) == "certain"
    with translation.override("zh-hans"):
        assert "以来已收到" in telling.sentence(row)


def test_a_finding_stands_in_the_workplace_as_soon_as_the_clockwork_has_turned(
    learned: datetime, tmp_path: Path
) -> None:
    at = burst(learned, 6)
    turned(tmp_path, at)
    Finding.objects.update(first_day=datetime.now(tz=life.ZONE).date(), last_day=datetime.now(tz=life.ZONE).date())

    page = signed_in("mayor").get("/en/desk/findings/").content.decode()

    assert "cases have come in" in page


def test_the_day_that_holds_it_continues_the_finding_of_the_minute(learned: datetime, tmp_path: Path) -> None:
    at = burst(learned, 9)
    turned(tmp_path, at)
    life.refresh(tmp_path, cast.later(days=50))

    finding.catch_up(by="clockwork", at=cast.later(days=50), folder=tmp_path, zone=life.ZONE, tell=lambda day: None)

    row = Finding.objects.get()
    assert (row.grain, row.first_day, row.last_day) == ("minute", row.first_day, row.first_day)
    assert row.curve


def test_the_same_facts_are_never_fed_twice(learned: datetime, tmp_path: Path) -> None:
    at = burst(learned, 6)
    turned(tmp_path, at)
    observed, index = Finding.objects.get().observed, Watch.objects.get().index

    turned(tmp_path, at)

    assert (Finding.objects.get().observed, Watch.objects.get().index) == (observed, index)


def test_what_reports_old_days_is_left_to_the_day(learned: datetime, tmp_path: Path) -> None:
    for n in range(9):
        said = learned - timedelta(days=3, minutes=n)
        cast.say("停水三天了", at=learned, said_at=said, place=Where(code=cast.OTHER_GRID), form_key=uuid4())
    sealing.seal_once(at=learned, holder="test")

    turned(tmp_path, learned)

    assert not Finding.objects.exists()


def test_a_clock_that_runs_ahead_counts_as_now_and_one_behind_does_not_turn_time_back(
    learned: datetime, tmp_path: Path
) -> None:
    for n, apart in enumerate((0, 45, -45, 30, -30, 45)):  # minutes between two machines
        at = learned + timedelta(minutes=n)
        life.voice(at + timedelta(minutes=apart), words="停水三天了", code=cast.OTHER_GRID)
    sealing.seal_once(at=learned + timedelta(hours=1), holder="test")

    turned(tmp_path, learned + timedelta(minutes=6))

    row = Finding.objects.get()
    assert row.since_at is not None
    assert row.since_at <= learned + timedelta(minutes=6)
    assert Watch.objects.get().latest <= learned + timedelta(minutes=6)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"version": 9}', '{"version": 1, "rates": {}}'])
def test_without_a_plan_or_with_a_damaged_one_nothing_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setattr(house, "GONGZHI_DIR", tmp_path)
    (tmp_path / "warehouse").mkdir()
    if content is not None:
        (tmp_path / "warehouse" / planning.NAME).write_text(content)

    assert minutes.watch(cast.AT) is False


def test_the_one_budget_is_dealt_out_whole() -> None:
    assert sum(rules.given(grain) for grain in rules.SHARES) == pytest.approx(rules.BUDGET)
