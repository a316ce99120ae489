"""What browsers and crawlers ask for unbidden: the sign of the site, and what may be put into an index."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gongzhi import look
from gongzhi.people.permits import public

DAY = "public, max-age=86400"
# Nobody finds a secret link in an index: its pages also say `noindex` themselves, for crawlers that read no such file.
# Search results, exports and the workplace are no pages of their own.
ROBOTS = """User-agent: *
Disallow: /zh/v/
Disallow: /en/v/
Disallow: /zh/cases/?q=
Disallow: /en/cases/?q=
Disallow: /zh/cases/list.csv
Disallow: /en/cases/list.csv
Disallow: /zh/find/
Disallow: /en/find/
Disallow: /zh/desk/
Disallow: /en/desk/
Disallow: /zh/accounts/
Disallow: /en/accounts/
Disallow: /api/v1/voices/
Disallow: /api/v1/receipts/
Disallow: /live
"""


@cache
def _sign() -> bytes:
    return (Path(look.__file__).parent / "static/look/favicon.ico").read_bytes()


@public
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The house's mark at 16 and 32 px, for browsers that do not read the page's own icon."""
    return HttpResponse(_sign(), content_type="image/x-icon", headers={"Cache-Control": DAY})


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers leave alone (RFC 9309)."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8", headers={"Cache-Control": DAY})
