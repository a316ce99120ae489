"""What the JSON door takes and gives, described for OpenAPI. Answers are written as plain dicts of these shapes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from gongzhi.cases import rules

Text = Annotated[str, Field(max_length=rules.WORDS_MAX * 12)]  # the verb says in a sentence what is too long
Tickets = list[Annotated[str, Field(max_length=400)]]


class Strict(Schema):
    """A body whose every field is known: a misspelt one is refused instead of silently lost."""

    model_config = ConfigDict(extra="forbid")


class PlaceIn(Strict):
    """Where it is: a pin, a code, words, or several of them. The pin wins over the code, the code over the text."""

    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False, description="Longitude, WGS84 degrees.")
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False, description="Latitude, WGS84 degrees.")
    code: str = Field("", max_length=15, description="A 12-digit division or 15-digit grid of this county.")
    text: str = Field("", max_length=rules.PLACE_TEXT_MAX, description="Address or landmark, as said.")


class ContactIn(Strict):
    """A way to be answered. It is sealed at once and opened only for a named purpose."""

    kind: Literal["email", "phone"]
    address: str = Field(max_length=254)


class VoiceIn(Strict):
    """What one person says, once. Only `words` must be there."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "words": "西河桥头的路灯坏了三天，晚上很黑。",
                "place": {"lon": 120.5821, "lat": 30.0312},
                "kind": "report",
                "contact": {"kind": "email", "address": "li@example.org"},
                "allows_public": True,
                "form_key": "0190f3a2-7a6e-7c31-9d53-4f3ab1c2d3e4",
            }
        },
    )
    words: Text = Field(
        description="In the person's own words. Phone and ID numbers in them are masked before anybody reads them."
    )
    place: PlaceIn | None = None
    kind: Literal["question", "help", "complaint", "report", "suggestion", "praise"] = "report"
    matter: str | None = Field(None, max_length=40, description="A code of /matters, if the person chose one.")
    contact: ContactIn | None = None
    allows_public: bool = Field(False, description="May others read it (masked)?")
    language: Literal["zh-hans", "en"] = "zh-hans"
    photos: Tickets = Field([], max_length=20, description="Tickets of photos sent before, from POST /photos.")
    officer: str = Field("", max_length=200, description="Whom a complaint about an official's conduct is about.")
    form_key: UUID | None = Field(
        None,
        description="Your own key for this submission. The same body with the same key, sent again within a day, is "
        "one voice and the same receipt; with other words it is another voice.",
    )


class JoinIn(Strict):
    """A further voice for a public case: own words, own receipt, own answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"words": "我家门口也看不见。"}})
    words: Text
    contact: ContactIn | None = None
    photos: Tickets = Field([], max_length=20, description="Tickets of photos sent before, from POST /photos.")
    language: Literal["zh-hans", "en"] = "zh-hans"
    form_key: UUID | None = None


class RatingIn(Strict):
    """Is it solved, how content, in which words. Not solved, or a grade of 1 or 2, reopens by right in time."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"solved": False, "grade": 2, "words": "又坏了。"}}
    )
    solved: bool
    grade: int = Field(ge=1, le=5, description="5 very content … 1 not content at all.")
    words: str = Field("", max_length=rules.RATING_WORDS_MAX)


class AnswerIn(Strict):
    """The resident's answer to the office's question."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"words": "在桥的东边第二根。"}})
    words: Text
    photos: Tickets = Field([], max_length=20, description="Tickets of photos sent before, from POST /photos.")


class Problem(Schema):
    """Why something did not go through (RFC 9457, application/problem+json)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Please say in a few words what this is about.",
                "status": 400,
                "code": "words_missing",
                "sentence": "Please say in a few words what this is about.",
                "field": "words",
            }
        }
    )
    type: str
    title: str
    status: int
    code: str = Field(description="Stable, for programs.")
    sentence: str = Field(description="For people, in the language of Accept-Language.")
    field: str | None = Field(description="The field it belongs to, when it belongs to one.")


class Emergency(Schema):
    """Words that suggest danger now: call these numbers first."""

    kind: str
    numbers: list[str]


