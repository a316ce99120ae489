"""The questions of the why, asked of DuckDB and of a Spark cluster of two workers: the same answers."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.tests import stored
from gongzhi.insight.why import contributing, moving, rhythms, wandering

pytestmark = [
    pytest.mark.usefixtures("engine"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),  # inside PySpark and Ibis
]
DAY = date(2026, 11, 2)
DAYS = 28
SPAN = Span(DAY - timedelta(days=DAYS - 1), DAY, ZoneInfo("Asia/Shanghai"))
VILLAGES = ("990101001201", "990101001202")


def warehouse(folder: Path) -> Warehouse:
    """Four weeks of one case a day in each of two villages, sixty more on the last day in one, some handed back."""
    rows = [stored.case(2 * n + k, DAY - timedelta(days=n), place=place, hour=9 + k)
            for n in range(DAYS) for k, place in enumerate(VILLAGES)]  # fmt: skip
    rows += [stored.case(1000 + n, DAY, place=VILLAGES[1], hour=22) for n in range(60)]
    events = [row for n in range(5) for row in stored.walk(n, DAY - timedelta(days=9), ["a", "b", "a"])]
    reading = {"hour": 1, "sensor": "level", "quantity": "level", "unit": "m", "division": "", "low": 0.0, "high": 9.0}
    read = [reading | {"day": SPAN.day(n), "n": 2, "mean": float(n)} for n in range(DAYS)]
    searched = [{"day": SPAN.day(n), "word": "停水", "area": "990101", "people": 10 + n} for n in range(DAYS)]
    return stored.store(folder, cases=rows, events=events, readings=read, searches=searched)


def test_parts_hours_hand_overs_and_companions_are_the_same_on_both_engines(tmp_path: Path) -> None:
    held = warehouse(tmp_path)
    row = Finding(kind="rise", matter="", place="990101001", channel="", first_day=DAY, last_day=DAY)

    told = contributing.explained(row, warehouse=held, above={"water": ""})
    assert told is not None
    assert (told["before"], told["now"]) == (2.0, 62)
    assert [part[:4] for part in told["parts"] if part[0] == "village"] == [
        ["village", VILLAGES[1], 1.0, 61],
        ["village", VILLAGES[0], 1.0, 1],
    ]
    morning = contributing.explained(row, warehouse=held, above={"water": ""}, local=datetime(2026, 11, 2, 10))
    assert morning is not None
    assert (morning["before"], morning["now"]) == (2.0, 2)
    found = rhythms.counted(held, SPAN, DAYS, {})
    assert found[VILLAGES[1], ""][0, 7] == 60  # a Monday, 21 to 24 o'clock
    assert found["990101", "water"][0].sum() == 2 * DAYS + 60
    hops = wandering.hops_of(held, SPAN, SPAN.days)
    assert sorted((hops.organs[g], hops.organs[t]) for g, t in zip(hops.giver, hops.taker, strict=True)) == (
        [("a", "b")] * 5 + [("b", "a")] * 5
    )
    others = {one.name: one.values[-1] for one in moving.companions(held, SPAN, lambda day: day.weekday() < 5)}
    assert others == {"day_off": 0.0, "make_up": 0.0, "level": 27.0, "停水": 37.0}
