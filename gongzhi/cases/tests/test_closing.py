"""Closing, duplicates, opening again."""

from __future__ import annotations

import pytest

from gongzhi.cases import closing, course, dispatch, handling, intake, lists, rating
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.procedures import reads as procedures
from gongzhi.procedures import running

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
def taken() -> Case:
    """A case in hand of roads-1."""
    return dispatch.accept(**cast.turn("roads-1", cast.say().case))


def test_state_outcome_and_rating_are_three_things(taken: Case) -> None:
    case = closing.answer_and_close(**cast.turn("roads-1", taken), public_text="明年改造", outcome="planned")
    assert (case.state, case.outcome) == ("closed", "planned")
    assert [token.stage for token in running.marking(case.run)] == ["closed"]
    assert not Entry.objects.filter(kind="rated").exists()


def test_answer_and_close_is_one_letter_and_answer_then_close_are_two(taken: Case) -> None:
    closing.answer_and_close(**cast.turn("roads-1", taken), public_text="修好了", outcome="fixed")
    assert Message.objects.filter(template__in=["cases/messages/answered", "cases/messages/closed"]).count() == 1
    other = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    handling.answer(**cast.turn("roads-1", other), public_text="修好了")
    closing.close(**cast.turn("roads-1", other), outcome="fixed")
    assert Message.objects.filter(about=other.ref, template__endswith="closed").count() == 1


def test_nothing_is_closed_without_an_answer(taken: Case) -> None:
    with pytest.raises(Refusal) as refused:
        closing.close(**cast.turn("roads-1", taken), outcome="no_ground")
    assert refused.value.code == "not_now"


def test_a_duplicate_gives_its_voices_to_the_first_case(taken: Case) -> None:
    second = cast.say("东街井盖没了，太危险", contact=None)
    dispatch.accept(**cast.turn("roads-1", second.case))
    closing.close(**cast.turn("roads-1", second.case), outcome="duplicate", duplicate_of=taken.number.lower())
    taken.refresh_from_db()
    assert taken.voices == 2
    told = course.by_token(second.link_token, cast.AT)
    assert (told.case, told.voice and told.voice.number) == (taken.id, second.voice.number)
    assert course.public_case(second.case.number, cast.AT).number == taken.number
    assert [row.number for row in lists.public_list(cast.AT, q="井盖").rows] == [taken.number]


def test_voices_of_a_duplicate_are_answered_and_rate_for_themselves(taken: Case) -> None:
    second = cast.say("东街井盖没了，太危险", contact=None)
    dispatch.accept(**cast.turn("roads-1", second.case))
    closing.close(**cast.turn("roads-1", second.case), outcome="duplicate", duplicate_of=taken.number)
    closing.answer_and_close(**cast.turn("roads-1", taken), public_text="换好了", outcome="fixed")
    assert Message.objects.filter(address_sealed__isnull=False, template__endswith="answered").count() == 2
    rated = rating.rate(by=second.voice.ref, at=cast.AT, voice=second.voice.id, solved=True, grade=5)
    assert rated.rating.case_id == taken.id


def test_a_duplicate_of_itself_of_a_closed_case_or_of_nothing_is_refused(taken: Case) -> None:
    closed = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    closing.answer_and_close(**cast.turn("roads-1", closed), public_text="好了", outcome="fixed")
    for number in (taken.number, closed.number, "990101-26-0000-0000"):
        with pytest.raises(Refusal) as refused:
            closing.close(**cast.turn("roads-1", taken), outcome="duplicate", duplicate_of=number)
        assert refused.value.field in ("duplicate_of", "number")


def test_opening_again_is_a_new_round_with_the_whole_limit(taken: Case) -> None:
    closing.answer_and_close(**cast.turn("roads-1", taken), public_text="好了", outcome="fixed")
    case = closing.reopen(**cast.turn("roads-head", taken, at=cast.later(days=10)), reason_text="又坏了")
    assert (case.state, case.round, case.outcome, case.holder) == ("received", 2, "", "organ:roads")
    assert case.answered_at is None
    assert case.due_at > cast.later(days=10)
    assert procedures.clock(case.clock).started_at == cast.later(days=10)
    assert Entry.objects.filter(case=case, kind="answered", round=1).exists()


def test_a_withdrawn_case_stays_closed(taken: Case) -> None:
    voice = taken.voice_set.get()
    intake.withdraw(by=voice.ref, at=cast.AT, voice=voice.id)
    with pytest.raises((Refusal, NotFound)):
        closing.reopen(**cast.turn("roads-head", taken), reason_text="又坏了")
