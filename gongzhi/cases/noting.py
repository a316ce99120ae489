"""Writing down what was said: cleaned, checked, masked and sealed, as the rows of a case and of a voice.

Nothing here touches the database; `intake` saves one, `many` saves thousands of the same rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gongzhi.cases import placing, rules, sealing
from gongzhi.cases.cards import Contact, KeptPhoto, MatterCard, Officer
from gongzhi.cases.models import Case, Voice
from gongzhi.kit import ids
from gongzhi.kit.danger import Danger, danger
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import stamp
from gongzhi.ledger import writing
from gongzhi.ledger.models import Fact
from gongzhi.ledger.rows import build
from gongzhi.ledger.writing import NewFact
from gongzhi.places import reads as places

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What was said, cleaned and checked, before any row is written."""

    by: str
    at: datetime
    words: str
    masked: str
    title: str
    kind: str
    source: str
    language: str
    said_at: datetime
    danger: Danger | None
    contact: Contact | None
    allows_public: bool
    form_key: UUID | None
    photos: Sequence[KeptPhoto]
    place_text: str
    officer: Officer | None


@dataclass(frozen=True, slots=True)
class Heard:
    """Words as they were read: cleaned, masked, their title, and whether they tell of danger."""

    words: str
    masked: str
    title: str
    danger: Danger | None


def hear(words: str) -> Heard:
    """Read words; refuses empty and too long ones."""
    words = rules.clean_words(words)
    masked = mask(words).text
    return Heard(words, masked, rules.title_of(masked), danger(words))


def told(
    *,
    by: str,
    at: datetime,
    words: str,
    kind: str,
    source: str,
    language: str,
    contact: Contact | None,
    said_at: datetime | None,
    heard: Callable[[str], Heard] | None = None,
    **rest: Any,
) -> Told:
    """What was said, cleaned and masked; refuses empty or too long words, unknown codes, a misread contact.

    `heard` reads the words for a caller that remembers those it has read."""
    read = (heard or hear)(words)
    rules.check_code(kind, rules.KINDS, field="kind")
    rules.check_code(source, rules.SOURCES, field="source")
    rules.check_code(language, rules.LANGUAGES, field="language")
    rules.check_photos(len(rest["photos"]))
    if contact is not None:
        contact = Contact(contact.kind, rules.check_contact(contact.kind, contact.address))
    return Told(
        by=by,
        at=at,
        words=read.words,
        masked=read.masked,
        title=read.title,
        kind=kind,
        source=source,
        language=language,
        said_at=min(said_at or at, at),
        danger=read.danger,
        contact=contact,
        **rest,
    )


def new_case(
    told: Told,
    where: placing.Placed,
    matter: MatterCard,
    concerned: placing.Concerned,
    matter_by: str,
    *,
    router: int | None = None,
) -> Case:
    """The row of a fresh case; run, clock and limit are still to be set. `router`: what suggested the matter, if a
    machine did (`suggesting`)."""
    id = ids.uuid7(told.at)
    return build(
        Case,
        id=id,
        number=new_number(told.at),
        seek=new_seek(told.at),
        matter_id=matter.code,
        matter_by=matter_by,
        router=router,
        place_by=where.by,
        grid=where.grid,
        division=where.division,
        lon=where.lon,
        lat=where.lat,
        place_text=where.text,
        organ=concerned.organ,
        clause=concerned.clause,
        received_at=told.at,
        public=told.allows_public and matter.public_ok and not concerned.about_officer,
        urgent=told.danger is not None or matter.danger,
        about_officer=concerned.about_officer,
        officer_post=concerned.officer_post,
        officer_account=concerned.officer_account,
        officer_organ=concerned.officer_organ,
        title=told.title,
        holder=concerned.holder,
        held_at=told.at,
        moved_at=told.at,
    )


def new_voice(told: Told, case: Case, *, lead: bool) -> tuple[Voice, str]:
    """The row of a voice with its texts sealed, and its secret link; the fact is still to be set."""
    voice = build(
        Voice,
        id=ids.uuid7(told.at),
        number=case.number if lead else new_number(told.at),
        case=case,
        lead=lead,
        kind=told.kind,
        source=told.source,
        words=told.masked,
        language=told.language,
        said_at=told.said_at,
        noted_at=told.at,
        danger=told.danger.kind.value if told.danger else "",
        allows_public=told.allows_public,
        form_key=told.form_key,
    )
    officer = told.officer.text if told.officer else ""
    sealing.seal_told(voice, sealing.Original(told.words, told.place_text, officer))
    if told.contact is not None:
        sealing.seal_contact(voice, told.contact)
    return voice, sealing.set_link(voice)


def new_number(at: datetime) -> str:
    """A fresh number: random within the county and year, so that no order can be guessed and no row is locked."""
    county = places.county()
    year = at.astimezone(county.zone).year
    return ids.case_number(county.code, year, secrets.token_bytes(7))


def new_seek(at: datetime) -> int:
    """Milliseconds since 2020 and 22 random bits: grows with time, unique with its constraint."""
    return seek_at(at) | secrets.randbits(22)


def seek_at(at: datetime) -> int:
    """The least seek of the millisecond of a moment: a range of time is a range of seeks."""
    return (at - _EPOCH) // timedelta(milliseconds=1) << 22


def span_of(span: timedelta) -> int:
    """How far apart in seeks two moments are that lie a stretch of time apart."""
    return span // timedelta(milliseconds=1) << 22


def seek_after(seek: int) -> int:
    """The least seek of the millisecond after that of `seek`."""
    return ((seek >> 22) + 1) << 22


def millisecond_of(seek: int) -> int:
    """The millisecond (since 1970, as in an id) in which the case of a seek was received."""
    return (seek >> 22) + round(_EPOCH.timestamp()) * 1000


def moment_of(seek: int) -> datetime:
    """The millisecond a seek was drawn in."""
    return _EPOCH + timedelta(milliseconds=seek >> 22)


def received_fact(told: Told, case: Case, voice: Voice) -> NewFact:
    """The fact of a receipt: ids, codes and the promised moment; no text and no name."""
    return NewFact(
        kind="case.received",
        about=case.ref,
        by=voice.ref if told.by == rules.NEW_VOICE else told.by,
        at=told.at,
        happened_at=told.said_at,
        details={
            "voice": voice.id.hex,
            "number": case.number,
            "kind": told.kind,
            "source": told.source,
            "matter": case.matter_id,
            "matter_by": case.matter_by,
            "place": case.place,
            "organ": case.organ,
            "clause": case.clause,
            "due": stamp(case.due_at),
            "urgent": case.urgent,
            "public": case.public,
            **({} if case.router is None else {"router": case.router}),
        },
    )


def write(new: NewFact) -> Fact:
    """Write a prepared fact."""
    return writing.write(
        kind=new.kind, about=new.about, by=new.by, at=new.at, details=new.details, happened_at=new.happened_at
    )
