"""What the staff's JSON door takes and gives: bodies of the moves, and cards as plain dicts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from gongzhi.cases import rules
from gongzhi.cases.cards import TimelineEntry, VoiceCard
from gongzhi.cases.desk_cards import DeskCase, InboxRow
from gongzhi.cases.public.writing import LOCATED, NAMED, course, fields
from gongzhi.cases.schemas import CourseOut, Located, Named, Step, Strict
from gongzhi.people.rules import PURPOSES

_ORGAN = Field(max_length=40, description="Code of an organ.")
_REASON = Field("", max_length=rules.REASON_MAX)
_INSIDE = Field("", max_length=rules.ANSWER_MAX, description="Only for colleagues.")
_ANSWER = Field(max_length=rules.ANSWER_MAX, description="The resident reads it; personal details in it are masked.")


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": {"version": 3, **values}})


class MoveIn(Strict):
    """What every move carries: the version of the case it was decided on. An older one is refused (409) with the
    sentence that names who moved first and when."""

    model_config = _example()
    version: int = Field(ge=1)


class SendIn(MoveIn):
    model_config = _example(organ="transport", reason_text="道路养护由交通局负责。")
    organ: str = _ORGAN
    reason_text: str = _REASON


class HandOverIn(MoveIn):
    """`not_our_duty` needs a clause and the organ believed responsible; name exactly one receiver."""

    model_config = _example(reason="needs_other", to_organ="water", text="要先修水管。")
    reason: Literal["not_our_duty", "wrong_place", "needs_other", "on_leave", "conflict_of_interest"]
    to_organ: str = Field("", max_length=40)
    to_post: UUID | None = None
    clause: str = Field("", max_length=60)
    text: str = _REASON


class RematterIn(MoveIn):
    model_config = _example(matter="road-damage")
    matter: str = Field(max_length=40, description="A code of /matters; the same one confirms a suggestion.")


class RelocateIn(MoveIn):
    model_config = _example(place="990101001001")
    place: str = Field(max_length=15, description="A division or grid code; the same one confirms a suggestion.")


class HelpIn(MoveIn):
    model_config = _example(organs=["water"], text="请看看井里的水管。")
    organs: list[str] = Field(min_length=1, max_length=20)
    text: str = _REASON


class ReturnIn(MoveIn):
    model_config = _example(text="水管已修好。")
    text: str = Field(max_length=rules.ANSWER_MAX)
    internal_text: str = _REASON


class AskIn(MoveIn):
    """The clock pauses until she answers, as long as the matter allows it."""

    model_config = _example(question="是桥东还是桥西那一盏？")
    question: str = Field(max_length=rules.REASON_MAX)
    voice: UUID | None = Field(None, description="Whom to ask; the first voice unless named.")


class PauseIn(MoveIn):
    model_config = _example(reason="expert_opinion", text="等桥梁检测报告。")
    reason: Literal["expert_opinion", "force_majeure", "legal_proceedings"]
    text: str = Field(max_length=rules.REASON_MAX, description="What is waited for; everybody who spoke reads it.")


class AnswerIn(MoveIn):
    """With `outcome` the case is closed in the same step; without, the clock stops and it stays open."""

    model_config = _example(public_text="井盖已换新，今晚复查。", outcome="fixed")
    public_text: str = _ANSWER
    internal_text: str = _INSIDE
    outcome: Literal["", "fixed", "answered", "partly", "planned", "not_ours", "no_ground"] = ""
    own: dict[UUID, Annotated[str, Field(max_length=rules.ANSWER_MAX)]] = Field(
        {},
        max_length=100,
        description="Answers for single voices by their id, where they differ; each stands in place of the common one.",
    )


class CloseIn(MoveIn):
    """A duplicate names the first case; its voices go there."""

    model_config = _example(outcome="fixed")
    outcome: Literal["fixed", "answered", "partly", "planned", "not_ours", "no_ground", "duplicate"]
    duplicate_of: str = Field("", max_length=40)
    internal_text: str = _INSIDE


class CloseUntakenIn(MoveIn):
    model_config = _example(reason="settled", public_text="已于去年修复。")
    reason: Literal["settled", "too_old", "said_again", "no_case"]
    public_text: str = _REASON


class ReasonIn(MoveIn):
    model_config = _example(reason_text="配件要等到周五。")
    reason_text: str = Field(max_length=rules.REASON_MAX, description="The resident reads it.")


class NarrowIn(MoveIn):
    """Whoever said it is told, with the way to appeal."""

    model_config = _example(reason="personal_data", text="里面写了邻居的名字。")
    reason: Literal["personal_data", "endangers_person", "court_order"]
    text: str = Field(max_length=rules.REASON_MAX)
    clause: str = Field("", max_length=60)


class NoteIn(MoveIn):
    model_config = _example(internal_text="已约好周三去看。")
    internal_text: str = Field(max_length=rules.ANSWER_MAX)


class LookIn(Strict):
    """Why the original words must be opened. The look is a fact, and the person reads it on her page."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"voice": "0190f3a2-7a6e-7c31-9d53-4f3ab1c2d3e4", "purpose": "contact"}},
    )
    voice: UUID
    purpose: str = Field(max_length=20, description="One of: " + ", ".join(PURPOSES))
    clause: str = Field("", max_length=60, description="Instead of a live case.")


