"""What happens in a story, in the words of the verbs: each act names who, when and what; their rules judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gongzhi.cases import rules
from gongzhi.cases.cards import Contact, MatterCard
from gongzhi.people.cards import PostCard


@dataclass(frozen=True, slots=True)
class Accept:
    """A post takes the case in hand (dispatch.accept); from the dispatch desk it is first sent to its organ."""

    at: datetime
    post: PostCard


@dataclass(frozen=True, slots=True)
class Rematter:
    """The post that holds the case sets its matter (dispatch.rematter) to another one that may be public too."""

    at: datetime
    post: PostCard
    matter: str


@dataclass(frozen=True, slots=True)
class Ask:
    """The post that holds the case asks whoever spoke first (handling.ask)."""

    at: datetime
    post: PostCard
    question: str


@dataclass(frozen=True, slots=True)
class Reply:
    """She answers (handling.answer_question), before the pause has come to its maximum."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Help:
    """The post that holds the case asks another organ to help (dispatch.help)."""

    at: datetime
    post: PostCard
    organ: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """The helping organ returns its part (dispatch.return_help)."""

    at: datetime
    post: PostCard
    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """The case goes to another organ for a coded reason (dispatch.hand_over)."""

    at: datetime
    post: PostCard
    reason: str
    to_organ: str
    clause: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """Another person says the same of a public, open case (intake.join)."""

    at: datetime
    by: str
    words: str
    kind: str = "report"
    source: str = "web"
    language: str = "zh-hans"
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The post that holds the case answers and closes it (closing.answer_and_close)."""

    at: datetime
    post: PostCard
    public_text: str
    outcome: str
    internal_text: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """The resident rates (rating.rate)."""

    at: datetime
    solved: bool
    grade: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """Another system's record says that the case ended there: who did it here nobody knows, so no post is named.

    `timed` False: it does not say when, and `at` only stands in its place. `in_time`: what it says of its own limit."""

    at: datetime
    outcome: str
    public_text: str = ""
    timed: bool = True
    in_time: bool | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Another system's record leaves the case open: no limit of ours ever ran, until somebody takes it over here."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Halt:
    """The head of the organ lets the limit stand still for a coded legal reason (pausing.pause)."""

    at: datetime
    post: PostCard
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Resume:
    """What was waited for is there: the limit runs again (pausing.resume), before the longest pause is over."""

    at: datetime
    post: PostCard


@dataclass(frozen=True, slots=True)
class Contest:
    """Whoever spoke first appeals against being refused (appealing.appeal): against the last closing that refused."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The office that the appeal was made to answers it (appealing.answer_appeal); granted, the case begins anew."""

    at: datetime
    post: PostCard
    granted: bool
    public_text: str


Act = (
    Accept | Answer | Ask | Contest | Ended | Halt | HandOver | Help | Join | Left | Rate | Rematter | Reply | Resume
    | Return | Rule
)  # fmt: skip


def reopens(act: Rate, closed_at: datetime, matter: MatterCard) -> bool:
    """Whether a rating opens the case again: the same rule as rating.rate."""
    return rules.unhappy(solved=act.solved, grade=act.grade) and act.at <= rules.reopens_until(
        closed_at, matter.reopen_days
    )
