"""Refused, taken from public view: with a coded reason, a notice and an appeal to somebody else."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gongzhi.cases import appealing, casefile, closing, course, dispatch, erasing, intake, lists, narrowing, ringing
from gongzhi.cases.cards import Officer
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Appeal, Case, Decision, Entry, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text, url
from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people.own import Notice
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.models import Clock

pytestmark = pytest.mark.usefixtures("county")
NARROW: dict[str, Any] = {"reason": "personal_data", "text": "里面写了一位邻居的名字"}


@pytest.fixture
def received() -> Received:
    found = cast.say()
    dispatch.accept(**cast.turn("roads-1", found.case))
    return found


def refused(received: Received, outcome: str = "no_ground") -> Case:
    turn = cast.turn("roads-1", received.case)
    return closing.answer_and_close(**turn, public_text="没有发现问题", outcome=outcome)


def appeal(received: Received, *, at: Any = None, words: str = "明明还坏着，电话13912345678") -> Appeal:
    return appealing.appeal(
        by=received.voice.ref,
        at=at or cast.later(days=1),
        voice=received.voice.id,
        decision=Decision.objects.exclude(what="handed_over").latest("at").pk,
        words=words,
    )


def answer(case: Case, made: Appeal, code: str = "watch-1", *, granted: bool = True, **more: Any) -> Case:
    turn = cast.turn(code, case, at=cast.later(days=2))
    return appealing.answer_appeal(**turn, appeal=made.id, granted=granted, public_text="已复核", **more)


@pytest.mark.parametrize(("outcome", "count"), [("no_ground", 1), ("not_ours", 1), ("fixed", 0), ("planned", 0)])
def test_refusing_is_a_decision_and_its_letter_tells_how_to_appeal(
    received: Received, outcome: str, count: int
) -> None:
    refused(received, outcome)
    assert Decision.objects.filter(what="refused", reason=outcome).count() == count
    letter = render(Message.objects.get(template="cases/messages/answered"))
    assert ("申诉" in letter.text) is bool(count)


def test_an_appeal_is_kept_sealed_told_as_a_fact_and_answered_by_another_office(received: Received) -> None:
    case = refused(received)
    made = appeal(received)
    entry = Entry.objects.get(kind="appealed")
    assert "13912345678" not in entry.public_text
    assert entry.original_sealed is not None
    fact = Fact.objects.get(kind="case.appealed")
    assert (fact.details["what"], fact.details["organ"]) == ("refused", "watch")
    assert made.due_at - cast.later(days=1) > timedelta(days=12)
    again = answer(case, made)
    assert (again.state, again.round, again.holder) == ("received", 2, "organ:roads")
    letter = render(Message.objects.get(template="cases/messages/appealed"))
    assert "已复核" in letter.text
    assert Fact.objects.get(kind="case.appeal_answered").details["granted"] is True


def test_denied_leaves_everything_as_it_was_and_once_is_enough(received: Received) -> None:
    case = refused(received)
    made = appeal(received)
    with pytest.raises(Refusal, match="appealed already"):
        appeal(received)
    kept = answer(case, made, granted=False)
    assert (kept.state, kept.outcome, kept.round) == ("closed", "no_ground", 1)
    with pytest.raises(Refusal, match="has been answered"):
        answer(case, made)


@pytest.mark.parametrize("code", ["roads-1", "roads-head", "water-1", "mayor", "desk-1", "audit", "admin"])
def test_nobody_but_the_office_it_was_made_to_answers(received: Received, code: str) -> None:
    case = refused(received)
    made = appeal(received)
    with pytest.raises((NotAllowed, NotFound)):
        answer(case, made, code)
    assert Appeal.objects.get().answered_at is None
    assert appealing.queue(cast.post(code)) == []


def test_only_whom_it_concerns_may_appeal_and_not_for_ever(received: Received) -> None:
    other = cast.say("路灯不亮")
    refused(received)
    with pytest.raises(NotFound):
        appeal(other)
    with pytest.raises(Refusal, match="sixty days"):
        appeal(received, at=cast.later(days=61))
    intake.withdraw(by=received.voice.ref, at=cast.later(days=2), voice=received.voice.id)
    with pytest.raises(Refusal, match="withdrawn"):
        appeal(received, at=cast.later(days=3))


def test_taking_words_from_public_view_is_told_and_an_appeal_brings_them_back(received: Received) -> None:
    case = narrowing.narrow(**cast.turn("roads-1", received.case), **NARROW)
    number = received.case.number
    assert Client().get(f"/zh/cases/{number}/").status_code == 404
    assert not lists.public_list(cast.AT).rows
    letter = render(Message.objects.get(template="cases/messages/narrowed"))
    assert "申诉" in letter.text
    assert "邻居" in letter.text
    assert answer(case, appeal(received)).public
    assert lists.public_list(cast.AT).rows


@pytest.mark.parametrize("reason", ["", "ugly", "critical_of_the_county", "matter_private", "about_officer"])
def test_there_is_no_other_reason_to_take_words_away(received: Received, reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        narrowing.narrow(**cast.turn("roads-1", received.case), reason=reason, text="不好看")
    assert refusal.value.code == "code_unknown"
    assert Case.objects.get(id=received.case.id).public


def test_another_office_cannot_take_words_away(received: Received) -> None:
    for code in ("water-1", "mayor", "counter-1", "audit"):
        with pytest.raises((NotAllowed, NotFound)):
            narrowing.narrow(**cast.turn(code, received.case), **NARROW)


def test_what_staff_took_away_does_not_come_back_by_another_matter(received: Received) -> None:
    case = narrowing.narrow(**cast.turn("roads-1", received.case), **NARROW)
    assert not dispatch.rematter(**cast.turn("roads-1", case), matter="lamp").public


def test_a_matter_that_is_never_public_narrows_with_reason_notice_and_appeal(received: Received) -> None:
    case = dispatch.rematter(**cast.turn("roads-1", received.case), matter="conduct")
    assert not case.public
    assert Decision.objects.get(what="narrowed").reason == "about_officer"
    assert Message.objects.filter(template="cases/messages/narrowed").exists()


def test_an_appeal_in_a_complaint_about_an_officer_stays_out_of_her_sight() -> None:
    """The supervisor's own refusal goes to the leader; the officer's office sees neither case nor appeal."""
    received = cast.say("他收了钱", officer=Officer(post=cast.post("roads-1").id))
    turn = cast.turn("watch-1", received.case)
    closing.answer_and_close(
        **cast.turn("watch-1", dispatch.accept(**turn)), public_text="查无实据", outcome="no_ground"
    )
    assert not casefile.find_number(cast.actor("mayor"), received.case.number)
    made = appeal(received)
    assert made.organ == "government"
    assert [row.id for row in appealing.queue(cast.post("mayor"))] == [made.id]
    for code in ("roads-1", "roads-2", "roads-head", "watch-1", "counter-1", "audit", "desk-1"):
        assert appealing.queue(cast.post(code)) == []
    assert casefile.find_number(cast.actor("roads-1"), received.case.number) is None
    answer(received.case, made, "mayor", granted=False)
    assert not casefile.find_number(cast.actor("mayor"), received.case.number)  # the answer given, the sight ends


def test_the_resident_reads_the_whole_course_of_her_appeal(received: Received) -> None:
    case = refused(received)
    answer(case, appeal(received), granted=False)
    lines = course.by_token(received.link_token, cast.later(days=3)).entries
    assert [line.kind for line in lines][-2:] == ["appealed", "appeal_answered"]
    assert lines[-1].text == "已复核"


def heard() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("at", "id").values_list("account__username", "bell"))


def test_the_clock_of_an_appeal_rings_for_its_office_its_leader_and_then_not_again(received: Received) -> None:
    case = refused(received)
    made = appeal(received)
    ringing.ring_due(at=cast.later(days=2))
    assert heard() == []
    near, late = made.due_at - timedelta(hours=3), made.due_at + timedelta(hours=1)
    ringing.ring_due(at=near)
    ringing.ring_due(at=near)
    ringing.ring_due(at=late)
    ringing.ring_due(at=made.due_at + timedelta(days=5))
    assert heard() == [("watch-1", "near"), ("watch-1", "overdue"), ("mayor", "ladder")]
    lines = Entry.objects.filter(case=case, reason="appeal").order_by("at")
    assert list(lines.values_list("kind", "seen_by_all")) == [("near", False), ("overdue", False), ("ladder", False)]
    assert [row.id for row in appealing.late(cast.actor("mayor"), late)] == [made.id]
    letter = render(Message.objects.filter(template="people/messages/bell").earliest("id"))
    assert f"/desk/appeals/{made.id}/" in letter.text
    assert "申诉" in letter.text


def test_an_answered_appeal_is_silent_and_leaves_the_queues(received: Received) -> None:
    case = refused(received)
    made = appeal(received)
    assert appealing.waiting(cast.post("watch-1")) == 1
    assert appealing.waiting(cast.post("roads-1")) == 0
    answer(case, made, granted=False)
    ringing.ring_due(at=made.due_at + timedelta(days=5))
    assert heard() == []
    assert appealing.waiting(cast.post("watch-1")) == 0
    assert appealing.late(cast.actor("mayor"), made.due_at + timedelta(days=5)) == []
    assert procedures.clock(made.clock).stopped_at == cast.later(days=2)


def test_the_open_appeal_of_an_erased_voice_ends_and_the_case_says_why(received: Received) -> None:
    """Nobody can judge words that are gone; an answered appeal stays as it was answered."""
    other = cast.say("我家门前的路灯也不亮")
    dispatch.accept(**cast.turn("roads-1", other.case))
    answered = answer(refused(other), appeal(other), granted=False)
    case = refused(received)
    made = appeal(received)
    for one in (received, other):
        erasing.erase(by=one.voice.ref, at=cast.later(days=3), voice=one.voice.id)
    made.refresh_from_db()
    assert (made.answered_at, made.granted) == (cast.later(days=3), None)
    assert Appeal.objects.get(case=answered).granted is False
    assert appealing.waiting(cast.post("watch-1")) == 0
    assert procedures.clock(made.clock).stopped_at == cast.later(days=3)
    ringing.ring_due(at=made.due_at + timedelta(days=5))
    assert heard() == []
    fact = Fact.objects.get(kind="case.appeal_answered", about=case.ref)
    assert fact.details == {"voice": received.voice.id.hex, "what": "refused", "granted": None}
    assert "ended: the voice was erased" in text(signed_in("roads-1").get(url("case", case).replace("/zh/", "/en/")))


def test_appeals_of_voices_erased_by_an_older_version_end_with_it(received: Received) -> None:
    refused(received)
    made, kept = appeal(received), cast.say("我家门前的路灯也不亮")
    dispatch.accept(**cast.turn("roads-1", kept.case))
    refused(kept)
    still_open = appeal(kept)
    empty = {"words": "", "key_wrapped": None, "contact_kind": "", "contact_sealed": None, "contact_index": None}
    gone = {"withdrawn_at": cast.later(days=3), "erased_at": cast.later(days=3), "form_key": None}
    Voice.objects.filter(id=received.voice.id).update(**empty, **gone)
    brought_up = import_module("gongzhi.cases.migrations.0014_appeal_ended")
    with connection.cursor() as cursor:
        cursor.execute(brought_up.STOP)
        cursor.execute(brought_up.END)
    made.refresh_from_db()
    still_open.refresh_from_db()
    assert (made.answered_at, made.granted) == (cast.later(days=3), None)
    assert procedures.clock(made.clock).stopped_at == cast.later(days=3)
    assert still_open.answered_at is None
    assert procedures.clock(still_open.clock).stopped_at is None


def test_a_bell_about_an_officer_reaches_neither_her_nor_her_leader() -> None:
    received = cast.say("他收了钱", officer=Officer(post=cast.post("mayor").id))
    turn = cast.turn("watch-1", received.case)
    case = dispatch.accept(**turn)
    closing.answer_and_close(**cast.turn("watch-1", case), public_text="查无实据", outcome="no_ground")
    with pytest.raises(Refusal, match="nobody yet who answers"):
        appeal(received)


def test_the_office_finds_what_is_late_in_its_list_and_in_its_inbox(received: Received) -> None:
    refused(received)
    made, now = appeal(received), moments.now()
    begun = {"started_at": now - timedelta(days=30), "near_at": now - timedelta(days=18)}
    Clock.objects.filter(id=made.clock).update(due_at=now - timedelta(days=16), **begun)
    page = text(signed_in("watch-1").get(url("appeals")))
    assert received.case.number in page
    assert "tag-bad" in page
    inbox = signed_in("watch-1").get(url("inbox")).content.decode()
    assert 'id="queue-appeals"' in inbox
    assert 'id="queue-appeals"' not in signed_in("roads-1").get(url("inbox")).content.decode()


def test_announced_holidays_move_the_promise_of_an_open_appeal(received: Received) -> None:
    refused(received)
    made = appeal(received)
    moved = made.due_at + timedelta(days=1)
    Clock.objects.filter(id=made.clock).update(due_at=moved, ladder_at=moved + timedelta(days=1))
    ringing._followed = None
    ringing.follow_calendar()
    assert Appeal.objects.get().due_at == moved
