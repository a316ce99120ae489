"""What the reads of this room hand out: frozen cards with every field a page or the JSON door needs.

A card holds plain data and codes; a page turns codes into words and `name_zh`/`name_en` into the reader's
language. A text on a card is masked, except on `Original`. Instants are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

Row = TypeVar("Row")


# What a door hands in ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Where:
    """A place as told: by pin (WGS84, longitude first), by division or grid code, by typed text, or several.

    The pin wins over the code, the code over the text; the text is always kept as said. `placed`: the source has
    placed it already (an import), so where no polygon holds the pin the code stands and the pin is kept."""

    lon: float | None = None
    lat: float | None = None
    code: str = ""
    text: str = ""
    placed: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to be answered. `kind` is one of rules.CONTACT_KINDS: email, phone, post (a letter on paper)."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Officer:
    """Whom a complaint about an officer is about: a post, else an organ, else words only."""

    post: UUID | None = None
    organ: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A cleaned picture already in the file store (photos.keep), named by its SHA-256."""

    sha256: str
    mime: str
    width: int
    height: int


# Small parts of other cards ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OrganTag:
    code: str
    name_zh: str
    name_en: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PostTag:
    id: UUID
    title_zh: str
    title_en: str
    organ: OrganTag


@dataclass(frozen=True, slots=True)
class PlaceTag:
    """`code` is a 12-digit division or 15-digit grid; `path_*` reads from town down."""

    code: str
    level: str
    name_zh: str
    name_en: str
    path_zh: str
    path_en: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class ClauseTag:
    code: str
    law_zh: str
    article: str
    text_zh: str
    text_en: str
    source: str = ""
    law_en: str = ""


@dataclass(frozen=True, slots=True)
class MatterTag:
    """`path_*` names the parents too: "Roads > Street lights"."""

    code: str
    name_zh: str
    name_en: str
    path_zh: str = ""
    path_en: str = ""


@dataclass(frozen=True, slots=True)
class MatterCard:
    """A matter as the forms and "how we handle" need it. `limit_unit` is a kit.worktime.Unit value."""

    code: str
    parent: str
    name_zh: str
    name_en: str
    hint_zh: str
    hint_en: str
    limit_amount: int
    limit_unit: str
    closing_zh: str
    closing_en: str
    clause: str
    reopen_days: int
    about_officer: bool
    danger: bool
    public_ok: bool
    leaf: bool
    procedure: str = "voice"
    asks_most: int = 2


@dataclass(frozen=True, slots=True)
class ClockCard:
    """The clock as a sentence needs it. `state`: in_time, near, overdue, paused,
    stopped_in_time, stopped_late, stopped_unknown, stopped_told_late (see judging.stopped).

    `due_at` moves only by pauses and the one extension; `provisional`: the holidays of that year are not
    announced yet. `left_amount` counts in `left_unit` (of kit.worktime.Unit), zero when overdue."""

    state: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    limit_amount: int
    limit_unit: str
    left_amount: int
    left_unit: str
    extended: bool
    clause: ClauseTag | None
    paused_at: datetime | None = None
    pause_reason: str = ""
    pause_until: datetime | None = None
    stopped_at: datetime | None = None
    told_late: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the case now. `kind`: dispatch, organ, post, resident (we wait for her), nobody (closed).

    `post` is filled for staff only; the public sees the organ."""

    kind: str
    since_at: datetime
    organ: OrganTag | None = None
    post: PostTag | None = None


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """`id` serves the picture through the page's own door; public ones on the public page only."""

    id: UUID
    mime: str
    width: int
    height: int
    public: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the course. `kind` is one of rules.ENTRY_KINDS; `side`: resident, staff or house.

    `to_organ` names the receiver of a send, hand-over or help; `internal` is empty outside the workplace."""

    id: UUID
    kind: str
    side: str
    at: datetime
    round: int
    organ: OrganTag | None
    to_organ: OrganTag | None
    post: PostTag | None
    text: str
    internal: str
    reason: str
    clause: ClauseTag | None
    outcome: str
    matter: MatterTag | None
    photos: tuple[PhotoCard, ...] = ()


@dataclass(frozen=True, slots=True)
class RatingCard:
    """One rating of one voice in one round; `reopened` when it reopened the case by right."""

    round: int
    solved: bool
    grade: int
    words: str
    at: datetime
    reopened: bool


@dataclass(frozen=True, slots=True)
class LookCard:
    """Somebody of the staff opened the original words: when, which post, why (a sentence), which fields."""

    at: datetime
    post: PostTag | None
    purpose: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoiceCard:
    """One voice as its owner or the staff see it (masked words)."""

    id: UUID
    number: str
    kind: str
    source: str
    words: str
    language: str
    said_at: datetime
    noted_at: datetime
    allows_public: bool
    contact_kind: str
    danger: str
    withdrawn_at: datetime | None
    erased_at: datetime | None = None
    photos: tuple[PhotoCard, ...] = ()
    ratings: tuple[RatingCard, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """A decision that limited a voice. `until`: an appeal may be made up to then; else what became of hers."""

    id: UUID
    what: str
    reason: str
    at: datetime
    until: datetime | None
    appealed_at: datetime | None
    due_at: datetime | None
    answered_at: datetime | None
    granted: bool | None


# A case, three ways ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Can:
    """What the holder of the secret link may do now. `rate_until`: an unhappy rating reopens until then."""

    answer: bool = False
    rate: bool = False
    withdraw: bool = False
    rate_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A case as the public page (voice is None) or the secret link (voice is hers) tells it.

    `state` is one of rules.STATES, `outcome` one of rules.OUTCOMES or empty, `question` the open question to
    the resident, `answer` the newest public answer. `officer` is set for a complaint about an officer."""

    case: UUID
    number: str
    version: int
    title: str
    words: str
    state: str
    outcome: str
    round: int
    urgent: bool
    public: bool
    about_officer: bool
    matter: MatterTag
    matter_by: str
    place: PlaceTag | None
    place_text: str
    organ: OrganTag | None
    helping: tuple[OrganTag, ...]
    holder: Holder
    clock: ClockCard | None
    clause: ClauseTag | None
    closing_zh: str
    closing_en: str
    received_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    voices: int
    entries: tuple[TimelineEntry, ...]
    question: TimelineEntry | None
    answer: TimelineEntry | None
    photos: tuple[PhotoCard, ...]
    voice: VoiceCard | None = None
    ratings: tuple[RatingCard, ...] = ()
    looks: tuple[LookCard, ...] = ()
    can: Can = field(default_factory=Can)
    place_by: str = "resident"
    decisions: tuple[DecisionCard, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a public list. `answer` is the first 120 characters of the newest answer, when closed; behind its `key`
    the list goes on."""

    case: UUID
    number: str
    title: str
    words: str
    matter: MatterTag
    place: PlaceTag | None
    organ: OrganTag | None
    state: str
    outcome: str
    received_at: datetime
    due_at: datetime
    provisional: bool
    closed_at: datetime | None
    voices: int
    overdue: bool
    answer: str = ""
    grade: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list with keyset cursors: opaque, empty when there is none."""

    rows: tuple[Row, ...]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A matter suggested by a machine: always shown as "Suggested:"; `words` are those that spoke for it.

    `router`: 0 for the table of keywords, else the number of the router that learnt."""

    matter: MatterCard
    words: tuple[str, ...]
    sure: float
    router: int = 0
