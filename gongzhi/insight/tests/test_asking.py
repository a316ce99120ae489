"""Every question has one answer, whoever gives it: DuckDB in this process, or Spark with two workers.

Each test here runs on both engines. The answers are counted by hand from the rows the warehouse was made of."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

import ibis

from gongzhi.cases.tests import cast
from gongzhi.insight import counting, engines, finding
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly import counts
from gongzhi.insight.tests import life, world
from gongzhi.insight.tests.world import World
from gongzhi.insight.warehouse import added, grains
from gongzhi.kit.refusal import Refusal

pytestmark = [
    pytest.mark.usefixtures("engine"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # inside PySpark and Ibis
]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One world for all questions."""
    return world.grow(tmp_path_factory.mktemp("world"))


def test_the_setting_chooses_who_answers(grown: World, engine: str) -> None:
    backend = Warehouse(grown.folder).backend

    assert backend.name == {"duckdb": "duckdb", "spark": "pyspark"}[engine]
    if engine == "spark":
        _two_workers_on_the_loopback(backend._session.sparkContext)


def _two_workers_on_the_loopback(context: Any) -> None:
    executors = context._jsc.sc().getExecutorMemoryStatus().keySet()
    assert executors.size() == 3  # the driver and two
    assert all(str(address).startswith("127.0.0.1:") for address in executors.mkString(" ").split())
    assert context.uiWebUrl is None


def test_cases_by_matter_and_day(grown: World) -> None:
    cases = Warehouse(grown.folder).table("cases")

    got = cases.group_by(["matter", "day"]).agg(n=cases.count()).to_pyarrow().to_pylist()

    by_hand = Counter((row["matter"], row["day"]) for row in grown.rows)
    assert {(row["matter"], row["day"]): row["n"] for row in got} == by_hand


def test_a_span_of_days_holds_these_days_and_no_other(grown: World) -> None:
    first, last = world.FIRST + timedelta(days=3), world.FIRST + timedelta(days=5)

    got = Warehouse(grown.folder).table("cases", first, last)

    assert got.count().execute() == sum(first <= row["day"] <= last for row in grown.rows)
    assert got.day.min().to_pyarrow().as_py() == first


def test_every_value_of_a_row_comes_back_as_it_was_written(grown: World) -> None:
    rows = Warehouse(grown.folder).table("cases", world.FIRST, world.FIRST).order_by("case").to_pyarrow()

    first = sorted((row for row in grown.rows if row["day"] == world.FIRST), key=lambda row: row["case"])
    names = grains.CASES.names
    assert rows.schema.names == names
    assert rows.cast(grains.CASES).to_pylist() == [{name: row.get(name) for name in names} for row in first]


def test_weeks_by_matter(grown: World) -> None:
    rows = Warehouse(grown.folder).table("tallies")

    got = rows.group_by(week=rows.day.truncate("W"), matter=rows.matter).agg(n=rows.n.sum()).to_pyarrow().to_pylist()

    by_hand = Counter((row["day"] - timedelta(days=row["day"].weekday()), row["matter"]) for row in grown.rows)
    assert {(row["week"], row["matter"]): row["n"] for row in got} == by_hand


@pytest.mark.parametrize("keys", [("organ",), ("matter", "source"), ("matter", "town"), ("organ", "town"), ()])
def test_sums_of_months_and_tallies_of_days_say_the_same(grown: World, keys: tuple[str, ...]) -> None:
    first, last = world.FIRST + timedelta(days=11), world.FIRST + timedelta(days=33)
    rows = Warehouse(grown.folder).tallied(keys, first, last)

    got = rows.group_by("day", *keys).agg(n=rows.n.sum(), voices=rows.voices.sum(), kept=rows.kept.sum()).to_pyarrow()

    by_hand: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in grown.rows:
        if first <= row["day"] <= last:
            town = "" if row["division"].endswith("000000") else row["division"][:9]
            told = by_hand[row["day"], *((row | {"town": town})[key] for key in keys)]
            told[0], told[1], told[2] = told[0] + 1, told[1] + row["voices"], told[2] + bool(row["in_time"])
    found = {(row["day"], *(row[key] for key in keys)): [row["n"], row["voices"], row["kept"]]
             for row in got.to_pylist()}  # fmt: skip
    assert found == by_hand


