"""Rows of lists, made from cases with three reads for names whatever the number of rows; and keyset cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from gongzhi.cases import course
from gongzhi.cases.cards import CaseRow
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case, Entry, Rating, Voice
from gongzhi.cases.reads import names
from gongzhi.kit.moments import stamp, unstamp
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.people.cards import Actor

SNIPPET = 120


def inbox_rows(cases: Sequence[Case], actor: Actor, at: datetime) -> tuple[InboxRow, ...]:
    """Cases as rows of the workplace."""
    holders = [case.holder.removeprefix("post:") for case in cases if case.holder.startswith("post:")]
    names_ = names(organs=[case.organ for case in cases], posts=holders)
    return tuple(
        InboxRow(
            case=case.id,
            number=case.number,
            version=case.version,
            title=case.title,
            matter=names_.matter(case.matter_id),
            matter_by=case.matter_by,
            place=names_.place(case.place),
            place_text=case.place_text,
            state=case.state,
            round=case.round,
            organ=names_.organ(case.organ),
            holder=course.holder_of(case, names_, internal=True),
            received_at=case.received_at,
            due_at=case.due_at,
            provisional=case.provisional,
            clock=clock_word(case, at),
            voices=case.voices,
            urgent=case.urgent,
            about_officer=case.about_officer,
            helping=case.helping,
            mine=case.holder == actor.acting.ref,
        )
        for case in cases
    )


def case_rows(cases: Sequence[Case], at: datetime) -> tuple[CaseRow, ...]:
    """Public cases as rows: the first words, and for closed ones the newest answer and the first voice's grade."""
    ids = [case.id for case in cases]
    names_ = names(organs=[case.organ for case in cases])
    words = dict(Voice.objects.filter(case__in=ids, lead=True).values_list("case_id", "words"))
    closed = [case.id for case in cases if case.state == "closed"]
    answers: dict[UUID, str] = {}
    grades: dict[UUID, int] = {}
    if closed:
        told = Entry.objects.filter(case__in=closed, kind="answered").order_by("at", "id")
        answers = dict(told.values_list("case_id", "public_text"))
        rated = Rating.objects.filter(case__in=closed, voice__lead=True).order_by("round")
        grades = dict(rated.values_list("case_id", "grade"))
    return tuple(
        CaseRow(
            case=case.id,
            number=case.number,
            title=case.title,
            words=snippet(words.get(case.id, "")),
            matter=names_.matter(case.matter_id),
            place=names_.place(case.place),
            organ=names_.organ(case.organ),
            state=case.state,
            outcome=case.outcome,
            received_at=case.received_at,
            due_at=case.due_at,
            provisional=case.provisional,
            closed_at=case.closed_at,
            voices=case.voices,
            overdue=clock_word(case, at) == "overdue",
            answer=snippet(answers.get(case.id, "")),
            grade=grades.get(case.id),
            key=seek_text(case.seek),
        )
        for case in cases
    )


def clock_word(case: Case, at: datetime) -> str:
    """How the clock stands, from the row alone: in_time, near, overdue, paused, stopped, or none that ever ran."""
    if case.state == "left_open":
        return "none"
    if case.state in ("answered", "closed"):
        return "stopped"
    if case.state in ("asked", "paused"):
        return "paused"
    if at > case.due_at:
        return "overdue"
    return "near" if at >= case.near_at else "in_time"


def snippet(text: str) -> str:
    """The first 120 characters on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1].rstrip() + "…"


def seek_cursor(text: str) -> int:
    """The seek a page begins below; the greatest number for no cursor. Refuses a cursor we did not make."""
    if not text:
        return 2**63 - 1
    try:
        seek = int(text[:20], 36)
    except ValueError as error:
        raise _misread() from error
    if len(text) > 20 or abs(seek) >= 2**63:
        raise _misread()
    return seek


def seek_text(seek: int) -> str:
    """A seek as a cursor; one from before 2020 is negative."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text, left = "", abs(seek)
    while left:
        left, rest = divmod(left, 36)
        text = digits[rest] + text
    return f"-{text}" if seek < 0 else text or "0"


def due_cursor(text: str) -> Q:
    """The condition for what comes after a cursor in the order urgent first, then by due instant, then by id."""
    if not text:
        return Q()
    try:
        urgent, due, hex = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        at, id = unstamp(due), UUID(hex)
    except (ValueError, binascii.Error) as error:
        raise _misread() from error
    later = Q(due_at__gt=at) | Q(due_at=at, id__gt=id)
    return Q(urgent=False) & later if urgent == "0" else Q(urgent=False) | Q(urgent=True) & later


def due_text(case: Case) -> str:
    """The cursor behind a case in that order."""
    plain = f"{int(case.urgent)} {stamp(case.due_at)} {case.id.hex}"
    return base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def _misread() -> Refusal:
    return Refusal("cursor_misread", N_("This page of the list does not exist. Please begin at the first one."))
