"""What was sent: the whole letterbox in a practice county; elsewhere only what could not be delivered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from gongzhi.channels import delivering
from gongzhi.channels import reads as channels
from gongzhi.kit import moments
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.people.frame import show
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places

PAGE = 50


@never_cache
@permit(Permit.LETTERBOX_READ)
def letterbox(request: HttpRequest) -> HttpResponse:
    """Messages, latest first; POST with `again` gives a failed one a fresh round of tries."""
    if request.method == "POST":
        return _again(request)
    card = places.county_or_none()
    practice = bool(card and card.practice)
    by = request.GET.get("by", "")
    if practice:
        posted = channels.letterbox(limit=PAGE + 1, before=_uuid(request.GET.get("after", "")), by=by)
    else:
        posted = channels.failed(limit=PAGE)
    page = {"next": posted[PAGE - 1].id.hex if len(posted) > PAGE else ""}
    ways = [("", _("all")), *channels.ways()] if practice else []
    context = {"posted": posted[:PAGE], "practice_county": practice, "page": page, "ways": ways, "by": by}
    return show(request, "people/letterbox.html", context, here="letterbox")


def _again(request: HttpRequest) -> HttpResponse:
    id = _uuid(request.POST.get("again", ""))
    message = channels.message(id) if id else None
    if message is None:
        raise NotFound("message_unknown", N_("There is no such message."))
    delivering.try_again(by=actor_of(request).by, at=moments.now(), message=message)
    messages.success(request, _("It goes out again within a minute."))
    return redirect("letterbox")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