def test_organs_by_promises_kept(grown: World) -> None:
    rows = Warehouse(grown.folder).tallied(["organ"])
    found = rows.group_by("organ").agg(n=rows.n.sum(), kept=rows.kept.sum(), missed=rows.missed.sum())

    got = found.mutate(share=found.kept / (found.kept + found.missed)).order_by("share").to_pyarrow().to_pylist()

    shares = {}
    for organ in world.ORGANS:
        known = [row["in_time"] for row in grown.rows if row["organ"] == organ and row["in_time"] is not None]
        shares[organ] = sum(known) / len(known)
    assert [row["organ"] for row in got] == sorted(shares, key=shares.__getitem__)
    assert {row["organ"]: row["share"] for row in got} == pytest.approx(shares)


def test_a_town_by_the_beginning_of_its_codes(grown: World) -> None:
    rows = Warehouse(grown.folder).table("tallies")

    got = rows.filter(rows.division.startswith("990101001")).n.sum().to_pyarrow().as_py()

    assert got == sum(row["division"].startswith("990101001") for row in grown.rows)


def test_what_lies_open_by_organ_and_age(grown: World) -> None:
    rows = Warehouse(grown.folder).table("states", grown.last, grown.last)

    got = rows.group_by("organ", "age").agg(open=rows.open.sum()).to_pyarrow().to_pylist()

    assert {(row["organ"], row["age"]): row["open"] for row in got} == grown.open_on(grown.last)


def test_this_month_beside_the_one_before_it(grown: World) -> None:
    rows = Warehouse(grown.folder).table("tallies")
    late = rows.day >= world.FIRST + timedelta(days=20)

    got = rows.group_by("matter").agg(now=rows.n.sum(where=late), before=rows.n.sum(where=~late)).to_pyarrow()

    halves: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in grown.rows:
        halves[row["matter"]][row["day"] < world.FIRST + timedelta(days=20)] += 1
    assert {row["matter"]: [row["now"], row["before"]] for row in got.to_pylist()} == halves


def test_median_and_slow_waits_by_organ_exact_to_the_second(grown: World) -> None:
    rows = Warehouse(grown.folder).table("cases")
    waits = rows.mutate(wait=rows.answered_at.epoch_seconds() - rows.received_at.epoch_seconds())

    got = waits.group_by("organ").agg(median=waits.wait.quantile(0.5)).to_pyarrow().to_pylist()

    by_hand = {
        organ: statistics.median(
            (row["answered_at"] - row["received_at"]).total_seconds()
            for row in grown.rows
            if row["organ"] == organ and row["answered_at"]
        )
        for organ in world.ORGANS
    }
    assert {row["organ"]: row["median"] for row in got} == pytest.approx(by_hand)


def test_the_newest_cases_first(grown: World) -> None:
    rows = Warehouse(grown.folder).table("cases")

    got = rows.order_by(ibis.desc("received_at")).limit(7).select("case").to_pyarrow()["case"].to_pylist()

    newest = sorted(grown.rows, key=lambda row: row["received_at"], reverse=True)[:7]
    assert got == [row["case"] for row in newest]


def test_the_series_that_findings_judge(grown: World) -> None:
    got = counting.counted(Warehouse(grown.folder), world.FIRST, grown.last)

    found = Counter()
    for cell, day, n in zip(got.cell, got.day, got.n, strict=True):
        found[got.matter[cell], got.division[cell], got.source[cell], int(day)] += int(n)
    assert found == Counter(
        (row["matter"], row["division"], row["source"], (row["day"] - world.FIRST).days) for row in grown.rows
    )


