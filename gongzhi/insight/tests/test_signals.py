"""Words and sensors are further signals: a planted one is found and names its kind, chance and seasons are not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

import numpy as np
from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.insight import raising, rules, telling
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.raising import Seen
from gongzhi.insight.signals import judging
from gongzhi.insight.signals.tables import Searched
from gongzhi.insight.tests import life
from gongzhi.sensors.models import Reading, Sensor

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 21, 2, tzinfo=UTC)


def words(*, last: int, word: str = "停水", usual: int = 0, area: str = cast.COUNTY) -> None:
    """Sixty days of searching, the last of them with `last` people."""
    for n in range(60):
        people = last if n == 59 else usual
        if people >= 10:
            Searched.objects.create(day=DAY - timedelta(days=59 - n), word=word, area=area, people=people)
    Searched.objects.get_or_create(day=DAY - timedelta(days=59), word="公交", area=area, defaults={"people": 10})


def sensor(code: str = "level-1", *, last: float = 2.0, aside: str = "", swing: float = 0.05) -> None:
    """Forty days of a water level around two metres, an hourly reading each, the last day at `last`."""
    Sensor.objects.create(
        code=code, name_zh="古洲桥水位", name_en="Guzhou bridge", organ="water", division=cast.VILLAGE,
        quantity="water_level", unit="m", low=-5, high=20, interval=3600, upkeep="sensor", health="ok",
        health_since=AT, valid_from=AT - timedelta(days=90), aside=aside, aside_reason="repair" if aside else "",
        aside_at=AT if aside else None,
    )  # fmt: skip
    begin = datetime(2026, 11, 20, 16, tzinfo=UTC) - timedelta(days=40)  # midnight in the county
    rows = []
    for hour in range(40 * 24):
        at = begin + timedelta(hours=hour)
        value = last if hour >= 39 * 24 else 2.0 + swing * np.sin(hour // 24)
        rows.append(Reading(sensor_id=code, at=at, value=value, noted_at=at))
    Reading.objects.bulk_create(rows)


def judged(folder: Path, day: date = DAY) -> list[Finding]:
    life.refresh(folder, AT)
    return judging.look(by="clockwork", at=AT, warehouse=Warehouse(folder), day=day)


@pytest.mark.usefixtures("county")
def test_a_word_many_look_for_at_once_is_a_finding_that_names_its_kind(tmp_path: Path) -> None:
    words(last=48)

    (row,) = judged(tmp_path)

    assert (row.kind, row.grain, row.subject, row.place, row.observed) == (
        "searched",
        "signal",
        "停水",
        cast.COUNTY,
        48,
    )
    with translation.override("en"):
        told = telling.tell(row)
    assert told.title.startswith("Searched for: “停水”")
    assert "at least 48 people searched the site" in told.sentence
    assert telling.curve(row)
    assert judged(tmp_path)[0].pk == row.pk
    assert Finding.objects.count() == 1


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(("last", "usual"), [(14, 0), (48, 45), (0, 40)])
def test_a_word_that_is_always_looked_for_or_by_few_is_none(tmp_path: Path, last: int, usual: int) -> None:
    words(last=last, usual=usual)

    assert judged(tmp_path) == []


@pytest.mark.usefixtures("county")
def test_two_words_of_one_day_are_two_findings(tmp_path: Path) -> None:
    words(last=60)
    words(last=70, word="路灯")

    assert {row.subject for row in judged(tmp_path)} == {"停水", "路灯"}


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(("last", "words_"), [(4.0, "seldom more than"), (0.4, "seldom less than")])
def test_a_sensor_far_from_its_past_is_a_finding_in_either_direction(tmp_path: Path, last: float, words_: str) -> None:
    sensor(last=last)

    (row,) = judged(tmp_path)

    assert (row.kind, row.subject, row.place) == ("sensor", "level-1", cast.VILLAGE)
    with translation.override("en"):
        told = telling.tell(row)
    assert told.title == "Sensor: Guzhou bridge"
    assert words_ in told.sentence
    assert f"{last:g} m" in told.sentence or f"{last:.1f} m" in told.sentence


@pytest.mark.usefixtures("county")
def test_a_sensor_as_ever_or_set_aside_says_nothing(tmp_path: Path) -> None:
    sensor("level-1", last=2.03)
    sensor("level-2", last=9.0, aside="repair")

    assert judged(tmp_path) == []


@pytest.mark.usefixtures("county")
def test_readings_of_a_day_stand_in_the_warehouse_by_hour(tmp_path: Path) -> None:
    sensor(last=3.0)

    life.refresh(tmp_path, AT)

    rows = Warehouse(tmp_path).table("readings", DAY, DAY).to_pyarrow().to_pylist()
    assert [row["hour"] for row in rows] == list(range(24))
    assert {(row["quantity"], row["unit"], row["n"], row["mean"]) for row in rows} == {("water_level", "m", 1, 3.0)}


@pytest.mark.usefixtures("county")
def test_a_late_reading_rewrites_its_day_and_no_news_writes_nothing(tmp_path: Path) -> None:
    sensor()
    life.refresh(tmp_path, AT)
    before, manifest = life.digests(tmp_path), (tmp_path / "manifest.json").read_bytes()
    life.refresh(tmp_path, AT)
    assert (tmp_path / "manifest.json").read_bytes() == manifest

    Reading.objects.create(sensor_id="level-1", at=AT - timedelta(hours=17, minutes=5), value=2.7, noted_at=AT)
    life.refresh(tmp_path, AT)

    after = life.digests(tmp_path)
    changed = {(g, d) for g in after for d in after[g] if before.get(g, {}).get(d) != after[g][d]}
    assert changed == {("readings", "2026-11-20")}


def test_chance_alone_stays_within_the_share_of_the_budget() -> None:
    """Sixty sensors that wander and follow a season, and sixty words, over a year of days."""
    chance = np.random.default_rng(7)
    alpha = rules.given("signal") / 30 / 120
    false = days = 0
    for _ in range(120):
        noise = np.zeros(120)
        for n in range(1, 120):
            noise[n] = 0.6 * noise[n - 1] + chance.normal()
        series = 15 + 10 * np.sin(2 * np.pi * (np.arange(120) + chance.integers(365)) / 365) + noise
        for today in range(60, 120, 3):
            past = [DAY - timedelta(days=int(n)) for n in range(56, -1, -1)]
            one = judging.judge_sensor(("s", cast.VILLAGE), (past, series[today - 56 : today + 1]), DAY)
            false += one is not None and one.p < alpha
            days += 1
    for _ in range(400):
        row = np.maximum(chance.negative_binomial(20, 0.4, 57), 9).astype(float)
        one = judging.judge_word(("990101", "字"), row, DAY)
        false += one is not None and one.p < alpha
        days += 1

    assert false / days <= 3 * alpha + 2 / days


@pytest.mark.usefixtures("county")
def test_a_signal_marks_no_day_of_the_cases_and_joins_none(tmp_path: Path) -> None:
    told = {
        "matter": "",
        "place": cast.COUNTY,
        "first": DAY,
        "last": DAY,
        "observed": 40,
        "expected": 9.0,
        "upper": 14.0,
    }
    signal = raising.keep(
        Seen(**told, grain="signal", p=1e-9, chance=1e-6, kind="searched", subject="停水"), by="t", at=AT, above={}
    )
    rise = raising.keep(Seen(**told, grain="day", p=1e-9, chance=1e-6), by="t", at=AT, above={})

    assert signal is not None
    assert rise is not None
    assert signal.pk != rise.pk
    assert telling.budget(AT + timedelta(days=1)).by_grain == {"signal": 1, "day": 1}
