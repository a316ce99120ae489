"""Notices for the own village at the staff's JSON door: /api/v1/desk/village."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from gongzhi.cases import bulletin_rules, bulletins
from gongzhi.cases.desk.api import REFUSALS
from gongzhi.cases.desk.doors import BySession, ByToken, allow
from gongzhi.cases.models import Bulletin
from gongzhi.cases.public.writing import answer_json
from gongzhi.cases.schemas import Strict
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit

router = Router(tags=["desk"], auth=[ByToken(), BySession()])


class BulletinIn(Strict):
    """What is read out in a place of the own area until a moment, at most 31 days from now."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "place": "990101001001",
                "words": "明天上午九点在村部打疫苗。",
                "until": "2026-12-01T00:00:00+08:00",
            }
        },
    )
    place: str = Field(max_length=12, description="Code of a village, a town, or the county.")
    words: str = Field(max_length=bulletin_rules.WORDS_MAX)
    until: AwareDatetime


class BulletinOut(Schema):
    """A notice on the air; `words` as they are read out, masked."""

    id: UUID
    place: str
    organ: str
    words: str
    put_at: datetime
    until: datetime


@router.get("", response={200: list[BulletinOut], **REFUSALS}, summary="Notices on the air")
@allow(Permit.NOTICE_WRITE)
def running(request: HttpRequest) -> HttpResponse:
    """Those of the post's own area, the latest first."""
    rows = bulletins.running(actor_of(request).acting, now())[: bulletins.COUNTED]
    return answer_json([_told(row) for row in rows], secret=True)


@router.post("", response={201: BulletinOut, **REFUSALS}, summary="Put a notice on the air")
@allow(Permit.NOTICE_WRITE)
def put(request: HttpRequest, body: BulletinIn) -> HttpResponse:
    """Loudspeakers and screens of the place read it with their next fetch."""
    actor = actor_of(request)
    row = bulletins.put(by=actor.by, at=now(), post=actor.acting, **body.model_dump())
    return answer_json(_told(row), status=201, secret=True)


@router.delete("/{bulletin}", response={204: None, **REFUSALS}, summary="Take a notice down")
@allow(Permit.NOTICE_WRITE)
def down(request: HttpRequest, bulletin: UUID) -> HttpResponse:
    """Nothing reads it out any more."""
    actor, at = actor_of(request), now()
    row = bulletins.running(actor.acting, at).filter(id=bulletin).first()
    if row is None:
        raise NotFound("bulletin_unknown", N_("There is no such notice, or it is not on the air any more."))
    bulletins.take_down(by=actor.by, at=at, post=actor.acting, bulletin=row)
    return HttpResponse(status=204)


def _told(row: Bulletin) -> dict[str, Any]:
    names = ("id", "place", "organ", "words", "put_at", "until")
    return {name: getattr(row, name) for name in names}
