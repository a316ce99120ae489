"""A table that a user added is a further series: what stands out in it is found, what is ordinary is not."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

import numpy as np
from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.insight import telling
from gongzhi.insight.adding import commands, lately
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.signals import judging
from gongzhi.insight.tests import life
from gongzhi.insight.warehouse import added
from gongzhi.kit.moments import now
from gongzhi.places import reads as places

pytestmark = pytest.mark.usefixtures("county")
DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 21, 2, tzinfo=UTC)


def table(folder: Path, values: list[float], *, how: str, name: str = "calls", place: str = cast.VILLAGE) -> None:
    """One value a day up to the day that is judged; a day of nothing has no row."""
    rows: list[dict[str, Any]] = [
        {"source": name, "series": name, "day": DAY - timedelta(days=len(values) - 1 - n), "hour": None,
         "place": place, "how": how, "n": max(1, int(value)) if how == "sum" else 1, "total": float(value)}
        for n, value in enumerate(values) if value or how == "mean"
    ]  # fmt: skip
    added.put(folder, name, rows, at=AT)


def judged(folder: Path, day: date = DAY) -> list[Finding]:
    return judging.look(by="clockwork", at=AT, warehouse=Warehouse(folder), day=day)


def calm(seed: int = 1, days: int = 50, mean: float = 6.0) -> list[float]:
    return [float(n) for n in np.random.default_rng(seed).poisson(mean, days)]


def test_a_count_far_above_its_past_is_found_and_says_of_which_table(tmp_path: Path) -> None:
    table(tmp_path, [*calm(), 40.0], how="sum")

    (found,) = judged(tmp_path)

    assert (found.kind, found.subject, found.place, found.grain) == ("table", "calls", cast.VILLAGE, "signal")
    with translation.override("en"):
        assert "calls" in telling.title(found)
        assert "the table said 40" in telling.sentence(found)
    with translation.override("zh-hans"):
        assert "40" in telling.sentence(found)
    assert judged(tmp_path) == [found]  # the same day again raises nothing new
    assert Finding.objects.count() == 1


def test_a_level_far_below_its_past_is_found_too(tmp_path: Path) -> None:
    table(tmp_path, [*(12.0 + np.sin(n) for n in range(50)), 2.0], how="mean", name="pressure")

    (found,) = judged(tmp_path)

    assert (found.kind, found.subject) == ("table", "pressure")
    with translation.override("en"):
        assert "seldom less than" in telling.sentence(found)


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_days_of_a_table_are_no_findings(tmp_path: Path, seed: int) -> None:
    table(tmp_path, calm(seed, 51), how="sum")
    table(tmp_path, list(np.random.default_rng(seed).normal(10, 1, 51)), how="mean", name="pressure")

    assert judged(tmp_path) == []


def test_a_day_a_table_does_not_tell_of_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    table(tmp_path, calm(), how="sum")

    assert judging.tabled(Warehouse(tmp_path), DAY + timedelta(days=1)) == {}
    assert judged(tmp_path, DAY + timedelta(days=1)) == []


def test_a_table_of_fewer_than_three_weeks_is_not_judged_yet(tmp_path: Path) -> None:
    table(tmp_path, [*calm(days=judging.LEARNING - 1), 90.0], how="sum")

    assert judged(tmp_path) == []


def test_a_series_of_a_larger_table_is_judged_on_days_without_a_row_as_nothing(tmp_path: Path) -> None:
    table(tmp_path, [1.0, *[0.0] * 48, 9.0], how="sum")

    (found,) = judged(tmp_path)

    assert found.evidence["value"] == 9.0
    assert found.evidence["usual"] < 0.1


def looked(day: date) -> None:
    Looked.objects.create(day=day, at=AT, series=1, found=0)


def test_a_day_added_after_it_was_judged_is_judged_again_and_one_the_night_has_not_judged_is_left(
    tmp_path: Path,
) -> None:
    table(tmp_path, [*calm(), 40.0], how="sum")
    before = lately.judge(tmp_path, "calls", by="t", at=AT, zone=life.ZONE)
    looked(DAY)

    late = lately.judge(tmp_path, "calls", by="t", at=AT, zone=life.ZONE)
    again = lately.judge(tmp_path, "calls", by="t", at=AT, zone=life.ZONE)

    assert (before.days, before.found) == ((), ())
    assert (late.days, [row.subject for row in late.found], late.left) == ((DAY,), ["calls"], ())
    assert [row.pk for row in again.found] == [row.pk for row in late.found]
    assert Finding.objects.count() == 1


def test_days_long_gone_and_days_a_table_says_nothing_of_are_not_looked_at_again(tmp_path: Path) -> None:
    table(tmp_path, [*calm(), 40.0], how="sum")
    looked(DAY)
    looked(DAY - timedelta(days=20))

    month = lately.judge(tmp_path, "calls", by="t", at=AT + timedelta(days=lately.DAYS), zone=life.ZONE)
    other = lately.judge(tmp_path, "nobody", by="t", at=AT, zone=life.ZONE)

    assert (month.days, other.days) == ((), ())
    assert not Finding.objects.exists()


def test_series_beyond_the_largest_are_named_as_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "SERIES", 1)
    rows: list[dict[str, Any]] = [
        {"source": "calls", "series": name, "day": DAY - timedelta(days=n), "hour": None, "place": "", "how": "sum",
         "n": 5, "total": 5.0}
        for name, days in (("large", 40), ("small", 30)) for n in range(days)
    ]  # fmt: skip
    added.put(tmp_path, "calls", rows, at=AT)
    looked(DAY)

    late = lately.judge(tmp_path, "calls", by="t", at=AT, zone=life.ZONE)

    assert late.left == (("small", ""),)
    assert set(judging.tabled(Warehouse(tmp_path), DAY)) == {("calls", "large", "")}


def test_the_command_judges_late_days_when_it_adds_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = places.local_day(now()) - timedelta(days=1)
    looked(last)
    lines = [f"{last - timedelta(days=n)},{40 if n == 0 else 5 + n % 3}" for n in range(50)]
    file = tmp_path / "calls.csv"
    file.write_text("date,n\n" + "\n".join(lines) + "\n")

    with translation.override("en"):
        asked = {"time": None, "place": None, "series": None, "value": None, "how": "sum", "draft": False}
        commands.add(tmp_path / "warehouse", argparse.Namespace(name="calls", file=file, **asked))
        first = capsys.readouterr().out
        commands.again(tmp_path / "warehouse", "calls")

    assert "looked at again: 1 (" in first
    assert "Findings: 1." in first
    assert "looked at again" not in capsys.readouterr().out
