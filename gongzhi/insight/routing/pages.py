"""Who suggests matters: how both routers do, where it is unsure, and the one switch back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gongzhi.cases.desk import frame
from gongzhi.insight.routing import rules, shown, switching
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit

DECIDERS = (Permit.CASE_LEAD, Permit.CASE_SEND)


class BackForm(forms.Form):
    """Why the table of keywords should suggest again."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("Only colleagues read this."),
        required=False,
        max_length=switching.NOTE_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("Choose a reason")), *((code, _(words)) for code, words in rules.REASONS.items())]
        self.fields["reason"].choices = offered  # type: ignore[attr-defined]


@permit(Permit.CASE_READ_ALL)
def routing(request: HttpRequest) -> HttpResponseBase:
    """Both routers side by side."""
    return _page(request, BackForm())


@permit(*DECIDERS)
@require_POST
def back(request: HttpRequest) -> HttpResponseBase:
    """Let the table of keywords suggest again."""
    form = BackForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        switching.back(by=actor_of(request).acting.doer, at=now(), **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, _(refusal.sentence) % refusal.params)
        return _page(request, form, status=refusal.status)
    messages.success(request, _("The table of keywords suggests matters from now on."))
    return HttpResponseRedirect(reverse("insight:routing"))


@permit(*DECIDERS)
@require_POST
def release(request: HttpRequest) -> HttpResponseBase:
    """Let the comparison decide again."""
    switching.release(by=actor_of(request).acting.doer, at=now())
    messages.success(request, _("The comparison decides again."))
    return HttpResponseRedirect(reverse("insight:routing"))


def _page(request: HttpRequest, form: BackForm, *, status: int = 200) -> HttpResponseBase:
    at, actor = now(), actor_of(request)
    decides = any(actor.can(one) for one in DECIDERS)
    context = shown.page(actor, at) | {"form": form, "decides": decides, "now": at}
    return frame.show(request, "insight/routing/routing.html", context, here="insight:cockpit", status=status)
