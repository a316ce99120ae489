"""Answers in the format an address ends with, and errors as GeoReport words them; nothing else leaves this door."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from gongzhi.cases.open311 import params
from gongzhi.cases.open311.xml import to_json, to_xml
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people.permits import public

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,4}", re.ASCII)
CALLBACK_MAX = 80
View = Callable[..., HttpResponse]  # of a request, its format, and what else the address holds

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
STATUSES = frozenset({400, 403, 404, 405, 413, 429, 503})  # anything else a refusal carries is told as 400


def answer(format: str, root: str, data: Any, *, status: int = 200) -> HttpResponse:
    """`data` in XML or JSON with GeoReport's exact content type. Read anywhere, also by scripts of other sites."""
    body = to_json(data) if format == "json" else to_xml(root, data)
    response = HttpResponse(body, status=status, content_type=TYPES[format])
    response.headers["Cache-Control"] = "no-cache" if status == 200 else "no-store"
    response.headers["Vary"] = "Accept-Language"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def refusal_answer(format: str, refusal: Refusal) -> HttpResponse:
    """A refusal as `errors/error{code, description}`; the code is the HTTP status, the sentence is for people."""
    status = refusal.status if refusal.status in STATUSES else 400
    told = [{"code": str(status), "description": _(refusal.sentence) % refusal.params}]
    response = answer(format, "errors", told, status=status)
    if status == 429:
        response.headers["Retry-After"] = str(refusal.params.get("seconds", 60))
    return response


def door(*methods: str, formats: Collection[str] = tuple(TYPES)) -> Callable[[View], View]:
    """A public address of this door for some methods and formats: both and the jurisdiction are judged, refusals
    worded.

    It asks for no cookie and no Origin: a program is known by its key alone."""

    def wrap(view: View) -> View:
        @public
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, format: str, **rest: str) -> HttpResponse:
            said = format if format in TYPES else "xml"
            try:
                if request.method not in methods:
                    return _not_allowed(said, methods)
                if format not in formats:
                    raise _nothing()
                params.check_jurisdiction(request)
                called = _callback(request) if format == "json" and request.method == "GET" else ""
                return _padded(view(request, format, **rest), called)
            except Refusal as refusal:
                return refusal_answer(said, refusal)
            except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError):
                return refusal_answer(said, Refusal("body_unreadable", N_("This request could not be read.")))

        return guarded

    return wrap


def _callback(request: HttpRequest) -> str:
    """The function of JSONP (`callback`); refuses (400) what is no plain name, which could be any script."""
    told = params.text(request.GET, "callback")
    if told and (len(told) > CALLBACK_MAX or not _CALLBACK.fullmatch(told)):
        raise Refusal("callback_odd", N_("callback must be the plain name of a function."), field="callback")
    return told


def _padded(response: HttpResponse, called: str) -> HttpResponse:
    """JSON as a call of a function, for pages from before CORS; what it holds is public and asks for no cookie."""
    if called:
        response.content = b"/**/" + called.encode() + b"(" + response.content + b");"
        response.headers["Content-Type"] = "application/javascript; charset=utf-8"
    return response


@public
@csrf_exempt
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What no address of this door is: 404 in the format the address seems to ask for."""
    return refusal_answer("json" if rest.endswith(".json") else "xml", _nothing())


def _nothing() -> NotFound:
    return NotFound("nothing_here", N_("There is nothing at this address."))


def _not_allowed(format: str, methods: tuple[str, ...]) -> HttpResponse:
    refused = Refusal("method_odd", N_("This address cannot be asked in this way."), status=405)
    response = refusal_answer(format, refused)
    response.headers["Allow"] = ", ".join(methods)
    return response
