"""When and where: a planted evening is pointed out, ordinary places are not, and nobody below the least is told of."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.tests import stored
from gongzhi.insight.why import rhythms

SPAN = Span(date(2025, 11, 3), date(2026, 11, 1), ZoneInfo("Asia/Shanghai"))
VILLAGES = [f"9901010012{n:02d}" for n in range(1, 31)]
SHAPE = np.tile([1, 1, 4, 8, 6, 6, 5, 2], 7) * np.repeat([1.2, 1, 1, 1, 1.1, 0.7, 0.6], 8)


def world(seed: int) -> dict[tuple[str, str], np.ndarray]:
    """A year of thirty villages that keep the county's hours, some a little in their own way."""
    chance = np.random.default_rng(seed)
    found: dict[tuple[str, str], np.ndarray] = {}
    for village in VILLAGES:
        rates = chance.uniform(0.3, 3) * SHAPE * chance.gamma(30, 1 / 30, rhythms.CELLS)
        counts = chance.poisson(rates * 52 / SHAPE.sum() * 4).astype(float)
        for place in (village, village[:9], village[:6]):
            found.setdefault((place, ""), np.zeros((2, rhythms.CELLS)))
            found[place, ""] += counts
    return found


def test_a_friday_night_in_one_village_is_pointed_out_and_nowhere_else() -> None:
    found = world(1)
    friday_night = 4 * 8 + 7
    for place in (VILLAGES[4], VILLAGES[4][:9], VILLAGES[4][:6]):
        found[place, ""][:, friday_night] += 40

    rows = rhythms.drawn(found, SPAN, 364)

    odd = [(row.place, cell) for row in rows for cell, told in enumerate(row.cells) if told[4]]
    assert odd == [(VILLAGES[4], friday_night)]
    told = next(row for row in rows if row.place == VILLAGES[4]).cells[friday_night]
    assert told[2] <= told[0] / 52 <= told[3] * 1.3


def test_ordinary_places_are_left_alone() -> None:
    odd = sum(told[4] for seed in range(5) for row in rhythms.drawn(world(seed), SPAN, 364) for told in row.cells)

    assert odd <= 1


def test_intervals_hold_the_truth_nine_times_of_ten() -> None:
    chance = np.random.default_rng(8)
    wider = chance.poisson(SHAPE * 30).astype(float)
    inside = []
    for _each in range(200):
        truth = SHAPE * chance.gamma(20, 1 / 20, rhythms.CELLS)
        told = rhythms.cells(chance.poisson(truth).astype(float), wider)
        inside += list((told[1] <= truth) & (truth <= told[2]))

    assert 0.86 <= np.mean(inside) <= 0.96


def test_cases_are_counted_by_weekday_and_three_hours_in_county_town_and_village(tmp_path: Path) -> None:
    monday = date(2026, 10, 5)
    rows = [stored.case(n, monday + timedelta(days=n % 2), hour=23, voices=2, place=VILLAGES[0]) for n in range(60)]
    rows += [stored.case(100 + n, monday, hour=1, place="990101000000", matter="lamp") for n in range(50)]
    warehouse = stored.store(tmp_path, cases=rows)

    found = rhythms.counted(warehouse, SPAN, 364, {"lamp": "streets"})

    assert found[VILLAGES[0], "water"][0, [7, 15]].tolist() == [30, 30]
    assert found[VILLAGES[0], ""][1].sum() == 120
    assert found["990101", "streets"][0, 0] == 50
    assert {place for place, _matter in found} == {VILLAGES[0], VILLAGES[0][:9], "990101"}
    assert all(row.cases >= rhythms.LEAST for row in rhythms.drawn(found, SPAN, 364))
