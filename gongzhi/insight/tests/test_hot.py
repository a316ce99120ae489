"""Hot issues and topics: what is fused, who sees what, what becomes of a topic, and what everybody may know."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases import intake, loading, matters
from gongzhi.cases.cards import Contact, Where
from gongzhi.cases.intake import Received
from gongzhi.cases.matter_tables import AddedKeyword
from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text
from gongzhi.insight.hot import gathering, rules, shown, topics
from gongzhi.insight.hot.tables import HotIssue, Topic
from gongzhi.insight.routing import serving
from gongzhi.insight.tests import life
from gongzhi.kit.ids import uuid7
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

DOGS = (
    *("小区里流浪狗成群，追着孩子跑", "流浪狗半夜在楼下叫，孩子不敢出门", "一群流浪狗在小区翻东西吃"),
    *("小区流浪狗咬了我家孩子", "楼道里有流浪狗拉屎没人管", "小区里流浪狗又多了几只，孩子害怕", "请抓走小区里的流浪狗"),
)
WATER = ("停水两天了家里做不了饭", "我们楼停水没有人通知，做不了饭", "停水两天没有人通知", "又停水两天，家里没有水")


@pytest.fixture(autouse=True)
def small(county: None, settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.GONGZHI_DIR = tmp_path
    serving._kept.forget()
    with translation.override("en"):
        yield
    serving._kept.forget()


def say(words: str, at: datetime, *, person: str = "", code: str = cast.GRID, **more: Any) -> Received:
    contact = Contact("email", f"{person}@example.org") if person else None
    return cast.say(words, at=at, said_at=at, contact=contact, place=Where(code=code), form_key=uuid4(), **more)


def crowd(at: datetime, count: int = 200) -> None:
    """Voices of which each says something else: among so few as one issue has, nobody knows which words are rare."""
    rng = random.Random(5)
    lead = say("听说过很多别的事情", at - timedelta(days=30)).voice
    rows = []
    for n in range(count):
        row = copy.copy(lead)
        row.id, row.number, row.lead, row.link_hash = uuid7(at - timedelta(days=30)), f"X-{n}", False, rng.randbytes(32)
        row.form_key, row.words = None, "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(14))
        row.noted_at = row.said_at = at - timedelta(days=30)
        rows.append(row)
    Voice.objects.bulk_create(rows)


def spoken(at: datetime, *, dogs: int = 7, water: int = 4) -> list[Received]:
    """People speak of dogs, which no matter covers, and of water, which one does."""
    crowd(at)
    said = [say(DOGS[n], at - timedelta(days=n), person=f"d{n}") for n in range(dogs)]
    said += [say(WATER[n], at - timedelta(days=n), person=f"w{n}", code=cast.OTHER_GRID) for n in range(water)]
    return said


def gather(at: datetime) -> tuple[int, int]:
    return gathering.gather(by="clockwork", at=at, zone=life.ZONE)


def dogs() -> HotIssue:
    return next(
        row for row in HotIssue.objects.order_by("position") if any("流浪狗" in word[0] for word in row.keywords)
    )


# Hot issues ----------------------------------------------------------------------------------------------------------
def test_voices_that_say_the_same_thing_are_one_issue_with_the_parts_of_its_heat() -> None:
    spoken(cast.AT)
    count, _topics = gather(cast.later(days=1))

    row = dogs()
    assert count == HotIssue.objects.count() == 2
    assert (row.people, row.voices, row.places) == (7, 7, 1)
    assert row.unanswered == 1
    assert row.heat == pytest.approx(sum(row.parts.values()))
    assert {"people", "growth", "unanswered"} <= set(row.parts)
    assert all(people >= 3 and ids for _word, people, ids in row.keywords)


def test_a_text_that_many_sent_is_one_issue_said_to_be_the_same_text_and_other_words_are_not() -> None:
    crowd(cast.AT, count=20)
    for n in range(24):
        say("渣土车半夜从村口过，吵得睡不着", cast.AT - timedelta(hours=n), person=f"p{n}", code=cast.OTHER_GRID)
    for n, words in enumerate(DOGS):
        say(words, cast.AT - timedelta(days=n), person=f"d{n}")
    gather(cast.later(days=1))

    same = HotIssue.objects.get(people=24)
    assert same.same == 24
    assert [word[0] for word in same.keywords][:1] in (["渣土车半夜从村口过"], ["吵得睡不着"])
    assert shown.same(same) == "The very same text came from 24 people."
    assert [one["same"] for one in shown.public_issues()] == ["The very same text came from 24 people."]
    other = dogs()
    assert (other.same, shown.same(other)) == (0, "")


def test_fewer_than_ten_people_with_the_same_text_are_told_to_nobody_outside() -> None:
    crowd(cast.AT)
    for n in range(12):
        words = "渣土车半夜从村口过，吵得睡不着" + ("" if n < 8 else "，请管一管" * (n - 7))
        say(words, cast.AT - timedelta(hours=n), person=f"p{n}")
    gather(cast.later(days=1))

    (row,) = HotIssue.objects.all()
    assert (row.people, row.same) == (12, 8)
    assert [one["same"] for one in shown.public_issues()] == [""]


def test_one_person_who_writes_often_is_one_person() -> None:
    crowd(cast.AT)
    for n in range(6):
        say(DOGS[n], cast.AT - timedelta(hours=n), person="same")
    gather(cast.later(days=1))
    assert not HotIssue.objects.exists()


def test_an_issue_keeps_its_name_from_night_to_night_and_goes_when_nobody_speaks() -> None:
    spoken(cast.AT, water=0)
    gather(cast.later(days=1))
    first = dogs().pk, dogs().since
    say("流浪狗还在小区里追孩子", cast.later(days=2), person="new")
    gather(cast.later(days=3))

    assert (dogs().pk, dogs().since) == first
    assert dogs().people == 8
    gather(cast.later(days=60))
    assert not HotIssue.objects.exists()


def test_answers_cool_it_and_what_is_withdrawn_is_gone() -> None:
    said = spoken(cast.AT, water=0)
    gather(cast.later(days=1))
    before = dogs().heat
    Case.objects.filter(id__in=[one.case.id for one in said[:5]]).update(answered_at=cast.later(days=1))
    intake.withdraw(by=said[6].voice.ref, at=cast.later(days=1), voice=said[6].voice.id)
    gather(cast.later(days=1, hours=2))

    assert dogs().heat < before
    assert (dogs().people, round(dogs().unanswered, 2)) == (6, round(1 / 6, 2))


def test_nothing_about_an_officer_takes_part() -> None:
    said = spoken(cast.AT, water=0)
    Case.objects.filter(id__in=[one.case.id for one in said]).update(about_officer=True, public=False)
    assert gather(cast.later(days=1)) == (0, 0)


def test_the_page_shows_voices_in_masked_words_to_those_who_may_see_them() -> None:
    said = spoken(now() - timedelta(days=1), water=0)
    say("小区里流浪狗成群追孩子，我的电话13800138000", now() - timedelta(hours=2), person="p")
    gather(now())
    told = f"{dogs().people} people spoke about it"
    client, path = signed_in("mayor"), f"/en/desk/hot/{dogs().pk}/"

    page = text(client.get(path))
    index = text(client.get("/en/desk/hot/"))

    assert told in page
    assert "wait for an answer, 100 %" in page
    assert "13800138000" not in page
    assert "流浪狗" in page
    assert told in index
    intake.withdraw(by=said[0].voice.ref, at=now(), voice=said[0].voice.id)
    assert DOGS[0] not in text(client.get(path))  # at once, before the next night


def test_a_handler_has_no_page_of_the_whole_county() -> None:
    assert signed_in("roads-1").get("/en/desk/hot/").status_code == 403
    assert signed_in("roads-1").get("/en/desk/topics/").status_code == 403
    assert signed_in("roads-1").get("/en/desk/routing/").status_code == 403


def test_it_stands_in_the_briefing() -> None:
    spoken(now() - timedelta(days=1))
    gather(now())
    page = text(signed_in("mayor").get("/en/desk/cockpit/briefing/"))
    assert "What people speak about" in page
    assert "7 people spoke about it" in page


def test_everybody_sees_ten_people_and_more_and_never_a_voice() -> None:
    at = now() - timedelta(days=1)
    spoken(at)
    gather(now())
    assert "people since" not in text(Client().get("/en/hot/"))
    for n in range(6):
        say(f"{DOGS[n]}，第{n}天了", at, person=f"more{n}")
    gather(now())

    page = text(Client().get("/en/hot/"))

    assert shown.public_issues()[0]["people"] == 13
    assert "13 people since" in page
    assert "流浪狗" in page
    assert not any(words in page for words in DOGS)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 30))
def test_no_public_figure_is_below_ten(towns: list[int], people: int) -> None:
    row = HotIssue(people=people, towns=[[f"99010100{n}", count] for n, count in enumerate(towns)])
    told = [count for _name, count in shown.standing_rules.withheld(dict(row.towns)).items() if count]
    assert all(rules.public_people(count) for count in told)
    assert rules.public_people(people) == (people >= 10)


# Which is which ------------------------------------------------------------------------------------------------------
@given(people=st.integers(10, 5000), answered=st.integers(0, 5000))
def test_a_hundred_is_said_only_where_nobody_waits(people: int, answered: int) -> None:
    answered = min(answered, people)
    told = shown.in_tens(1 - (people - answered) / people)
    assert told % 10 == 0
    assert (told == 100) == (answered == people)
    assert 0 <= 100 * answered / people - told < 10


@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_how_much_two_sets_share_is_the_same_from_both_sides(one: set[int], other: set[int]) -> None:
    first, second = [str(n) for n in one], [str(n) for n in other]
    assert rules.same(first, second) == rules.same(second, first)
    assert 0 <= rules.same(first, second) <= 1
    assert rules.same(first, first) == (1 if first else 0)


def test_an_issue_whose_voices_are_all_new_is_known_by_two_common_keywords() -> None:
    known = [(["a", "b"], ["流浪狗", "小区", "孩子"]), (["c"], ["停水"])]
    assert rules.match(["x"], ["流浪狗", "孩子"], known) == 0
    assert rules.match(["x"], ["停水"], known) == -1
    assert rules.match(["c", "x", "y"], [], known) == 1


# Topics --------------------------------------------------------------------------------------------------------------
def test_what_no_matter_covers_is_proposed_once_with_keywords_and_their_voices() -> None:
    spoken(cast.AT)
    gather(cast.later(days=1))
    gather(cast.later(days=2))

    topic = Topic.objects.get()
    assert topic.people == 7
    assert topic.covered < rules.COVERED
    assert any("流浪狗" in word for word, _people, _ids in topic.keywords)
    assert all(1 <= len(ids) <= rules.EXAMPLES for _word, _people, ids in topic.keywords)
    assert Fact.objects.filter(kind="topic.proposed").count() == 1


def test_what_the_staff_gave_a_matter_is_covered() -> None:
    said = spoken(cast.AT)
    Case.objects.filter(id__in=[one.case.id for one in said]).update(matter_id="water", matter_by="staff")
    gather(cast.later(days=1))
    assert not Topic.objects.exists()


def proposed() -> Topic:
    spoken(now() - timedelta(days=1))
    gather(now())
    return Topic.objects.get()


def decide(who: str, topic: Topic, **told: str) -> Any:
    return signed_in(who).post(f"/en/desk/topics/{topic.pk}/decide/", told)


def test_a_keyword_counts_at_once_and_survives_a_load_of_the_files() -> None:
    topic = proposed()
    assert matters.suggest("楼下有流浪狗") is None
    assert decide("desk-1", topic, do="keyword", matter="manhole", keyword="流浪狗").status_code == 302

    loading.load_matters(by=cast.BY, at=now(), rows=cast.MATTERS)
    hint = matters.suggest("楼下有流浪狗")

    assert hint is not None
    assert (hint.matter.code, hint.words) == ("manhole", ("流浪狗",))
    topic.refresh_from_db()
    assert (topic.state, topic.matter) == ("keyword", "manhole")
    assert AddedKeyword.objects.get().keyword == "流浪狗"
    fact = Fact.objects.get(kind="matter.keyword_added")
    assert "流浪狗" not in str(fact.details)
    assert decide("desk-1", topic, do="reopen").status_code == 409


def test_a_draft_is_a_row_for_the_county_file_and_changes_nothing_yet() -> None:
    topic = proposed()
    told = {"do": "draft", "name_zh": "流浪动物", "code": "stray-animals", "limit_amount": "5",
            "limit_unit": "working_days", "keywords": "流浪狗 流浪猫", "parent": "streets"}  # fmt: skip
    assert decide("desk-1", topic, **told).status_code == 302
    file = signed_in("mayor").get("/en/desk/topics/drafts.csv").content.decode()

    assert matters.card("stray-animals") is None
    head, row = file.splitlines()
    lines = dict(zip(head.split(","), row.split(","), strict=True))
    assert (lines["code"], lines["parent"], lines["keywords"]) == ("stray-animals", "streets", "流浪狗 流浪猫")
    loading.load_matters(by=cast.BY, at=now(), rows=[*cast.MATTERS, {**lines, "limit_amount": 5, "reopen_days": 15,
                         "about_officer": False, "danger": False, "public_ok": True}])  # fmt: skip
    assert matters.suggest("流浪猫") is not None
    assert topics.drafts() == []


def test_a_dismissed_topic_is_remembered() -> None:
    topic = proposed()
    assert decide("desk-1", topic, do="dismiss", reason="no_duty", note="转给 13800138000").status_code == 302
    say("流浪狗又来了，追小区里的孩子", now() - timedelta(minutes=5), person="late")
    gather(now())

    row = Topic.objects.get()
    assert (row.state, row.reason) == ("dismissed", "no_duty")
    assert "13800138000" not in row.note
    assert Fact.objects.filter(kind="topic.decided").get().details["reason"] == "no_duty"
    assert decide("desk-1", row, do="reopen").status_code == 302
    assert Topic.objects.get().state == "open"


@pytest.mark.parametrize(
    "told",
    [
        {"do": "keyword", "matter": "streets", "keyword": "流浪狗"},
        {"do": "keyword", "matter": "manhole", "keyword": "井盖"},
        {"do": "keyword", "matter": "manhole", "keyword": "狗"},
        {"do": "draft", "name_zh": "x", "code": "lamp", "limit_amount": "5", "limit_unit": "working_days"},
        {"do": "draft", "name_zh": "x", "code": "Nicht gut", "limit_amount": "5", "limit_unit": "working_days"},
        {"do": "dismiss", "reason": "because"},
        {"do": ""},
    ],
)
def test_what_cannot_be_done_is_said_beside_its_field_and_nothing_changes(told: dict[str, str]) -> None:
    topic = proposed()
    answer = decide("desk-1", topic, **told)
    assert answer.status_code in (400, 422)
    topic.refresh_from_db()
    assert topic.state == "open"
    assert not AddedKeyword.objects.exists()


def test_only_the_dispatch_desk_decides() -> None:
    topic = proposed()
    assert decide("mayor", topic, do="dismiss", reason="no_duty").status_code == 403
    assert "The dispatch desk decides about it." in text(signed_in("mayor").get(f"/en/desk/topics/{topic.pk}/"))
    with pytest.raises(Refusal):
        topics.dismiss(by="post:x", at=now(), topic=topic, reason="because")


def test_a_topic_waits_in_the_cockpit_of_whoever_decides_it_until_it_is_decided() -> None:
    topic = proposed()
    assert "The tree of matters has gaps" in text(signed_in("desk-1").get("/en/desk/cockpit/"))
    assert "The tree of matters has gaps" not in text(signed_in("mayor").get("/en/desk/cockpit/"))
    topics.dismiss(by="post:x", at=now(), topic=topic, reason="too_small")
    assert "The tree of matters has gaps" not in text(signed_in("desk-1").get("/en/desk/cockpit/"))
