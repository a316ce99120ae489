"""GET and POST requests, one request, and the number behind a token."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from gongzhi.cases.models import Voice
from gongzhi.cases.open311 import listing, params, posting
from gongzhi.cases.open311.answers import answer, door
from gongzhi.cases.open311.services import READ
from gongzhi.cases.open311.telling import Teller
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound

ROOT = "service_requests"


@door(*READ, "POST")
def requests(request: HttpRequest, format: str) -> HttpResponse:
    """GET lists public requests, newest first; POST receives one."""
    if request.method == "POST":
        response = answer(format, ROOT, [posting.receive(request, at=now())])
        response.headers["Cache-Control"] = "no-store"  # it holds the secret link
        return response
    wanted = params.wanted(request.GET, now())
    cases, more = listing.find(wanted)
    response = answer(format, ROOT, Teller(request, cases, extensions=wanted.extensions).rows())
    if more:
        lead_on(request, response, offset=wanted.offset, limit=wanted.limit)
    return response


def lead_on(request: HttpRequest, response: HttpResponse, *, offset: int, limit: int) -> None:
    """Name the page behind this one in the header Link (RFC 8288)."""
    query = request.GET.copy()
    query["page"] = str(offset // limit + 2)
    address = request.build_absolute_uri(f"{request.path}?{urlencode(list(query.lists()), doseq=True)}")
    response.headers["Link"] = f'<{address}>; rel="next"'


@door(*READ)
def one(request: HttpRequest, format: str, number: str) -> HttpResponse:
    """One public request by its id."""
    case = listing.one(number)
    extensions = params.flag(request.GET, "extensions") or False
    return answer(format, ROOT, Teller(request, [case], extensions=extensions).rows())


@door(*READ)
def token(request: HttpRequest, format: str, token: str) -> HttpResponse:
    """The id of a request that was answered with a token. The token opens nothing but that."""
    voice = None
    if (id := _uuid(token)) is not None:
        voice = Voice.objects.filter(id=id, source=posting.SOURCE).only("number").first()
    if voice is None:
        raise NotFound("token_unknown", N_("There is no request with this token."), field="token")
    found: dict[str, Any] = {"service_request_id": voice.number, "token": token}
    return answer(format, ROOT, [found])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(hex=text) if len(text) == 32 else None
    except ValueError:
        return None
