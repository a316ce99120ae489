"""Two at once: whoever comes second finds what the first one left, and nothing half is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from gongzhi.cases import closing, dispatch, handling, intake, rating, ringing, undoing
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Entry, Rating, Undo, Voice
from gongzhi.cases.tests import cast
from gongzhi.channels import delivering
from gongzhi.channels.models import Message
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import running
from gongzhi.procedures.models import Clock

SOON = cast.AT + timedelta(seconds=9)
Deed = Callable[[], Any]


@pytest.fixture
def received(transactional_db: None) -> Received:
    cast.load_county()
    return cast.say()


def at_once(*deeds: Deed) -> list[str]:
    """Do all at the same moment, each on a connection of its own; "" for what went through, else the code."""
    gate, ends = threading.Barrier(len(deeds)), [""] * len(deeds)

    def run(number: int, deed: Deed) -> None:
        try:
            gate.wait(10)
            deed()
        except Refusal as refusal:
            ends[number] = refusal.code
        except Exception as error:  # noqa: BLE001 - told as such: a race must end in a refusal, never in a fault
            ends[number] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ends


def sound(case: Case) -> None:
    """What holds whatever happened: one live story in the row, the net, the clock, the voices and the ledger."""
    row = Case.objects.get(id=case.id)
    tokens, clock = running.marking(row.run), Clock.objects.get(id=row.clock)
    main = [token for token in tokens if token.stage != "helping"]
    assert [token.holder for token in main] == ([row.holder] if row.holder else [main[0].holder])
    assert main[0].stage == row.state
    assert (clock.stopped_at is not None) == (row.state in ("answered", "closed"))
    assert row.voices == Voice.objects.filter(case=row, withdrawn_at=None).count()
    assert Clock.objects.filter(about=row.ref, stopped_at=None).count() <= 1


def taken(received: Received) -> Case:
    return dispatch.accept(**cast.turn("roads-1", received.case))


def closed(received: Received) -> Case:
    return closing.answer_and_close(**cast.turn("roads-1", taken(received)), public_text="修好了", outcome="fixed")


def test_two_who_accept_at_once_are_one_holder_and_one_refusal(received: Received) -> None:
    turns = [cast.turn(code, received.case) for code in ("roads-1", "roads-2")]
    ends = at_once(*(lambda turn=turn: dispatch.accept(**turn) for turn in turns))
    assert sorted(ends) == ["", "moved_first"]
    assert Entry.objects.filter(case=received.case, kind="accepted").count() == 1
    assert Fact.objects.filter(kind="case.accepted").count() == 1
    sound(received.case)


def test_an_undo_and_a_further_move_at_once_leave_one_story(received: Received) -> None:
    case = taken(received)
    move, post = cast.turn("roads-2", case), cast.post("roads-1")
    ends = at_once(
        lambda: undoing.undo(by=post.doer, at=SOON, post=post, case=case.id),
        lambda: handling.answer(**move, public_text="修好了"),
    )
    assert ends in (["", "moved_first"], ["undo_nothing", ""], ["undo_other", ""])
    sound(case)


def test_a_rating_and_a_withdrawal_at_once_never_reopen_for_nobody(received: Received) -> None:
    case, voice = closed(received), received.voice
    ends = at_once(
        lambda: rating.rate(by=voice.ref, at=cast.AT, voice=voice.id, solved=False, grade=1),
        lambda: intake.withdraw(by=voice.ref, at=cast.AT, voice=voice.id),
    )
    row = Case.objects.get(id=case.id)
    assert ends[1] == ""
    assert ends[0] in ("", "voice_withdrawn")
    assert row.state == "closed"
    assert not row.public
    sound(case)


def test_an_unhappy_rating_sent_twice_opens_the_case_once(received: Received) -> None:
    case, voice = closed(received), received.voice
    said = {"by": voice.ref, "at": cast.AT, "voice": voice.id, "solved": False, "grade": 1}
    ends = at_once(*(lambda: rating.rate(**said) for _ in range(3)))  # type: ignore[arg-type]
    assert sorted(ends) == ["", "rated_already", "rated_already"]
    assert Rating.objects.count() == 1
    assert Case.objects.get(id=case.id).round == 2
    sound(case)


def test_neighbours_who_join_at_once_are_all_counted(received: Received) -> None:
    join = {"by": "voice:new", "at": cast.AT, "case": received.case.id, "words": "我家门口也是这样"}
    assert at_once(*(lambda: intake.join(**join) for _ in range(4))) == [""] * 4  # type: ignore[arg-type]
    assert Case.objects.get(id=received.case.id).voices == 5
    sound(received.case)


def test_the_bell_and_an_answer_at_once_both_end(received: Received) -> None:
    case = taken(received)
    late = Case.objects.get(id=case.id).due_at + timedelta(days=3)
    turn = cast.turn("roads-1", case, at=late)
    ends = at_once(
        lambda: handling.answer(**turn, public_text="修好了"),
        lambda: ringing.ring_due(at=late),
        lambda: ringing.ring_due(at=late),
    )
    assert ends == ["", "", ""]
    assert Entry.objects.filter(case=case, kind="overdue").count() <= 1
    assert Fact.objects.filter(kind="clock.overdue").count() == Entry.objects.filter(kind="overdue").count()
    sound(case)


def test_the_end_of_a_pause_and_the_residents_answer_at_once_resume_once(received: Received) -> None:
    case = handling.ask(**cast.turn("roads-1", taken(received)), question="几号？")
    late = cast.AT + timedelta(days=40)
    ends = at_once(
        lambda: handling.answer_question(by=received.voice.ref, at=late, voice=received.voice.id, words="三号"),
        lambda: ringing.ring_due(at=late),
    )
    assert ends[1] == ""
    assert ends[0] in ("", "not_asked")
    assert len(Clock.objects.get(id=Case.objects.get(id=case.id).clock).pauses) == 1
    sound(case)


def test_an_undo_that_waited_until_a_letter_had_left_is_refused_and_changes_nothing(received: Received) -> None:
    case = handling.answer(**cast.turn("roads-1", taken(received)), public_text="修好了")
    Message.objects.filter(template="cases/messages/answered").update(sent_at=cast.AT + timedelta(seconds=10))
    post = cast.post("roads-1")
    with pytest.raises(Refusal, match="ten seconds"):
        undoing.undo(by=post.doer, at=SOON, post=post, case=case.id)
    assert Case.objects.get(id=case.id).state == "answered"
    assert Undo.objects.filter(case=case).exists()


def test_two_deliverers_at_once_send_each_letter_once(received: Received) -> None:
    closed(received)
    late = cast.AT + timedelta(minutes=1)
    Message.objects.exclude(adapter="loudspeaker").update(adapter="page")
    assert at_once(*(lambda: delivering.deliver_due(at=late) for _ in range(3))) == ["", "", ""]
    sent = Fact.objects.filter(kind="message.sent").values_list("details", flat=True)
    assert len({fact["message"] for fact in sent}) == len(sent) == Message.objects.count()


@pytest.mark.parametrize("round", range(5))
def test_two_clerks_who_join_two_cases_into_each_other_at_once_take_turns(received: Received, round: int) -> None:
    other = cast.say("东街井盖也坏了")
    turns = {each.case.number: cast.turn("roads-1", taken(each)) for each in (received, other)}
    numbers = list(turns)
    ends = at_once(
        *(
            lambda here=here, there=there: closing.close(**turns[here], outcome="duplicate", duplicate_of=there)
            for here, there in (numbers, reversed(numbers))
        )
    )
    assert sorted(ends) in (["", "first_differs"], ["", "moved_first"])
    states = list(Case.objects.values_list("state", flat=True))
    assert sorted(states) == ["closed", "in_hand"]
    assert Voice.objects.filter(case__state="in_hand").count() == 2, "both voices are with the case that goes on"
