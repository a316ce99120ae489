"""Voices about officers: the supervisor's queue. The reads never show such a case to the officer it is about."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from gongzhi.cases import inbox as reads
from gongzhi.cases.desk import frame
from gongzhi.kit import moments
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit


@permit(Permit.OFFICER_CASE)
def officers(request: HttpRequest) -> HttpResponseBase:
    """Open cases about officers of the offices this supervisor answers for, by deadline."""
    now = moments.now()
    page = reads.about_officers(actor_of(request), now, after=request.GET.get("after", ""))
    return frame.show(request, "cases/desk/officers.html", {"page": page, "now": now}, here="officers")
