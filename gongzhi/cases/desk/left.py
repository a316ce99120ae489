"""What another system left open: the list of the office that would answer for it, and one act for all that fit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gongzhi.cases import earlier, left_reads, left_rules, rules
from gongzhi.cases.desk import choices, frame, telling
from gongzhi.cases.desk.inbox import CSV_ROWS, as_csv
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.left_reads import Wanted
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.look import figures
from gongzhi.look.choosers import ChooserField
from gongzhi.look.templatetags.look import said
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places


class FilterForm(forms.Form):
    """Which of them; every field may stay empty."""

    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    matter = ChooserField(label=gettext_lazy("Matter"), required=False)
    since = forms.DateField(
        label=gettext_lazy("Received from"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Received until"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = [(town.code, said(town, "name")) for town in places.towns()]
        self.fields["place"].choices = [("", _("Everywhere")), *towns]  # type: ignore[attr-defined]
        self.fields["matter"].choices = [("", _("All matters")), *choices.matters(left_reads.matters(actor))]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What fits; a field that was misread narrows nothing, and the page says so beside it."""
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})


class ActForm(forms.Form):
    """What is done with all that fit; closing needs a reason."""

    act = forms.ChoiceField(choices=[("take_over", ""), ("close", "")])
    reason = forms.ChoiceField(
        label=gettext_lazy("Why"), help_text=gettext_lazy("Everybody can read it."), widget=forms.RadioSelect
    )
    public_text = forms.CharField(
        label=gettext_lazy("What you know about it"),
        required=False,
        max_length=rules.REASON_MAX,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.data.get("act") != "take_over"
        self.fields["reason"].choices = choices.words(left_rules.REASONS, "left_reason")  # type: ignore[attr-defined]


@permit(Permit.CASE_ACCEPT)
def left(request: HttpRequest) -> HttpResponseBase:
    """The list by place, matter and day, as a page or CSV; taking over or closing the oldest of those that fit."""
    actor = actor_of(request)
    chosen = FilterForm(request.GET, actor=actor)
    chosen.is_valid()
    wanted = chosen.wanted()
    if request.GET.get("as") == "csv":
        return as_csv(_every(actor, wanted), "left-open.csv")
    if request.method != "POST":
        return _page(request, actor, chosen, wanted, ActForm())
    form = ActForm(request.POST)
    if not form.is_valid() or chosen.errors:
        return _page(request, actor, chosen, wanted, form, status=422)
    try:
        messages.success(request, _act(actor, wanted, **form.cleaned_data))
    except Refusal as refusal:
        messages.warning(request, telling.refused(refusal))
    return HttpResponseRedirect(reverse("desk:left", query=request.GET) if request.GET else reverse("desk:left"))


def _act(actor: Actor, wanted: Wanted, *, act: str, reason: str, public_text: str) -> str:
    """Do it, and say in a sentence what was done."""
    given = {"by": actor.by, "at": moments.now(), "post": actor.acting}
    cases = left_reads.first(actor, wanted, left_rules.AT_ONCE)
    if act == "take_over":
        told = earlier.take_over_many(cases=cases, **given)  # type: ignore[arg-type]
        sentence = ngettext(
            "%(n)s case was taken over. It stands in your inbox as new.",
            "%(n)s cases were taken over. They stand in your inbox as new.",
            told.done,
        )
    else:
        told = earlier.close_untaken_many(cases=cases, reason=reason, public_text=public_text, **given)  # type: ignore[arg-type]
        sentence = ngettext(
            "%(n)s case was closed without having been taken over.",
            "%(n)s cases were closed without having been taken over.",
            told.done,
        )
    sentence %= {"n": figures.number(told.done)}
    if told.moved:
        sentence += " " + _("%(n)s were moved by somebody else meanwhile.") % {"n": figures.number(told.moved)}
    return sentence


def _every(actor: Actor, wanted: Wanted) -> list[InboxRow]:
    rows: list[InboxRow] = []
    after, now = "", moments.now()
    while len(rows) < CSV_ROWS:
        page = left_reads.page(actor, now, wanted, after, limit=500)
        rows += page.rows
        after = page.next
        if not after:
            break
    return rows


def _page(
    request: HttpRequest, actor: Actor, chosen: FilterForm, wanted: Wanted, form: ActForm, *, status: int = 200
) -> HttpResponse:
    now = moments.now()
    count = left_reads.count(actor, wanted)
    query = request.GET.copy()
    query["as"] = "csv"
    context = {
        "form": chosen,
        "act": form,
        "page": left_reads.page(actor, now, wanted, request.GET.get("after", "")),
        "count": count,
        "more": count >= left_reads.COUNTED,
        "at_once": min(count, left_rules.AT_ONCE),
        "filtered": wanted != Wanted(),
        "csv": f"?{query.urlencode()}",
        "now": now,
    }
    return frame.show(request, "cases/desk/left.html", context, here="inbox", status=status)
