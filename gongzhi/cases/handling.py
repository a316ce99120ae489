"""Doing the work: asking the resident, answering her, notes inside, the one extension.

A question pauses the clock, for the coded reason waiting_resident and as long as the procedure says; the resident's
answer, or the end of that time, lets it run again. The matter says how many questions may do so; a further one is asked
while the time runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import answering, judging, letters, locking, matters, pages, reads, rules, sealing, turning
from gongzhi.cases import photos as photo_store
from gongzhi.cases.cards import KeptPhoto
from gongzhi.cases.models import Case, Entry, Undo
from gongzhi.cases.turning import Turn
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.procedures import clocks
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.rules import Net, PauseTerm

WAITING = "waiting_resident"


@transaction.atomic
def ask(
    *, by: str, at: datetime, post: PostCard, case: UUID, version: int, question: str, voice: UUID | None = None
) -> Case:
    """Ask one resident a question (the first voice unless named); the clock pauses until she answers.

    It runs on when its limit has passed, or when as many questions as the matter allows (`asks_most`, under the clause
    of the procedure's move) have paused it already; the question is asked all the same."""
    question = rules.clean_words(question, most=rules.REASON_MAX, field="question")
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="ask", permit=Permit.CASE_ASK)
    turning.in_state(turn, "in_hand")
    held = turning.in_hands(turn)
    asked = next((row for row in letters.live_voices(turn.case) if voice in (None, row.id)), None)
    if asked is None:
        raise Refusal("nobody_to_ask", N_("This voice was withdrawn; there is nobody to ask."), field="voice")
    term = ask_term(procedures.net_of(turn.case.run))
    until = clocks.until(at, term) if term and at <= turn.case.due_at and asks_left(turn.case) > 0 else None
    if until is not None:
        turn.fire("ask", holder=held, question=question)
        turn.hold(held, state="asked")
    entry = turn.note(
        "asked",
        public_text=mask(question).text,
        voice=asked,
        seen_by_all=False,
        reason=WAITING if until else "",
        clause=procedures.net_of(turn.case.run).move("ask").clause,
    )
    if until is not None:
        turn.decide(entry, "paused", WAITING)
    day = letters.day_text(until, asked.language) if until else ""
    turn.tell("asked", voices=[asked], question=mask(question).text, until=day)
    return turn.finish("case.asked", {"voice": asked.id.hex, "until": stamp(until) if until else ""})


def ask_term(net: Net) -> PauseTerm | None:
    """For how long a question lets the limit stand still under a procedure; None when it never does."""
    terms = next((move.clock.pauses for move in net.moves if move.code == "ask"), ())
    return next((term for term in terms if term.reason == WAITING), None)


def asks_left(case: Case, entries: Iterable[Entry] | None = None) -> int:
    """How many questions may still pause the clock of this round; `entries` spares a query where they are at hand."""
    card = matters.card(case.matter_id) or matters.card(rules.CATCH_ALL)
    asked = Entry.objects.filter(case=case, kind="asked") if entries is None else entries
    used = sum((row.kind, row.round, row.reason) == ("asked", case.round, WAITING) for row in asked)
    return max(0, (card.asks_most if card else rules.ASKS_MOST) - used)


def answer_question(*, by: str, at: datetime, voice: UUID, words: str, photos: Sequence[KeptPhoto] = ()) -> Case:
    """The resident answers; the clock runs again, by exactly the time she was waited for later.

    Refuses when no question is open."""
    words = rules.clean_words(words)
    rules.check_photos(len(photos))
    with transaction.atomic():
        row, case = locking.of_voice(voice)
        if not _is_asked(case):
            raise Refusal("not_asked", N_("No question is open. Your words were not sent; you may say them anew."))
        entry = Entry(
            case=case,
            at=at,
            kind="resident_answered",
            by=by,
            round=case.round,
            public_text=mask(words).text,
            voice=row,
            seen_by_all=False,
        )
        sealing.seal_reply(entry, words)
        entry.save(force_insert=True)
        photo_store.attach(photos, public=False, entry=entry)
        if case.state == "asked":
            resume(by=by, at=at, case=case)
        writing.write(kind="case.replied", about=case.ref, by=by, at=at, details={"voice": row.id.hex})
        return case


