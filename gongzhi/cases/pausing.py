"""Letting the limit stand still for a coded legal reason that is not the resident's, and running again.

Which reasons there are, for how long at most and under which clause stands in the county's procedure. Everybody who
spoke is told, with the way to appeal; the pause ends by a move or by itself at its maximum (`ringing`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import rules, turning
from gongzhi.cases.models import Case
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import clocks
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.models import Clock
from gongzhi.procedures.rules import PauseTerm

MOVE = "pause"


def terms(case: Case) -> tuple[PauseTerm, ...]:
    """The reasons for which this case's limit may stand still; none when it runs by an older procedure."""
    net = procedures.net_of(case.run)
    return next((move.clock.pauses for move in net.moves if move.code == MOVE), ())


@transaction.atomic
def pause(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, reason: str, text: str) -> Case:
    """Let the limit stand still for a coded reason; `text` says to every voice what is waited for.

    Refuses an uncoded reason, a case not in hand, and one whose limit has passed."""
    told = mask(rules.clean_words(text, most=rules.REASON_MAX, field="text")).text
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move=MOVE, permit=Permit.CASE_PAUSE)
    turning.in_state(turn, "in_hand")
    held = turning.in_hands(turn)
    term = procedures.net_of(turn.case.run).move(MOVE).clock.term(reason)
    turn.fire(MOVE, holder=held, reason=term.reason)
    turn.hold(held, state="paused")
    until = clocks.until(at, term)
    entry = turn.note("paused", reason=term.reason, clause=term.clause, public_text=told)
    turn.decide(entry, "paused", term.reason)
    turn.tell_each("paused", until=until, reason=term.reason, text=told)
    details: dict[str, Json] = {"reason": term.reason, "until": stamp(until), "clause": term.clause}
    return turn.finish("case.paused", details)


@transaction.atomic
def resume(*, by: str, at: datetime, post: PostCard, case: UUID, version: int) -> Case:
    """What was waited for is there: the limit runs again, later by exactly the time it stood."""
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="resume", permit=Permit.CASE_PAUSE)
    turning.in_state(turn, "paused")
    turning.in_hands(turn)
    run_again(turn)
    turn.tell("resumed")
    return turn.finish("case.resumed")


def run_again(turn: turning.Turn) -> None:
    """The work and the limit go on; the line of the course says so."""
    clock = turn.fire("resume", holder=turn.case.holder)
    take_over(turn.case, clock)
    turn.hold(turn.case.holder, state="in_hand")
    turn.note("resumed")


def take_over(case: Case, clock: Clock | None) -> None:
    """The case repeats what its clock promises now."""
    if clock is not None:
        case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
