"""Villages compared for a matter: a quiet one counts as many as would speak elsewhere, and its rank says how unsure."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.nightly import ranking, where
from gongzhi.insight.nightly.counts import Counts
from gongzhi.insight.standing_tables import Portrait, Silence
from gongzhi.kit.moments import now
from gongzhi.places.reads import local_day

VILLAGES = [f"99010100120{n}" for n in range(1, 9)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=4, max_size=12))
def test_where_everybody_speaks_nothing_is_corrected(counts: list[int]) -> None:
    values, bases = np.array(counts, float), np.full(len(counts), 2.0)

    plain = ranking.rates(values, bases)
    told = ranking.corrected(values, bases, np.ones((len(counts), 3)))

    assert [one.rate for one in told] == [one.rate for one in plain]
    assert all(one.low <= one.rate <= one.high for one in told)


def test_a_quiet_village_moves_up_and_is_less_sure() -> None:
    counts, bases = np.array([40, 80, 30, 60, 110, 20, 50, 140], float), np.full(8, 1.0)
    factors = {VILLAGES[0]: (0.35, 0.25, 0.5), VILLAGES[1]: (0.8, 0.5, 1.2)}

    rows = {row["place"]: row for row in where.ranked(VILLAGES, counts, bases, factors)}

    quiet, twin = rows[VILLAGES[0]], rows[VILLAGES[1]]
    assert quiet["quiet"]
    assert not twin["quiet"]
    assert quiet["rate"] > 1.5 * quiet["plain"]
    assert quiet["rank"] < quiet["plain_rank"]
    assert quiet["high"] - quiet["low"] > twin["high"] - twin["low"]


def test_parts_heard_must_be_more_than_nothing() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ranking.corrected(np.ones(3), np.ones(3), np.zeros((3, 3)))


@pytest.mark.usefixtures("county")
def test_the_page_of_a_matter_ranks_villages_and_that_of_a_place_says_what_silence_hides() -> None:
    today = local_day(now())
    told = {"until": today, "figures": {}, "voices": 30, "made_at": now()}
    Portrait.objects.create(kind="matter", code="water", **told)
    Portrait.objects.create(kind="place", code=cast.VILLAGE, **told)
    Silence.objects.create(
        place=cast.VILLAGE, channel="", until=today, days=180, observed=8, expected=21.0, low=13, high=30, p=1e-3,
        factor=0.4, factor_low=0.25, factor_high=0.6, silent=False, made_at=now(),
    )  # fmt: skip
    keys = [("water", cast.VILLAGE, "water"), ("water", cast.OTHER_VILLAGE, "water"), ("water", "990101001202", "")]
    rows = np.zeros((3, 100))
    rows[0, -1], rows[1, -1], rows[2, -1] = 80, 120, 20

    made = where.make(
        cells=Counts(keys, rows), above={}, people={key[1]: 1000 for key in keys},
        factors={cast.VILLAGE: (0.4, 0.25, 0.6)},
    )  # fmt: skip

    assert made == 1
    matter = text(signed_in("mayor").get("/en/desk/standing/matter/water/"))
    assert "Where it is said most" in matter
    assert "quiet village" in matter
    assert "uncorrected" in matter
    place = text(signed_in("mayor").get(f"/en/desk/standing/place/{cast.VILLAGE}/"))
    assert "about 40 % is said here (25 % to 60 %)" in place
    assert "corrected for that it is about 20 (13 to 32)" in place
    assert Portrait.objects.get(kind="matter").until >= today - timedelta(days=1)


@pytest.mark.usefixtures("county")
def test_the_rank_of_a_place_says_that_it_is_not_corrected_for_silence_and_that_of_an_office_does_not() -> None:
    rank = {"value": 4.0, "low": 2.0, "high": 6.0, "rank": 3, "rank_low": 2, "rank_high": 5, "of": 9}
    told = {"until": local_day(now()), "voices": 30, "made_at": now()}
    Portrait.objects.create(
        kind="place", code=cast.VILLAGE, figures={"rank": rank | {"what": "per_thousand"}, "cases": 30}, **told
    )
    Portrait.objects.create(kind="organ", code="water", figures={"rank": rank | {"what": "kept"}, "cases": 30}, **told)

    pages = {
        path: text(signed_in("mayor").get(f"/en/desk/standing/{path}"))
        for path in ("place/", f"place/{cast.VILLAGE}/", "organ/", "organ/water/")
    }

    assert [("uncorrected for silence" in page) for page in pages.values()] == [True, True, False, False]
