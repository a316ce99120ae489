"""A district of 807 offices: the cockpit and its lists cost few statements; posts have loads of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases import dispatch, taking
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight import cockpit, standings, wording
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_tables import Outlook, Portrait
from gongzhi.kit.moments import now
from gongzhi.places.reads import local_day

pytestmark = pytest.mark.usefixtures("county")
OFFICES = 807


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@contextmanager
def statements(most: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as told:
        yield
    assert len(told) <= most, "\n".join(query["sql"][:160] for query in told.captured_queries)


def district(warned: int = 400) -> None:
    """Eight hundred offices with portraits and forecasts, half of them warned of, and a hundred open findings."""
    at, day = now(), local_day(now())
    weeks = [[(day - timedelta(weeks=n)).isoformat(), n % 9] for n in range(52, 0, -1)]
    figures = {"weeks": weeks, "days": [], "cases": 90, "open": 3, "rank": None}
    Portrait.objects.bulk_create(
        Portrait(kind="organ", code=f"o{n}", until=day, figures=figures | {"cases": n}, voices=n, made_at=at)
        for n in range(OFFICES)
    )
    Outlook.objects.bulk_create(
        Outlook(
            kind="organ", code=f"o{n}", first=day, mean=[5.0] * 14, low=[2.0] * 14, high=[9.0] * 14, total=70.0,
            total_low=55.0, total_high=88.0, handled=40, over=0.9 if n < warned else 0.1, made_at=at,
        )
        for n in range(OFFICES)
    )  # fmt: skip
    Finding.objects.bulk_create(
        Finding(
            kind="rise", matter="water", place=cast.VILLAGE, channel=f"c{n}", first_day=day, last_day=day,
            observed=12, expected=1.2, upper=4.0, p=1e-9, found_at=at - timedelta(days=2), state_at=at, state_by="x",
        )
        for n in range(100)
    )  # fmt: skip


def test_what_needs_a_decision_costs_as_much_with_eight_hundred_offices_as_with_one() -> None:
    district(warned=2)
    actor = cast.actor("mayor")
    cockpit.today(actor, now())
    with CaptureQueriesContext(connection) as few:
        cockpit.today(actor, now())
    Outlook.objects.update(over=0.9)

    with statements(len(few)):
        told = cockpit.today(actor, now())

    assert len(told.items) <= cockpit.MOST
    assert told.more >= OFFICES + 100 - cockpit.MOST


@pytest.mark.parametrize(
    ("path", "most", "kilobytes", "part"),
    [
        ("cockpit/", 20, 30, False),
        ("cockpit/", 15, 15, True),  # what every open cockpit asks for again when something happened
        ("cockpit/loads/", 12, 120, False),
        ("standing/organ/", 12, 90, False),
    ],
)
def test_a_page_over_eight_hundred_offices_costs_few_statements_and_weighs_little(
    path: str, most: int, kilobytes: int, part: bool
) -> None:
    district()
    client, headers = signed_in("mayor"), {"HX-Request": "true"} if part else {}
    client.get(f"/en/desk/{path}", headers=headers)

    with statements(most + 1):  # once a second a process asks for the county's version
        answer = client.get(f"/en/desk/{path}", headers=headers)

    assert answer.status_code == 200
    assert len(answer.content) <= kilobytes * 1000


def test_the_subjects_most_spoke_about_are_drawn_small() -> None:
    district()

    assert [row.code for row in standings.largest("organ", 3)] == ["o806", "o805", "o804"]
    assert [small.last for small in cockpit.multiples("organ", 2)] == [1, 1]
    assert [row.cases for row in standings.listed("organ")[:2]] == [806, 805]


def test_cases_taken_in_hand_are_counted_by_post_and_day_of_the_county() -> None:
    case = cast.say(at=cast.AT).case
    late = cast.later(hours=15)  # 01:00 of the next day in the county
    other = cast.say(at=cast.AT).case
    dispatch.accept(**cast.turn("roads-1", case, at=cast.later(hours=1)))
    dispatch.accept(**cast.turn("roads-2", other, at=late))

    zone = ZoneInfo("Asia/Shanghai")
    told = set(taking.taken(date(2026, 11, 1), date(2026, 11, 30), zone))

    assert told == {
        (cast.post("roads-1").id.hex, date(2026, 11, 16), 1),
        (cast.post("roads-2").id.hex, date(2026, 11, 17), 1),
    }
    assert list(taking.taken(date(2026, 11, 18), date(2026, 11, 30), zone)) == []


def test_an_offices_page_shows_each_post_with_its_own_load() -> None:
    day = local_day(now())
    Portrait.objects.create(kind="organ", code="roads", until=day, figures={}, voices=0, made_at=now())
    for code, total in ((cast.post("roads-1").id.hex, 42.0), (cast.post("water-1").id.hex, 17.0)):
        Outlook.objects.create(kind="post", code=code, first=day, mean=[3.0] * 14, low=[1.0] * 14, high=[5.0] * 14,
                               total=total, total_low=30.0, total_high=55.0, hands=1, made_at=now())  # fmt: skip

    seen = text(signed_in("mayor").get("/en/desk/standing/organ/roads/"))

    assert "Post by post" in seen
    assert "30 to 55" in seen
    assert [row.total for row in standings.seats_of([cast.post("roads-1").id.hex], day)] == [42.0]
    assert standings.seats_of([], day) == []


def test_everybody_reads_how_long_people_wait_and_what_is_expected_but_nothing_of_few() -> None:
    day = local_day(now())
    row = Portrait.objects.create(
        kind="organ", code="water", until=day, figures={"waits": {"0": 30, "2": 40, "4": 30, "-1": 12}}, voices=112,
        made_at=now(),
    )  # fmt: skip
    ahead = Outlook.objects.create(kind="organ", code="water", first=day, mean=[5.0] * 14, low=[2.0] * 14,
                                   high=[9.0] * 14, total=70.0, total_low=55.0, total_high=88.0, handled=40, over=0.9,
                                   made_at=now())  # fmt: skip

    seen = text(Client().get("/en/figures/organ/water/"))
    assert "half of those who wrote had a first answer within 3 days, nine of ten within 14 days" in seen
    assert "About 70 cases are expected here" in seen
    assert "an answer may take longer" in seen

    Outlook.objects.filter(pk=ahead.pk).update(total_low=8.0)
    assert "are expected here" not in text(Client().get("/en/figures/organ/water/?again=1"))
    Portrait.objects.filter(pk=row.pk).update(voices=9)
    assert "first answer" not in text(Client().get("/en/figures/organ/water/?again=2"))


@given(st.dictionaries(st.sampled_from(["0", "1", "2", "3", "4", "5", "6", "-1"]), st.integers(0, 90)))
def test_a_wait_is_told_only_from_thirty_answers_on(waits: dict[str, int]) -> None:
    answered = sum(n for code, n in waits.items() if code != "-1")

    assert bool(wording.waiting(dict(waits))) == (answered >= wording.WAITED_LEAST)
