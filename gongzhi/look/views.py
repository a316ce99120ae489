"""Doors of the look: the mode sheet, the mode switch, the style page."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from gongzhi.look import modes, showcase


@require_safe
def mode_css(request: HttpRequest) -> HttpResponse:
    """This visitor's colours and size. Asked again on every page, answered with 304 while nothing changed."""
    mode = modes.read(request.COOKIES.get(modes.COOKIE))
    text = render_to_string("look/mode.css", {"mode": mode}, request=request)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


# Changes nothing but a cookie about display, so it needs no token; it must work from printed pages.
@csrf_exempt
@require_POST
def switch_mode(request: HttpRequest) -> HttpResponse:
    """Keep the choice of colours or size and go back to where it was made."""
    mode = modes.chosen(modes.read(request.COOKIES.get(modes.COOKIE)), request.POST.get("mode", ""))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = HttpResponseRedirect(back)
    response.status_code = 303
    response.set_cookie(
        modes.COOKIE,
        mode.cookie,
        max_age=modes.COOKIE_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every component of the look on one page; also what the browser tests photograph."""
    return render(request, "look/style.html", showcase.context(request.GET.get("face") == "workplace"))


# `people.permits.public` lives above this room; the mark it sets is the same.
for _view in (mode_css, switch_mode, style):
    _view.permit = "public"  # type: ignore[attr-defined]
