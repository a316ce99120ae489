"""What somebody adds to her own voice later without a page: further words, and the place she was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import handling, locking, pages, placing, rules, sealing
from gongzhi.cases import photos as photo_store
from gongzhi.cases.cards import KeptPhoto, Where
from gongzhi.cases.models import Case, Entry, Undo
from gongzhi.kit.masking import mask
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import writing
from gongzhi.places import reads as places

PLACE_MOST = 60  # characters; a longer text tells more than where


def add(*, by: str, at: datetime, voice: UUID, words: str, photos: Sequence[KeptPhoto] = ()) -> Case:
    """Further words of the one who spoke: the answer when an office waits for one, else a line in the course.

    They are kept masked and sealed and read by her and the desk. Refuses when the case is closed: a rating opens it
    again, and what is new is said anew."""
    words = rules.clean_words(words)
    with transaction.atomic():
        row, case = locking.of_voice(voice)
        try:
            return handling.answer_question(by=by, at=at, voice=voice, words=words, photos=photos)
        except Refusal as refusal:
            if refusal.code != "not_asked":
                raise
        if case.state == "closed":
            raise Refusal("case_closed", N_("This case is closed. Please say it anew; we look at it again."))
        _line(case, row.id, by, at, words, photos)
        writing.write(kind="case.added", about=case.ref, by=by, at=at, details={"voice": row.id.hex})
        return case


def tell_place(*, by: str, at: datetime, voice: UUID, text: str) -> str:
    """Where it is, as told on being asked; the name of the place when it is known, else empty and kept as words.

    Clock and organ stay what they are. A place that is known already is not changed."""
    text = rules.clean_words(text)
    with transaction.atomic():
        row, case = locking.of_voice(voice)
        before = case.place
        where = placing.place(Where(text=text[: rules.PLACE_TEXT_MAX]), keep=True)
        found = where.code != before and is_placeless(case)
        if found:
            case.grid, case.division, case.place_by = where.grid, where.division, "suggested"
        if len(text) <= PLACE_MOST and not case.place_text:
            case.place_text = where.text
        case.version += 1
        case.save(update_fields=["grid", "division", "place_by", "place_text", "version"])
        Undo.objects.filter(case=case).delete()
        _line(case, row.id, by, at, text, ())
        writing.write(
            kind="case.relocated", about=case.ref, by=by, at=at, details={"place": case.place, "before": before}
        )
        pages.changed(case)
        card = places.place_or_none(case.place) if found else None
        return card.path_zh if card is not None else ""


def named_place(words: str) -> str:
    """The name of a place that stands in the words as it is called; a mere likeness is asked for instead."""
    for hit in places.find(words[: rules.PLACE_TEXT_MAX], limit=3):
        if hit.kind != "county" and len(hit.name) > 1 and hit.name in words:
            return hit.name
    return ""


def is_placeless(case: Case) -> bool:
    """Whether nothing finer than the county is known."""
    return not case.grid and case.division == places.county().code.ljust(12, "0")


def _line(case: Case, voice: UUID, by: str, at: datetime, words: str, photos: Sequence[KeptPhoto]) -> None:
    entry = Entry(
        case=case,
        at=at,
        kind="resident_answered",
        by=by,
        round=case.round,
        public_text=mask(words).text,
        voice_id=voice,
        seen_by_all=False,
    )
    sealing.seal_reply(entry, words)
    entry.save(force_insert=True)
    photo_store.attach(photos, public=False, entry=entry)
