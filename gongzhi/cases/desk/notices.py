"""Letters on paper: the counter prints them, puts them into envelopes, and says which were posted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import papers
from gongzhi.cases.desk import frame, telling
from gongzhi.channels import delivering, paper
from gongzhi.channels.models import Message
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places


@permit(Permit.VOICE_ENTER)
def notices(request: HttpRequest) -> HttpResponseBase:
    """What waits to be printed; POST prints the chosen ones, or marks them as posted."""
    actor = actor_of(request)
    if request.method == "POST":
        chosen = set(request.POST.getlist("message"))
        rows = [row for row in papers.waiting(actor) if row.id.hex in chosen]
        if not rows:
            messages.warning(request, _("Choose at least one notice."))
        elif request.POST.get("do") == "posted":
            _posted(request, actor, rows)
        else:
            return _print(request, actor, rows)
        return HttpResponseRedirect(reverse("desk:notices"))
    return _list(request, actor)


@permit(Permit.VOICE_ENTER)
def sheet(request: HttpRequest, message: UUID) -> HttpResponseBase:
    """One notice as PDF. A POST, since opening the address is written down."""
    actor = actor_of(request)
    row = papers.one(actor, message)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("desk:notices"))
    return _print(request, actor, [row])


def _list(request: HttpRequest, actor: Actor, *, error: str = "", status: int = 200) -> HttpResponse:
    why = paper.missing()
    rows = [{"id": row.id.hex, "put_at": row.put_at, "number": row.context.get("number", "")} for row in
            papers.waiting(actor)]  # fmt: skip
    context = {"rows": rows, "missing": _(why) if why else "", "error": error}
    return frame.show(request, "cases/desk/notices.html", context, here="notices", status=status)


def _print(request: HttpRequest, actor: Actor, rows: list[Message]) -> HttpResponse:
    try:
        drawn = papers.notices(by=actor.by, at=moments.now(), messages=rows)
    except Refusal as refusal:
        return _list(request, actor, error=telling.refused(refusal), status=refusal.status)
    response = HttpResponse(drawn, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="notices.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _posted(request: HttpRequest, actor: Actor, rows: list[Message]) -> None:
    done = 0
    for row in rows:
        try:
            delivering.carried(by=actor.by, at=moments.now(), message=row.id, keep=places.county().practice)
        except Refusal as refusal:
            messages.warning(request, telling.refused(refusal))
        else:
            done += 1
    if done:
        told = ngettext("%(n)s notice was marked as posted.", "%(n)s notices were marked as posted.", done)
        messages.success(request, told % {"n": done})
