"""Closing with an outcome, and opening again. Closed is not fixed: state, outcome and rating are three fields.

An opened case is a new round with the matter's whole limit again: the promise is given anew, earlier answers and
ratings stay, and every figure counts the rounds apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import answering, handling, matters, merging, reads, rules, turning
from gongzhi.cases.models import Case
from gongzhi.cases.turning import Turn
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import clocks, running


@transaction.atomic
def close(
    *,
    by: str,
    at: datetime,
    post: PostCard,
    case: UUID,
    version: int,
    outcome: str,
    duplicate_of: str = "",
    internal_text: str = "",
) -> Case:
    """Close an answered case with its outcome. Refuses while a helping organ has not returned.

    A duplicate is closed without an answer of its own: its voices go to the first case and are answered there."""
    rules.check_outcome(outcome, duplicate_of=duplicate_of)
    if duplicate_of:
        merging.lock(case, into=duplicate_of)
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="close", permit=Permit.CASE_CLOSE)
    if outcome == "duplicate":
        return merging.merge(turn, into=duplicate_of)
    turning.in_state(turn, "answered")
    _close(turn, outcome, internal_text)
    turn.tell("closed", outcome=outcome)
    return _finish(turn)


@transaction.atomic
def answer_and_close(
    *,
    by: str,
    at: datetime,
    post: PostCard,
    case: UUID,
    version: int,
    public_text: str,
    outcome: str,
    internal_text: str = "",
    own: Mapping[UUID, str] | None = None,
) -> Case:
    """Answer and close in one step, with one letter for each voice; `own` as in handling.answer.

    Refuses while a helping organ has not returned."""
    rules.check_outcome(outcome, duplicate_of="")
    turn = turning.begin(
        by=by, at=at, post=post, case=case, version=version, move="answer_and_close", permit=Permit.CASE_ANSWER
    )
    if not post.can(Permit.CASE_CLOSE):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    answers = handling.put_answer(turn, public_text=public_text, internal_text=internal_text, own=own)
    _close(turn, outcome, "")
    answering.tell(turn, answers, outcome=outcome)
    return _finish(turn)


@transaction.atomic
def reopen(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, reason_text: str) -> Case:
    """Open a closed case again from the organ that leads it; the reason is public. A withdrawn case stays closed."""
    text = mask(rules.clean_words(reason_text, most=rules.REASON_MAX, field="reason_text")).text
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="reopen", permit=Permit.CASE_CLOSE)
    turning.in_state(turn, "closed")
    turning.leads(turn)
    if turn.case.outcome in ("withdrawn", "duplicate"):
        raise Refusal("stays_closed", N_("A withdrawn or joined case cannot be opened again."), status=409)
    begin_round(by=by, at=at, case=turn.case)
    turn.note("reopened", public_text=text, reason="staff")
    return turn.finish("case.reopened", {"round": turn.case.round, "why": "staff", "due": stamp(turn.case.due_at)})


def begin_round(*, by: str, at: datetime, case: Case) -> None:
    """The next round in the row of a closed case: at the lead organ, with a fresh clock. The caller saves."""
    card = matters.card(case.matter_id) or matters.card(rules.CATCH_ALL)
    if card is None:
        raise reads.unknown()
    holder = f"organ:{case.organ}" if case.organ else rules.DISPATCH
    running.move(by=by, at=at, run=case.run, move="reopen", holder=case.holder, to=[holder], quiet=True)
    clock = clocks.start(by=by, at=at, about=case.ref, limit=matters.limit_of(card), clause=card.clause, quiet=True)
    case.clock = clock.id
    case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
    case.round += 1
    case.state, case.outcome, case.holder, case.held_at = "received", "", holder, at
    case.answered_at = case.in_time = case.closed_at = None


def _close(turn: Turn, outcome: str, internal_text: str) -> None:
    internal = rules.clean_note(internal_text, most=rules.ANSWER_MAX, field="internal_text")
    if turn.case.helping:
        raise Refusal(
            "help_outstanding",
            N_("%(count)s organs have not returned their part yet. The case can be closed when they have."),
            status=409,
            count=turn.case.helping,
        )
    held = turning.in_hands(turn)
    turn.fire("close", holder=held, outcome=outcome)
    turn.hold(held, state="closed")
    turn.case.outcome, turn.case.closed_at = outcome, turn.at
    entry = turn.note("closed", outcome=outcome, internal_text=internal)
    if outcome in rules.REFUSALS:
        turn.decide(entry, "refused", outcome)


def _finish(turn: Turn) -> Case:
    case = turn.case
    details: dict[str, Json] = {"round": case.round, "outcome": case.outcome, "in_time": case.in_time}
    return turn.finish("case.closed", details | turn.stood())
