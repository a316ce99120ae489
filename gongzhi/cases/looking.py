"""Opening the words as they were said: only with a permit, a coded purpose and a live case or a clause."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import course, matters, reads, recalling, rules, sealing
from gongzhi.cases.desk_cards import Original
from gongzhi.cases.models import Case, Entry, Rating, Voice
from gongzhi.kit.refusal import N_, NotAllowed
from gongzhi.people import purposes
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places

FIELDS = ("words", "contact", "place", "replies", "ratings")
PROOF = ("words", "contact", "place")


def original(*, by: str, at: datetime, post: PostCard, voice: UUID, purpose: str, clause: str = "") -> Original:
    """The words, place, replies, rating words and contact of a voice as told.

    The look is a row and a fact; the resident reads on her page who looked, when, why and at which fields.

    Refuses a post without the permit, an unknown purpose, and, unless a clause is named, a case that is over or a
    voice that was withdrawn. What was erased opens for nobody."""
    if not post.can(Permit.ORIGINAL_LOOK):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    with transaction.atomic():
        row = Voice.objects.select_related("case").filter(id=voice).first()
        seen = reads.visible(reads.acting(post))
        if row is None or not Case.objects.filter(seen, id=row.case_id).exists():
            raise reads.unknown()
        if row.erased_at is not None:
            raise course.gone(row)
        purposes.look(
            by=by,
            at=at,
            purpose=purpose,
            subject=row.ref,
            fields=FIELDS,
            case=row.case.ref,
            live=row.withdrawn_at is None and is_live(row.case, at),
            clause=clause,
        )
        told = sealing.open_told(row)
        replies = Entry.objects.filter(case=row.case, voice=row, kind="resident_answered").order_by("at")
        rated = Rating.objects.filter(voice=row).exclude(words="").order_by("round")
        return Original(
            voice=row.id,
            number=row.number,
            words=told.words,
            place=told.place,
            officer_text=told.officer,
            contact_kind=row.contact_kind,
            contact=sealing.open_contact(row),
            replies=tuple(sealing.open_reply(entry) for entry in replies),
            ratings=tuple(sealing.open_rating(rating) for rating in rated),
        )


def fits(*, by: str, at: datetime, voice: Voice, told: str) -> bool:
    """Whether `told` is something that only whoever spoke can know: the contact left (or the end of its number), the
    place as typed, or a part of the words that masking hides from everybody.

    The comparison is made here and shown to nobody, but it is a look all the same: for the purpose `recover`, on the
    wish of the person at the counter, with a row, a fact and a line on her page, also when it fails."""
    purposes.look(by=by, at=at, purpose="recover", subject=voice.ref, fields=PROOF, case=voice.case.ref, live=True)
    said = sealing.open_told(voice)
    card = places.place_or_none(voice.case.place)
    return recalling.only_hers(
        told,
        contact=sealing.open_contact(voice),
        place=said.place,
        words=said.words,
        masked=voice.words,
        path=f"{card.path_zh} {card.path_en}" if card else "",
    )


def is_live(case: Case, at: datetime) -> bool:
    """Whether a case still gives a reason to look: it is open, or an unhappy rating may still reopen it."""
    if case.closed_at is None:
        return True
    card = matters.card(case.matter_id)
    return (
        case.outcome != "withdrawn" and card is not None and at <= rules.reopens_until(case.closed_at, card.reopen_days)
    )
