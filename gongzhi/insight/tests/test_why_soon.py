"""Explaining soon: what the minute raises is explained within the clockwork's next turns, and by the night again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.insight import jobs, raising
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.raising import Seen
from gongzhi.insight.tests import life, stored
from gongzhi.insight.why import contributing, night, shown
from gongzhi.insight.why.tables import Explained

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def raised(at: datetime, observed: int = 9, **more: Any) -> Finding:
    day = at.astimezone(life.ZONE).date()
    told = {"matter": "water", "place": cast.OTHER_VILLAGE, "grain": "minute", "first": day, "last": day,
            "observed": observed, "expected": 0.3, "upper": 2.0, "p": 1e-9, "chance": 1e-6,
            "since_at": at - timedelta(minutes=40)}  # fmt: skip
    row = raising.keep(Seen(**(told | more)), by="t", at=at, above={"water": ""})
    assert row is not None
    return row


@pytest.fixture
def rising(tmp_path: Path) -> datetime:
    """Five weeks with a voice a day, and nine about water within the last forty minutes; the moment after them."""
    for n in range(35):
        life.voice(cast.later(days=n), words="停水三天了", code=cast.OTHER_GRID)
    for n in range(9):
        life.voice(cast.later(days=35, minutes=4 * n), words="停水三天了", code=cast.OTHER_GRID)
    at = cast.later(days=35, minutes=40)
    life.refresh(tmp_path, at)
    return at


def test_a_finding_of_this_minute_is_explained_the_same_hour_and_by_the_night_with_the_whole_day(
    rising: datetime, tmp_path: Path
) -> None:
    row = raised(rising)
    before = shown.explained(row, rising)["pending"]

    count = night.soon(at=rising, folder=tmp_path, zone=life.ZONE)

    told = Explained.objects.get(finding=row)
    assert count == 1
    assert "within a few minutes" in before
    assert (told.now, told.until) == (9, row.last_day)
    assert 0 < told.before <= 1.0
    assert "Counted up to" in shown.explained(row, rising)["partly"]
    assert row in night.waiting(row.last_day, life.ZONE)
    Explained.objects.update(made_at=rising + timedelta(days=1))
    assert row not in night.waiting(row.last_day, life.ZONE)
    assert shown.explained(row, rising)["partly"] == ""


def test_nothing_raised_by_the_minute_fills_no_warehouse_and_explains_nothing(tmp_path: Path) -> None:
    at = cast.later(days=1)
    raised(at, grain="day")
    raised(at - timedelta(days=9), place=cast.VILLAGE)

    assert night.soon(at=at, folder=tmp_path / "w", zone=life.ZONE) == 0
    assert not (tmp_path / "w").exists()


def test_where_no_explanation_came_the_page_says_so_and_promises_nothing() -> None:
    at = cast.later(days=1)
    row = raised(at)

    lines = [shown.explained(row, at + timedelta(hours=hours))["pending"] for hours in (0, 2, 60)]

    assert "within a few minutes" in lines[0]
    assert "in the night" in lines[1]
    assert "at least three weeks" in lines[2]


def test_a_day_that_goes_on_is_compared_with_the_same_hours_and_a_past_one_with_whole_days(tmp_path: Path) -> None:
    day = datetime(2026, 11, 2, tzinfo=UTC).date()
    rows = [stored.case(n, day - timedelta(days=n % 40), hour=(6, 20)[n // 40 % 2]) for n in range(400)]
    rows += [stored.case(1000 + n, day, hour=6) for n in range(6)]
    rows = [row for row in rows if row["day"] < day or row["hour"] < 10]
    row = Finding(kind="rise", matter="", place="990101", first_day=day, last_day=day)
    asked = {"warehouse": stored.store(tmp_path, cases=rows), "above": {"water": ""}}

    going = contributing.explained(row, **asked, local=datetime(2026, 11, 2, 10, 30))
    past = contributing.explained(row, **asked, local=datetime(2026, 11, 3, 1))

    assert going is not None
    assert past is not None
    assert (going["before"], going["now"]) == (5.0, 11)
    assert past["before"] == 10.0


def test_the_clockwork_starts_one_child_for_a_finding_and_another_when_it_has_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "_explaining", [])
    monkeypatch.setattr(jobs, "_children", [])
    monkeypatch.setattr(jobs, "_explained", {})
    monkeypatch.setattr(jobs, "COMMAND", [sys.executable, "-c", "raise SystemExit(0)"])
    at, children = cast.later(days=1), []
    row = raised(at, observed=5)

    for observed in (5, 7, 10, 12, 5):
        Finding.objects.filter(pk=row.pk).update(observed=observed)
        jobs.explain(at)
        for child, _since in jobs._explaining:
            child.wait()
            children.append(child.pid)

    assert len(set(children)) == 2
    assert jobs._explained[row.pk] == 10


def test_only_rises_wait_for_the_night(rising: datetime) -> None:
    row, other = raised(rising), raised(rising, kind="searched", subject="停水", grain="signal")

    found = night.waiting(Span(row.first_day, row.last_day, life.ZONE).last, life.ZONE)

    assert row in found
    assert other not in found