class PhotoKept(Schema):
    """A photo, cleaned and kept for a form to come: put `ticket` into `photos` of the voice or answer within a day."""

    ticket: str
    mime: str
    width: int
    height: int


class VoiceReceived(Schema):
    """The receipt: keep `link` like a key; `receipt` is the ledger's proof (docs/verify)."""

    number: str
    link: str
    token: str
    received_at: datetime
    due_at: datetime
    provisional: bool
    first: bool = Field(description="False when the same form_key was received before.")
    danger: Emergency | None
    receipt: dict


class Named(Schema):
    """A code with its names."""

    code: str
    name_zh: str
    name_en: str


class Located(Named):
    """A place with its path from the town down."""

    path_zh: str
    path_en: str


class Step(Schema):
    """One line of the course."""

    at: datetime
    kind: str
    side: str
    organ: Named | None
    to_organ: Named | None
    text: str
    reason: str
    outcome: str


class ClockOut(Schema):
    """The time limit. `state`: in_time, near, overdue, paused, stopped_in_time, stopped_late; of a case whose end
    another system did not tell, stopped_unknown or stopped_told_late (that system's word)."""

    state: str
    due_at: datetime
    provisional: bool
    limit_amount: int
    limit_unit: str
    left_amount: int
    left_unit: str
    pause_reason: str


class RatingOut(Schema):
    """A rating given."""

    round: int
    solved: bool
    grade: int
    words: str
    at: datetime
    reopened: bool


class CourseOut(Schema):
    """A case as everybody may read it."""

    number: str
    title: str
    words: str
    state: str
    outcome: str
    matter: Named
    matter_by: str
    place: Located | None
    organ: Named | None
    holder: str = Field(description="dispatch, organ, post, resident or nobody.")
    clock: ClockOut | None
    received_at: datetime
    closed_at: datetime | None
    voices: int
    answer: str = Field(description="The newest answer; under a token her own where she was given one.")
    steps: list[Step]
    ratings: list[RatingOut]


class CanOut(Schema):
    """What the holder of the link may do now."""

    answer: bool
    rate: bool
    withdraw: bool
    rate_until: datetime | None


class LookOut(Schema):
    """Somebody opened the original words."""

    at: datetime
    organ: Named | None
    purpose: str
    fields: list[str]


class VoiceOut(CourseOut):
    """A case as the holder of a secret link reads it; `words` are hers, masked."""

    case_number: str
    question: str = Field(description="The office's open question, or empty.")
    can: CanOut
    looks: list[LookOut]


class CaseRowOut(Schema):
    """A case in the public list."""

    number: str
    title: str
    words: str
    state: str
    outcome: str
    matter: Named
    place: Located | None
    organ: Named | None
    received_at: datetime
    due_at: datetime
    closed_at: datetime | None
    overdue: bool
    voices: int
    answer: str


class CasePage(Schema):
    """Twenty cases and the cursor of the next page, empty on the last."""

    cases: list[CaseRowOut]
    next: str


class Found(Located):
    """A place found by its name."""

    kind: str
    lon: float | None
    lat: float | None
    grid: str | None


class PlaceOut(Located):
    """A place, what lies inside it, and its published numbers of `days` days up to the day `until`: today, or that of
    its last case when it had none in them. A figure below ten people is null."""

    level: str
    inside: list[Named]
    days: int
    until: date
    received: int | None
    open: int | None
    left_open: int | None
    due: int | None
    in_time: int | None
    unknown: int | None


class MatterOut(Named):
    """A kind of case with its limit."""

    parent: str
    limit_amount: int
    limit_unit: str
    clause: str
    reopen_days: int
    leaf: bool


class CountyOut(Named):
    """The county this site serves."""

    tz: str
    practice: bool
    phone: str


class WeekOut(Schema):
    """True numbers of the week, with the week before; `running` when it is not over."""

    monday: date
    sunday: date
    running: bool
    received: int
    received_before: int
    due: int
    in_time: int
    unknown: int
    answered: int
    median_days: float | None
    rated: int
    unhappy: int
    reopened: int
    left_open: int
