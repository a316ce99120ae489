"""Making a finding an incident, and ending it: two forms of the finding's page."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from gongzhi.insight import incidents
from gongzhi.insight.cockpit import DECIDERS
from gongzhi.insight.forms import IncidentForm, OverForm
from gongzhi.insight.incident_tables import Incident
from gongzhi.insight.models import Finding
from gongzhi.insight.pages import entered
from gongzhi.kit.moments import now
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import permit


@permit(*DECIDERS)
@require_POST
def make(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Make a finding an incident."""

    def act(row: Finding, form: forms.Form) -> None:
        incidents.make(by=actor_of(request).acting.doer, at=now(), finding=row, **form.cleaned_data)

    return entered(request, pk, "incident", IncidentForm(request.POST), act)


@permit(*DECIDERS)
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Say how an incident ended."""
    incident = get_object_or_404(Incident, finding=pk)

    def act(row: Finding, form: forms.Form) -> None:
        incidents.end(by=actor_of(request).acting.doer, at=now(), incident=incident, **form.cleaned_data)

    return entered(request, pk, "over", OverForm(request.POST), act)
