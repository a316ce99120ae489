"""The frame of public pages: the links in head and foot, and the headers of pages under a secret link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

SECRET_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def nav(here: str = "") -> list[dict[str, Any]]:
    """The links of the head; `here` is the name of the page shown."""
    links = {
        "speak": _("Speak up"),
        "find": _("Find my voice"),
        "list": _("What others said"),
        "week": _("Numbers of the week"),
    }
    return [
        {"href": reverse(f"cases:{name}"), "label": label, "current": name == here} for name, label in links.items()
    ]


def foot() -> list[dict[str, Any]]:
    """The links of the foot."""
    return [
        {"href": reverse("cases:how"), "label": _("How we handle your words")},
        {"href": "/api/v1/docs", "label": _("For programs: the API")},
    ]


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, here: str = "", status: int = 200
) -> HttpResponse:
    """A public page inside its frame."""
    return render(request, template, {"nav": nav(here), "footer_nav": foot(), **(context or {})}, status=status)


def secret(view: View[P]) -> View[P]:
    """A page under a secret link: kept by no cache, told to no other site, listed by no search engine."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        for name, value in SECRET_HEADERS.items():
            response.headers[name] = value
        return response

    return guarded
