"""Findings: the list, and one finding with its curve, map, voices, what was asked, said and done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.cases import spans
from gongzhi.cases.desk import frame
from gongzhi.cases.public import choosing
from gongzhi.insight import answering, deciding, incidents, joining, measuring, rules, standings, telling, wording
from gongzhi.insight.cockpit import DECIDERS, idle
from gongzhi.insight.forms import AskForm, DecideForm, IncidentForm, MeasureForm, OverForm, PublishForm
from gongzhi.insight.incident_tables import Incident
from gongzhi.insight.models import Finding
from gongzhi.insight.panel import shown as panel_shown
from gongzhi.insight.standing_tables import Measure, PublicWord, Question
from gongzhi.insight.why import shown as why_shown
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places

SHOWN = 100  # of each list
FRESH = 14  # days since its last one after which an open finding has passed
VOICES = 12  # of the cases behind a finding shown on its page


@permit(Permit.CASE_READ_ALL)
def findings(request: HttpRequest) -> HttpResponseBase:
    """What needs a decision first, then what is watched, explained, and what passed without a decision."""
    horizon = places.local_day(now()) - timedelta(days=FRESH)
    rows = Finding.objects.order_by("-last_day", "p")
    lists = {
        "open": rows.filter(state="open", last_day__gte=horizon).order_by("chance", "p", "-last_day"),
        "watched": rows.filter(state="watched"),
        "explained": rows.filter(state="explained"),
        "passed": rows.filter(state="open", last_day__lt=horizon),
    }
    at = now()
    told: dict[str, Any] = {
        name: [(telling.tell(row), wording.clock(row, at)) for row in some[:SHOWN]] for name, some in lists.items()
    }
    context = {**told, "budget": rules.BUDGET, "missing": standings.missing(), "now": at}
    return frame.show(request, "insight/findings.html", context, here="insight:findings")


@permit(Permit.CASE_READ_ALL)
def finding(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One finding."""
    return shown(request, get_object_or_404(Finding, pk=pk))


@permit(*DECIDERS)
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Watch, explain by a reason, or open again."""

    def act(row: Finding, form: forms.Form) -> None:
        by, at, word = actor_of(request).acting.doer, now(), form.cleaned_data["do"]
        if word == "explain":
            deciding.explain(by=by, at=at, finding=row, reason=form.cleaned_data["reason"])
        else:
            {"watch": deciding.watch, "reopen": deciding.reopen}[word](by=by, at=at, finding=row)

    return entered(request, pk, "decide", DecideForm(request.POST), act)


@permit(*DECIDERS)
@require_POST
def ask(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Ask an office about a finding."""

    def act(row: Finding, form: forms.Form) -> None:
        answering.ask(by=actor_of(request).by, at=now(), finding=row, **form.cleaned_data)

    return entered(request, pk, "ask", AskForm(request.POST), act)


