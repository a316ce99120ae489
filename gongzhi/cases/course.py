"""The course of a case: as its own page tells everybody, and as the secret link tells the resident.

The public reads what was done and by which organ; the words of one resident (her answers, her rating words) stay
between her and the desk. Names of officers appear nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import BinaryField, Q

from gongzhi.cases import decisions, judging, matters, rules
from gongzhi.cases.cards import (
    Can,
    ClauseTag,
    ClockCard,
    Course,
    Holder,
    LookCard,
    OrganTag,
    PhotoCard,
    PostTag,
    RatingCard,
    TimelineEntry,
    VoiceCard,
)
from gongzhi.cases.models import Case, Entry, Photo, Rating, Voice
from gongzhi.cases.reads import Names, names
from gongzhi.kit.ids import parse_number, token_hash
from gongzhi.kit.refusal import N_, Gone, NotFound
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.people import purposes
from gongzhi.procedures import reads as procedures
from gongzhi.procedures import running

Pictures = dict[UUID, tuple[PhotoCard, ...]]
_SIDES = {"voice": "resident", "post": "staff"}


def voice_of(token: str) -> Voice:
    """The voice of a secret link; refuses a link that is not known or was replaced, and a withdrawn voice."""
    voice = any_voice_of(token)
    if voice.withdrawn_at is not None:
        raise gone(voice)
    return voice


def any_voice_of(token: str) -> Voice:
    """The voice of a secret link, also one that was withdrawn or erased; refuses a link that is not known."""
    voice = _BY_LINK.first(link=token_hash(token))
    if voice is None:
        raise _no_link()
    return voice


_LINK = Given("link", BinaryField())
_BY_LINK: Compiled[Voice] = Compiled(lambda: Voice.objects.select_related("case").filter(link_hash=_LINK))
_RECEIPTED: Compiled[Voice] = Compiled(
    lambda: Voice.objects.only("fact", "withdrawn_at", "erased_at").filter(link_hash=_LINK)
)


def receipted(token: str) -> UUID:
    """The fact that the receipt behind a secret link is about; refuses as `voice_of` does, and reads no more."""
    found = _RECEIPTED.first(link=token_hash(token))
    if found is None:
        raise _no_link()
    if found.withdrawn_at is not None:
        raise gone(found)
    return found.fact


def gone(voice: Voice) -> Gone:
    """What is said of a voice that was withdrawn, or erased at the wish of whoever spoke."""
    if voice.erased_at is not None:
        return Gone("voice_erased", N_("This was erased at the wish of the person who wrote it. Nobody can read it."))
    return Gone("voice_withdrawn", N_("This was withdrawn."))


def by_token(token: str, at: datetime) -> Course:
    """The course for the holder of a secret link: her own words, answers, ratings, and who looked at her data."""
    voice = voice_of(token)
    case = voice.case
    entries = _for_voice(case, voice)
    known = ask(case, [voice], entries)
    told = tell(case, at, voices=[voice], entries=entries, known=known)
    mine = voice_cards([voice], known.pictures)[0]
    return replace(
        told,
        words=voice.words,
        place_text=case.place_text if voice.lead else "",  # as the first voice typed it; it may name her door
        voice=mine,
        photos=mine.photos or told.photos,
        ratings=mine.ratings,
        looks=_looks(voice),
        decisions=decisions.about(voice, at),
        can=_can(case, voice, told, mine.ratings, at),
    )


def public_case(number: str, at: datetime) -> Course:
    """The course of a public case by any of its voices' numbers, as people type it.

    Refuses a misread number, one that does not exist or is not public, and says when it was withdrawn."""
    voice = Voice.objects.select_related("case").filter(number=parse_number(number)).first()
    if voice is None:
        raise _not_public()
    if voice.lead and voice.withdrawn_at is not None:
        raise gone(voice)
    if not voice.case.public:
        raise _not_public()
    lead = voice if voice.lead else Voice.objects.get(case=voice.case, lead=True)
    told = tell(voice.case, at, voices=[lead], entries=Entry.objects.filter(case=voice.case, seen_by_all=True))
    return replace(told, words=lead.words, photos=tuple(photo for photo in told.photos if photo.public))


def still(number: str, version: int) -> bool:
    """Whether a public case is still public and at this version: what the printer asks before it keeps a page."""
    return Case.objects.filter(number=number, public=True, version=version).exists()


@dataclass(frozen=True, slots=True)
class Known:
    """What a course needs beside its rows, asked once: organs that help (codes), names, photos."""

    helping: Sequence[str]
    named: Names
    pictures: Pictures


def tell(
    case: Case,
    at: datetime,
    *,
    voices: Sequence[Voice],
    entries: Iterable[Entry],
    internal: bool = False,
    known: Known | None = None,
) -> Course:
    """The course from rows: `entries` are those the reader may see, `internal` adds posts and inner texts."""
    rows = sorted(entries, key=lambda entry: (entry.at, entry.id))
    rows = [row for row in rows if internal or row.kind in rules.PUBLIC_KINDS]
    known = known or ask(case, voices, rows)
    names_, photos, helping = known.named, known.pictures, known.helping
    lines = tuple(_line(row, names_, photos, internal=internal) for row in rows)
    card = matters.card(case.matter_id)
    return Course(
        case=case.id,
        number=case.number,
        version=case.version,
        title=case.title,
        words="",
        state=case.state,
        outcome=case.outcome,
        round=case.round,
        urgent=case.urgent,
        public=case.public,
        about_officer=case.about_officer,
        matter=names_.matter(case.matter_id),
        matter_by=case.matter_by,
        place_by=case.place_by,
        place=names_.place(case.place),
        place_text=case.place_text,
        organ=names_.organ(case.organ),
        helping=tuple(tag for code in helping if (tag := names_.organ(code))),
        holder=holder_of(case, names_, internal=internal),
        clock=clock_of(case, at) if _promised(case) else None,
        clause=clause_tag(case.clause),
        closing_zh=card.closing_zh if card else "",
        closing_en=card.closing_en if card else "",
        received_at=case.received_at,
        answered_at=case.answered_at,
        closed_at=case.closed_at,
        voices=case.voices,
        entries=(_received_line(case), *lines),
        question=open_question(lines),
        answer=_answer(lines, internal=internal),
        photos=tuple(photo for voice in voices for photo in photos.get(voice.id, ())),
    )


def ask(case: Case, voices: Sequence[Voice], entries: Sequence[Entry]) -> Known:
    """What the course of a case needs beside its rows."""
    held = running.marking(case.run) if case.helping else ()
    helping = [token.holder.removeprefix("organ:") for token in held if token.stage == "helping"]
    return Known(helping, names_in(case, entries, helping), pictures_of(voices, entries))


def names_in(case: Case, entries: Iterable[Entry], others: Iterable[str] = ()) -> Names:
    """Every name that the course of a case needs, and those of `others` (codes of organs), by one query."""
    rows = list(entries)
    codes = [case.organ, *others, *(code for row in rows for code in (row.organ, row.to_organ))]
    return names(organs=codes, posts=[*(row.post for row in rows), _post_of(case.holder)])


def holder_of(case: Case, names_: Names, *, internal: bool) -> Holder:
    """Who holds the case, in words a page can say. The public reads the organ, never the post."""
    if case.state == "closed":
        return Holder("nobody", case.closed_at or case.held_at)
    if case.state == "left_open":
        return Holder("left_open", case.held_at, names_.organ(case.organ))
    if case.state == "asked":
        return Holder("resident", case.held_at, names_.organ(case.organ))
    if case.holder == rules.DISPATCH:
        return Holder("dispatch", case.held_at)
    post = names_.post(_post_of(case.holder)) if internal else None
    return Holder("post" if _post_of(case.holder) else "organ", case.held_at, names_.organ(case.organ), post)


def _promised(case: Case) -> bool:
    """Whether a limit of ours ever ran: not for what another system left open, nor when it was closed as such."""
    return case.state != "left_open" and case.outcome != "not_taken"


def clock_of(case: Case, at: datetime) -> ClockCard:
    """The clock of the present round as a sentence needs it."""
    row = procedures.clock(case.clock)
    standing = row.standing(at)
    state = standing.state.value
    if row.stopped_at is not None:
        answered = case.answered_at is not None
        state = judging.stopped(case.in_time, row.stopped_at, row.due_at, answered=answered)
    return ClockCard(
        state=state,
        started_at=row.started_at,
        due_at=row.due_at,
        provisional=row.provisional,
        limit_amount=row.limit.amount,
        limit_unit=row.limit.unit.value,
        left_amount=max(0, standing.left_amount),
        left_unit=standing.left_unit.value,
        extended=row.extended,
        clause=clause_tag(row.clause),
        paused_at=next((pause.start for pause in row.pauses if pause.end is None), None),
        pause_reason=row.pause_reason,
        pause_until=row.pause_until,
        stopped_at=row.stopped_at,
        told_late=row.told_late,
    )


def clause_tag(code: str) -> ClauseTag | None:
    """An article of law as cards carry it; None when the county has not loaded it."""
    found = procedures.clause_or_none(code) if code else None
    if found is None:
        return None
    return ClauseTag(found.code, found.law_zh, found.article, found.text_zh, found.text_en, found.source, found.law_en)


def voice_cards(voices: Sequence[Voice], pictures: Pictures, *, rated: bool = True) -> list[VoiceCard]:
    """Voices as their owners and the desk see them, with photos and ratings (none while nothing was `rated`)."""
    ids = [voice.id for voice in voices]
    ratings = list(Rating.objects.filter(voice__in=ids).order_by("round")) if rated else []
    return [
        VoiceCard(
            id=voice.id,
            number=voice.number,
            kind=voice.kind,
            source=voice.source,
            words=voice.words,
            language=voice.language,
            said_at=voice.said_at,
            noted_at=voice.noted_at,
            allows_public=voice.allows_public,
            contact_kind=voice.contact_kind,
            danger=voice.danger,
            withdrawn_at=voice.withdrawn_at,
            erased_at=voice.erased_at,
            photos=pictures.get(voice.id, ()),
            ratings=tuple(_rating(rating) for rating in ratings if rating.voice_id == voice.id),
        )
        for voice in voices
    ]


def open_question(lines: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """The question that waits for the resident: asked and neither answered nor given up since."""
    for line in reversed(lines):
        if line.kind in ("resident_answered", "resumed", "answered", "closed", "reopened"):
            return None
        if line.kind == "asked":
            return line
    return None


def _for_voice(case: Case, voice: Voice) -> list[Entry]:
    """The lines she may read; where she was given an answer of her own, it stands in place of the common one."""
    rows = [row for row in Entry.objects.filter(case=case) if row.seen_by_all or row.voice_id == voice.id]
    own = {row.round for row in rows if row.kind == "answered_own"}
    return [row for row in rows if row.kind != "answered" or row.round not in own]


def _answer(lines: Sequence[TimelineEntry], *, internal: bool) -> TimelineEntry | None:
    """The newest answer: hers on her own page, the common one on the desk and in public."""
    kinds = ("answered",) if internal else ("answered", "answered_own")
    return next((line for line in reversed(lines) if line.kind in kinds), None)


def _can(case: Case, voice: Voice, told: Course, ratings: Sequence[RatingCard], at: datetime) -> Can:
    closed = case.round if case.state == "closed" else case.round - 1
    card = matters.card(case.matter_id) or matters.card(rules.CATCH_ALL)
    until = rules.reopens_until(case.closed_at, card.reopen_days) if case.closed_at and card else None
    return Can(
        answer=told.question is not None,
        rate=closed >= 1
        and case.outcome != "withdrawn"
        and (case.state == "closed" or told.answer is not None)
        and all(rating.round != closed for rating in ratings),
        withdraw=voice.withdrawn_at is None,
        rate_until=until if until and until >= at else None,
    )


def _looks(voice: Voice) -> tuple[LookCard, ...]:
    return tuple(
        LookCard(
            look.at,
            PostTag(UUID(int=0), look.title_zh, look.title_en, OrganTag("", look.organ_zh, look.organ_en)),
            look.purpose,
            look.fields,
        )
        for look in purposes.looks_at(voice.ref)
    )


def _line(entry: Entry, names_: Names, photos: Pictures, *, internal: bool) -> TimelineEntry:
    return TimelineEntry(
        id=entry.id,
        kind=entry.kind,
        side=_SIDES.get(entry.by.partition(":")[0], "house"),
        at=entry.at,
        round=entry.round,
        organ=names_.organ(entry.organ),
        to_organ=names_.organ(entry.to_organ),
        post=names_.post(entry.post) if internal else None,
        text=entry.public_text,
        internal=entry.internal_text if internal else "",
        reason=entry.reason,
        clause=clause_tag(entry.clause),
        outcome=entry.outcome,
        matter=names_.matter(entry.matter) if entry.matter else None,
        photos=photos.get(entry.id, ()),
    )


def _received_line(case: Case) -> TimelineEntry:
    """The first line: no row is kept for it, since the case itself says it."""
    return TimelineEntry(
        id=case.id,
        kind="received",
        side="house",
        at=case.received_at,
        round=1,
        organ=None,
        to_organ=None,
        post=None,
        text="",
        internal="",
        reason="",
        clause=clause_tag(case.clause),
        outcome="",
        matter=None,
    )


def pictures_of(voices: Sequence[Voice], entries: Iterable[Entry]) -> Pictures:
    """Photos by the id of the voice or the line of the course they belong to, by one query."""
    told = [entry.id for entry in entries if entry.kind in ("resident_answered", "answered")]
    found: Pictures = {}
    mine = Q(voice__in=[voice.id for voice in voices])
    for photo in Photo.objects.filter(mine | Q(entry__in=told) if told else mine).order_by("id"):
        key = photo.voice_id or photo.entry_id
        if key is not None:
            found[key] = (*found.get(key, ()), _photo(photo))
    return found


def _photo(photo: Photo) -> PhotoCard:
    return PhotoCard(photo.id, photo.mime, photo.width, photo.height, photo.public)


def _rating(rating: Rating) -> RatingCard:
    return RatingCard(rating.round, rating.solved, rating.grade, rating.words, rating.at, rating.reopened)


def _post_of(holder: str) -> str:
    return holder.removeprefix("post:") if holder.startswith("post:") else ""


def _no_link() -> NotFound:
    return NotFound("link_unknown", N_("We do not know this link. It may have been replaced by a newer one."))


def _not_public() -> NotFound:
    return NotFound("case_unknown", N_("There is no such case, or its resident keeps it to herself."))
