"""How work really runs against its procedure: a page for each, and the cases behind every deviation and loop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from gongzhi.cases import spans
from gongzhi.cases.desk import frame
from gongzhi.insight import standings
from gongzhi.insight import wording as words
from gongzhi.insight.process import rules, wording
from gongzhi.insight.process.tables import Conduct, Trait
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import NotFound
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.procedures import drawing
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.rules import Net


@permit(Permit.CASE_READ_ALL)
def procedures_list(request: HttpRequest) -> HttpResponseBase:
    """Every procedure with cases, the newest version of each first."""
    rows = Conduct.objects.order_by("procedure", "-version")
    context = {
        "rows": [(row, wording.net(_net(row)), wording.fits(row)) for row in rows],
        "missing": standings.missing(),
    }
    return frame.show(request, "insight/procedures.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def procedure(request: HttpRequest, code: str, version: int) -> HttpResponseBase:
    """One procedure in one version: drawn with what happened, waits, deviations, loops, courses."""
    row = get_object_or_404(Conduct, procedure=code, version=version)
    net = _net(row)
    traits = list(Trait.objects.filter(conduct=row).order_by("-cases", "kind", "code"))
    context = {
        "row": row,
        "name": wording.net(net),
        "fits": wording.fits(row),
        "fitness": wording.fitness(row),
        "lost": wording.lost(net, row),
        **_drawn(net, row),
        "lines": _lines(net, row),
        "stages": [_stage(net, one) for one in row.figures["stages"]],
        "deviations": _told(net, traits, rules.DEVIATIONS),
        "loops": _told(net, traits, rules.LOOPS),
        "variants": [
            (wording.course(net, moves), times, wording.percent(times / row.cases))
            for moves, times in row.figures["variants"]
        ],
        "now": now(),
    }
    return frame.show(request, "insight/procedure.html", context, here="insight:cockpit")


@permit(Permit.CASE_READ_ALL)
def trait(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The newest cases behind a deviation or a loop, those this post may see."""
    row = get_object_or_404(Trait.objects.select_related("conduct"), pk=pk)
    net = _net(row.conduct)
    cases = spans.chosen(actor_of(request), now(), [UUID(case) for case in row.behind])
    context = {
        "row": row,
        "name": wording.net(net),
        "title": wording.trait(net, row),
        "kind": _(rules.TRAITS[row.kind]),
        "share": wording.share(row),
        "cases": cases,
        "hidden": len(row.behind) - len(cases),
        "now": now(),
    }
    return frame.show(request, "insight/trait.html", context, here="insight:cockpit")


def _net(row: Conduct) -> Net:
    try:
        return procedures.net(row.procedure, row.version)
    except NotFound as gone:  # drawn in a county whose database was restored without it
        raise Http404 from gone


def _drawn(net: Net, row: Conduct) -> dict[str, Any]:
    told = {one["stage"]: wording.box(one) for one in row.figures["stages"]}
    lines = {(source, target): times for source, target, times in row.figures["edges"]}
    happened = drawing.Happened(told, lines)
    drawn = mark_safe(drawing.draw(net, happened=happened))  # noqa: S308 - from the loaded net
    return {"drawing": drawn, "stops": drawing.stops(net, happened=happened)}


def _lines(net: Net, row: Conduct) -> list[tuple[str, str, int]]:
    """The figures of the drawing as a table: from, to, how often."""
    lines = sorted(row.figures["edges"], key=lambda line: -line[2])
    return [(wording.stage(net, source), wording.stage(net, target), times) for source, target, times in lines]


def _stage(net: Net, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": wording.stage(net, told["stage"]),
        "half": wording.within(told["half"]),
        "most": wording.within(told["most"]),
        "work": wording.working(told["half_work"][0]) if told["half_work"][0] is not None else "–",
        "stays": told["stays"],
        "still": told["still"],
        "share": wording.percent(told["share"]),
        "offices": [(words.organ(organ), wording.working(hours)) for organ, hours, _stays in told["offices"] if hours],
    }


def _told(net: Net, traits: list[Trait], kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"row": row, "kind": _(rules.TRAITS[row.kind]), "what": wording.trait(net, row), "share": wording.share(row)}
        for row in traits
        if row.kind in kinds
    ]
