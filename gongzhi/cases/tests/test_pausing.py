"""A limit stands still for a coded legal reason alone, is told with the way to appeal, and runs again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from gongzhi.cases import (
    appealing,
    casefile,
    course,
    dispatch,
    handling,
    intake,
    letters,
    pausing,
    ringing,
    rules,
    undoing,
)
from gongzhi.cases.cards import Contact
from gongzhi.cases.desk import telling
from gongzhi.cases.models import Appeal, Case, Decision, Entry
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import NotAllowed, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import loading as procedures_loading
from gongzhi.procedures.models import Clock

pytestmark = pytest.mark.usefixtures("county")
WHY = "等第三方检测桥梁，电话13912345678"


@pytest.fixture
def taken() -> Case:
    return dispatch.accept(**cast.turn("roads-1", cast.say().case))


def paused(case: Case, reason: str = "expert_opinion", **more: Any) -> Case:
    return pausing.pause(**cast.turn("roads-head", case, **more), reason=reason, text=WHY)


@pytest.mark.parametrize(
    ("reason", "clause", "days"),
    [
        ("expert_opinion", "hotline-13", 42),
        ("force_majeure", "hotline-15", 60),
        ("legal_proceedings", "hotline-13", 180),
    ],
)
def test_a_pause_has_its_clause_its_maximum_and_ends_by_itself(
    taken: Case, reason: str, clause: str, days: int
) -> None:
    due = taken.due_at
    case = paused(taken, reason)
    clock, entry = Clock.objects.get(id=case.clock), Entry.objects.get(case=case, kind="paused")
    assert (case.state, clock.pause_reason, entry.reason, entry.clause) == ("paused", reason, reason, clause)
    assert clock.pause_until is not None
    assert abs(clock.pause_until - cast.later(days=days)) < timedelta(days=3)
    assert Fact.objects.get(kind="case.paused").details["clause"] == clause
    assert ringing.ring_due(at=clock.pause_until - timedelta(seconds=1)) == 0
    assert ringing.ring_due(at=clock.pause_until + timedelta(seconds=1)) == 1
    again = Case.objects.get(id=case.id)
    assert again.state == "in_hand"
    assert again.due_at > due + 0.9 * (clock.pause_until - cast.AT)
    assert Clock.objects.get(id=case.clock).pauses[0]["reason"] == reason


def test_a_move_ends_a_pause_and_the_promise_moves_by_the_time_it_stood(taken: Case) -> None:
    case = paused(taken)
    again = pausing.resume(**cast.turn("roads-head", case, at=cast.later(days=2)))
    assert again.state == "in_hand"
    assert Clock.objects.get(id=case.clock).due_at == again.due_at
    assert timedelta(days=1.9) < again.due_at - taken.due_at < timedelta(days=4.1)  # two working days
    assert Message.objects.filter(template="cases/messages/resumed").count() == 1


def test_everybody_is_told_why_until_when_and_how_to_appeal(taken: Case) -> None:
    paused(taken)
    letter = render(Message.objects.get(template="cases/messages/paused"))
    for part in ("鉴定", "〔电话〕", "申诉", "2026年12月28日"):
        assert part in letter.text, part
    assert "13912345678" not in letter.text


@pytest.mark.parametrize("reason", ["", "busy", "waiting_resident", "holiday"])
def test_no_other_reason_lets_it_stand_still(taken: Case, reason: str) -> None:
    with pytest.raises(Refusal) as refusal:
        paused(taken, reason)
    assert refusal.value.code == "pause_reason"
    assert Clock.objects.get(id=taken.clock).paused_at is None
    assert not Decision.objects.exists()


def test_a_limit_that_has_passed_no_longer_pauses(taken: Case) -> None:
    with pytest.raises(Refusal) as refusal:
        paused(taken, at=taken.due_at + timedelta(hours=1))
    assert refusal.value.code == "pause_late"


def test_a_handler_alone_cannot_stop_the_clock_and_no_other_office_can(taken: Case) -> None:
    for code in ("roads-1", "water-1", "mayor"):
        with pytest.raises(Refusal):
            pausing.pause(**cast.turn(code, taken), reason="expert_opinion", text=WHY)
    with pytest.raises(NotAllowed):
        pausing.resume(**cast.turn("roads-1", paused(taken)))


def test_a_pause_is_offered_and_taken_back_like_any_move(taken: Case) -> None:
    head = cast.actor("roads-head")
    assert "pause" in casefile.desk_case(head, taken.id, cast.AT).moves
    before = Clock.objects.filter(id=taken.clock).values().get()
    case = paused(taken)
    assert casefile.desk_case(head, case.id, cast.AT).moves == ("rematter", "relocate", "resume", "narrow", "note")
    post = cast.post("roads-head")
    undone = undoing.undo(by=post.doer, at=cast.AT, post=post, case=case.id)
    assert undone.state == "in_hand"
    assert Clock.objects.filter(id=taken.clock).values().get() == before
    assert not Decision.objects.exists()
    assert not Message.objects.filter(cancelled_at=None, template="cases/messages/paused").exists()


def test_an_appeal_against_a_pause_goes_to_the_supervisor_and_lets_the_clock_run_again() -> None:
    received = cast.say()
    case = paused(dispatch.accept(**cast.turn("roads-1", received.case)))
    decision = Decision.objects.get(what="paused")
    appeal = appealing.appeal(
        by=received.voice.ref,
        at=cast.later(hours=1),
        voice=received.voice.id,
        decision=decision.pk,
        words="桥上天天过人",
    )
    assert appeal.organ == "watch"
    assert appealing.queue(cast.post("watch-1")) == [appeal]
    again = appealing.answer_appeal(
        **cast.turn("watch-1", case, at=cast.later(hours=2)), appeal=appeal.id, granted=True, public_text="应当先抢修"
    )
    assert again.state == "in_hand"
    assert Clock.objects.get(id=case.clock).paused_at is None
    assert Appeal.objects.get().granted is True
    told = course.by_token(received.link_token, cast.later(hours=3))
    assert [line.kind for line in told.entries][-4:] == ["paused", "appealed", "appeal_answered", "resumed"]


def letters_of(template: str) -> list[str]:
    return [render(row).text for row in Message.objects.filter(template=f"cases/messages/{template}").order_by("id")]


def test_a_pause_that_ended_by_itself_is_told_to_everybody(taken: Case) -> None:
    case = paused(taken, "force_majeure")
    ringing.ring_due(at=cast.later(days=90))
    (letter,) = letters_of("resumed")
    again = Case.objects.get(id=case.id)
    assert "到了法定最长期限" in letter
    assert letters.day_text(again.due_at, "zh-hans") in letter


def test_a_question_that_was_waited_for_in_vain_is_told_in_other_words(taken: Case) -> None:
    handling.ask(**cast.turn("roads-1", taken), question="几号？")
    ringing.ring_due(at=cast.later(days=20))
    (letter,) = letters_of("resumed")
    assert "您的回答" in letter
    assert "法定" not in letter


def test_nobody_is_told_of_it_who_took_her_voice_back(taken: Case) -> None:
    joined = intake.join(
        by=rules.NEW_VOICE, at=cast.AT, case=taken.id, words="我也看到了", contact=Contact("email", "wu@example.org")
    )
    taken.refresh_from_db()
    paused(taken)
    intake.withdraw(by=joined.voice.ref, at=cast.AT, voice=joined.voice.id)
    ringing.ring_due(at=cast.later(days=90))
    assert len(letters_of("resumed")) == 1


@pytest.mark.parametrize(("amount", "day"), [(10, "2026年11月30日"), (3, "2026年11月19日")])
def test_how_long_a_question_waits_is_said_by_the_procedure_alone(amount: int, day: str) -> None:
    text = (Path(__file__).parents[3] / "counties/lanting/procedures/voice.yaml").read_text()
    was = "reason: waiting_resident, amount: 10"
    assert was in text
    changed = text.replace(was, f"reason: waiting_resident, amount: {amount}")
    procedures_loading.load_procedures(by=cast.BY, at=cast.AT, texts=[changed])
    taken = dispatch.accept(**cast.turn("roads-1", cast.say(cast.WORDS).case))
    desk = casefile.desk_case(cast.actor("roads-1"), taken.id, cast.AT)
    with translation.override("zh-hans"):
        before = telling.before("ask", desk, cast.AT)
    case = handling.ask(**cast.turn("roads-1", taken), question="几号？")
    until = Clock.objects.get(id=case.clock).pause_until
    assert until is not None
    assert letters.day_text(until, "zh-hans") == day
    assert day in letters_of("asked")[0]
    assert day.removeprefix("2026年") in before
    assert Fact.objects.get(kind="case.asked").details["until"] == stamp(until)
    assert f"{amount}个工作日" in Client().get("/zh/how/").content.decode()
