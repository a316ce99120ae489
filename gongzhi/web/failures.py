"""Pages for what went wrong: each says what happened and what to do next."""

from __future__ import annotations

import sys

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongzhi.cases.open311.answers import refusal_answer
from gongzhi.cases.public.writing import problem, trouble
from gongzhi.kit.refusal import Refusal
from gongzhi.web import straits

CODES = {
    400: "unreadable", 403: "not_open", 404: "nothing_here", 405: "method_wrong",
    500: "broken", 503: "not_now", 507: "no_room",
}  # fmt: skip


def is_for_programs(request: HttpRequest) -> bool:
    """Whether a program asks at the JSON door: it is answered in JSON whatever happens."""
    return request.path_info.startswith("/api/")


def is_plain_to_programs(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a lower layer refused a program in anything but JSON."""
    fails = response.status_code >= 400 and is_for_programs(request)
    return fails and "json" not in response.headers.get("Content-Type", "")


def in_json(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """What a lower layer refused in its own words (such as a wrong method), told again as a problem with a sentence."""
    status = response.status_code
    sentence, code = _("This could not be done as it was asked."), CODES.get(status, "not_done")
    if status == 405:
        sentence = _("This address does not take %(method)s; it takes %(allowed)s.") % {
            "method": request.method,
            "allowed": response.headers.get("Allow", ""),
        }
    told = trouble(status=status, code=code, sentence=sentence)
    if "Allow" in response.headers:
        told.headers["Allow"] = response.headers["Allow"]
    return told


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if is_for_programs(request):
        return trouble(status=status, code=CODES[status], sentence=sentence)
    if request.path_info.startswith("/open311/"):
        format = "json" if request.path_info.endswith(".json") else "xml"
        return refusal_answer(format, Refusal(CODES[status], "%(said)s", status=status, said=sentence))
    context = {"title": title, "sentence": sentence, "status": status}
    response = render(request, "web/failure.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal that reached the top: its own sentence, its own status."""
    if is_for_programs(request):
        return problem(refusal)
    return _page(request, refusal.status, _("This did not go through"), _(refusal.sentence) % refusal.params)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _page(
        request,
        404,
        _("There is no page here"),
        _("The address may be mistyped, or the page was withdrawn. Start from the front page, or call us."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(
        request,
        403,
        _("This page is not open to you"),
        _("It belongs to another post. If it should be yours, ask the person who manages posts in your office."),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(
        request,
        400,
        _("We could not read this request"),
        _("Go back and send it once more. What you typed is still on the page before."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 or 507 when the house is in straits, which is told from what was raised."""
    found = straits.of(sys.exc_info()[1])
    if found is not None:
        return _in_straits(request, found)
    return _page(
        request,
        500,
        _("Something here is broken"),
        _("It is our fault and has been noted. Try again in a few minutes; by phone we are there now."),
    )


def _in_straits(request: HttpRequest, found: straits.Straits) -> HttpResponse:
    """Nothing was kept, and why; in bare words when not even a page can be made."""
    title = _("This did not go through")
    sentence = (
        _("There is no room left here to keep anything new. What you typed is still on the page before; send it later.")
        if found is straits.NO_ROOM
        else _("We cannot take it at this moment. What you typed is still on the page before; send it in a minute.")
    )
    try:
        response = _page(request, found.status, title, sentence)
    except (DatabaseError, OSError):
        response = HttpResponse(sentence, status=found.status, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(found.retry_after)
    return response


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of a session that has ended; who never had one sent something where nothing is taken."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES and settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return _page(
            request,
            403,
            _("Nothing was sent"),
            _(
                "We could not see that this form is ours. Open the page anew and send it again; "
                "to sign in, your browser must allow cookies."
            ),
        )
    return _page(
        request,
        403,
        _("You were signed out meanwhile"),
        _("Go back, copy what you typed, sign in again and send it once more."),
    )
