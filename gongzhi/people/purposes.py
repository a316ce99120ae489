"""Every look at personal data: a purpose, a basis, a row, a fact; and the person can read them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.ledger import writing
from gongzhi.people import reads, rules
from gongzhi.people.cards import PostCard
from gongzhi.people.models import Look


@dataclass(frozen=True, slots=True)
class LookCard:
    """A look as the person it was about sees it. Organ and title say who; no officer's name is told."""

    at: datetime
    subject: str
    organ_zh: str
    organ_en: str
    title_zh: str
    title_en: str
    purpose: str
    fields: tuple[str, ...]
    case: str
    clause: str


def look(
    *,
    by: str,
    at: datetime,
    purpose: str,
    subject: str,
    fields: Sequence[str],
    case: str = "",
    live: bool = False,
    clause: str = "",
) -> Look:
    """Note a look before the data is opened. Call it in the transaction that opens it.

    `purpose` is a code of `rules.PURPOSES`. The basis is a case in work (`case`, its reference, and `live`, which the
    room that keeps the case judges) or a `clause` of law. Refuses without a basis, and by a case that is over
    (Personal Information Protection Law art. 6 and 13).
    """
    rules.check_look(purpose, fields, case, live, clause)
    with transaction.atomic():
        row = Look.objects.create(
            by=by, at=at, purpose=purpose, subject=subject, fields=list(fields), case=case, clause=clause
        )
        details = {"purpose": purpose, "fields": ",".join(fields), "case": case, "clause": clause}
        writing.write(kind="person.looked", about=subject, by=by, at=at, details=details)
    return row


def looks_by(posts: Collection[UUID], limit: int = 100) -> tuple[Look, ...]:
    """The looks that posts took, latest first: what somebody can check about themselves."""
    doers = [f"post:{post.hex}" for post in posts]
    return tuple(Look.objects.filter(by__in=doers).order_by("-at")[:limit])


def looks_at(subject: str) -> list[LookCard]:
    """Who looked at personal data of a subject, latest first: what the person sees on the secret link."""
    return cards(list(Look.objects.filter(subject=subject).order_by("-at")))


def cards(rows: Sequence[Look]) -> list[LookCard]:
    """Looks with the organ and the title of the post that looked."""
    found = reads.posts(UUID(row.by.removeprefix("post:")) for row in rows if row.by.startswith("post:"))
    by_ref = {card.ref: card for card in found.values()}
    return [_card(row, by_ref.get(row.by)) for row in rows]


def _card(row: Look, post: PostCard | None) -> LookCard:
    purpose = rules.PURPOSES.get(row.purpose)
    return LookCard(
        at=row.at,
        subject=row.subject,
        organ_zh=post.organ_zh if post else "",
        organ_en=post.organ_en if post else "",
        title_zh=post.title_zh if post else "",
        title_en=post.title_en if post else "",
        purpose=_(purpose.sentence) if purpose else row.purpose,
        fields=tuple(row.fields),
        case=row.case,
        clause=row.clause,
    )