def _is_asked(case: Case) -> bool:
    """Whether the newest line that opens or ends a question is a question."""
    ends = ("asked", "resident_answered", "resumed", "answered", "closed", "reopened")
    last = Entry.objects.filter(case=case, kind__in=ends).order_by("at", "id").values_list("kind", flat=True).last()
    return last == "asked"


def resume(*, by: str, at: datetime, case: Case) -> None:
    """The clock and the work run again; the due instant moves by the working time that was waited."""
    clock = turning.fire(case, by=by, at=at, move="resume", holder=case.holder)
    case.state = "in_hand"
    if clock is not None:
        case.due_at, case.near_at, case.provisional = clock.due_at, clock.near_at, clock.provisional
    case.version += 1
    case.moved_by, case.moved_at = by, at
    case.save(update_fields=["state", "due_at", "near_at", "provisional", "version", "moved_by", "moved_at"])
    Undo.objects.filter(case=case).delete()
    pages.changed(case)


@transaction.atomic
def answer(
    *,
    by: str,
    at: datetime,
    post: PostCard,
    case: UUID,
    version: int,
    public_text: str,
    internal_text: str = "",
    own: Mapping[UUID, str] | None = None,
) -> Case:
    """Give the public answer (every voice gets it as her own letter) and, apart from it, a note for the desk.

    `own` holds answers for single voices by their id, where they differ (see `answering`).
    The clock stops: the promise was an answer. Closing, with the outcome, is a step of its own."""
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="answer", permit=Permit.CASE_ANSWER)
    answers = put_answer(turn, public_text=public_text, internal_text=internal_text, own=own)
    answering.tell(turn, answers)
    return turn.finish("case.answered", {"round": turn.case.round, "in_time": turn.case.in_time})


def put_answer(
    turn: Turn, *, public_text: str, internal_text: str, own: Mapping[UUID, str] | None
) -> answering.Answers:
    """Write the answers (net, clock, entries) and return them masked; the caller tells the residents and finishes."""
    answers = answering.read(turn.case, public_text=public_text, own=own)
    internal = rules.clean_note(internal_text, most=rules.ANSWER_MAX, field="internal_text")
    turning.in_state(turn, "in_hand")
    held = turning.in_hands(turn)
    turn.fire("answer", holder=held, public_text=answers.text)
    turn.case.answered_at = turn.at
    turn.case.in_time = judging.verdict(turn.at, turn.case.due_at)
    turn.hold(held, state="answered")
    answering.write(turn, answers, internal_text=internal)
    return answers


@transaction.atomic
def note(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, internal_text: str) -> Case:
    """Write a note that only the desk reads. It moves nothing and touches no clock."""
    text = rules.clean_words(internal_text, most=rules.ANSWER_MAX, field="internal_text")
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="note", permit=Permit.CASE_NOTE)
    turn.note("note", internal_text=text, seen_by_all=False)
    return turn.finish("case.noted")


@transaction.atomic
def extend(*, by: str, at: datetime, post: PostCard, case: UUID, version: int, reason_text: str) -> Case:
    """Extend the limit, once, by the matter's limit again; the reason is told to every voice.

    Refuses a second extension and one after the answer."""
    text = mask(rules.clean_words(reason_text, most=rules.REASON_MAX, field="reason_text")).text
    turn = turning.begin(by=by, at=at, post=post, case=case, version=version, move="extend", permit=Permit.CASE_EXTEND)
    turning.in_state(turn, "received", "in_hand")
    if not post.can(Permit.CASE_LEAD):
        turning.leads(turn)
    card = matters.card(turn.case.matter_id)
    if card is None:
        raise reads.unknown()
    clock = clocks.extend(
        by=by, at=at, clock=turn.case.clock, limit=matters.limit_of(card), reason="extended", quiet=True
    )
    turn.case.due_at, turn.case.near_at = clock.due_at, clock.near_at
    turn.case.provisional = clock.provisional
    turn.note("extended", public_text=text)
    turn.tell("extended", reason=text)
    return turn.finish("case.extended", {"due": stamp(clock.due_at)})
