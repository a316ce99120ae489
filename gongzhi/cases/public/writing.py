"""Cards as plain dicts for the JSON door, and the answer itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from gongzhi.cases import numbers
from gongzhi.cases.cards import CaseRow, Course, MatterCard, TimelineEntry
from gongzhi.cases.public import choosing
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.places import reads as places
from gongzhi.places.reads import PlaceCard, PlaceHit

NAMED = ("code", "name_zh", "name_en")
LOCATED = (*NAMED, "path_zh", "path_en")


def answer_json(
    data: Any, *, status: int = 200, secret: bool = False, content_type: str = "application/json"
) -> HttpResponse:
    """Data as JSON; `secret` forbids every cache to keep it."""
    response = HttpResponse(
        json.dumps(data, ensure_ascii=False, default=_plain), status=status, content_type=content_type
    )
    response.headers["Cache-Control"] = "no-store" if secret else "no-cache"
    if secret:
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def is_minimal(request: HttpRequest) -> bool:
    """Whether a program asks for no more than that it was done (RFC 7240, `Prefer: return=minimal`)."""
    return "return=minimal" in request.headers.get("Prefer", "").replace(" ", "").lower()


def problem(refusal: Refusal) -> HttpResponse:
    """A refusal as application/problem+json (RFC 9457)."""
    sentence = _(refusal.sentence) % refusal.params
    return trouble(status=refusal.status, code=refusal.code, sentence=sentence, field=refusal.field)


def trouble(*, status: int, code: str, sentence: str, field: str | None = None) -> HttpResponse:
    """A problem whose sentence is in the reader's language already."""
    data = {
        "type": "about:blank",
        "title": sentence,
        "status": status,
        "code": code,
        "sentence": sentence,
        "field": field,
    }
    return answer_json(data, status=status, secret=True, content_type="application/problem+json")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def fields(card: Any, names: Iterable[str]) -> Any:
    """The named attributes of a card as a dict; None stays None."""
    return None if card is None else {name: getattr(card, name) for name in names}


def _step(entry: TimelineEntry) -> dict[str, Any]:
    names = ("at", "kind", "side", "text", "reason", "outcome")
    return {
        **fields(entry, names),
        "organ": fields(entry.organ, NAMED),
        "to_organ": fields(entry.to_organ, NAMED),
    }


def course(card: Course) -> dict[str, Any]:
    """A case as everybody may read it (schemas.CourseOut)."""
    names = ("number", "title", "words", "state", "outcome", "matter_by", "received_at", "closed_at", "voices")
    clock = ("state", "due_at", "provisional", "limit_amount", "limit_unit", "left_amount", "left_unit", "pause_reason")
    rating = ("round", "solved", "grade", "words", "at", "reopened")
    return {
        **fields(card, names),
        "matter": fields(card.matter, NAMED),
        "place": fields(card.place, LOCATED),
        "organ": fields(card.organ, NAMED),
        "holder": card.holder.kind,
        "clock": fields(card.clock, clock),
        "answer": card.answer.text if card.answer else "",
        "steps": [_step(entry) for entry in card.entries],
        "ratings": [fields(each, rating) for each in card.ratings],
    }


def voice(card: Course) -> dict[str, Any]:
    """A case as the holder of a secret link reads it (schemas.VoiceOut)."""
    assert card.voice is not None  # by_token always finds the voice
    rating = ("round", "solved", "grade", "words", "at", "reopened")
    return {
        **course(card),
        "number": card.voice.number,
        "case_number": card.number,
        "words": card.voice.words,
        "ratings": [fields(each, rating) for each in card.voice.ratings],
        "question": card.question.text if card.question else "",
        "can": fields(card.can, ("answer", "rate", "withdraw", "rate_until")),
        "looks": [
            {
                "at": look.at,
                "organ": fields(look.post.organ if look.post else None, NAMED),
                "purpose": look.purpose,
                "fields": list(look.fields),
            }
            for look in card.looks
        ],
    }


