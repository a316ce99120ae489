"""Why it rose: what was planted is named with an interval that holds it, and of an even rise nothing is named."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.insight.models import Finding
from gongzhi.insight.tests import stored
from gongzhi.insight.why import contributing
from gongzhi.insight.why.contributing import Stretches

DAY = date(2026, 11, 2)
VILLAGES = [f"99010100{town}2{n:02d}" for town in (1, 2) for n in range(1, 6)]
MATTERS = ("water", "noise", "trees")


def finding(**more: Any) -> Finding:
    told = {"kind": "rise", "matter": "", "place": "990101", "channel": "", "first_day": DAY,
            "last_day": DAY + timedelta(days=2)}  # fmt: skip
    return Finding(**(told | more))


def lived(folder: Path, seed: int, *, place: str = "", extra: int = 0, rate: float = 4.0) -> Any:
    """Ten weeks of cases in ten villages; on the finding's three days `extra` more come from one of them."""
    chance = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for back in range(-2, 71):
        day = DAY - timedelta(days=back)
        for village in VILLAGES:
            count = int(chance.poisson(rate)) + (extra // 3 if village == place and back <= 0 else 0)
            for _each in range(count):
                rows.append(stored.case(
                    len(rows), day, place=village, matter=str(chance.choice(MATTERS)), hour=int(chance.integers(7, 22)),
                    organ=str(chance.choice(["a", "b", "c"])), source=str(chance.choice(["web", "phone"])),
                ))  # fmt: skip
    return stored.store(folder, cases=rows)


def explained(warehouse: Any, **more: Any) -> dict[str, Any]:
    told = contributing.explained(finding(**more), warehouse=warehouse, above=dict.fromkeys(MATTERS, ""))
    assert told is not None
    return told


def test_the_village_a_rise_comes_from_is_named_with_an_interval_that_holds_what_was_planted(tmp_path: Path) -> None:
    told = explained(lived(tmp_path, 6, place=VILLAGES[7], extra=60))

    named = [(part[0], part[1]) for part in told["parts"] if part[-1]]
    assert ("village", VILLAGES[7]) in named
    assert set(named) <= {("village", VILLAGES[7]), ("town", VILLAGES[7][:9])}
    village = next(part for part in told["parts"] if part[:2] == ["village", VILLAGES[7]])
    assert village[5] <= 60 <= village[6]
    assert told["now"] - told["before"] == pytest.approx(60, abs=40)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_where_nothing_stands_out_nothing_is_named(tmp_path: Path, seed: int) -> None:
    told = explained(lived(tmp_path, seed))

    assert not [part for part in told["parts"] if part[-1]]
    assert {part[0] for part in told["parts"]} == {"channel", "matter", "town", "village", "organ", "hours"}


def test_the_rises_of_a_dimension_add_up_to_the_whole(tmp_path: Path) -> None:
    told = explained(lived(tmp_path, 5, place=VILLAGES[0], extra=30))

    for name in ("matter", "town", "channel", "organ"):
        mine = [part for part in told["parts"] if part[0] == name]
        assert sum(part[3] for part in mine) == told["now"]
        assert sum(part[4] for part in mine) == pytest.approx(told["now"] - told["before"], abs=0.3)


def test_a_finding_of_one_matter_in_one_village_is_taken_apart_by_grid_and_not_by_matter(tmp_path: Path) -> None:
    rows = [
        stored.case(n, DAY - timedelta(days=n % 60 - 1), place=VILLAGES[0] + f"00{n // 60 % 3}") for n in range(360)
    ]
    rows += [stored.case(1000 + n, DAY, place=VILLAGES[0] + "002") for n in range(30)]
    rows += [stored.case(2000 + n, DAY, place=VILLAGES[1] + "002", matter="noise") for n in range(30)]

    told = explained(stored.store(tmp_path, cases=rows), matter="water", place=VILLAGES[0], last_day=DAY)

    assert [part[1] for part in told["parts"] if part[-1]] == [VILLAGES[0] + "002"]
    assert not [part for part in told["parts"] if part[0] == "matter"]


def test_too_short_a_past_explains_nothing(tmp_path: Path) -> None:
    rows = [stored.case(n, DAY - timedelta(days=n % 12)) for n in range(60)]

    assert contributing.explained(finding(), warehouse=stored.store(tmp_path, cases=rows), above={}) is None
    assert contributing.explained(finding(), warehouse=stored.store(tmp_path / "none"), above={}) is None


@given(st.integers(1, 60), st.integers(0, 400))
def test_stretches_are_of_equal_length_apart_by_whole_weeks_and_never_overlap(days: int, known: int) -> None:
    found = Stretches.of(DAY, DAY + timedelta(days=days - 1), DAY - timedelta(days=known))
    if found is None:
        assert known < 3 * (-(-min(days, 28) // 7) * 7)
        return
    since = (found.begin - contributing.EPOCH).days
    numbers = found.number(np.arange(since - 20, since + 600))

    sizes = np.bincount(numbers[numbers >= 0])
    assert set(sizes) == {found.days}
    assert len(sizes) == found.count + 1
    assert found.step % 7 == 0
    assert numbers[20] == found.count
