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
from gongzhi.people.models import Look


@dataclass(frozen=True, slots=True)
class LookCard:
    """A look as the person it was about sees it. Organ and title say who; no officer's name is told."""

    at: datetime
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
    """Who looked at personal data of a subject, latest first."""
    rows = list(Look.objects.filter(subject=subject).order_by("-at"))
    cards = reads.posts(UUID(row.by.removeprefix("post:")) for row in rows if row.by.startswith("post:"))
    by_ref = {card.ref: card for card in cards.values()}
    looks = []
    for row in rows:
        card = by_ref.get(row.by)
        purpose = rules.PURPOSES.get(row.purpose)
        looks.append(
            LookCard(
                at=row.at,
                organ_zh=card.organ_zh if card else "",
                organ_en=card.organ_en if card else "",
                title_zh=card.title_zh if card else "",
                title_en=card.title_en if card else "",
                purpose=_(purpose.sentence) if purpose else row.purpose,
                fields=tuple(row.fields),
                case=row.case,
                clause=row.clause,
            )
        )
    return looks
