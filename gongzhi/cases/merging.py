"""Joining a duplicate to the first case: its voices move there, each keeps her own number, link, answer and rating."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q

from gongzhi.cases import earlier, letters, pages, reads, searching, turning
from gongzhi.cases.models import Case, Entry, Photo, Voice
from gongzhi.cases.turning import Turn
from gongzhi.kit.ids import parse_number
from gongzhi.kit.refusal import N_, Refusal


def merge(turn: Turn, *, into: str) -> Case:
    """Close the turn's case as a duplicate of an open one. It cannot be undone: letters and numbers have moved.

    Refuses a first case that is closed, not visible, or about somebody else than this one."""
    turning.in_state(turn, "in_hand")
    held = turning.in_hands(turn)
    if turn.case.helping:
        raise Refusal(
            "help_outstanding", N_("Other organs still work on this case; it cannot be joined yet."), status=409
        )
    first = _first(turn, into)
    if first.state == "left_open":  # whose case is joined to it is owed an answer
        earlier.said_again(by=turn.by, at=turn.at, case=first)
        first.save()
    turn.fire("close", holder=held, outcome="duplicate")
    moved = letters.live_voices(turn.case)
    _move(turn.case, first, moved)
    turn.hold(held, state="closed")
    turn.case.outcome, turn.case.closed_at = "duplicate", turn.at
    turn.case.public, turn.case.voices = False, 0
    turn.judge("twin", first.id.hex, "confirmed")
    turn.note("merged", reason="into", internal_text=first.number, seen_by_all=False)
    Entry.objects.create(
        case=first,
        at=turn.at,
        kind="joined",
        by=turn.by,
        round=first.round,
        organ=turn.post.organ,
        post=turn.post.id.hex,
        internal_text=turn.case.number,
    )
    letters.put(at=turn.at, case=first, voices=moved, template="merged", occasion=turn.case.number)
    pages.changed(first)
    return turn.finish("case.merged", {"into": first.ref, "voices": len(moved)}, undo=False)


def lock(case: UUID, *, into: str) -> None:
    """Lock a case and the one it is to be joined to in the order of their ids.

    Two clerks who join two cases into each other in the same instant then take turns and never wait in a circle."""
    both = Case.objects.filter(Q(id=case) | Q(number=parse_number(into)))
    list(both.select_for_update(of=("self",)).order_by("id").values_list("id"))


def _first(turn: Turn, into: str) -> Case:
    number = parse_number(into)
    seen = reads.visible(reads.acting(turn.post))
    first = Case.objects.select_for_update(of=("self",)).filter(seen, number=number).exclude(id=turn.case.id).first()
    if first is None:
        raise Refusal(
            "first_unknown",
            N_("We find no other case with the number %(number)s."),
            field="duplicate_of",
            number=number,
        )
    mine = (turn.case.about_officer, turn.case.officer_post, turn.case.officer_organ)
    if first.state == "closed" or mine != (first.about_officer, first.officer_post, first.officer_organ):
        raise Refusal("first_differs", N_("The first case is closed or about somebody else."), field="duplicate_of")
    return first


def _move(case: Case, first: Case, voices: list[Voice]) -> None:
    lead = Voice.objects.filter(case=case, lead=True, withdrawn_at__isnull=True).first()
    if lead is not None:
        searching.remove(seek=case.seek, words=lead.words)
    Photo.objects.filter(voice__in=voices).update(public=False)
    Voice.objects.filter(id__in=[voice.id for voice in voices]).update(case=first, lead=False)
    Case.objects.filter(id=first.id).update(voices=F("voices") + len(voices), version=F("version") + 1)
    for voice in voices:
        voice.case, voice.lead = first, False
