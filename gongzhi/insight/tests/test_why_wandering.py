"""Where cases wander: planted ping-pong, circles and still cases are found, each with the cases behind it."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

import itertools
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.tests import stored
from gongzhi.insight.why import wandering
from gongzhi.insight.why.tables import Passage, Station

SPAN = Span(date(2026, 9, 1), date(2026, 10, 31), ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 9, 10)
pytestmark = pytest.mark.django_db


def drawn(folder: Path, walks: list[list[str]], **more: object) -> int:
    events = [row for n, organs in enumerate(walks) for row in stored.walk(n, DAY, organs)]
    cases = [stored.case(n, DAY, organ=organs[-1], state="closed", closed_day=DAY) for n, organs in enumerate(walks)]
    return wandering.make(warehouse=stored.store(folder, events=events, cases=cases), span=SPAN)


def test_who_hands_back_what_he_was_given_is_named_with_the_cases(tmp_path: Path) -> None:
    drawn(tmp_path, [["a", "b", "a", "b"], ["a", "b"], ["a", "c"]])

    back = Passage.objects.get(giver="a", taker="b")
    assert (back.cases, back.returned, back.reasons) == (2, 1, {"not_our_duty": 3})
    assert back.behind[0] == f"{0:032x}"
    assert Passage.objects.get(giver="a", taker="c").returned == 0
    assert Station.objects.get(organ="b").returns == 2
    assert Station.objects.get(organ="a").held == 1.0


def test_three_organs_that_hand_round_are_one_circle_and_others_are_none(tmp_path: Path) -> None:
    drawn(tmp_path, [["a", "b", "c", "a"]] * 4 + [["d", "a"]] * 5)

    circles = dict(Station.objects.values_list("organ", "circle"))
    assert circles["a"] == circles["b"] == circles["c"] == 1
    assert circles["d"] == 0


def test_the_organ_between_two_halves_has_the_most_ways_through_it(tmp_path: Path) -> None:
    drawn(tmp_path, [["a", "m", "x"], ["b", "m", "y"], ["c", "m", "z"]] * 3)

    through = dict(Station.objects.values_list("organ", "through"))
    assert max(through, key=lambda organ: through[organ]) == "m"


def test_what_was_taken_back_at_once_and_what_nobody_held_are_no_hand_overs(tmp_path: Path) -> None:
    events = stored.walk(1, DAY, ["a", "b"]) + stored.walk(2, DAY, ["", "b"]) + stored.walk(3, DAY, ["a", "c"])
    undone = dict(events[1]) | {"kind": "case.undone", "organ": "", "index": 102, "reason": ""}
    warehouse = stored.store(tmp_path, events=[*events, undone], cases=[stored.case(3, DAY)])

    hops = wandering.hops_of(warehouse, SPAN, SPAN.days)

    assert [(hops.organs[g], hops.organs[t]) for g, t in zip(hops.giver, hops.taker, strict=True)] == [("a", "c")]


def test_cases_nobody_touched_for_two_weeks_lie_still_where_they_are(tmp_path: Path) -> None:
    lately = datetime(2026, 10, 30, tzinfo=UTC)
    cases = [
        *(stored.case(n, DAY, organ="a") for n in range(20)),
        stored.case(30, DAY, organ="a", last_at=lately),
        stored.case(31, DAY, organ="b", state="closed", closed_day=DAY),
        stored.case(32, DAY, organ="b", state="left_open"),
    ]

    wandering.make(warehouse=stored.store(tmp_path, cases=cases), span=SPAN)

    assert list(Station.objects.values_list("organ", "stuck")) == [("a", 20)]
    assert len(Station.objects.get().behind) == wandering.BEHIND


def test_a_county_without_hand_overs_has_no_network_and_drawing_twice_is_once(tmp_path: Path) -> None:
    assert wandering.make(warehouse=stored.store(tmp_path / "none"), span=SPAN) == 0
    assert drawn(tmp_path / "one", [["a", "b"]]) == drawn(tmp_path / "two", [["a", "b"]]) == 2
    assert Passage.objects.count() == 1


def test_a_district_of_807_organs_is_drawn_whole_and_no_case_stands_twice_in_a_passage(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    walks = [[f"o{k}" for k in chance.integers(0, 807, chance.integers(2, 5))] for _ in range(4_000)]

    assert drawn(tmp_path, walks) > 800

    assert Passage.objects.count() <= wandering.MOST
    for row in Passage.objects.order_by("-cases")[:20]:
        assert len(row.behind) == len(set(row.behind)) <= wandering.BEHIND
    came = {row.organ: row.came for row in Station.objects.all()}
    assert sum(came.values()) == sum(a != b for walk in walks for a, b in itertools.pairwise(walk))
