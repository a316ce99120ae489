"""Opening the words as they were said: only with a permit, a coded purpose and a live case or a clause."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.cases import matters, reads, rules, sealing
from gongzhi.cases.desk_cards import Original
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.kit.refusal import N_, NotAllowed
from gongzhi.people import purposes
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit

FIELDS = ("words", "contact", "place", "replies")


def original(*, by: str, at: datetime, post: PostCard, voice: UUID, purpose: str, clause: str = "") -> Original:
    """The words, place, replies and contact of a voice as told. The look is a row and a fact; the resident reads
    on her page who looked, when, why and at which fields.

    Refuses a post without the permit, an unknown purpose, and, unless a clause is named, a case that is over or a
    voice that was withdrawn."""
    if not post.can(Permit.ORIGINAL_LOOK):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    with transaction.atomic():
        row = Voice.objects.select_related("case").filter(id=voice).first()
        seen = reads.visible(reads.acting(post))
        if row is None or not Case.objects.filter(seen, id=row.case_id).exists():
            raise reads.unknown()
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
        return Original(
            voice=row.id,
            number=row.number,
            words=told.words,
            place=told.place,
            officer_text=told.officer,
            contact_kind=row.contact_kind,
            contact=sealing.open_contact(row),
            replies=tuple(sealing.open_reply(entry) for entry in replies),
        )


def is_live(case: Case, at: datetime) -> bool:
    """Whether a case still gives a reason to look: it is open, or an unhappy rating may still reopen it."""
    if case.closed_at is None:
        return True
    card = matters.card(case.matter_id)
    return (
        case.outcome != "withdrawn" and card is not None and at <= rules.reopens_until(case.closed_at, card.reopen_days)
    )
