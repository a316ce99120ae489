"""Voices of a stretch of time for whoever looks whether one hand wrote many: masked words, and numbers for contacts.

A contact is a number that means something inside one answer only; nothing here leads to a person, and a voice without a
contact is as good as any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from gongzhi.cases.models import Voice

MOST = 20_000  # voices of one answer, the newest
LATE = timedelta(hours=6)  # between saying and noting, after which a voice was entered from elsewhere
_STEP = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A voice: its case, moment, matter, division, masked words. `officer`: a number for the officer it is about, 0
    for none; `hand`: one for its contact, 0 without; `fresh`: nothing was ever said before with that contact."""

    voice: UUID
    case: UUID
    at: datetime
    matter: str
    place: str
    source: str
    words: str
    officer: int
    hand: int
    fresh: bool


def said_between(begin: datetime, end: datetime, *, words: bool = True) -> list[Said]:
    """Voices noted from `begin` up to `end`, oldest first, without those entered hours after they were said, those of
    sensors and those withdrawn. Without `words` they come empty, and cheaper."""
    first, last = (UUID(int=int(moment.timestamp() * 1000) << 80) for moment in (begin, end))
    names = ("id", "case_id", "noted_at", "said_at", "source", "contact_index", "case__matter_id", "case__division",
             "case__officer_post", "case__about_officer", *(["words"] if words else []))  # fmt: skip
    rows = Voice.objects.filter(id__gte=first, id__lt=last, withdrawn_at=None).exclude(source="sensor")
    found = list(rows.order_by("-id").values_list(*names)[:MOST])[::-1]
    found = [row for row in found if row[2] - row[3] < LATE]
    hands, officers = _numbered(bytes(row[5]) for row in found if row[5]), _numbered(row[8] for row in found if row[9])
    known = _known(list(hands), first)
    return [
        Said(
            row[0], row[1], row[2], row[6], row[7], row[4], row[10] if words else "",
            officers.get(row[8], 0) if row[9] else 0,
            hands[bytes(row[5])] if row[5] else 0,
            bool(row[5]) and bytes(row[5]) not in known,
        )
        for row in found
    ]  # fmt: skip


_T = TypeVar("_T", bytes, str)


def _numbered(keys: Iterable[_T]) -> dict[_T, int]:
    return {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}


def _known(contacts: list[bytes], first: UUID) -> set[bytes]:
    """Which of these contacts had said something before."""
    found: set[bytes] = set()
    for start in range(0, len(contacts), _STEP):
        before = Voice.objects.filter(contact_index__in=contacts[start : start + _STEP], id__lt=first)
        found.update(bytes(index) for index in before.values_list("contact_index", flat=True).distinct() if index)
    return found
