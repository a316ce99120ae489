"""What another system left open, at the staff's JSON door: /api/v1/desk/left."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from gongzhi.cases import earlier, left_reads, left_rules, rules
from gongzhi.cases.desk import shapes
from gongzhi.cases.desk.api import REFUSALS
from gongzhi.cases.desk.doors import BySession, ByToken, allow
from gongzhi.cases.left_reads import Wanted
from gongzhi.cases.public.writing import answer_json
from gongzhi.cases.schemas import Strict
from gongzhi.kit.moments import now
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit

router = Router(tags=["desk"], auth=[ByToken(), BySession()])


class LeftPage(shapes.RowPage):
    """A page of them, the oldest first, and how many fit in all."""

    count: int


class FittingIn(Strict):
    """Which of them; what is left out narrows nothing. One call does the 500 oldest that fit."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"until": "2015-03-31"}})
    place: str = Field("", max_length=15)
    matter: str = Field("", max_length=40)
    since: date | None = None
    until: date | None = None

    def wanted(self) -> Wanted:
        """The same as the pages ask."""
        return Wanted(rules.clean(self.place), rules.clean(self.matter), self.since, self.until)


class CloseFittingIn(FittingIn):
    """And why they are closed without having been taken over."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"until": "2015-03-31", "reason": "too_old"}}
    )
    reason: Literal["settled", "too_old", "said_again", "no_case"]
    public_text: str = Field("", max_length=rules.REASON_MAX)


class DoneOut(Schema):
    """How many were done, how many somebody else had moved meanwhile, and how many still fit."""

    done: int
    moved: int
    left: int


@router.get("", response={200: LeftPage, **REFUSALS}, summary="Left open by the earlier system")
@allow(Permit.CASE_ACCEPT)
def left(
    request: HttpRequest,
    place: str = Query("", max_length=15),
    matter: str = Query("", max_length=40),
    since: date | None = Query(None, description="Received on this day or later."),
    until: date | None = Query(None, description="Received on this day or before."),
    after: str = Query("", max_length=200),
    limit: int = Query(50, ge=1, le=500),
) -> HttpResponse:
    """What this office could take over: no limit runs for them, and they are in no queue."""
    actor, wanted = actor_of(request), Wanted(rules.clean(place), rules.clean(matter), since, until)
    page = left_reads.page(actor, now(), wanted, rules.clean(after), limit)
    told: dict[str, Any] = {"cases": [shapes.row(row) for row in page.rows], "next": page.next}
    return answer_json({**told, "count": left_reads.count(actor, wanted)}, secret=True)


@router.post("/take-over", response={200: DoneOut, **REFUSALS}, summary="Take over those that fit")
@allow(Permit.CASE_ACCEPT)
def take_over(request: HttpRequest, body: FittingIn) -> HttpResponse:
    """They stand as if they had come in now, each with its whole limit."""
    actor, wanted = actor_of(request), body.wanted()
    cases = left_reads.first(actor, wanted, left_rules.AT_ONCE)
    told = earlier.take_over_many(by=actor.by, at=now(), post=actor.acting, cases=cases)
    return answer_json({"done": told.done, "moved": told.moved, "left": left_reads.count(actor, wanted)}, secret=True)


@router.post("/close", response={200: DoneOut, **REFUSALS}, summary="Close those that fit without taking over")
@allow(Permit.CASE_CLOSE)
def close(request: HttpRequest, body: CloseFittingIn) -> HttpResponse:
    """For a coded reason; they count as refused and can be appealed against."""
    actor, wanted = actor_of(request), body.wanted()
    cases = left_reads.first(actor, wanted, left_rules.AT_ONCE)
    given = {"reason": body.reason, "public_text": body.public_text}
    told = earlier.close_untaken_many(by=actor.by, at=now(), post=actor.acting, cases=cases, **given)
    return answer_json({"done": told.done, "moved": told.moved, "left": left_reads.count(actor, wanted)}, secret=True)
