"""The tour's page: ten tasks, the next one open, each checked when the page is opened."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.cases.desk import frame
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.people.middleware import actor_of, choose
from gongzhi.people.permits import Permit, permit
from gongzhi.rehearsal import tour as tours
from gongzhi.rehearsal.lessons import LESSONS, MINUTES


class DayForm(forms.Form):
    """The day of the limit."""

    words = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))


class NumberForm(forms.Form):
    """The number the caller was given."""

    words = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@permit(Permit.TOUR_TAKE)
def tour(request: HttpRequest) -> HttpResponseBase:
    """How far the clerk is, and what to do next."""
    return _show(request)


@permit(Permit.TOUR_TAKE)
@require_POST
def begin(request: HttpRequest) -> HttpResponseBase:
    """Make the practice cases and begin; also begins again."""
    actor = actor_of(request)
    post = tours.begin(by=tours.BY, at=moments.now(), actor=actor)
    if any(card.id == post.id for card in actor.posts):
        choose(request, post.id)  # a practice counter opened beside it must not become the acting post
    return HttpResponseRedirect(reverse("tour:tour"))


@permit(Permit.TOUR_TAKE)
@require_POST
def tell(request: HttpRequest, code: str) -> HttpResponseBase:
    """Check what was typed here: the day of a limit, or a number."""
    form = _form(code, request)
    if not form.is_valid():
        return _show(request, form, status=422)
    said = form.cleaned_data["words"]
    try:
        tours.tell(at=moments.now(), actor=actor_of(request), code=code, words=str(said))
    except Refusal as refusal:
        form.add_error("words", _(refusal.sentence) % refusal.params)
        return _show(request, form, status=422)
    return HttpResponseRedirect(reverse("tour:tour"))


def _form(code: str, request: HttpRequest | None = None) -> forms.Form:
    """The form of a task that asks something; the label is the question."""
    data = request.POST if request is not None else None
    form: forms.Form = DayForm(data) if code == "clock" else NumberForm(data)
    form.fields["words"].label = _("By which day?") if code == "clock" else _("Which number did the caller get?")
    return form


def _show(request: HttpRequest, form: forms.Form | None = None, *, status: int = 200) -> HttpResponseBase:
    actor = actor_of(request)
    steps = tours.steps(at=moments.now(), actor=actor)
    step = next((one for one in steps if one.now), None)
    if form is None and step is not None and step.lesson.asks:
        form = _form(step.lesson.code)
    context = {
        "steps": steps,
        "step": step,
        "form": form,
        "done": sum(one.done for one in steps),
        "all": len(LESSONS),
        "minutes": MINUTES,
        "elsewhere": step is not None and step.post is not None and step.post.id != actor.acting.id,
    }
    return frame.show(request, "rehearsal/tour.html", context, here="tour", status=status)
