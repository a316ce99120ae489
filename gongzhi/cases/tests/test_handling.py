"""Asking, answering, notes and the one extension."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import translation

from gongzhi.cases import casefile, closing, course, dispatch, handling, intake, loading, looking, sealing, undoing
from gongzhi.cases.desk import telling
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import reads as procedures

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
def received() -> Received:
    """A voice in hand of roads-1."""
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    return received


def ask(received: Received, **more: object) -> Case:
    return handling.ask(**cast.turn("roads-1", received.case, **more), question="井盖在几号门前？")


def test_asking_pauses_the_clock_for_ten_working_days_at_most(received: Received) -> None:
    case = ask(received)
    clock = procedures.clock(case.clock)
    assert (case.state, clock.pause_reason) == ("asked", "waiting_resident")
    assert clock.pause_until == cast.later(days=14, hours=8)
    assert clock.standing(cast.later(days=3)).state == "paused"


def test_the_answer_lets_the_clock_run_by_the_time_that_was_waited(received: Received) -> None:
    before = ask(received).due_at
    case = handling.answer_question(
        by=received.voice.ref, at=cast.later(days=2), voice=received.voice.id, words="8号门前"
    )
    assert case.state == "in_hand"
    assert case.due_at == before + (cast.later(days=2) - cast.AT)
    assert procedures.clock(case.clock).pause_until is None


def test_only_she_and_the_desk_read_her_answer(received: Received) -> None:
    ask(received)
    handling.answer_question(by=received.voice.ref, at=cast.AT, voice=received.voice.id, words="8号，电话13912345678")
    mine = course.by_token(received.link_token, cast.AT)
    everybodys = course.public_case(received.case.number, cast.AT)
    assert [line.kind for line in mine.entries][-1] == "resident_answered"
    assert "139" not in mine.entries[-1].text
    assert {line.kind for line in everybodys.entries} == {"received", "accepted"}
    assert sealing.open_reply(Entry.objects.get(kind="resident_answered")) == "8号，电话13912345678"


def test_the_original_of_an_answer_is_opened_with_the_original(received: Received) -> None:
    ask(received)
    handling.answer_question(by=received.voice.ref, at=cast.AT, voice=received.voice.id, words="电话13912345678")
    told = looking.original(
        by=cast.post("roads-1").doer, at=cast.AT, post=cast.post("roads-1"), voice=received.voice.id, purpose="contact"
    )
    assert told.replies == ("电话13912345678",)


def test_an_answer_nobody_asked_for_is_refused(received: Received) -> None:
    with pytest.raises(Refusal) as refused:
        handling.answer_question(by=received.voice.ref, at=cast.AT, voice=received.voice.id, words="8号")
    assert refused.value.code == "not_asked"


def test_a_question_after_the_limit_is_asked_without_a_pause(received: Received) -> None:
    case = ask(received, at=cast.later(days=20))
    assert case.state == "in_hand"
    assert course.by_token(received.link_token, cast.later(days=20)).can.answer
    case = handling.answer_question(by=received.voice.ref, at=cast.later(days=21), voice=received.voice.id, words="8号")
    assert not course.by_token(received.link_token, cast.later(days=21)).can.answer


def test_a_question_goes_to_the_voice_it_names(received: Received) -> None:
    other = intake.join(by="voice:new", at=cast.AT, case=received.case.id, words="我家门口也是")
    handling.ask(**cast.turn("roads-1", received.case), question="几号？", voice=other.voice.id)
    assert course.by_token(other.link_token, cast.AT).question is not None
    assert course.by_token(received.link_token, cast.AT).question is None


def test_the_answer_is_two_texts_and_every_voice_gets_its_own_letter(received: Received) -> None:
    other = intake.join(by="voice:new", at=cast.AT, case=received.case.id, words="我家门口也是")
    handling.answer(**cast.turn("roads-1", received.case), public_text="明天换新井盖", internal_text="李师傅去")
    letters = Message.objects.filter(template="cases/messages/answered")
    assert {letter.adapter for letter in letters} == {"email", "page"}
    assert all("明天换新井盖" in letter.context["answer"] for letter in letters)
    told = course.by_token(other.link_token, cast.AT)
    assert told.answer is not None
    assert (told.answer.text, told.answer.internal) == ("明天换新井盖", "")


def test_an_answer_is_masked_before_anybody_reads_it(received: Received) -> None:
    handling.answer(**cast.turn("roads-1", received.case), public_text="请打13912345678找师傅")
    assert "13912345678" not in Entry.objects.get(kind="answered").public_text


def test_answering_stops_the_clock_and_says_whether_in_time(received: Received) -> None:
    case = handling.answer(**cast.turn("roads-1", received.case, at=cast.later(days=30)), public_text="修好了")
    assert (case.state, case.in_time) == ("answered", False)
    assert procedures.clock(case.clock).stopped_at == cast.later(days=30)


def test_a_note_is_the_desks_alone(received: Received) -> None:
    handling.note(**cast.turn("roads-1", received.case), internal_text="家里有狗")
    told = course.by_token(received.link_token, cast.AT)
    assert "家里有狗" not in repr(told)


def test_the_limit_is_extended_once_and_the_reason_is_told(received: Received) -> None:
    case = handling.extend(**cast.turn("roads-head", received.case), reason_text="要等配件")
    assert case.due_at > received.case.received_at
    assert case.due_at == cast.later(days=14, hours=8)
    assert Message.objects.get(template="cases/messages/extended").context["reason"] == "要等配件"
    with pytest.raises(Refusal) as refused:
        handling.extend(**cast.turn("roads-head", case), reason_text="还要等")
    assert refused.value.code == "extended_already"


def test_facts_of_handling_hold_no_text(received: Received) -> None:
    ask(received)
    handling.answer_question(by=received.voice.ref, at=cast.AT, voice=received.voice.id, words="8号门前")
    handling.answer(**cast.turn("roads-1", received.case), public_text="明天换新井盖")
    told = "".join(repr(fact.details) for fact in Fact.objects.all())
    assert "井盖" not in told
    assert "8号" not in told


def replied(received: Received, day: int) -> None:
    at = cast.later(days=day)
    handling.answer_question(by=received.voice.ref, at=at, voice=received.voice.id, words="是8号门前")


def test_as_many_questions_as_the_matter_allows_pause_the_clock_and_no_more(received: Received) -> None:
    for day in (0, 1):
        assert ask(received, at=cast.later(days=day)).state == "asked"
        replied(received, day)
    before = Case.objects.get(id=received.case.id)
    case = ask(received, at=cast.later(days=2))
    assert (case.state, case.due_at) == ("in_hand", before.due_at), "it is asked, but the time runs on"
    assert procedures.clock(case.clock).pause_until is None
    letter = Message.objects.filter(template="cases/messages/asked").order_by("put_at").last()
    assert letter is not None
    assert letter.context["until"] == "", "nobody is told of a pause that there is not"
    replied(received, 2)
    assert course.by_token(received.link_token, cast.later(days=2)).question is None
    assert Fact.objects.filter(kind="case.asked").count() == 3


def test_each_question_names_the_clause_under_which_it_may_pause(received: Received) -> None:
    ask(received)
    assert Entry.objects.get(kind="asked").clause == "hotline-12"


@pytest.mark.parametrize("most", [0, 1, 3])
def test_the_matter_sets_how_many(received: Received, most: int) -> None:
    rows = [row | ({"asks_most": most} if row["code"] == "manhole" else {}) for row in cast.MATTERS]
    loading.load_matters(by=cast.BY, at=cast.AT, rows=rows)
    states = []
    for day in range(4):
        states.append(ask(received, at=cast.later(hours=day)).state)
        handling.answer_question(
            by=received.voice.ref, at=cast.later(hours=day), voice=received.voice.id, words="是8号门前"
        )
    assert states == ["asked"] * most + ["in_hand"] * (4 - most)


def test_a_question_taken_back_is_not_counted_and_a_new_round_begins_anew(received: Received) -> None:
    post = cast.post("roads-1")
    for _ in range(3):
        case = ask(received)
        undoing.undo(by=post.doer, at=cast.AT, post=post, case=case.id)
    for _ in range(2):
        ask(received)
        replied(received, 0)
    assert handling.asks_left(Case.objects.get(id=received.case.id)) == 0
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="好了", outcome="fixed")
    closing.reopen(**cast.turn("roads-1", received.case), reason_text="又坏了")
    assert handling.asks_left(Case.objects.get(id=received.case.id)) == 2


def test_the_desk_says_beforehand_that_the_clock_will_not_pause(received: Received) -> None:
    for _ in range(2):
        ask(received)
        replied(received, 0)
    now = moments.now()
    Case.objects.update(due_at=now + timedelta(days=3))
    desk = casefile.desk_case(cast.actor("roads-1"), received.case.id, now)
    assert desk.asks_left == 0
    with translation.override("en"):
        assert "runs on" in telling.before("ask", replace(desk, course=replace(desk.course, clock=None)), now)