def row(card: CaseRow) -> dict[str, Any]:
    """A case in the public list (schemas.CaseRowOut)."""
    names = ("number", "title", "words", "state", "outcome", "received_at", "due_at", "closed_at", "overdue", "voices",
             "answer")  # fmt: skip
    return {
        **fields(card, names),
        "matter": fields(card.matter, NAMED),
        "place": fields(card.place, LOCATED),
        "organ": fields(card.organ, NAMED),
    }


def found(hit: PlaceHit) -> dict[str, Any]:
    """A place found by its name (schemas.Found)."""
    return {
        "kind": hit.kind,
        "code": hit.code,
        "name_zh": hit.name,
        "name_en": hit.name_en,
        "path_zh": hit.path_zh,
        "path_en": hit.path_en,
        "lon": hit.lon,
        "lat": hit.lat,
        "grid": hit.grid,
    }


def place(code: str, at: datetime, day: date | None = None) -> dict[str, Any]:
    """A place with what lies inside and its numbers (schemas.PlaceOut), of the same 90 days as its page shows: up to
    `day`, else up to now, or up to its last case when it had none in them. Refuses an unknown code (404)."""
    card = places.place_or_none(code)
    if card is None:
        raise NotFound("place_unknown", N_("There is no place with this code in this county."))
    counted = numbers.place_numbers(code, numbers.place_shown(code, at, day))
    return {
        **fields(card, (*LOCATED, "level")),
        "inside": [fields(each, NAMED) for each in choosing.below(code)],
        **fields(counted, ("days", "until", "received", "open", "left_open", "due", "in_time", "unknown")),
    }


def outlines(code: str) -> dict[str, Any]:
    """The grids inside a place as GeoJSON (RFC 7946); `labels` are the places right inside, to write on a map."""
    if places.place_or_none(code) is None:
        raise NotFound("place_unknown", N_("There is no place with this code in this county."))
    features = places.features(code)
    grids = [place for place in (places.place_or_none(str(one["properties"]["code"])) for one in features) if place]
    labels = [label for each in choosing.below(code) if (label := _label(each, grids))]
    return {"type": "FeatureCollection", "features": features, "labels": labels}


def _label(card: PlaceCard, grids: Sequence[PlaceCard]) -> dict[str, Any] | None:
    """A place's name and where to write it: at its own point, else amid its grids; None when it has neither."""
    if card.lon is None or card.lat is None:
        inside = places.within(card.code)
        mine = [one for one in grids if one.code.startswith(inside)]
        lons = [one.lon for one in mine if one.lon is not None]
        lats = [one.lat for one in mine if one.lat is not None]
        if not lons or not lats:
            return None
        lon, lat = round(sum(lons) / len(lons), 6), round(sum(lats) / len(lats), 6)
    else:
        lon, lat = card.lon, card.lat
    return {"name_zh": card.name_zh, "name_en": card.name_en, "lon": lon, "lat": lat}


def matter(card: MatterCard) -> dict[str, Any]:
    """A kind of case (schemas.MatterOut)."""
    names = (*NAMED, "parent", "limit_amount", "limit_unit", "clause", "reopen_days", "leaf")
    data: dict[str, Any] = fields(card, names)
    return data


def county() -> dict[str, Any]:
    """This county (schemas.CountyOut); refuses while none is loaded."""
    card = places.county()
    return {
        "code": card.code,
        "name_zh": card.name_zh,
        "name_en": card.name_en,
        "tz": card.tz,
        "practice": card.practice,
        "phone": card.phone,
    }


def operations(api: NinjaAPI) -> list[dict[str, Any]]:
    """The described operations in order, for the page: method, path, summary, text, parameters, example body."""
    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    listed = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            example = parts.get(body.get("$ref", "").rpartition("/")[2], {}).get("example")
            listed.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation["summary"],
                    "text": operation.get("description", ""),
                    "parameters": operation.get("parameters", []),
                    "example": json.dumps(example, ensure_ascii=False, indent=2) if example else "",
                }
            )
    return listed
