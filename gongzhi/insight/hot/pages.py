"""Hot issues for staff and for everybody, and topics that no matter covers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongzhi.cases.desk import frame
from gongzhi.cases.public import frame as front
from gongzhi.insight import standings
from gongzhi.insight.hot import shown, topics
from gongzhi.insight.hot.forms import DismissForm, DraftForm, KeywordForm
from gongzhi.insight.hot.tables import HotIssue, Topic
from gongzhi.insight.rules import SMALLEST_CELL
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.look import printed
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit, public

SECONDS = 300  # how long the public page may be served without asking again


@permit(Permit.CASE_READ_ALL)
def hot(request: HttpRequest) -> HttpResponseBase:
    """What people speak about now, the hottest first."""
    context = shown.issues(actor_of(request)) | {"missing": standings.missing(), "now": now()}
    return frame.show(request, "insight/hot/hot.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def issue(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One hot issue with its voices."""
    context = shown.issue(get_object_or_404(HotIssue, pk=pk), actor_of(request))
    return frame.show(request, "insight/hot/issue.html", context | {"now": now()}, here="insight:cockpit")


@public
@require_GET
def public_hot(request: HttpRequest) -> HttpResponse:
    """What ten people and more speak about, for everybody."""
    context = {"issues": shown.public_issues(), "least": SMALLEST_CELL}
    return printed.offer(request, front.show(request, "insight/hot/public.html", context), lasts=SECONDS)


@permit(Permit.CASE_READ_ALL)
def topics_list(request: HttpRequest) -> HttpResponseBase:
    """Topics that wait for a decision, and those that were decided."""
    context = shown.topics(actor_of(request)) | {"missing": standings.missing(), "now": now()}
    return frame.show(request, "insight/hot/topics.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def topic(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One topic."""
    return _topic(request, get_object_or_404(Topic, pk=pk))


@permit(Permit.CASE_SEND)
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A keyword, the draft of a matter, dismissed, or open again; `do` says which."""
    row = get_object_or_404(Topic, pk=pk)
    word = request.POST.get("do", "")
    by, at = actor_of(request).acting.doer, now()
    if word == "reopen":
        return _done(request, row, forms.Form(request.POST), lambda: topics.reopen(by=by, at=at, topic=row), word)
    if word == "keyword":
        form: forms.Form = KeywordForm(request.POST)
        return _done(request, row, form, lambda: topics.add_keyword(by=by, at=at, topic=row, **form.cleaned_data), word)
    if word == "draft":
        form = DraftForm(request.POST)
        return _done(request, row, form, lambda: topics.draft(by=by, at=at, topic=row, told=form.cleaned_data), word)
    form = DismissForm(request.POST)
    return _done(request, row, form, lambda: topics.dismiss(by=by, at=at, topic=row, **form.cleaned_data), "dismiss")


@permit(Permit.CASE_READ_ALL)
def drafts(request: HttpRequest) -> HttpResponseBase:
    """All drafts as rows for the county's file of matters."""
    response = HttpResponse(topics.as_csv(topics.drafts()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="matters-drafts.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _done(request: HttpRequest, row: Topic, form: forms.Form, act: Callable[[], Topic], name: str) -> HttpResponseBase:
    """Act and show the topic again, or its page with what is wrong."""
    if not form.is_valid():
        return _topic(request, row, status=422, **{name: form})
    try:
        act()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, _(refusal.sentence) % refusal.params)
        return _topic(request, row, status=refusal.status, **{name: form})
    messages.success(request, _("Noted."))
    return HttpResponseRedirect(reverse("insight:topic", args=[row.pk]))


def _topic(request: HttpRequest, row: Topic, *, status: int = 200, **given: forms.Form) -> HttpResponseBase:
    actor = actor_of(request)
    told: dict[str, Any] = shown.topic(row, actor)
    context = told | {
        "keyword": given.get("keyword") or KeywordForm(initial={"keyword": told["first_keyword"]}),
        "draft": given.get("draft") or DraftForm(initial=told["draft_begun"]),
        "dismiss": given.get("dismiss") or DismissForm(),
        "again": given.get("reopen"),
        "decides": actor.can(Permit.CASE_SEND),
        "now": now(),
    }
    return frame.show(request, "insight/hot/topic.html", context, here="insight:cockpit", status=status)
