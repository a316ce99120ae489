"""Ten seconds to take a move back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gongzhi.cases import closing, dispatch, handling, undoing
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.kit.refusal import NotAllowed, Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import clocks, running

pytestmark = pytest.mark.usefixtures("county")
SOON = cast.AT + timedelta(seconds=9)
LATE = cast.AT + timedelta(seconds=10, microseconds=1)

MOVES: dict[str, Callable[[Case], Any]] = {
    "hand_over": lambda case: dispatch.hand_over(
        **cast.turn("roads-1", case), reason="not_our_duty", to_organ="water", clause="c"
    ),
    "rematter": lambda case: dispatch.rematter(**cast.turn("roads-1", case), matter="conduct"),
    "help": lambda case: dispatch.help(**cast.turn("roads-1", case), organs=["town", "water"]),
    "ask": lambda case: handling.ask(**cast.turn("roads-1", case), question="几号？"),
    "answer": lambda case: handling.answer(**cast.turn("roads-1", case), public_text="修好了"),
    "answer_and_close": lambda case: closing.answer_and_close(
        **cast.turn("roads-1", case), public_text="修好了", outcome="fixed"
    ),
    "note": lambda case: handling.note(**cast.turn("roads-1", case), internal_text="看过了"),
}


@pytest.fixture
def taken() -> Case:
    """A case in hand of roads-1."""
    return dispatch.accept(**cast.turn("roads-1", cast.say().case))


def undo(case: Case, at: Any = SOON, post: str = "roads-1") -> Case:
    return undoing.undo(by=cast.post(post).doer, at=at, post=cast.post(post), case=case.id)


def standing(case: Case) -> tuple[Any, ...]:
    """Everything a move may change, besides the version and who moved last."""
    row = Case.objects.get(id=case.id)
    kept = {
        name: value for name, value in vars(row).items() if name not in ("_state", "version", "moved_by", "moved_at")
    }
    return kept, running.marking(row.run), clocks.snapshot(row.clock)


@pytest.mark.parametrize("move", MOVES)
def test_undo_restores_case_tokens_and_clock_and_cancels_the_letters(taken: Case, move: str) -> None:
    before, lines = standing(taken), Entry.objects.count()
    MOVES[move](taken)
    undo(taken)
    assert standing(taken) == before
    assert Entry.objects.count() == lines
    waiting = Message.objects.filter(cancelled_at=None).exclude(template__endswith="received")
    assert not waiting.exists()
    assert Fact.objects.get(kind="case.undone").details == {"move": move}


def test_letters_of_a_move_leave_after_the_ten_seconds(taken: Case) -> None:
    MOVES["answer"](taken)
    assert Message.objects.get(template__endswith="answered").due_at == cast.AT + timedelta(seconds=10)


def test_a_new_round_that_is_undone_leaves_no_running_clock(taken: Case) -> None:
    closed = MOVES["answer_and_close"](taken)
    closing.reopen(**cast.turn("roads-1", closed), reason_text="又坏了")
    undo(taken)
    case = Case.objects.get()
    assert (case.state, case.round) == ("closed", 1)
    assert clocks.ring(at=cast.later(days=60)) == []


def test_after_ten_seconds_nothing_is_taken_back(taken: Case) -> None:
    MOVES["answer"](taken)
    with pytest.raises(Refusal) as refused:
        undo(taken, at=LATE)
    assert refused.value.code == "undo_late"


def test_nobody_takes_back_the_move_of_another(taken: Case) -> None:
    MOVES["answer"](taken)
    with pytest.raises(NotAllowed):
        undo(taken, post="roads-2")


def test_a_move_is_taken_back_once_and_only_while_it_is_the_last(taken: Case) -> None:
    MOVES["note"](taken)
    undo(taken)
    with pytest.raises(Refusal) as refused:
        undo(taken)
    assert refused.value.code == "undo_nothing"


def test_the_answer_of_the_resident_ends_the_way_back(taken: Case) -> None:
    MOVES["ask"](taken)
    voice = taken.voice_set.get()
    handling.answer_question(by=voice.ref, at=SOON, voice=voice.id, words="8号")
    with pytest.raises(Refusal):
        undo(taken)
