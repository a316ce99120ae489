"""Pages of the why: what staff see of a finding, a measure, the network and the hours; what everybody sees of hours."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_tables import Measure, MeasureEffect
from gongzhi.insight.why import drawing, shown
from gongzhi.insight.why.tables import Explained, Passage, Rhythm, Station
from gongzhi.kit.moments import now
from gongzhi.places.reads import local_day

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def finding() -> Finding:
    at = now()
    day = local_day(at)
    return Finding.objects.create(
        kind="rise", matter="water", place="990101", first_day=day, last_day=day, observed=32, expected=10.2,
        upper=18.0, p=1e-9, found_at=at, state_at=at, state_by="clockwork",
    )  # fmt: skip


def explained(row: Finding, **more: Any) -> Explained:
    parts = [
        ["village", cast.VILLAGE, 2.0, 24, 22.0, 13.1, 32.4, 1.0, 9.1, True],
        ["village", cast.OTHER_VILLAGE, 8.2, 8, -0.2, -5.0, 6.0, 0.0, 0.3, False],
        ["hours", "3", 5.0, 16, 11.0, 3.0, 20.0, 0.5, 1.1, False],
        ["organ", "water", 5.0, 16, 11.0, 3.0, 20.0, 0.5, 1.1, False],
    ]
    links = [
        ["matter", "lamp", "990101", 2, 0.41, 0.3, 0.52, True],
        ["weather", "rain", "", 0, -0.3, -0.4, -0.1, False],
    ]
    told = {"before": 10.2, "now": 32, "until": row.last_day, "parts": parts, "links": links, "tried": 9, "days": 365,
            "made_at": now()}  # fmt: skip
    return Explained.objects.create(finding=row, **(told | more))


def page(row: Finding) -> str:
    return text(signed_in("mayor").get(f"/en/desk/findings/{row.pk}/"))


def test_a_findings_page_says_where_it_comes_from_and_draws_it_with_intervals() -> None:
    row = finding()
    explained(row)

    seen = page(row)

    assert "What stands out: 东街村" in seen or f"What stands out: {cast.VILLAGE}" in seen or "22 more" in seen
    assert "22 more, between 13 and 32" in seen
    assert 'class="whisker"' in signed_in("mayor").get(f"/en/desk/findings/{row.pk}/").content.decode()
    assert "09:00–12:00" in seen


def test_what_moves_together_is_never_said_to_cause() -> None:
    row = finding()
    explained(row)

    seen = page(row)

    assert "After more of “Lamp”, more of this 2 days later (correlation 0.41, between 0.30 and 0.52)" in seen
    assert "With more of “rain”, fewer of this on the same day" in seen
    assert "Moving together is no cause." in seen
    assert "because" not in seen
    assert "causes" not in seen


def test_what_is_spread_out_too_short_or_not_looked_at_is_said_so() -> None:
    row = finding()
    assert "worked out in the night" in page(row)

    told = explained(row, parts=[["village", cast.VILLAGE, 5.0, 16, 9.0, 3.0, 20.0, 0.5, 1.1, False]], links=[])
    assert "It is spread out" in page(row)
    assert "9 other series were compared; none moves together" in page(row)
    Explained.objects.filter(pk=told.pk).update(why="too_short")
    assert "Four months of days are needed" in page(row)


def test_what_most_of_a_rise_is_made_of_is_said_though_it_is_no_more_than_usual() -> None:
    row = finding()
    parts = [["channel", "phone", 8.0, 26, 18.0, 9.0, 27.0, 0.8, 1.1, False]]
    told = explained(row, parts=parts)
    assert "Most of it: telephone (18 more, between 9 and 27). None of it is more than its usual share." in page(row)

    Explained.objects.filter(pk=told.pk).update(before=1.0)
    assert "too little before" in page(row)


def test_a_measure_shows_its_past_its_placebos_and_whom_it_was_compared_with() -> None:
    row = finding()
    at = now()
    day = local_day(at) - timedelta(weeks=60)
    measure = Measure.objects.create(finding=row, what="新水管", matter="water", place=cast.VILLAGE, since=day,
                                     entered_at=at, entered_by="clockwork", verdict="worked")  # fmt: skip
    line = [[(day + timedelta(weeks=n)).isoformat(), 10 + n % 3, 11.0] for n in range(30)]
    told = {"verdict": "worked", "change": -0.3, "low": -0.45, "high": -0.1, "p": 0.002, "line": line, "weeks": 10,
            "at": at}  # fmt: skip
    checks = [
        ["pre-trend", 0.6, True, 0, 0],
        ["placebo in time", 0.1, True, 0, 12],
        ["placebo in space", 0.4, False, 4, 9],
    ]
    MeasureEffect.objects.create(measure=measure, design="synthetic", leads=True, checks=checks,
                                 compared=[[cast.OTHER_VILLAGE, 0.8]], **told)  # fmt: skip
    MeasureEffect.objects.create(measure=measure, design="its", checks=[["pre-trend", 0.3, True]], **told)

    seen = page(row)

    assert "Before the measure: how far cases lay above or below what was expected" in seen
    assert "Of 12 earlier dates at which one was pretended, 0 show as much" in seen
    assert "Of 9 places without a measure, 4 show as much – too many" in seen
    assert "(80 %)" in seen
    assert "The past ran as assumed: yes" in seen


def network() -> None:
    day = local_day(now())
    for organ, came, went, returns in (("roads", 40, 30, 6), ("water", 30, 20, 6), ("town", 5, 1, 0)):
        Station.objects.create(organ=organ, until=day, days=180, came=came, went=went, kept=0.3, through=0.25,
                               circle=1 if returns else 0, returns=returns, held=2.5, stuck=1)  # fmt: skip
    Passage.objects.create(giver="roads", taker="water", cases=20, returned=6)
    Passage.objects.create(giver="water", taker="roads", cases=12, returned=2)
    Passage.objects.create(giver="roads", taker="town", cases=5)


def test_the_network_is_drawn_with_numbers_and_told_in_a_table() -> None:
    network()

    answer = signed_in("mayor").get("/en/desk/cockpit/handovers/").content.decode()

    assert answer.count('class="station"') == 3
    assert answer.count('class="way w') == 3
    assert answer.count(" back") >= 2
    assert "3 offices handed cases on" in answer
    assert '<li value="1">' in answer


def test_long_tables_stand_behind_one_line_and_short_ones_are_whole() -> None:
    network()
    short = signed_in("mayor").get("/en/desk/cockpit/handovers/").content.decode()
    until = Station.objects.get(organ="roads").until
    Station.objects.bulk_create(
        Station(organ=f"o{n:02}", until=until, days=180, came=1, went=1, through=0.1) for n in range(20)
    )

    page = signed_in("mayor").get("/en/desk/cockpit/handovers/").content.decode()

    open_, _line, behind = page.partition("The other offices")
    assert "The other offices" not in short
    assert len(re.findall(r'<tr><th scope="row">', open_.partition("By office")[2])) == shown.TOP
    assert len(re.findall(r'<tr><th scope="row">', behind)) == 23 - shown.TOP


def test_an_offices_page_shows_only_cases_this_post_may_see() -> None:
    network()
    said = cast.say(at=now() - timedelta(days=20))
    conduct = cast.say("办事员吃拿卡要", at=now() - timedelta(days=20))
    Station.objects.filter(organ="roads").update(behind=[said.case.id.hex, conduct.case.id.hex])

    seen = text(signed_in("mayor").get("/en/desk/cockpit/handovers/roads/"))

    assert "was handed 40 cases and handed on 30" in seen
    assert "These offices hand cases round among themselves" in seen
    assert said.voice.number in seen
    assert conduct.voice.number not in seen
    assert signed_in("mayor").get("/en/desk/cockpit/handovers/nobody/").status_code == 404


def test_an_offices_page_costs_as_much_in_a_large_circle_as_in_a_small_one() -> None:
    network()
    row, actor = Station.objects.get(organ="roads"), cast.actor("mayor")
    with CaptureQueriesContext(connection) as few:
        shown.station(row, actor)
    Station.objects.bulk_create(
        Station(organ=f"o{n}", until=row.until, days=180, came=1, went=1, through=0.1, circle=1) for n in range(200)
    )

    with CaptureQueriesContext(connection) as many:
        assert len(shown.station(row, actor)["circle"]) == 202

    assert len(many) <= len(few)


def rhythm(place: str = cast.VILLAGE[:9], people: int = 12, **more: Any) -> Rhythm:
    cells = [[n % 13, 0.2, 0.1, 0.4, n == 39] for n in range(56)]
    voices = [people if n % 7 else 3 for n in range(56)]
    told = {"matter": "", "until": local_day(now()), "days": 364, "cases": 300, "cells": cells, "voices": voices}
    return Rhythm.objects.create(place=place, **(told | more))


def test_staff_see_hours_with_intervals_and_what_stands_out() -> None:
    rhythm()
    rhythm(place="990101", matter="streets")

    seen = text(signed_in("mayor").get(f"/en/desk/cockpit/rhythm/?place={cast.VILLAGE[:9]}"))
    assert "Fri 21:00–24:00" in seen
    assert "▲" in seen
    empty = signed_in("mayor").get("/en/desk/cockpit/rhythm/?matter=nonsense").content.decode()
    assert 'class="heat"' not in empty


def test_everybody_sees_no_cell_of_one_to_nine_and_no_rare_place() -> None:
    rhythm()

    seen = Client().get(f"/en/figures/rhythm/{cast.TOWN}/").content.decode()

    assert seen.count('aria-label="withheld"') >= 8
    assert "▲" not in seen or "stands" in seen
    Rhythm.objects.update(voices=[0] * 55 + [9])
    assert "<td" not in Client().get(f"/en/figures/rhythm/{cast.TOWN}/?again=1").content.decode()
    assert Client().get("/en/figures/rhythm/990101999999/").status_code == 404


@given(st.lists(st.integers(0, 30), min_size=56, max_size=56))
def test_withheld_cells_of_a_row_hide_ten_people_or_none(voices: list[int]) -> None:
    row = Rhythm(place="990101001", days=364, cells=[[n, 0.1, 0.1, 0.1, False] for n in voices], voices=voices)

    for part in range(shown.PARTS):
        cells = shown._cells(row, part, public=True)
        hidden = [voices[day * 8 + part] for day, cell in enumerate(cells) if cell is None]
        assert all(cell is None or voices[day * 8 + part] in (0, *range(10, 31)) for day, cell in enumerate(cells))
        assert not hidden or sum(hidden) >= 10 or sum(voices[day * 8 + part] for day in range(7)) == sum(hidden)


def test_only_who_may_read_every_case_opens_these_pages() -> None:
    network()
    for path in ("handovers/", "handovers/roads/", "rhythm/"):
        assert signed_in("roads-1").get(f"/en/desk/cockpit/{path}").status_code == 403


def test_drawings_hold_at_one_station_at_many_and_at_nothing() -> None:
    assert drawing.network("t", [], []) == ""
    assert drawing.intervals("t", [], ("a", "b", "c")) == ""
    ways = [drawing.Way(at, (at + 5) % 12, at + 1, at % 2) for at in range(12)]
    drawn = drawing.network("t", [str(at) for at in range(12)], ways)
    assert drawn.count('class="tip') == 12
    assert "nan" not in drawn
    assert "style=" not in drawn


def test_pages_load_no_numerical_package() -> None:
    network()
    before = "numpy" in sys.modules
    signed_in("mayor").get("/en/desk/cockpit/handovers/")

    assert ("numpy" in sys.modules) == before
