"""Pages of sensors: for the workplace what a post may see, for everybody what is public."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from gongzhi.cases.desk import frame
from gongzhi.cases.public import frame as front
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.look import dates, printed
from gongzhi.look.templatetags.look import said
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit, public
from gongzhi.sensors import aside, drawing, labels, reads
from gongzhi.sensors.models import Exceedance, Sensor
from gongzhi.sensors.reads import Point, SensorRow
from gongzhi.sensors.rules import figure

SECONDS = 60  # how long a public page may be served without asking again
REFUSED_DAYS = reads.SPANS["month"]


@dataclass(frozen=True, slots=True)
class Line:
    """A sensor as a list says it."""

    row: SensorRow
    tone: str
    health: str
    value: str
    heard: str


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def listing(request: HttpRequest) -> HttpResponseBase:
    """All sensors this post may see, those that need somebody first; as a page or as CSV."""
    rows = reads.listing(reads.seen_by(actor_of(request)))
    if request.GET.get("as") == "csv":
        return _csv(_list_cells(rows), "sensors.csv")
    lines = [_line(row) for row in rows]
    context = {"lines": lines, "counts": _counts(rows), "now": now()}
    return frame.show(request, "sensors/list.html", context, here="")


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def sensor(request: HttpRequest, code: str) -> HttpResponseBase:
    """One sensor: health, what it measured, its rules, the cases it raised, what was refused of it."""
    found = reads.seen_by(actor_of(request)).filter(code=code).first()
    if found is None:
        raise _unknown()
    context = _told(request, found) | _aside(found, minds=aside.minds(actor_of(request).acting, found))
    if request.GET.get("as") == "csv":
        return _csv(_series_cells(context["points"], found), f"{found.code}.csv")
    return frame.show(request, "sensors/sensor.html", context, here="")


@permit(Permit.SENSOR_MIND)
def set_aside(request: HttpRequest, code: str) -> HttpResponseBase:
    """Set a sensor of the own organ aside (`why`: state:reason), or take it into use again (`why` is back)."""
    actor, why = actor_of(request), request.POST.get("why", "")
    told: dict[str, Any] = {"by": actor.by, "at": now(), "post": actor.acting, "sensor": code}
    if request.method == "POST":
        if reads.seen_by(actor).filter(code=code).first() is None:
            raise _unknown()
        try:
            if why == "back":
                aside.take_back(**told)
                messages.success(request, _("It is in use again. Its silence will be noticed from now on."))
            else:
                state, _sign, reason = why.partition(":")
                aside.set_aside(**told, state=state, reason=reason)
                messages.success(request, _("Set aside. Its silence rings nobody."))
        except Refusal as refusal:
            messages.warning(request, _(refusal.sentence) % refusal.params)
    return HttpResponseRedirect(reverse("sensors:sensor", args=[code]))


@public
@require_GET
def public_listing(request: HttpRequest) -> HttpResponse:
    """The sensors everybody may see."""
    rows = reads.listing(reads.public())
    context = {"lines": [_line(row) for row in rows], "counts": _counts(rows), "now": now()}
    return printed.offer(request, front.show(request, "sensors/public_list.html", context), lasts=SECONDS)


@public
@require_GET
def public_sensor(request: HttpRequest, code: str) -> HttpResponse:
    """One public sensor; any other is as if it were not there."""
    found = reads.public().filter(code=code).first()
    if found is None:
        raise _unknown()
    context = _told(request, found)
    if request.GET.get("as") == "csv":
        return _csv(_series_cells(context["points"], found), f"{found.code}.csv")
    return printed.offer(request, front.show(request, "sensors/public.html", context), lasts=SECONDS)


def _told(request: HttpRequest, found: Sensor) -> dict[str, Any]:
    at = now()
    span = request.GET.get("span", "")
    span = span if span in reads.SPANS else "day"
    card = reads.card(found, since=at - REFUSED_DAYS)
    points = reads.series(found, until=at, span=reads.SPANS[span])
    return {
        "card": card,
        "line": _line(card.row),
        "range": f"{figure(found.low)} – {figure(found.high)} {found.unit}",
        "exceedances": [_exceedance(found, one) for one in card.exceedances],
        "points": points,
        "chart": drawing.chart(card.row, points, [each.rule for each in card.rules]),
        "rules": [_rule(found, each) for each in card.rules],
        "refused": [(labels.REFUSED.get(reason, reason), count) for reason, count in card.refused],
        "spans": [(code, word, code == span) for code, word in labels.SPANS.items()],
        "span": span,
        "now": at,
    }


def _aside(found: Sensor, *, minds: bool) -> dict[str, Any]:
    """What the page needs to set a sensor aside: the reasons by state, and the present one in words."""
    groups = [
        {"label": labels.HEALTH[state][1], "choices": [(f"{state}:{code}", words) for code, words in reasons.items()]}
        for state, reasons in labels.ASIDE.items()
    ]
    reason = labels.ASIDE[found.aside][found.aside_reason] if found.aside else ""
    return {"minds": minds, "aside_groups": groups, "aside_reason": reason}


def _rule(found: Sensor, each: reads.RuleRow) -> dict[str, Any]:
    """A rule as one sentence: beyond what, for how long, about what."""
    rule = each.rule
    when = labels.RULES[rule.kind] % {"threshold": figure(rule.threshold), "unit": found.unit}
    minutes = rule.seconds // 60
    if minutes:
        lasting = ngettext("%(when)s for %(n)s minute", "%(when)s for %(n)s minutes", minutes)
        when = lasting % {"when": when, "n": minutes}
    return {
        "sentence": _("%(when)s: %(matter)s.") % {"when": when, "matter": said(each.matter, "name")},
        "back": f"{figure(rule.back)} {found.unit}",
        "told": rule.told,
    }


def _exceedance(found: Sensor, one: Exceedance) -> dict[str, Any]:
    """One row of its cases; what a rule of change looks at is an amount an hour."""
    unit = f"{found.unit}/h" if one.rule.kind in ("rise", "fall") else found.unit
    told = {"peak": f"{figure(one.peak)} {unit}", "case": one.case, "number": one.number}
    return told | {"begun_at": one.begun_at, "ended_at": one.ended_at}


def _line(row: SensorRow) -> Line:
    one = row.sensor
    tone, word = labels.HEALTH[one.standing]
    value = f"{figure(one.last_value)} {one.unit}" if one.last_value is not None else "–"
    return Line(row, tone, str(word), value, dates.moment_text(one.last_at) if one.last_at else "")


def _counts(rows: list[SensorRow]) -> dict[str, int]:
    unwell = sum(row.sensor.standing in ("silent", "faulty") for row in rows)
    apart = sum(bool(row.sensor.aside) for row in rows)
    exceeding = sum(row.exceeded is not None for row in rows)
    return {"all": len(rows), "unwell": unwell, "exceeding": exceeding, "aside": apart}


def _list_cells(rows: list[SensorRow]) -> list[list[str]]:
    head = [_("Sensor"), _("Name"), _("Place"), _("Office"), _("Measures"), _("Last reading"), _("At"), _("Health")]
    return [head] + [
        [
            row.sensor.code,
            said(row.sensor, "name"),
            said(row.place, "path") if row.place else "",
            said(row.organ, "name") if row.organ else "",
            said(row.quantity, "name"),
            _line(row).value,
            _line(row).heard,
            _line(row).health,
        ]
        for row in rows
    ]


def _series_cells(points: list[Point], found: Sensor) -> list[list[str]]:
    head = [_("Moment"), _("Mean"), _("Lowest"), _("Highest"), _("Readings"), _("Unit")]
    return [head] + [
        [p.at.isoformat(), figure(p.mean), figure(p.low), figure(p.high), str(p.count), found.unit] for p in points
    ]


def _csv(rows: list[list[str]], name: str) -> HttpResponse:
    """A CSV file that spreadsheets open rightly, with no cell they take for a formula."""
    text = StringIO()
    csv.writer(text).writerows([[_plain(cell) for cell in row] for row in rows])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in "+-" and not _is_number(cell)) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _unknown() -> NotFound:
    return NotFound("sensor_unknown", N_("There is no such sensor, or it is not public."))
