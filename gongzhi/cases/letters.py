"""Letters to residents: every voice of a case gets its own, by e-mail when she left one, else on her secret page.

A letter holds masked words and plain facts. The secret link lies sealed in the outbox row and is forgotten when the
letter has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation

from gongzhi.cases import matters, sealing
from gongzhi.cases.models import Case, Voice
from gongzhi.channels import outbox
from gongzhi.channels.outbox import NewMessage
from gongzhi.channels.rules import Context
from gongzhi.people import reads as people
from gongzhi.places import reads as places


def live_voices(case: Case) -> list[Voice]:
    """The voices of a case that were not withdrawn, the first one first."""
    return list(case.voice_set.filter(withdrawn_at__isnull=True).order_by("-lead", "id"))


def put(
    *,
    at: datetime,
    case: Case,
    voices: Iterable[Voice],
    template: str,
    occasion: str,
    context: Mapping[str, str] | None = None,
    not_before: datetime | None = None,
) -> list[str]:
    """Put one letter for each voice; the keys by which they can be cancelled.

    `occasion` makes the key unique: the same voice gets the same letter once."""
    letters = [
        NewMessage(
            adapter="email" if voice.contact_kind == "email" else "page",
            address=sealing.open_contact(voice) if voice.contact_kind == "email" else voice.ref,
            about=case.ref,
            template=f"cases/messages/{template}",
            context=_context(case, voice, context or {}),
            language=voice.language,
            key=f"cases.{template}.{voice.id.hex}.{occasion}",
            sealed={"token": sealing.link_token(voice)},
            not_before=not_before,
        )
        for voice in voices
    ]
    if letters:
        outbox.put_many(letters, at=at)
    return [letter.key for letter in letters]


def _context(case: Case, voice: Voice, more: Mapping[str, str]) -> Context:
    tag = matters.tags()[case.matter_id]
    organ = people.organ(case.organ) if case.organ else None
    english = voice.language == "en"
    return {
        "number": voice.number,
        "title": case.title,
        "matter": (tag.name_en or tag.name_zh) if english else tag.name_zh,
        "organ": ((organ.name_en or organ.name_zh) if english else organ.name_zh) if organ else "",
        "path": "en" if english else "zh",
        "due": day_text(case.due_at, voice.language),
        **more,
    }


def day_text(at: datetime, language: str) -> str:
    """The county's day of a moment, as a letter says it: 2026年11月27日, or 27 November 2026."""
    local = at.astimezone(ZoneInfo(places.county().tz))
    with translation.override(language):
        return dateformat.format(local, "j F Y" if language == "en" else "Y年n月j日")
