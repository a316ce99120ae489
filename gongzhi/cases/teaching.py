"""What a machine may learn from: masked words of closed cases whose matter the staff confirmed, and recent voices.

Never the original, never a case about an officer, never words that were withdrawn or erased. Rows come as typed tuples,
at most `MOST` at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from gongzhi.cases.models import Case, Voice

MOST = 50_000
CONFIRMED = Q(case__state="closed", case__matter_by="staff") & ~Q(case__outcome__in=("withdrawn", "duplicate"))
USABLE = Q(withdrawn_at__isnull=True, erased_at__isnull=True, case__about_officer=False) & ~Q(words="")


@dataclass(frozen=True, slots=True)
class Example:
    """A closed case and the matter that a person of the staff set or confirmed; `router` suggested it, if any did."""

    case: UUID
    closed_at: datetime
    matter: str
    words: str
    router: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A voice as hot issues need it. `person` is the same for voices that left the same contact, and else its own:
    it only serves to count people and is kept nowhere. `confirmed`: the staff set the case's matter."""

    voice: UUID
    case: UUID
    at: datetime
    words: str
    division: str
    person: str
    matter: str
    confirmed: bool
    answered: bool
    organ: str


def examples(*, most: int = MOST) -> list[Example]:
    """The newest closed cases whose matter the staff confirmed, the oldest of them first."""
    newest = Voice.objects.filter(USABLE, CONFIRMED, lead=True).order_by("-case__closed_at", "-case__seek")
    return list(reversed(_examples(newest[: min(most, MOST)])))


def examples_of(cases: Sequence[UUID]) -> list[Example]:
    """Those among these cases that count as examples."""
    return list(_examples(Voice.objects.filter(USABLE, CONFIRMED, lead=True, case__in=list(cases)[:MOST])))


def how_many() -> int:
    """How many examples there are, up to `MOST`."""
    return Case.objects.filter(state="closed", matter_by="staff", about_officer=False)[:MOST].count()


def said(*, since: datetime, most: int) -> list[Said]:
    """The newest voices since a moment, the oldest of them first."""
    rows = (
        Voice.objects.filter(USABLE, noted_at__gte=since)
        .order_by("-id")
        .values_list(
            *("id", "case_id", "said_at", "words", "case__division", "contact_index", "case__matter_id"),
            *("case__matter_by", "case__answered_at", "case__organ"),
        )[: min(most, MOST)]
    )
    found = [
        Said(
            voice=voice,
            case=case,
            at=at,
            words=words,
            division=division,
            person=bytes(contact).hex() if contact else voice.hex,
            matter=matter,
            confirmed=matter_by == "staff",
            answered=answered is not None,
            organ=organ,
        )
        for voice, case, at, words, division, contact, matter, matter_by, answered, organ in rows
    ]
    return list(reversed(found))


def _examples(voices: QuerySet[Voice]) -> list[Example]:
    rows = voices.values_list("case_id", "case__closed_at", "case__matter_id", "words", "case__router")
    return [Example(case, at, matter, words, router) for case, at, matter, words, router in rows if at is not None]
