"""Updates of requests, as FixMyStreet's extension of GeoReport has them: what happened since, and what the sender adds.

GET lists the public course of public cases by the moment each line was written, the oldest first: a program that asks
from where it stopped misses nothing. POST adds words to a request the same key has sent; they are for the office and
the person who spoke, as if she had written them on her page. What an update says of the status changes nothing:
offices close, and residents rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gongzhi.cases import labels, locking, rules, texting_more
from gongzhi.cases.models import Entry, Photo, SentBy, Voice
from gongzhi.cases.open311 import keys, listing, params, posting
from gongzhi.cases.open311.answers import answer, door
from gongzhi.cases.open311.params import Span
from gongzhi.cases.open311.requests import lead_on
from gongzhi.cases.open311.services import READ
from gongzhi.cases.open311.telling import Row, Teller
from gongzhi.cases.reads import names
from gongzhi.kit.danger import danger
from gongzhi.kit.ids import parse_number
from gongzhi.kit.masking import mask
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.look.templatetags.look import said

ROOT = "service_request_updates"
DAY = timedelta(days=1)
WIDEST = timedelta(days=7)
TOLD = sorted(rules.PUBLIC_KINDS - rules.RESIDENT_KINDS)
_TURNS = ("closed", "reopened")  # lines after which a case is closed, or open again
_AGAIN = timedelta(hours=1)


@door(*READ, "POST")
def updates(request: HttpRequest, format: str) -> HttpResponse:
    """GET lists what was written lately; POST adds to one request."""
    at = now()
    if request.method == "POST":
        response = answer(format, ROOT, [_add(request, at)])
        response.headers["Cache-Control"] = "no-store"
        return response
    offset, limit = params.window(request.GET)
    found = list(_asked(request, at).order_by("at", "id")[offset : offset + limit + 1])
    extended = params.flag(request.GET, "extensions") or False
    response = answer(format, ROOT, _rows(request, found[:limit], extended=extended))
    if len(found) > limit:
        lead_on(request, response, offset=offset, limit=limit)
    return response


def _asked(request: HttpRequest, at: datetime) -> Any:
    """The lines asked for: of the requests named, or of the last day or the week asked for.

    A line never is younger than the last move of its case, so the index of moves bounds the search."""
    shown = Entry.objects.filter(case__public=True, seen_by_all=True, kind__in=TOLD).select_related("case")
    span = params.span(request.GET, "start_date", "end_date", at, widest=WIDEST)
    if numbers := params.listed(request.GET, "service_request_id"):
        shown = shown.filter(case__in=[case.id for case in listing.numbered(numbers)])
        return shown.filter(_within(span)) if span else shown
    span = span or Span(at - DAY, at)
    return shown.filter(_within(span), case__moved_at__gte=span.start)


def _within(span: Span) -> Q:
    return Q(at__gte=span.start, at__lte=span.end)


def _rows(request: HttpRequest, entries: Sequence[Entry], *, extended: bool) -> list[Row]:
    """Lines as updates, each with the status the case had after it."""
    cases = {entry.case_id: entry.case for entry in entries}
    teller = Teller(request, list(cases.values()), extensions=False)
    turns: dict[UUID, list[tuple[datetime, UUID, str]]] = {}
    for case, at, id, kind in (
        Entry.objects.filter(case__in=list(cases), kind__in=_TURNS)
        .order_by("at", "id")
        .values_list("case", "at", "id", "kind")
    ):
        turns.setdefault(case, []).append((at, id, kind))
    photos = {
        photo.entry_id: photo for photo in Photo.objects.filter(entry__in=[one.id for one in entries], public=True)
    }
    offices = names(organs={entry.organ for entry in entries} - {""})
    told = []
    for entry in entries:
        before = [kind for at, id, kind in turns.get(entry.case_id, []) if (at, id) <= (entry.at, entry.id)]
        photo = photos.get(entry.id)
        row: Row = {
            "update_id": entry.id.hex,
            "service_request_id": entry.case.number,
            "status": "closed" if before[-1:] == ["closed"] else "open",
            "updated_datetime": teller.moment(entry.at),
            "description": entry.public_text or str(labels.word(entry.kind, "entry")),
            "media_url": teller.photo_address(entry.case, photo) if photo else None,
        }
        if extended:
            agency = said(offices.organ(entry.organ), "name") if entry.organ else ""
            details = {"type": entry.kind, "agency": agency or None, "reason": entry.reason or None}
            row["extended_attributes"] = details | {"outcome": entry.outcome or None}
        told.append(row)
    return told


def _add(request: HttpRequest, at: datetime) -> dict[str, str]:
    """Add words and photos to a request; its update_id. The same words within an hour are one update.

    Refuses a missing or wrong key (403), a request this key has not sent (404), nothing said and a closed one (400)."""
    data = request.POST
    key = keys.opened(params.text(data, "api_key") or params.text(request.GET, "api_key"))
    words = rules.clean_words(params.text(data, "description"), field="description")
    voice = _sent(params.text(data, "service_request_id"), key.id)
    endangered = danger(words)
    keys.count(key=key, at=at, danger=endangered is not None)
    kept = posting.sent_photos(request)
    with transaction.atomic():
        locking.of_voice(voice.id)
        mine = Entry.objects.filter(voice=voice, kind="resident_answered")
        entry = mine.filter(public_text=mask(words).text, at__gt=at - _AGAIN).order_by("-at").first()
        if entry is None:
            texting_more.add(by=voice.ref, at=at, voice=voice.id, words=words, photos=kept)
            entry = mine.latest("at", "id")
    told = {"update_id": entry.id.hex}
    if endangered:
        numbers = ", ".join(endangered.numbers)
        told["service_notice"] = _("If somebody is in danger, call %(numbers)s now.") % {"numbers": numbers}
    return told


def _sent(text: str, key: UUID) -> Voice:
    """The voice of a number, when this key has sent it; refuses none (400) and any other (404)."""
    if not text:
        raise Refusal("request_missing", N_("A service_request_id is needed."), field="service_request_id")
    try:
        found = SentBy.objects.filter(key=key, voice__number=parse_number(text[:60])).select_related("voice").first()
    except Refusal:
        found = None
    if found is None:
        raise NotFound(
            "request_unknown",
            N_("There is no service request with this id, or this api_key did not send it."),
            field="service_request_id",
        )
    return found.voice
