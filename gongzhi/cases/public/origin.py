"""Anonymous forms come from our own pages.

A form here carries no session and no cookie, so a foreign page could gain little by posting to it; the check keeps
other sites from filling the county's desk through their visitors. It follows OWASP's "verifying origin with standard
headers": `Sec-Fetch-Site` where the browser sends it, else `Origin`, else `Referer`. A request with none of
them comes from a browser too old to be used for this, or from a program, and passes: old phones must be able to speak.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from gongzhi.kit.refusal import N_, NotAllowed

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def is_own(request: HttpRequest, *, opaque: bool = False) -> bool:
    """Whether a POST was sent by a page of this site.

    `opaque` lets `Origin: null` pass: pages under a secret link send it because of their `no-referrer` policy, and
    there the secret itself shows that the sender may.
    """
    fetched_from = request.headers.get("Sec-Fetch-Site", "")
    if fetched_from:
        return fetched_from in ("same-origin", "none")
    origin = request.headers.get("Origin", "")
    if origin == "null":
        return opaque
    source = origin or request.headers.get("Referer", "")
    return not source or urlsplit(source).netloc == request.get_host()


def check_call(request: HttpRequest) -> None:
    """Refuse (403) a call to the JSON door that another site's page makes through a visitor's browser.

    Programs send none of the three headers and pass: the door needs no cookie, so nothing of theirs can be abused."""
    if not is_own(request):
        raise NotAllowed(
            "foreign_call",
            N_("This call was made by another website through a browser. Programs call from their own server."),
        )


def own_forms(view: View[P]) -> View[P]:
    """Refuse a POST from another site's page (403). Replaces the CSRF cookie, which needs a session."""
    return csrf_exempt(_guarded(view, opaque=False))


def own_secret_forms(view: View[P]) -> View[P]:
    """As `own_forms`, for pages under a secret link."""
    return csrf_exempt(_guarded(view, opaque=True))


def _guarded(view: View[P], *, opaque: bool) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not is_own(request, opaque=opaque):
            raise NotAllowed(
                "foreign_form",
                N_("This form was sent from another website. Open our own page and write there, please."),
            )
        return view(request, *args, **kwargs)

    return guarded
