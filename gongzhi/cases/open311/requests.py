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
        response.headers["Link"] = f'<{_next(request, wanted)}>; rel="next"'
    return response


def _next(request: HttpRequest, wanted: params.Wanted) -> str:
    """The address of the page behind this one (RFC 8288)."""
    query = request.GET.copy()
    query["page"] = str(wanted.offset // wanted.limit + 2)
    return request.build_absolute_uri(f"{request.path}?{urlencode(list(query.lists()), doseq=True)}")


@door(*READ)
def one(request: HttpRequest, format: str, number: str) -> HttpResponse:
    """One public request by its id."""
    case = listing.one(number)
    extensions = params.text(request.GET, "extensions").lower() in ("true", "1")
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
