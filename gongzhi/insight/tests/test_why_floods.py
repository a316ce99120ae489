"""Suggested floods: like words in a heap are suggested, ordinary life is not; a person decides and no voice suffers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.cases import heaps as said_heaps
from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.models import Finding
from gongzhi.insight.tests.life import ZONE
from gongzhi.insight.why import flooding, heaps, rules, shown
from gongzhi.insight.why.flooding import Past
from gongzhi.insight.why.heaps import Ordinary
from gongzhi.insight.why.tables import Flood
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

BY = "post:" + "0" * 32
TEXT = "东街农贸市场旁边的烧烤摊每天营业到凌晨三点，油烟和噪音让整栋楼的居民无法休息，请尽快处理。"
OTHERS = (
    "小区门口的路灯坏了三天，老人晚上出门看不清路，希望派人来修。",
    "自来水从昨天下午开始发黄，烧开以后还有沉淀，孩子不敢喝。",
    "学校门口早上接送孩子的车太多，堵到主路上，救护车也过不去。",
    "村口的桥栏杆断了一截，骑车经过很危险，请设个警示牌。",
)


def test_nearly_the_same_long_texts_are_one_heap_and_short_or_different_ones_none() -> None:
    near = [TEXT, TEXT.replace("凌晨三点", "凌晨两点"), TEXT + "谢谢！", *OTHERS, "停水了", "停水了", "停水了"]

    assert heaps.heaps(near) == [[0, 1, 2]]


@settings(max_examples=60, deadline=None)
@given(st.permutations([TEXT, TEXT + "谢谢", *OTHERS]))
def test_the_order_of_voices_changes_no_heap(texts: list[str]) -> None:
    found = heaps.heaps(texts)

    assert [sorted(texts[at] for at in heap) for heap in found] == [sorted([TEXT, TEXT + "谢谢"])]


def test_ordinary_life_speaks_against_a_heap_as_large_as_it_made_before() -> None:
    quiet, busy = Ordinary([2] * 20, 56), Ordinary([2] * 20 + [9], 56)

    assert quiet.chance(9) < rules.FLOOD_BUDGET / 2 < busy.chance(9)
    assert quiet.chance(3) > quiet.chance(4) > quiet.chance(5)
    assert Ordinary([], 0).chance(50) == float("inf")


def test_the_tail_of_a_beta_binomial_is_a_tail() -> None:
    assert heaps.beta_binomial_tail(0, 12, 0.3, 20) == pytest.approx(1.0)
    tails = [heaps.beta_binomial_tail(k, 12, 0.3, 20) for k in range(13)]
    assert tails == sorted(tails, reverse=True)
    assert 0 < tails[12] < 0.01


def voices(words: list[str], at: datetime, **more: object) -> list[Case]:
    return [
        cast.say(f"{one}", at=at + timedelta(minutes=n), said_at=at + timedelta(minutes=n), **more).case
        for n, one in enumerate(words)
    ]


def past_life(days: int = 30) -> datetime:
    """Some weeks of ordinary voices before today; returns this morning."""
    morning = now().astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    for back in range(days, 0, -1):
        _dated(voices([OTHERS[back % 4]], morning - timedelta(days=back)), morning - timedelta(days=back))
    return morning


def _dated(cases: list[Case], at: datetime) -> None:
    """Ids as they would be, had the voices really come then."""
    from gongzhi.kit.ids import uuid7

    for case in cases:
        voice = Voice.objects.get(case=case, lead=True)
        Voice.objects.filter(pk=voice.pk).update(id=uuid7(at))


def look(morning: datetime) -> list[Flood]:
    above = {"manhole": "streets", "lamp": "streets"}
    return flooding.look(by="clockwork", at=now(), day=morning.date(), zone=ZONE, above=above)


@pytest.mark.usefixtures("county")
def test_a_dozen_like_texts_on_one_day_are_suggested_once_and_nothing_happens_to_the_voices() -> None:
    morning = past_life()
    before = [TEXT.replace("三点", f"{n}点") for n in range(12)]
    cases = voices(before, now())
    kept = list(Case.objects.order_by("pk").values())

    (row,) = look(now().astimezone(ZONE))

    assert (row.sign, row.voices, row.state) == ("like", 12, "open")
    assert row.chance <= rules.FLOOD_BUDGET / 2
    assert set(row.cases) == {case.id.hex for case in cases}
    assert list(Case.objects.order_by("pk").values()) == kept
    assert look(morning) == []
    assert Fact.objects.filter(kind="flood.suggested").count() == 1


@pytest.mark.usefixtures("county")
def test_ordinary_days_and_young_counties_get_no_suggestion() -> None:
    voices([TEXT] * 12, now())
    assert look(now().astimezone(ZONE)) == []  # too little past to judge by
    past_life()
    Voice.objects.filter(words__startswith="东街农贸").update(withdrawn_at=now())
    voices([*OTHERS] * 2, now())
    assert look(now().astimezone(ZONE)) == []


def _past(**more: object) -> Past:
    return Past(**({"heaps": Ordinary([2] * 10, 56), "fresh": 0.4, "groups": 1.0} | more))  # type: ignore[arg-type]


def test_more_first_time_contacts_than_usual_are_a_sign_where_that_is_unusual_only() -> None:
    at = now()
    rows = [
        said_heaps.Said(cast.BY, cast.BY, at, "water", cast.VILLAGE, "web", OTHERS[n % 4], 0, n + 1, True)  # type: ignore[arg-type]
        for n in range(25)
    ]
    groups = {("water", cast.VILLAGE[:9], 0): rows}

    assert [one.sign for one in flooding.suspects(groups, _past())] == ["fresh"]
    assert flooding.suspects(groups, _past(fresh=0.9)) == []
    assert flooding.suspects(groups, _past(heaps=Ordinary([], 10))) == []


@pytest.mark.usefixtures("county")
def test_a_heap_about_an_officer_keeps_no_trace_of_whom_and_shows_only_to_who_handles_such_voices() -> None:
    past_life()
    Case.objects.filter(pk__in=[case.pk for case in voices([TEXT] * 12, now())]).update(
        about_officer=True, public=False, officer_post=cast.post("roads-1").id.hex
    )
    (row,) = look(now().astimezone(ZONE))

    assert (row.about, row.matter, row.place) == ("officer", "", "")
    assert cast.post("roads-1").id.hex not in str(Flood.objects.values())
    with translation.override("en"):
        assert "about one officer" in text(signed_in("watch-1").get("/en/desk/cockpit/floods/"))
        assert "about one officer" not in text(signed_in("mayor").get("/en/desk/cockpit/floods/"))
        assert signed_in("mayor").post(f"/en/desk/cockpit/floods/{row.pk}/", {"reason": "test"}).status_code == 404


def suggested() -> Flood:
    return Flood.objects.create(
        sign="like", matter="water", place=cast.VILLAGE[:9], since_at=now(), until_at=now(), voices=12, chance=0.01,
        evidence={"minute": 5, "contacts": 1, "nameless": 2}, cases=[], found_at=now(),
    )  # fmt: skip


@pytest.mark.usefixtures("county")
def test_a_person_decides_for_a_coded_reason_and_may_take_it_back() -> None:
    row = suggested()
    client = signed_in("mayor")

    assert client.post(f"/en/desk/cockpit/floods/{row.pk}/", {"reason": ""}).status_code == 422
    assert client.post(f"/en/desk/cockpit/floods/{row.pk}/", {"reason": "copied"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == ("ordinary", "copied")
    assert flooding.record() == (1, 0)
    assert Fact.objects.get(kind="flood.judged").details == {"verdict": "ordinary", "reason": "copied"}
    assert client.post(f"/en/desk/cockpit/floods/{row.pk}/", {"do": "reopen"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == ("open", "")
    flooding.judge(by=BY, at=now(), flood=row.pk, reason="one_hand")
    flooding.judge(by=BY, at=now(), flood=row.pk, reason="one_hand")
    assert flooding.record() == (1, 1)
    assert Fact.objects.filter(kind="flood.judged").count() == 2
    with pytest.raises(Refusal, match="reasons"):
        flooding.judge(by=BY, at=now(), flood=row.pk, reason="dislike")


@pytest.mark.usefixtures("county")
def test_the_page_says_that_it_suggests_what_it_costs_and_that_nothing_follows() -> None:
    suggested()
    with translation.override("en"):
        seen = text(signed_in("mayor").get("/en/desk/cockpit/floods/"))

    assert "Suggested:" in seen
    assert "Nothing happens to a voice here" in seen
    assert "about 0.5 such suggestions a month" in seen
    assert "5 in the busiest minute; 1 different contacts, 2 voices without one." in seen
    assert signed_in("roads-1").get("/en/desk/cockpit/floods/").status_code == 403


@pytest.mark.usefixtures("county")
def test_a_heap_of_the_small_hours_leads_to_the_finding_of_that_day_in_the_county() -> None:
    night = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)  # half past midnight of the twentieth
    row = suggested()
    Flood.objects.filter(pk=row.pk).update(since_at=night, until_at=night)
    told = {"kind": "rise", "matter": "water", "place": cast.VILLAGE, "observed": 12, "expected": 1.0, "upper": 4.0,
            "p": 1e-9, "found_at": night, "state_at": night, "state_by": BY}  # fmt: skip
    Finding.objects.create(first_day=date(2026, 11, 19), last_day=date(2026, 11, 19), **told | {"matter": "lamp"})
    rose = Finding.objects.create(first_day=date(2026, 11, 20), last_day=date(2026, 11, 20), **told)

    (shown_row,) = shown.floods(cast.actor("mayor"), officers=False)

    assert shown_row["finding"].endswith(f"{rose.pk}/")
