"""Addresses of sign-in: allauth's, without those that would let people make accounts or add addresses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path, re_path

from gongzhi.kit.refusal import N_, NotAllowed
from gongzhi.people.permits import public


@public
def closed(request: HttpRequest, **_: object) -> HttpResponseBase:
    """Accounts and their addresses are the work of who manages posts."""
    sentence = N_("Accounts are made by the person who manages posts. To speak to the county you need none.")
    raise NotAllowed("sign_up_closed", sentence)


# The first match wins, so allauth's own pages of the same address are never reached.
urlpatterns = [
    path("signup/", closed),
    path("email/", closed),
    re_path(r"^confirm-email/", closed),
    path("", include("allauth.urls")),
]