class TwinIn(Strict):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"other": "990101-26-0000-0000"}})
    other: str = Field(max_length=40, description="Number or id of the case that is not the same thing.")


class RulingIn(MoveIn):
    model_config = _example(granted=True, public_text="应当先抢修，恢复计时。")
    granted: bool
    public_text: str = _ANSWER


class MeOut(Schema):
    """Who acts: the post, its organ, what it may do."""

    post: UUID
    title_zh: str
    title_en: str
    organ: Named
    role: str
    place: str
    permits: list[str]


class QueueOut(Schema):
    """A queue of this post; `count` is exact up to 999, `more` says that there are more."""

    code: str
    count: int
    more: bool


class RowOut(Schema):
    """A case in a queue or list."""

    id: UUID
    number: str
    version: int
    title: str
    matter: Named
    place: Located | None
    state: str
    organ: Named | None
    received_at: datetime
    due_at: datetime
    clock: str
    voices: int
    urgent: bool
    mine: bool


class RowPage(Schema):
    """A page of a queue or list, and the cursor of the next one, empty on the last."""

    cases: list[RowOut]
    next: str


class DeskVoice(Schema):
    """A voice of the case, masked."""

    id: UUID
    number: str
    kind: str
    source: str
    words: str
    noted_at: datetime
    contact_kind: str
    withdrawn_at: datetime | None
    erased_at: datetime | None


class DeskStep(Step):
    """A line of the course with what stays inside."""

    internal: str
    clause: str


class HelpOut(Schema):
    """An organ asked to help, and whether it has returned its part."""

    organ: Named
    since_at: datetime
    returned_at: datetime | None


class DeskOut(CourseOut):
    """A case on the desk. `moves` are what the acting post may do now; send `version` with each."""

    id: UUID
    version: int
    public: bool
    moves: list[str]
    undo_until: datetime | None
    desk_voices: list[DeskVoice]
    helps: list[HelpOut]
    responsible: Named | None


class OriginalOut(Schema):
    """The words as said and the contact as left."""

    number: str
    words: str
    place: str
    contact_kind: str
    contact: str
    replies: list[str]
    ratings: list[str]


class AppealOut(Schema):
    """An open appeal made to this office."""

    id: UUID
    case: UUID
    number: str
    what: str
    reason: str
    words: str
    at: datetime
    due_at: datetime


# Cards as dicts ----------------------------------------------------------------------------------------------
def row(card: InboxRow) -> dict[str, Any]:
    """A case in a queue (RowOut)."""
    names = ("number", "version", "title", "state", "received_at", "due_at", "clock", "voices", "urgent", "mine")
    return {
        "id": card.case,
        **fields(card, names),
        "matter": fields(card.matter, NAMED),
        "place": fields(card.place, LOCATED),
        "organ": fields(card.organ, NAMED),
    }


def case(card: DeskCase) -> dict[str, Any]:
    """A case on the desk (DeskOut)."""
    told = card.course
    return {
        **course(told),
        "words": next((voice.words for voice in card.voices if voice.withdrawn_at is None), ""),
        "id": told.case,
        "version": told.version,
        "public": told.public,
        "moves": list(card.moves),
        "undo_until": card.undo.until if card.undo else None,
        "steps": [_step(entry) for entry in told.entries],
        "desk_voices": [_voice(voice) for voice in card.voices],
        "helps": [
            {"organ": fields(one.organ, NAMED), **fields(one, ("since_at", "returned_at"))} for one in card.helps
        ],
        "responsible": fields(card.responsible, NAMED),
    }


def _step(entry: TimelineEntry) -> dict[str, Any]:
    return {
        **fields(entry, ("at", "kind", "side", "text", "reason", "outcome", "internal")),
        "organ": fields(entry.organ, NAMED),
        "to_organ": fields(entry.to_organ, NAMED),
        "clause": entry.clause.code if entry.clause else "",
    }


def _voice(card: VoiceCard) -> dict[str, Any]:
    names = ("id", "number", "kind", "source", "words", "noted_at", "contact_kind", "withdrawn_at", "erased_at")
    told: dict[str, Any] = fields(card, names)
    return told
