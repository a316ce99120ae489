"""Pages of the why: where cases wander, when things happen, suggested floods; for staff by permit, rhythms for all."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from gongzhi.cases.desk import frame
from gongzhi.cases.public import frame as front
from gongzhi.insight import rules as insight_rules
from gongzhi.insight import standings, telling, wording
from gongzhi.insight.why import flooding, rules, shown
from gongzhi.insight.why.tables import Flood, Rhythm, Station
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.look import printed
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit, public
from gongzhi.places import reads as places

SECONDS = 60  # how long a public page may be served without asking again
JUDGES = (Permit.CASE_LEAD, Permit.CASE_SEND, Permit.OFFICER_CASE)


@permit(Permit.CASE_READ_ALL)
def handovers(request: HttpRequest) -> HttpResponseBase:
    """Who hands cases to whom, where they come back and where they lie still."""
    context = shown.network() | {"missing": standings.missing(), "now": now()}
    return frame.show(request, "insight/why/handovers.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def station(request: HttpRequest, code: str) -> HttpResponseBase:
    """One office among the hand-overs, with the cases behind it."""
    row = get_object_or_404(Station, organ=code)
    context = shown.station(row, actor_of(request)) | {"now": now()}
    return frame.show(request, "insight/why/station.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def rhythm(request: HttpRequest) -> HttpResponseBase:
    """When things happen in a place, for all or one matter: `?place=` a code, `?matter=` a code."""
    form = WhenForm(request.GET)
    place = form.prefix_chosen()
    row = Rhythm.objects.filter(place=place, matter=form.matter_chosen()).first()
    context = {
        "form": form,
        "told": shown.rhythm(row) if row else None,
        "title": _("%(matter)s in %(place)s") % {"matter": telling.matter(form.matter_chosen()),
                                                 "place": telling.place(place)},
        "missing": standings.missing(),
        "now": now(),
    }  # fmt: skip
    return frame.show(request, "insight/why/rhythm.html", context, here="insight:cockpit")


@public
@require_GET
def public_rhythm(request: HttpRequest, code: str) -> HttpResponse:
    """When people speak in a town or village, for everybody; cells of one to nine people are withheld."""
    if places.place_or_none(code) is None:
        raise Http404
    row = Rhythm.objects.filter(place=_prefix(code), matter="").first()
    enough = row is not None and sum(row.voices) >= insight_rules.SMALLEST_CELL
    context = {
        "told": shown.rhythm(row, public=True) if row is not None and enough else None,
        "name": wording.name("place", code),
        "code": code,
        "least": insight_rules.SMALLEST_CELL,
    }
    return printed.offer(request, front.show(request, "insight/why/public_rhythm.html", context), lasts=SECONDS)


@permit(*JUDGES)
def floods(request: HttpRequest) -> HttpResponseBase:
    """What the machine suggests to look at: like words in a heap, first-time voices in a heap."""
    return _floods(request, JudgeForm())


@permit(*JUDGES)
@require_POST
def judge(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Judge a suggestion for a coded reason, or open it again."""
    row = get_object_or_404(Flood, pk=pk)
    actor = actor_of(request)
    if row.about == "officer" and not actor.can(Permit.OFFICER_CASE):
        raise Http404
    form = JudgeForm(request.POST)
    if request.POST.get("do") == "reopen":
        flooding.reopen(by=actor.acting.doer, at=now(), flood=pk)
    elif not form.is_valid():
        return _floods(request, form, pk=pk, status=422)
    else:
        try:
            flooding.judge(by=actor.acting.doer, at=now(), flood=pk, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error("reason", _(refusal.sentence))
            return _floods(request, form, pk=pk, status=refusal.status)
    messages.success(request, _("Noted. Every voice keeps its rights and its answer."))
    return HttpResponseRedirect(reverse("insight:floods"))


def _floods(request: HttpRequest, form: JudgeForm, *, pk: UUID | None = None, status: int = 200) -> HttpResponseBase:
    actor = actor_of(request)
    rows = shown.floods(actor, officers=actor.can(Permit.OFFICER_CASE))
    for one in rows:
        one["form"] = form if one["row"].pk == pk else JudgeForm(auto_id=f"id_{one['row'].pk.hex}_%s")
    judged, called = flooding.record()
    context = {"rows": rows, "judged": judged, "called": called, "budget": rules.FLOOD_BUDGET, "now": now()}
    return frame.show(request, "insight/why/floods.html", context, here="insight:cockpit", status=status)


class JudgeForm(forms.Form):
    """Why a suggestion was right or wrong."""

    reason = forms.ChoiceField(label=gettext_lazy("What was it?"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        groups = {"flood": _("A flood"), "ordinary": _("No flood")}
        offered = [(groups[verdict], [(code, _(words)) for code, words in reasons.items()])
                   for verdict, reasons in rules.REASONS.items()]  # fmt: skip
        self.fields["reason"].choices = [("", _("Choose a reason")), *offered]  # type: ignore[attr-defined]


class WhenForm(forms.Form):
    """Which place and matter a rhythm is asked of."""

    place = forms.ChoiceField(label=gettext_lazy("Place"), required=False)
    matter = forms.ChoiceField(label=gettext_lazy("Matter"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rows = list(Rhythm.objects.order_by("place").values_list("place", "matter"))
        county = places.county().code
        codes = [place for place in dict.fromkeys(place for place, _matter in rows) if place != county]
        tops = sorted({matter for _place, matter in rows if matter})
        named = [(code, telling.place(code)) for code in codes]
        self.fields["place"].choices = [("", telling.place(county)), *named]  # type: ignore[attr-defined]
        self.fields["matter"].choices = [("", _("All matters")),  # type: ignore[attr-defined]
                                         *((code, telling.matter(code)) for code in tops)]  # fmt: skip

    def prefix_chosen(self) -> str:
        """The prefix of the place asked for; the county's for none and for an unknown one."""
        chosen = str(self.data.get("place", ""))
        return chosen if chosen in dict(self.fields["place"].choices) and chosen else places.county().code  # type: ignore[attr-defined]

    def matter_chosen(self) -> str:
        """The matter asked for; all for none and for an unknown one."""
        chosen = str(self.data.get("matter", ""))
        return chosen if chosen in dict(self.fields["matter"].choices) else ""  # type: ignore[attr-defined]


def _prefix(code: str) -> str:
    return places.within(code)[:12]
