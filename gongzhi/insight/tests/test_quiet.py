"""Counts are corrected for silence where places are compared, and only for places that are clearly quiet."""

from __future__ import annotations

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.insight import quiet

FACTORS = {"990101001201": (0.4, 0.25, 0.6), "990101001202": (0.9, 0.6, 1.3), "990101001203": (2.0, 1.5, 2.6)}
FACTOR = st.floats(0.05, 3).flatmap(lambda f: st.tuples(st.just(f), st.floats(0.02, f), st.floats(f, 4)))


def test_a_quiet_village_counts_for_more_and_says_so() -> None:
    told = quiet.corrected([("990101001201", 8)], FACTORS)

    assert told == {"quiet": 1, "corrected": 20.0, "corrected_low": 13.3, "corrected_high": 32.0}
    with translation.override("en"):
        assert quiet.sentence(told) == (" Quiet village: few speak here; corrected for that it is about 20 (13 to 32).")


def test_its_twins_that_may_be_as_loud_as_others_or_are_louder_are_left_alone() -> None:
    assert quiet.corrected([("990101001202", 8)], FACTORS) == {}
    assert quiet.corrected([("990101001203", 8)], FACTORS) == {}
    assert quiet.corrected([("990101001299", 8)], FACTORS) == {}
    assert quiet.sentence({}) == ""


def test_among_neighbours_only_the_quiet_ones_are_corrected() -> None:
    told = quiet.corrected([("990101001201", 8), ("990101001202", 5), ("990101001203", 9)], FACTORS)

    assert (told["quiet"], told["corrected"]) == (1, 34.0)
    with translation.override("en"):
        assert "1 of them" not in quiet.sentence(told | {"quiet": 2})
        assert "2 of them are quiet villages" in quiet.sentence(told | {"quiet": 2})


@given(st.lists(st.tuples(st.integers(0, 40), FACTOR), min_size=1, max_size=8))
def test_a_correction_never_lowers_a_count_and_lies_in_its_interval(rows: list[tuple[int, tuple[float, ...]]]) -> None:
    places = [f"9901010012{n:02d}" for n in range(len(rows))]
    counts = [(place, count) for place, (count, _factor) in zip(places, rows, strict=True)]
    told = quiet.corrected(counts, dict(zip(places, (factor for _count, factor in rows), strict=True)))

    if told:
        assert told["corrected"] >= sum(count for _place, count in counts) - 0.1
        assert told["corrected_low"] <= told["corrected"] <= told["corrected_high"] or told["corrected_high"] == 0
