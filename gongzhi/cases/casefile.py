"""A case on the desk: its whole course, all voices, who helps, what may be done now, who else looks at it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from gongzhi.cases import course, handling, hinting, matters, pausing, reads, rows, rules, watching
from gongzhi.cases.cards import OrganTag
from gongzhi.cases.desk_cards import DeskCase, HelpCard, InboxRow, UndoCard, Watched, Watcher
from gongzhi.cases.models import Case, Entry, Undo
from gongzhi.kit.coords import metres
from gongzhi.kit.ids import parse_number
from gongzhi.kit.refusal import Refusal
from gongzhi.people.cards import Actor
from gongzhi.people.permits import Permit

NEAR_METRES = 300
_DEGREE = 111_000  # metres of a degree of latitude; of longitude fewer, so the box is never too small


def desk_case(actor: Actor, case: UUID, at: datetime) -> DeskCase:
    """A case with inner texts and posts. Unknown and hidden are the same refusal, never "forbidden"."""
    row = reads.find(actor, case)
    voices = list(row.voice_set.order_by("-lead", "id"))
    entries = list(Entry.objects.filter(case=row))
    helps = _helps(row, entries)
    helping = [organ for organ, _, returned, _ in helps if returned is None]
    responsible = matters.responsible(row.matter_id, row.place)
    names_ = course.names_in(row, entries, [responsible.organ, *responsible.assisting])
    pictures = course.pictures_of(voices, entries)
    known = course.Known(helping, names_, pictures)
    told = course.tell(row, at, voices=voices, entries=entries, internal=True, known=known)
    return DeskCase(
        course=told,
        voices=tuple(course.voice_cards(voices, pictures, rated=row.round > 1 or row.closed_at is not None)),
        helps=tuple(
            HelpCard(names_.organ(organ) or OrganTag("", "", ""), since, back, text)
            for organ, since, back, text in helps
        ),
        moves=moves(
            actor,
            row,
            at,
            extended=bool(told.clock and told.clock.extended),
            mine=_in_hands(actor, row, names_),
            helping=actor.acting.organ in helping,
        ),
        undo=_undo(actor, row, at),
        refusals=row.refusals,
        run=row.run,
        responsible=names_.organ(responsible.organ),
        asks_left=handling.asks_left(row, entries),
        assisting=tuple(tag for code in responsible.assisting if (tag := names_.organ(code)) is not None),
    )


def watched(actor: Actor, case: UUID, at: datetime) -> Watched:
    """The version a case has now and who else has it open: asked again and again, so it is little."""
    row = reads.find(actor, case)
    open_ = watching.others(at=at, post=actor.acting, case=case)
    names_ = reads.names(organs=(), posts=[watch.post for watch in open_])
    told = ((names_.post(watch.post), watch.seen_at) for watch in open_)
    return Watched(case, row.version, tuple(Watcher(post, seen_at) for post, seen_at in told if post is not None))


def find_number(actor: Actor, text: str) -> UUID | None:
    """The case of a number, of any of its voices, however it was typed; None when hidden or unknown."""
    try:
        number = parse_number(text)
    except Refusal:
        return None
    seen = Case.objects.filter(reads.visible(actor), voice_set__number=number)
    return seen.values_list("id", flat=True).first()


def nearby(actor: Actor, case: UUID, at: datetime, limit: int = 5) -> tuple[InboxRow, ...]:
    """Open cases of the same matter in the same grid or within 300 m, without the case itself, nearest first."""
    row = reads.find(actor, case)
    near = Q(grid=row.grid) if row.grid else Q(pk__in=())
    if row.lon is not None and row.lat is not None:
        span = NEAR_METRES / _DEGREE
        near |= Q(lat__range=(row.lat - span, row.lat + span), lon__range=(row.lon - 2 * span, row.lon + 2 * span))
    others = Case.objects.filter(reads.visible(actor), near, matter=row.matter_id).exclude(
        id__in={case, *hinting.overruled(case)}
    )
    found = list(others.exclude(state="closed").order_by("-seek")[:200])
    kept = sorted((_apart(row, other), other.seek, other) for other in found)
    close = [other for apart, _, other in kept if apart <= NEAR_METRES or other.grid == row.grid]
    return rows.inbox_rows(close[:limit], actor, at)


def moves(actor: Actor, case: Case, at: datetime, *, extended: bool, mine: bool, helping: bool) -> tuple[str, ...]:
    """The moves the acting post may make now, in the order of rules.MOVES. The verbs judge again."""
    post = actor.acting
    state = case.state
    working, early = mine and state == "in_hand", mine and state in ("received", "in_hand")
    open_here = early or (mine and state in ("asked", "paused"))
    left = mine and state == "left_open"
    may = {
        "take_over": left and post.can(Permit.CASE_ACCEPT),
        "close_untaken": left and post.can(Permit.CASE_CLOSE),
        "accept": mine and state == "received" and post.can(Permit.CASE_ACCEPT),
        "send": state == "received"
        and case.holder in (rules.DISPATCH, f"organ:{post.organ}")
        and post.can(Permit.CASE_SEND),
        "hand_over": early and post.can(Permit.CASE_HANDOVER),
        "rematter": open_here and post.can(Permit.CASE_REMATTER),
        "relocate": open_here and post.can(Permit.CASE_REMATTER),
        "help": working and post.can(Permit.CASE_ASSIST),
        "return_help": helping and post.can(Permit.CASE_ASSIST),
        "ask": working and post.can(Permit.CASE_ASK),
        "pause": working and at <= case.due_at and post.can(Permit.CASE_PAUSE) and bool(pausing.terms(case)),
        "resume": mine and state == "paused" and post.can(Permit.CASE_PAUSE),
        "answer": working and post.can(Permit.CASE_ANSWER),
        "close": mine and state in ("in_hand", "answered") and not case.helping and post.can(Permit.CASE_CLOSE),
        "answer_and_close": working
        and not case.helping
        and post.can(Permit.CASE_ANSWER)
        and post.can(Permit.CASE_CLOSE),
        "reopen": state == "closed"
        and case.organ == post.organ
        and case.outcome not in ("withdrawn", "duplicate")
        and post.can(Permit.CASE_CLOSE),
        "extend": state in ("received", "in_hand")
        and not extended
        and at <= case.due_at
        and post.can(Permit.CASE_EXTEND)
        and (case.organ == post.organ or post.can(Permit.CASE_LEAD)),
        "narrow": case.public
        and (case.organ == post.organ or post.can(Permit.CASE_SEND))
        and post.can(Permit.CASE_NARROW),
        "note": post.can(Permit.CASE_NOTE),
    }
    return tuple(code for code in rules.MOVES if may[code])


def _in_hands(actor: Actor, case: Case, names_: reads.Names) -> bool:
    post = actor.acting
    if case.holder == rules.DISPATCH:
        return post.can(Permit.CASE_SEND)
    if case.holder in (post.ref, f"organ:{post.organ}"):
        return True
    if not case.holder.startswith("post:"):
        return False
    other = names_.post(case.holder.removeprefix("post:"))
    return other is not None and other.organ.code == post.organ


def _helps(case: Case, entries: list[Entry]) -> list[tuple[str, datetime, datetime | None, str]]:
    """Each organ asked to help in this round: code, since when, when it returned, with what."""
    asked = [entry for entry in entries if entry.kind == "helped" and entry.round == case.round]
    returned = [entry for entry in entries if entry.kind == "returned_help" and entry.round == case.round]
    found = []
    for entry in sorted(asked, key=lambda one: one.at):
        back = next((one for one in returned if one.organ == entry.to_organ and one.at >= entry.at), None)
        found.append((entry.to_organ, entry.at, back.at if back else None, back.internal_text if back else ""))
    return found


def _undo(actor: Actor, case: Case, at: datetime) -> UndoCard | None:
    if case.moved_by != actor.by or case.moved_at + timedelta(seconds=rules.UNDO_SECONDS) < at:
        return None
    way = Undo.objects.filter(case=case, by=actor.by, version=case.version, until__gte=at).first()
    return UndoCard(way.move, way.at, way.at + timedelta(seconds=rules.UNDO_SECONDS)) if way else None


def _apart(one: Case, other: Case) -> float:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return 0.0 if one.grid == other.grid else float(NEAR_METRES + 1)
    return metres(one.lon, one.lat, other.lon, other.lat)
