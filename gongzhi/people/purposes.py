"""Every look at personal data: a purpose, a basis, a row, a fact; and the person can read them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.ledger import writing
from gongzhi.people import rules
from gongzhi.people.look_cards import LookCard, look_cards
from gongzhi.people.models import Look


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
    return look_cards(list(Look.objects.filter(subject=subject).order_by("-at")))