@permit(*DECIDERS)
@require_POST
def publish(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Say something in public about a finding, in the name of the acting post's organ."""

    def act(row: Finding, form: forms.Form) -> None:
        actor, words = actor_of(request), form.cleaned_data["words"]
        answering.publish(by=actor.by, at=now(), finding=row, organ=actor.acting.organ, words=words)

    return entered(request, pk, "publish", PublishForm(request.POST), act)


@permit(*DECIDERS)
@require_POST
def measure(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Enter a measure that was taken about a finding."""

    def act(row: Finding, form: forms.Form) -> None:
        measuring.enter(by=actor_of(request).by, at=now(), finding=row, **form.cleaned_data)

    return entered(request, pk, "measure", MeasureForm(request.POST), act)


def entered(
    request: HttpRequest, pk: UUID, name: str, form: forms.Form, act: Callable[[Finding, forms.Form], None]
) -> HttpResponseBase:
    """What a form on a finding's page leads to: `act` and the page again, or the form `name` with what is wrong."""
    row = get_object_or_404(Finding, pk=pk)
    if not form.is_valid():
        return shown(request, row, status=422, **{name: form})
    try:
        act(row, form)
    except Refusal as refusal:
        return refused(request, row, form, refusal, name)
    return done(request, pk)


@permit(Permit.CASE_READ_ALL)
def points(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Where the cases of a finding lie, as GeoJSON for its map: how many in each grid, at its middle."""
    row = get_object_or_404(Finding, pk=pk)
    counted = Counter(case.place for case in _cases(request, row, spans.MOST) if case.place is not None)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {
                "name_zh": f"{place.name_zh} · {count}",
                "name_en": f"{place.name_en or place.name_zh} · {count}",
                "count": count,
                "href": f"{reverse('desk:list')}?{urlencode({'matter': row.matter, 'place': place.code})}",
            },
        }
        for place, count in counted.items()
        if place.lon is not None
    ]
    response = JsonResponse({"type": "FeatureCollection", "features": features})
    response.headers["Cache-Control"] = "no-store"
    return response


def done(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Say that it is noted, and show the finding again."""
    messages.success(request, _("Noted."))
    return HttpResponseRedirect(reverse("insight:finding", args=[pk]))


def refused(request: HttpRequest, row: Finding, form: forms.Form, refusal: Refusal, name: str) -> HttpResponseBase:
    """The page again, with what a verb refused beside its field."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, _(refusal.sentence) % refusal.params)
    return shown(request, row, status=refusal.status, **{name: form})


def shown(request: HttpRequest, row: Finding, *, status: int = 200, **given: forms.Form) -> HttpResponseBase:
    """The page of one finding; `given` forms are those that were sent and could not be taken."""
    at, actor = now(), actor_of(request)
    asked = {"matter": row.matter, "place": row.place.ljust(12, "0") if len(row.place) > 6 else ""}
    cases = _cases(request, row, VOICES)
    context = {
        "told": telling.tell(row),
        "into": _into(row),
        "curve": telling.curve(row),
        "drawn_until": telling.drawn_until(row),
        "idle": idle("finding"),
        "why": why_shown.explained(row, at),
        "panel": panel_shown.opinion(row),
        "clock": wording.clock(row, at),
        "form": given.get("decide") or DecideForm(),
        "ask": given.get("ask") or AskForm(),
        "publish": given.get("publish") or PublishForm(),
        "measure": given.get("measure") or MeasureForm(initial={"since": places.local_day(at)}),
        "make": given.get("incident") or IncidentForm(),
        "over": given.get("over") or OverForm(),
        "incident": _incident(incidents.of(row)),
        "voices": cases,
        "cases": f"{reverse('desk:list')}?{urlencode({k: v for k, v in asked.items() if v})}",
        "grids": choosing.grids_address(asked["place"]),
        "standings": _standings(row),
        "questions": [_question(one) for one in Question.objects.filter(finding=row).order_by("asked_at")],
        "words": [_word(one) for one in PublicWord.objects.filter(finding=row).order_by("at")],
        "measures": [why_shown.measure(one) for one in Measure.objects.filter(finding=row).order_by("since")],
        "decides": any(actor.can(one) for one in DECIDERS),
        "now": at,
    }
    return frame.show(request, "insight/finding.html", context, here="insight:findings", status=status)


def _cases(request: HttpRequest, row: Finding, most: int) -> tuple[Any, ...]:
    return spans.between(
        actor_of(request), now(), first=row.first_day, last=row.last_day, matter=row.matter, place=row.place, limit=most
    )


def _standings(row: Finding) -> list[dict[str, str]]:
    """Pages about the matter and the place of a finding."""
    wanted = [("matter", row.matter)] if row.matter else []
    wanted += [("place", row.place.ljust(12, "0"))] if len(row.place) > 6 else []
    return [
        {"href": reverse("insight:standing", args=[kind, code]), "name": wording.name(kind, code)}
        for kind, code in wanted
        if standings.portrait(kind, code) is not None
    ]


def _into(row: Finding) -> dict[str, Any] | None:
    """The finding that speaks for one that was joined into it, for a link."""
    other = joining.into(row)
    return {"href": reverse("insight:finding", args=[other.pk]), "told": telling.tell(other)} if other else None


def _incident(row: Incident | None) -> dict[str, Any] | None:
    """An incident with how its cases stand, office by office."""
    if row is None:
        return None
    stands = incidents.standing(row)
    told = [_("%(office)s (%(n)d)") % {"office": wording.organ(code), "n": n} for code, n in stands.organs]
    return {"row": row, "leads": wording.organ(row.organ), "stands": stands, "organs": told}


def _question(row: Question) -> dict[str, Any]:
    return {
        "row": row,
        "organ": wording.organ(row.organ),
        "late": not row.answer and row.due_on < places.local_day(now()),
    }


def _word(row: PublicWord) -> dict[str, Any]:
    return {"row": row, "organ": wording.organ(row.organ)}
