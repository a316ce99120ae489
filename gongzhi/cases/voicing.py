"""Single voices for pages of higher rooms: masked words and the newest public answer, of cases the reader may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from gongzhi.cases import reads, rules
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.people.cards import Actor

MOST = 400


@dataclass(frozen=True, slots=True)
class HeardRow:
    """A voice: its case, masked words with their title, when it was said, whether and what the case was answered."""

    voice: UUID
    case: UUID
    title: str
    words: str
    said_at: datetime
    answered: bool
    answer: str = ""


def heard(actor: Actor, voices: Sequence[UUID], *, answers: bool = False) -> list[HeardRow]:
    """These voices in their order: of cases this actor may see, and never what was withdrawn or erased. The first 400
    are looked at; `answers` brings the newest public answer as well."""
    mine = Case.objects.filter(reads.visible(actor), id=OuterRef("case"))
    rows = {
        row[0]: row
        for row in Voice.objects.filter(
            Exists(mine), id__in=list(voices)[:MOST], withdrawn_at__isnull=True, erased_at__isnull=True
        ).values_list("id", "case_id", "words", "said_at", "case__answered_at")
    }
    told = _answers({row[1] for row in rows.values()}) if answers else {}
    found = []
    for voice in voices:
        if voice in rows:
            id, case, words, said_at, answered_at = rows[voice]
            title = rules.title_of(words)
            found.append(HeardRow(id, case, title, words, said_at, answered_at is not None, told.get(case, "")))
    return found


def _answers(cases: set[UUID]) -> dict[UUID, str]:
    lines = Entry.objects.filter(case__in=cases, kind="answered").order_by("at", "id")
    return dict(lines.values_list("case_id", "public_text"))
