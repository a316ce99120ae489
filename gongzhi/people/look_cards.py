"""Looks as people see them: with the organ and the title of the post that looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

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


def look_cards(rows: Sequence[Look]) -> list[LookCard]:
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
