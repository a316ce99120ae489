"""Letters to residents: every voice of a case gets its own, by the way she chose, else on her secret page.

A letter holds masked words and plain facts, a text message not even a title. The secret link lies sealed in the outbox
row and is forgotten, with the words, when the letter has left. What was put right in a village is also told there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import UUIDField
from django.utils import dateformat, translation

from gongzhi.cases import matters, sealing
from gongzhi.cases.models import Case, Voice
from gongzhi.channels import inbox, outbox
from gongzhi.channels.adapters import adapter, ready
from gongzhi.channels.outbox import NewMessage
from gongzhi.channels.rules import Context
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.people import reads as people
from gongzhi.places import reads as places

WAYS = {"email": "email", "phone": "sms", "post": "print"}  # contact → channel
TOLD_IN_THE_VILLAGE = ("fixed", "partly", "planned")
SHORT_NUMBER = 9  # the last signs of a number: enough for whoever owns it


def live_voices(case: Case) -> list[Voice]:
    """The voices of a case that were not withdrawn, the first one first."""
    found = _LIVE(case=case.id)
    for voice in found:
        voice.case = case
    return found


_LIVE: Compiled[Voice] = Compiled(
    lambda: Voice.objects.filter(case=Given("case", UUIDField()), withdrawn_at__isnull=True).order_by("-lead", "id")
)


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

    `occasion` makes the key unique: the same voice gets the same letter once. The first text that a phone sends after
    a question is taken for its answer."""
    told, rows, more = [], list(voices), dict(context or {})
    for voice, (way, address) in zip(rows, _ways(rows), strict=True):
        told.append(
            NewMessage(
                adapter=way,
                address=address,
                about=case.ref,
                template=f"cases/messages/{template}",
                context=_context(case, voice, more, short=adapter(way).SHORT),
                language=voice.language,
                key=f"cases.{template}.{voice.id.hex}.{occasion}",
                sealed={"token": sealing.link_token(voice)},
                not_before=not_before,
            )
        )
        if way == "sms" and template == "asked":
            inbox.ask(at=at, adapter="sms", address=address, asked="question", about=voice.ref, language=voice.language)
    if rows and template in ("answered", "closed"):
        told += _to_the_village(case, more.get("outcome", ""), not_before)
    if told:
        outbox.put_many(told, at=at)
    return [letter.key for letter in told]


def received(*, at: datetime, voice: Voice) -> None:
    """The letter that tells that a voice was kept; a phone that spoke by text is answered by `texting` instead."""
    if voice.contact_kind and voice.source != "sms":
        put(at=at, case=voice.case, voices=[voice], template="received", occasion="0")


def reaches(voice: Voice) -> bool:
    """Whether a letter finds its way to this voice by itself, and not only when she looks at her page."""
    return _ways([voice])[0][0] != "page"


def voice_of(key: str) -> UUID | None:
    """Whose letter this was, by the key it was put under; None for anything else."""
    parts = key.split(".")
    if len(parts) != 4 or parts[0] != "cases":
        return None
    try:
        return UUID(parts[2])
    except ValueError:
        return None


def _ways(voices: Sequence[Voice]) -> list[tuple[str, str]]:
    """Channel and address for each voice: what she left, when the county can send that way and she still wants it.

    A practice county writes to every channel: its letterbox shows what would have been sent."""
    usable = {kind for kind, way in WAYS.items() if way == "email" or ready(way) or places.county().practice}
    left = [sealing.open_contact(voice) if voice.contact_kind in usable else "" for voice in voices]
    phones = [address for voice, address in zip(voices, left, strict=True) if voice.contact_kind == "phone" and address]
    silent = inbox.stopped("sms", phones)
    return [
        (WAYS[voice.contact_kind], address) if address and address not in silent else ("page", voice.ref)
        for voice, address in zip(voices, left, strict=True)
    ]


def _to_the_village(case: Case, outcome: str, not_before: datetime | None) -> list[NewMessage]:
    """What everybody in the village may hear: the kind of matter, who dealt with it and what came of it.

    Nothing a resident said, no number and no house; nothing of a case that is not public."""
    if not case.public or outcome not in TOLD_IN_THE_VILLAGE or case.division.endswith("000"):
        return []
    tag, organ = matters.tags()[case.matter_id], people.organ(case.organ) if case.organ else None
    village = places.place_or_none(case.division)
    return [
        NewMessage(
            adapter="loudspeaker",
            address=case.division,
            about=f"village:{case.division}",
            template="cases/messages/aired",
            context={
                "case": case.ref,
                "village": village.name_zh if village else "",
                "matter": tag.name_zh,
                "organ": organ.name_zh if organ else "",
                "outcome": outcome,
            },
            language="zh-hans",
            key=f"cases.aired.{case.id.hex}.{case.round}",
            not_before=not_before,
        )
    ]


def facts(case: Case, voice: Voice) -> dict[str, str | int | bool | None]:
    """What a text message may say of a case: number, matter, organ and day, and nothing that was told."""
    return {name: value for name, value in _context(case, voice, {}, short=True).items() if not isinstance(value, list)}


def _context(case: Case, voice: Voice, more: Mapping[str, str], *, short: bool) -> Context:
    tag = matters.tags()[case.matter_id]
    organ = people.organ(case.organ) if case.organ else None
    english = voice.language == "en"
    told: dict[str, str | int | bool | None] = {
        "number": voice.number,
        "matter": (tag.name_en or tag.name_zh) if english else tag.name_zh,
        "organ": ((organ.name_en or organ.name_zh) if english else organ.name_zh) if organ else "",
        "path": "en" if english else "zh",
        "due": day_text(case.due_at, voice.language),
    }
    if short:
        told |= {"code": voice.number[-SHORT_NUMBER:], "offline": voice.source == "sms"}
    else:
        told["title"] = case.title
    return {**told, **more}


def day_text(at: datetime, language: str) -> str:
    """The county's day of a moment, as a letter says it: 2026年11月27日, or 27 November 2026."""
    local = at.astimezone(ZoneInfo(places.county().tz))
    with translation.override(language):
        return dateformat.format(local, "j F Y" if language == "en" else "Y年n月j日")
