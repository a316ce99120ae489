"""Cards for the workplace: queues, rows of the inbox, a case on the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongzhi.cases.cards import Course, Holder, MatterTag, OrganTag, PlaceTag, PostTag, VoiceCard


@dataclass(frozen=True, slots=True)
class QueueCount:
    """`count` is exact up to rules.COUNT_CAP; `more` says that there are more."""

    code: str
    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues of one person, in the order of rules.QUEUES; only those she has a duty in.

    `left_open`: what another system left open and she could take over, which is in no queue."""

    counts: tuple[QueueCount, ...]
    left_open: QueueCount = QueueCount("left_open", 0)

    def __getitem__(self, code: str) -> QueueCount:
        return next((queue for queue in self.counts if queue.code == code), QueueCount(code, 0))


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A case in a queue. `clock` is in_time, near, overdue, paused, stopped or none; `holder` says whose it is."""

    case: UUID
    number: str
    version: int
    title: str
    matter: MatterTag
    matter_by: str
    place: PlaceTag | None
    place_text: str
    state: str
    round: int
    organ: OrganTag | None
    holder: Holder
    received_at: datetime
    due_at: datetime
    provisional: bool
    clock: str
    voices: int
    urgent: bool
    about_officer: bool
    helping: int
    mine: bool


@dataclass(frozen=True, slots=True)
class LadderRow:
    """Open cases of one organ as a leader reads them; `oldest_due` of the overdue ones."""

    organ: OrganTag
    open: int
    near: int
    overdue: int
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True)
class HelpCard:
    """A co-handling organ: returned_at and text are filled when it returned."""

    organ: OrganTag
    since_at: datetime
    returned_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class UndoCard:
    """The last move, while it can be undone by whoever made it."""

    move: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody else who has this case open (seen within the last two minutes)."""

    post: PostTag
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """The version a case has now, and who else has it open."""

    case: UUID
    version: int
    watchers: tuple[Watcher, ...]


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case on the desk: its course with internal texts and posts, all voices, and what may be done now.

    `moves` are codes of rules.MOVES the acting post may make at this moment, in the order of use."""

    course: Course
    voices: tuple[VoiceCard, ...]
    helps: tuple[HelpCard, ...]
    moves: tuple[str, ...]
    undo: UndoCard | None
    refusals: int
    run: UUID
    responsible: OrganTag | None
    assisting: tuple[OrganTag, ...]
    asks_left: int = 0  # questions that may still pause the clock


@dataclass(frozen=True, slots=True)
class Original:
    """The words as said and the contact as left. Only looking.original hands this out."""

    voice: UUID
    number: str
    words: str
    place: str
    officer_text: str
    contact_kind: str
    contact: str
    replies: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovered:
    """A new secret link handed out at the counter; the old one is dead."""

    number: str
    link_token: str
