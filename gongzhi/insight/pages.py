"""What needs a decision today: the list of findings, and one finding with its curve, its cases and its buttons."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongzhi.cases.desk import frame
from gongzhi.insight import deciding, rules, telling
from gongzhi.insight.models import Finding
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.look.dates import local_day
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit

SHOWN = 100  # of each list
FRESH = 14  # days since its last one after which an open finding has passed
DECIDERS = (Permit.CASE_LEAD, Permit.CASE_SEND)


class DecideForm(forms.Form):
    """What to do with a finding; a reason only when it is explained."""

    do = forms.ChoiceField(choices=[(name, name) for name in ("watch", "explain", "reopen")])
    reason = forms.ChoiceField(label=_("Reason"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", _("Choose a reason")), *((code, _(words)) for code, words in rules.REASONS.items())]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


@permit(Permit.CASE_READ_ALL)
def findings(request: HttpRequest) -> HttpResponseBase:
    """What needs a decision first, then what is watched, explained, and what passed without a decision."""
    horizon = local_day(now()) - timedelta(days=FRESH)
    rows = Finding.objects.order_by("-last_day", "p")
    lists = {
        "open": rows.filter(state="open", last_day__gte=horizon),
        "watched": rows.filter(state="watched"),
        "explained": rows.filter(state="explained"),
        "passed": rows.filter(state="open", last_day__lt=horizon),
    }
    told = {name: [telling.tell(row) for row in some[:SHOWN]] for name, some in lists.items()}
    context = {**told, "budget": rules.BUDGET, "now": now()}
    return frame.show(request, "insight/findings.html", context, here="insight:findings")


@permit(Permit.CASE_READ_ALL)
def finding(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One finding."""
    return _shown(request, get_object_or_404(Finding, pk=pk), DecideForm())


@permit(*DECIDERS)
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Watch, explain by a reason, or open again."""
    row, form = get_object_or_404(Finding, pk=pk), DecideForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, form, status=422)
    by, at, word = actor_of(request).acting.doer, now(), form.cleaned_data["do"]
    try:
        if word == "explain":
            deciding.explain(by=by, at=at, finding=row, reason=form.cleaned_data["reason"])
        else:
            {"watch": deciding.watch, "reopen": deciding.reopen}[word](by=by, at=at, finding=row)
    except Refusal as refusal:
        form.add_error(refusal.field, _(refusal.sentence))
        return _shown(request, row, form, status=refusal.status)
    messages.success(request, _("Noted."))
    return HttpResponseRedirect(reverse("insight:finding", args=[pk]))


def _shown(request: HttpRequest, row: Finding, form: DecideForm, status: int = 200) -> HttpResponseBase:
    asked = {"matter": row.matter, "place": row.place.ljust(12, "0") if len(row.place) > 6 else ""}
    context = {
        "told": telling.tell(row),
        "curve": telling.curve(row),
        "form": form,
        "cases": f"{reverse('desk:list')}?{urlencode({k: v for k, v in asked.items() if v})}",
        "decides": any(actor_of(request).can(one) for one in DECIDERS),
        "now": now(),
    }
    return frame.show(request, "insight/finding.html", context, here="insight:findings", status=status)
