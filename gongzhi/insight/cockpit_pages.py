"""The cockpit: what needs a decision today, live; what is expected; who is not heard; questions to an office."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.cases.desk import frame
from gongzhi.channels import paper
from gongzhi.insight import answering, briefing, cockpit, drawing, incidents, standings, telling, wording
from gongzhi.insight.forms import AnswerForm
from gongzhi.insight.standing_tables import Outlook, Question
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places

LIST = 200  # rows of one list


@permit(Permit.CASE_READ_ALL)
def today(request: HttpRequest) -> HttpResponseBase:
    """What needs a decision today. Asked for by htmx it is the part that changes, alone."""
    at = now()
    context = {"today": cockpit.today(actor_of(request), at), "now": at}
    if frame.is_fragment(request):
        return frame.show(request, "insight/parts/today.html", context)
    smalls = [(wording.kind_word(kind), cockpit.multiples(kind)) for kind in ("place", "matter", "organ")]
    context["smalls"] = [one for one in smalls if one[1]]
    return frame.show(request, "insight/cockpit.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def daily(request: HttpRequest) -> HttpResponseBase:
    """The briefing of the day as a page."""
    at = now()
    why = paper.missing()
    context = {"told": briefing.brief(actor_of(request), at), "missing": _(why) if why else "", "now": at}
    return frame.show(request, "insight/briefing.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def daily_pdf(request: HttpRequest) -> HttpResponseBase:
    """The same on paper."""
    at = now()
    try:
        drawn = briefing.drawn(actor_of(request), at, language=get_language() or "zh-hans")
    except Refusal as refusal:
        messages.warning(request, _(refusal.sentence))
        return HttpResponseRedirect(reverse("insight:briefing"))
    response = HttpResponse(drawn, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="briefing-{places.local_day(at)}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@permit(Permit.CASE_READ_ALL)
def loads(request: HttpRequest) -> HttpResponseBase:
    """What every office is to expect in the next two weeks, warnings first."""
    rows = standings.outlooks("organ", places.local_day(now()))
    rows.sort(key=lambda row: (not standings.is_overloaded(row), -row.total))
    names = wording.names("organ", [row.code for row in rows[:LIST]])
    county = standings.portrait("county", "")
    ahead = standings.outlook("county", "", places.local_day(now()))
    points = standings.curve(county.figures, ahead) if county else []
    context = {
        "rows": [_load(row, names[row.code]) for row in rows[:LIST]],
        "county": wording.expects(ahead) if ahead else "",
        "chart": drawing.ahead(points),
        "kept": standings.kept("county", "", county.figures.get("days", [])) if county else [],
        "missing": standings.missing(),
        "now": now(),
    }
    return frame.show(request, "insight/loads.html", context, here="insight:cockpit")


def _load(row: Outlook, name: str) -> dict[str, object]:
    return {
        "row": row,
        "name": name,
        "total": wording.figure(row.total),
        "span": wording.span(row.total_low, row.total_high),
        "warned": standings.is_overloaded(row),
        "over": wording.over(row.over) if row.over is not None and standings.is_overloaded(row) else "",
    }


@permit(Permit.CASE_READ_ALL)
def silent(request: HttpRequest) -> HttpResponseBase:
    """Places that say less than places like them."""
    rows = [
        (row, telling.place(row.place), wording.quiet(row), wording.quiet_sure(row.p)) for row in standings.silent()
    ]
    context = {"rows": rows, "compared": len(standings.factors()), "missing": standings.missing(), "now": now()}
    return frame.show(request, "insight/silent.html", context, here="insight:cockpit")


@permit(Permit.CASE_HEAD, Permit.CASE_ANSWER)
def asked(request: HttpRequest) -> HttpResponseBase:
    """Questions to the acting post's office."""
    return _asked(request, AnswerForm())


@permit(Permit.CASE_HEAD, Permit.CASE_ANSWER)
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Answer one of them."""
    actor = actor_of(request)
    question = get_object_or_404(Question, pk=pk, organ=actor.acting.organ)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _asked(request, form, pk=pk, status=422)
    try:
        answering.answer(
            by=actor.by, at=now(), question=question, organ=actor.acting.organ, words=form.cleaned_data["words"]
        )
    except Refusal as refusal:
        form.add_error(None, _(refusal.sentence))
        return _asked(request, form, pk=pk, status=refusal.status)
    messages.success(request, _("Thank you. Who asked can read it now."))
    return HttpResponseRedirect(reverse("insight:asked"))


def _asked(request: HttpRequest, form: AnswerForm, *, pk: UUID | None = None, status: int = 200) -> HttpResponseBase:
    mine = Question.objects.filter(organ=actor_of(request).acting.organ).select_related("finding")
    rows = [
        {
            "row": row,
            "told": telling.tell(row.finding),
            "clock": wording.clock(row.finding, now()),
            "form": form if row.pk == pk else AnswerForm(auto_id=f"id_{row.pk.hex}_%s"),
        }
        for row in mine.filter(answered_at=None).order_by("due_on")
    ]
    answered = [
        (row, telling.tell(row.finding)) for row in mine.exclude(answered_at=None).order_by("-answered_at")[:20]
    ]
    concerned = incidents.concerning(actor_of(request).acting.organ)
    context = {"rows": rows, "answered": answered, "incidents": concerned, "now": now()}
    return frame.show(request, "insight/asked.html", context, here="insight:asked", status=status)
