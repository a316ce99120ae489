"""The sealed receipt on paper, behind the secret link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from gongzhi.cases import papers
from gongzhi.cases.public.course import link_of
from gongzhi.cases.public.frame import secret
from gongzhi.kit.moments import now
from gongzhi.people.permits import public


@public
@require_GET
@secret
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as PDF; `?width=slip` for the 80 mm paper of a counter printer."""
    width = "slip" if request.GET.get("width") == "slip" else "a4"
    language = get_language() or "zh-hans"
    drawn = papers.receipt(token=token, link=link_of(request, token), at=now(), language=language, width=width)
    response = HttpResponse(drawn, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="receipt.pdf"'
    return response