def test_the_counts_that_forecasts_and_standings_are_made_of(grown: World) -> None:
    span = counts.Span(world.FIRST, grown.last, life.ZONE)
    house = Warehouse(grown.folder)

    received = counts.received(house, span, "organ", "matter")
    voices = counts.voices(house, span, "division", "source")
    kept = counts.answered_in_time(house, span)

    by_hand = Counter((row["organ"], row["matter"]) for row in grown.rows)
    assert {key: row.sum() for key, row in zip(received.keys, received.rows, strict=True)} == by_hand
    assert voices.rows.sum() == sum(row["voices"] for row in grown.rows)
    days: Counter[date] = Counter()
    for row in grown.rows:
        if row["in_time"] and row["answered_at"].astimezone(life.ZONE).date() <= grown.last:
            days[row["answered_at"].astimezone(life.ZONE).date()] += 1
    assert {span.day(n): count for n, count in enumerate(kept.rows.sum(axis=0)) if count} == days


def test_an_empty_county_on_its_first_day_is_answered_with_nothing(tmp_path: Path) -> None:
    house = Warehouse(tmp_path)

    assert [house.table(grain).count().execute() for grain in grains.SCHEMAS] == [0] * len(grains.SCHEMAS)
    assert counting.counted(house, world.FIRST, world.FIRST).n.tolist() == []


@pytest.mark.usefixtures("county")
def test_a_reader_keeps_the_day_it_began_with_while_it_is_swapped(tmp_path: Path) -> None:
    life.voice(cast.AT)
    life.refresh(tmp_path, cast.later(days=1))
    reader = Warehouse(tmp_path)

    life.voice(cast.later(minutes=5))
    life.refresh(tmp_path, cast.later(days=1, minutes=10))

    assert reader.table("cases").count().execute() == 1
    assert Warehouse(tmp_path).table("cases").count().execute() == 2


@pytest.mark.usefixtures("county")
def test_the_first_public_answer_to_a_finding_s_cases_is_noted(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    life.finish(said, cast.later(hours=5))
    life.refresh(tmp_path, cast.later(days=1))
    day = cast.AT.astimezone(life.ZONE).date()
    found = Finding.objects.create(
        kind="rise", matter="manhole", place=cast.GRID[:6], first_day=day, last_day=day, observed=9, expected=1.0,
        upper=3.0, p=1e-6, found_at=cast.AT, state_at=cast.AT, state_by="clockwork",
    )  # fmt: skip

    finding.note_first_words(tmp_path)

    found.refresh_from_db()
    assert found.first_word_at == cast.later(hours=5, minutes=1)


def test_a_table_that_a_user_added_by_day_and_place(tmp_path: Path) -> None:
    told = {"source": "weather", "series": "rain", "hour": None, "n": 2, "place": ""}
    rows = [told | {"day": world.FIRST + timedelta(days=n), "how": "mean", "total": 3.0 * n} for n in range(40)]
    counts_ = [
        told | {"source": "calls", "day": world.FIRST, "hour": hour, "how": "sum", "total": 2.0} for hour in (8, 9)
    ]
    added.put(tmp_path, "weather", rows, at=cast.AT)
    added.put(tmp_path, "calls", counts_, at=cast.AT)
    house = Warehouse(tmp_path)

    some = house.daily(world.FIRST + timedelta(days=29), world.FIRST + timedelta(days=30), "weather").order_by("day")
    all_of_one_day = house.daily(world.FIRST, world.FIRST).order_by("source").to_pyarrow().to_pylist()

    assert some.to_pyarrow()["value"].to_pylist() == [43.5, 45.0]
    assert [(row["source"], row["value"]) for row in all_of_one_day] == [("calls", 4.0), ("weather", 0.0)]
    assert house.added() == ["calls", "weather"]


def test_an_engine_nobody_knows_is_refused_in_a_sentence(tmp_path: Path, settings: Any) -> None:
    settings.ENGINE = "oracle"

    with pytest.raises(Refusal) as refused:
        Warehouse(tmp_path)

    assert refused.value.code == "engine_unknown"
    assert "oracle" in refused.value.sentence % refused.value.params


def test_without_pyspark_the_sentence_says_what_to_install(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENGINE = "spark"
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)

    with pytest.raises(Refusal) as refused:
        engines.chosen(tmp_path)

    assert refused.value.code == "engine_missing"
