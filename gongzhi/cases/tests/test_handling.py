"""Asking, answering, notes and the one extension."""

from __future__ import annotations

import pytest

from gongzhi.cases import course, dispatch, handling, intake, looking, sealing
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
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
