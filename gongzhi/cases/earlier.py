"""What another system left open, taken into the work here, or closed without having been.

Taking over is one act: from that moment the case stands as if it had been received now, at the organ that leads it, and
its limit begins. Closing without taking over refuses for a coded reason: it is counted among the decisions, can be
appealed against, and can be opened again. Whole lists are done so many at once, a few in each transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from gongzhi.cases import left_rules, matters, reads, rules, turning
from gongzhi.cases.left_rules import NOT_TAKEN, STATE
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.turning import Turn
from gongzhi.kit.canonical import Json
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import NotFound, Stale
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import clocks, running

Version = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class Done:
    """How many cases of a list were done, and how many somebody else had moved meanwhile."""

    done: int
    moved: int


@transaction.atomic
def take_over(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, undo: bool = True) -> Case:
    """Take over one case that another system left open: received now, at its organ, with a limit from now on.

    Refuses a case in any other state, and one that another organ leads."""
    turn = _begin(by=by, at=at, post=post, case=case, version=version, move="take_over", permit=Permit.CASE_ACCEPT)
    _start(turn.case, by=by, at=at)
    turn.note("taken_over")
    return turn.finish("case.taken_over", _told(turn.case, left_rules.TAKEN), undo=undo)


@transaction.atomic
def close_untaken(
    *,
    by: str,
    at: datetime,
    post: PostCard,
    case: UUID,
    version: int,
    reason: str,
    public_text: str = "",
    undo: bool = True,
) -> Case:
    """Close one without having taken it over, for one of left_rules.REASONS and with a sentence for everybody.

    No answer was given, so nothing is judged; it counts as refused. Refuses as `take_over` does."""
    rules.check_code(reason, left_rules.REASONS, field="reason")
    text = mask(rules.clean_note(public_text, field="public_text")).text
    turn = _begin(by=by, at=at, post=post, case=case, version=version, move="close_untaken", permit=Permit.CASE_CLOSE)
    running.end(by=by, at=at, run=turn.case.run, quiet=True)
    turn.hold(turn.case.holder, state="closed")
    turn.case.outcome, turn.case.closed_at = NOT_TAKEN, at
    entry = turn.note("closed", outcome=NOT_TAKEN, reason=reason, public_text=text)
    turn.decide(entry, "refused", NOT_TAKEN)
    turn.tell("closed", outcome=NOT_TAKEN)
    details: dict[str, Json] = {"round": turn.case.round, "outcome": NOT_TAKEN, "in_time": None, "reason": reason}
    return turn.finish("case.closed", details, undo=undo)


def take_over_many(*, by: str, at: datetime, post: PostCard, cases: Iterable[Version]) -> Done:
    """Take over many, each as `take_over` does. What somebody moved meanwhile is left as it stands and counted."""
    return _each(
        cases, lambda case, version: take_over(by=by, at=at, post=post, case=case, version=version, undo=False)
    )


def close_untaken_many(
    *, by: str, at: datetime, post: PostCard, cases: Iterable[Version], reason: str, public_text: str = ""
) -> Done:
    """Close many without having taken them over, each as `close_untaken` does, for one reason."""
    rules.check_code(reason, left_rules.REASONS, field="reason")
    told = {"by": by, "at": at, "post": post, "reason": reason, "public_text": public_text, "undo": False}
    return _each(cases, lambda case, version: close_untaken(case=case, version=version, **told))  # type: ignore[arg-type]


def said_again(*, by: str, at: datetime, case: Case) -> None:
    """Somebody says the same of a locked case that was left open: she is owed an answer, so its limit begins now.

    Nothing happens to a case in another state. The caller saves the row."""
    if case.state != STATE:
        return
    _start(case, by=by, at=at)
    Entry.objects.create(case=case, at=at, kind="taken_over", by=by, round=case.round, reason=left_rules.SAID_AGAIN)
    details = _told(case, left_rules.SAID_AGAIN)
    writing.write(kind="case.taken_over", about=case.ref, by=by, at=at, details=details)


def _begin(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, move: str, permit: Permit) -> Turn:
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move=move, permit=permit)
    turning.in_state(turn, STATE)
    turning.in_hands(turn)
    return turn


def _start(case: Case, *, by: str, at: datetime) -> None:
    """The row of a case whose work and limit begin now; its run waits at the first stage already."""
    card = matters.card(case.matter_id) or matters.card(rules.CATCH_ALL)
    if card is None:
        raise reads.unknown()
    clock = clocks.start(by=by, at=at, about=case.ref, limit=matters.limit_of(card), clause=card.clause, quiet=True)
    case.clock = clock.id
    case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
    case.state, case.held_at = "received", at


def _told(case: Case, why: str) -> dict[str, Json]:
    return {"organ": case.organ, "due": stamp(case.due_at), "why": why}


def _each(cases: Iterable[Version], act: Callable[[UUID, int], Case]) -> Done:
    left, done, moved = iter(cases), 0, 0
    while batch := list(islice(left, left_rules.TOGETHER)):
        with transaction.atomic():
            some = sum(_did(act, case, version) for case, version in batch)
        done, moved = done + some, moved + len(batch) - some
    return Done(done, moved)


def _did(act: Callable[[UUID, int], Case], case: UUID, version: int) -> bool:
    """Whether it was done; False when somebody moved the case meanwhile."""
    try:
        act(case, version)
    except (Stale, NotFound):
        return False
    return True
