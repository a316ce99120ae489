"""The case on the desk: its words, clock, people and moves; original words, watchers, photos and the printed file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.cases import casefile, hinting, looking, photos, reads, watching
from gongzhi.cases.desk import forms, frame, telling
from gongzhi.cases.desk.deeds import DEEDS, offered
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit

FIRST_MOVES = 3  # so many moves stand as buttons; the others wait under "More"


def told(request: HttpRequest, actor: Actor, case: UUID) -> dict[str, Any]:
    """Everything the case's panel shows."""
    now = moments.now()
    desk = casefile.desk_case(actor, case, now)
    deeds = offered(desk)
    course = desk.course
    return {
        "desk": desk,
        "course": course,
        "words": telling.words(desk),
        "title_says_all": telling.words(desk).rstrip("。.！!？?… ") == course.title,
        "first": deeds[:FIRST_MOVES],
        "more": deeds[FIRST_MOVES:],
        "confirm": DEEDS["rematter"] in deeds and course.matter_by == "suggested",
        "confirm_place": DEEDS["relocate"] in deeds and course.place_by == "suggested",
        "clock": telling.clock(course.clock),
        "holder": telling.holder(course.holder, now),
        "may_look": actor.can(Permit.ORIGINAL_LOOK),
        "queue": request.GET.get("queue", ""),
        "now": now,
    }


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def case(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """One case on its own page, or as the panel beside the list."""
    context = told(request, actor_of(request), case)
    template = "cases/desk/panel.html" if frame.is_fragment(request) else "cases/desk/case.html"
    return frame.show(request, template, context, here="inbox")


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def watchers(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Who else has the case open, and whether somebody moved meanwhile; notes that this post has it open.

    The page asks at once and again every half minute."""
    actor, now = actor_of(request), moments.now()
    watched = casefile.watched(actor, case, now)
    watching.seen(at=now, post=actor.acting, case=case)
    moved = request.GET.get("version", "") not in ("", str(watched.version))
    context = {"watched": watched, "moved": moved, "now": now}
    return frame.show(request, "cases/desk/watchers.html", context)


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def nearby(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Open cases of the same matter close by, which may be the same thing."""
    actor = actor_of(request)
    now = moments.now()
    desk = casefile.desk_case(actor, case, now)
    context = {
        "course": desk.course,
        "words": telling.words(desk),
        "rows": casefile.nearby(actor, case, now),
        "may_close": DEEDS["close"] in offered(desk),
        "may_overrule": actor.can(Permit.CASE_CLOSE),
        "now": now,
    }
    template = "cases/desk/nearby_rows.html" if frame.is_fragment(request) else "cases/desk/nearby.html"
    return frame.show(request, template, context, here="inbox")


@permit(Permit.CASE_CLOSE)
def not_the_same(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """One click overrules that two cases might be the same thing."""
    return _not_the_same(request, case)


@require_POST
def _not_the_same(request: HttpRequest, case: UUID) -> HttpResponseBase:
    actor = actor_of(request)
    try:
        other = UUID(request.POST.get("other", ""))
    except ValueError as error:
        raise reads.unknown() from error
    hinting.not_the_same(by=actor.by, at=moments.now(), post=actor.acting, case=case, other=other)
    messages.success(request, _("Kept: they are not the same thing."))
    return HttpResponseRedirect(reverse("desk:nearby", args=[case]))


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def printed_file(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """The case file on A4: the course with internal notes, without contacts and original words."""
    context = told(request, actor_of(request), case)
    return frame.show(request, "cases/desk/file.html", context, here="inbox")


@permit(Permit.ORIGINAL_LOOK)
def original(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """Open the words as they were said, for a purpose; the look is recorded and the person sees it."""
    actor = actor_of(request)
    now = moments.now()
    desk = casefile.desk_case(actor, case, now)
    voices = {voice.id: voice for voice in desk.voices}
    asked = request.POST.get("voice") or request.GET.get("voice") or ""
    voice = next((card for card in desk.voices if str(card.id) == asked), desk.voices[0])
    form = forms.OriginalForm(request.POST or None, initial={"voice": voice.id})
    context = {"desk": desk, "course": desk.course, "voice": voice, "form": form, "opened": None}
    if request.method == "POST" and form.is_valid() and form.cleaned_data["voice"] in voices:
        try:
            context["opened"] = looking.original(by=actor.by, at=now, post=actor.acting, **form.cleaned_data)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, telling.refused(refusal))
    return frame.show(request, "cases/desk/original.html", context, here="inbox", status=422 if form.errors else 200)


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def photo(request: HttpRequest, photo: UUID) -> HttpResponseBase:
    """A picture of a case this post may see."""
    path, mime = photos.for_desk(actor_of(request), photo)
    response = FileResponse(path.open("rb"), content_type=mime)
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
