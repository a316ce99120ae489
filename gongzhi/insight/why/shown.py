"""What pages show of the why: plain values for templates, by permit; no numerical package is loaded for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.cases import reads as cases
from gongzhi.cases import rows as case_rows
from gongzhi.cases.desk_cards import InboxRow
from gongzhi.cases.models import Case
from gongzhi.insight import drawing as drawings
from gongzhi.insight import telling, wording
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_tables import Measure, MeasureEffect
from gongzhi.insight.why import drawing
from gongzhi.insight.why import wording as words
from gongzhi.insight.why.tables import Explained, Flood, Passage, Rhythm, Station
from gongzhi.kit.moments import now
from gongzhi.people.cards import Actor
from gongzhi.places import reads as places

STATIONS = 12  # in the drawing: as many as can be told apart on a phone
WAYS = 24
LIST = 100  # ways looked at, and rows of an office's own lists
TABLE = 30  # rows of the county's tables
TOP = 6  # of them that stand open, so that the page stays short on a phone
WEEKDAYS, PARTS = 7, 8


def explained(row: Finding, at: datetime) -> dict[str, Any]:
    """What explains a finding and what moves with it; before it was worked out, `pending` says when that will be."""
    told = Explained.objects.filter(finding=row).first()
    if told is None:
        return {"row": None, "pending": words.pending(row, at)}
    organs = wording.names("organ", [str(part[1]) for part in told.parts if part[0] == "organ"])
    charts = []
    for name in dict.fromkeys(str(part[0]) for part in told.parts):
        mine = [part for part in told.parts if part[0] == name]
        bars = [drawing.Bar(words.part(name, str(one[1]), organs), one[4], one[5], one[6], bool(one[-1]))
                for one in mine]  # fmt: skip
        title = words.dimension(name)
        told_odd = [bar.label for bar in bars if bar.odd]
        if told_odd:
            title = _("%(dimension)s: %(names)s") % {"dimension": title, "names": _(", ").join(told_odd)}
        most = any(one[1] not in ("", words.REST) and one[4] >= (told.now - told.before) / 2 for one in mine)
        head = (words.dimension(name), _("More than usual"), _("Between (19 times of 20)"))
        charts.append({"odd": bool(told_odd) or most, "svg": drawing.intervals(title, bars, head)})
    charts.sort(key=lambda one: not one["odd"])
    return {
        "row": told,
        "sentence": words.explains(told, organs),
        "partly": words.partly(told),
        "charts": charts,
        "links": [words.moves(link) for link in told.links],
        "unlinked": "" if told.links else words.unlinked(told),
    }


def measure(row: Measure) -> dict[str, Any]:
    """A measure with what each design says: the change, the past before it, what was pretended, who was compared."""
    effects = [
        {
            "row": one,
            "design": wording.design(one.design),
            "change": wording.change(one),
            "checks": [words.check(str(check[0]), bool(check[2]), *_pretended(check)) for check in one.checks],
            "drawing": drawings.effect(one) if one.leads else "",
            "past": drawing.past(one) if one.leads else "",
            "compared": words.compared(one.compared),
        }
        for one in MeasureEffect.objects.filter(measure=row).order_by("-leads", "design")
    ]
    where = _("%(matter)s in %(place)s") % {"matter": telling.matter(row.matter), "place": telling.place(row.place)}
    tones = {"worked": "good", "harmed": "bad"}
    told = {"worked": _("worked"), "no evidence": _("no evidence"), "harmed": _("harmed")}
    return {
        "row": row,
        "where": where,
        "verdict": wording.verdict(row),
        "tone": tones.get(row.verdict, "plain"),
        "word": told.get(row.verdict, _("not judged yet")),
        "effects": effects,
    }


def _pretended(check: Sequence[Any]) -> tuple[int, int]:
    """How many pretended measures looked as strong, and how many there were; none in what was kept earlier."""
    return (int(check[3]), int(check[4])) if len(check) > 4 else (0, 0)


def network() -> dict[str, Any]:
    """The stations and ways that matter most: those on which cases come straight back, then the busiest."""
    ways = list(Passage.objects.order_by("-returned", "-cases", "giver", "taker")[:LIST])
    stations = {row.organ: row for row in Station.objects.order_by("-returns", "-came", "organ")[:LIST]}
    busiest = sorted(Station.objects.order_by("-came", "organ")[:STATIONS], key=lambda row: (-row.came, row.organ))
    drawn = _drawn(ways, [row.organ for row in busiest])
    rest = {*drawn, *stations, *(code for way in ways for code in (way.giver, way.taker))}
    names = wording.names("organ", sorted(rest))
    spot = {code: at for at, code in enumerate(drawn)}
    bows = [
        drawing.Way(spot[way.giver], spot[way.taker], way.cases, way.returned)
        for way in ways
        if way.giver in spot and way.taker in spot
    ][:WAYS]
    title = _("Who hands cases to whom")
    if any(bow.back for bow in bows):
        title = _("Who hands cases to whom; on the marked ways cases come straight back")
    return {
        "svg": drawing.network(title, [names[code] for code in drawn], bows),
        "drawn": [(at + 1, code, names[code]) for code, at in spot.items()],
        "ways": [{"row": way, "giver": names[way.giver], "taker": names[way.taker]} for way in ways[:TABLE]],
        "stations": [{"row": row, "name": names[row.organ]} for row in list(stations.values())[:TABLE]],
        "total": Station.objects.count(),
        "most": TOP,
        "top": f":{TOP}",
        "rest": f"{TOP}:",
        "until": next(iter(stations.values())).until if stations else None,
        "days": next(iter(stations.values())).days if stations else 0,
    }


def _drawn(ways: Sequence[Passage], busiest: Sequence[str]) -> list[str]:
    """Which stations are drawn: those of the ways with most returns first, filled up with the busiest; those of one
    circle side by side."""
    found: dict[str, None] = {}
    for way in ways:
        if len(found) <= STATIONS - 2:
            found |= {way.giver: None, way.taker: None}
    for code in busiest:
        if len(found) < STATIONS:
            found[code] = None
    circles = dict(Station.objects.filter(organ__in=found).values_list("organ", "circle"))
    return sorted(found, key=lambda code: (circles.get(code, 0) or 10_000, code))


def station(row: Station, actor: Actor) -> dict[str, Any]:
    """One office among the hand-overs: to whom, from whom, and the cases behind it this post may see."""
    out = list(Passage.objects.filter(giver=row.organ).order_by("-cases", "taker")[:LIST])
    into = list(Passage.objects.filter(taker=row.organ).order_by("-cases", "giver")[:LIST])
    codes = {row.organ, *(way.taker for way in out), *(way.giver for way in into)}
    members = list(Station.objects.filter(circle=row.circle).values_list("organ", flat=True)) if row.circle else []
    names = wording.names("organ", sorted(codes | set(members)))
    circle = [names[code] for code in sorted(members)]
    back = [case for way in [*out, *into] if way.returned for case in way.behind[: way.returned]]
    return {
        "row": row,
        "name": names[row.organ],
        "sentence": words.station(row, names[row.organ]),
        "circle": circle if len(circle) > 1 else [],
        "out": [{"row": way, "name": names[way.taker]} for way in out],
        "into": [{"row": way, "name": names[way.giver]} for way in into],
        "back": visible(list(dict.fromkeys(back))[:LIST], actor),
        "still": visible(row.behind, actor),
    }


def visible(behind: Sequence[str], actor: Actor, most: int = 20) -> tuple[InboxRow, ...]:
    """The cases with these ids that this post may see, the newest first."""
    ids = [UUID(hex) for hex in behind]
    found = Case.objects.filter(cases.visible(actor), id__in=ids).order_by("-seek")[:most]
    return case_rows.inbox_rows(list(found), actor, now())


def rhythm(row: Rhythm, *, public: bool = False) -> dict[str, Any]:
    """A rhythm as rows of three hours by weekday. For everybody a cell of one to nine people shows none, and then
    neither does the next smallest of its row, so that no sum gives it away."""
    weeks = row.days / 7
    shown = [_cells(row, part, public=public) for part in range(PARTS)]
    top = max((cell[0] for cell in row.cells), default=0) or 1
    return {
        "row": row,
        "days": [words.weekday(day) for day in range(WEEKDAYS)],
        "rows": [
            {"hours": words.hours(part), "cells": [_cell(one, weeks, top) for one in cells]}
            for part, cells in enumerate(shown)
        ],
        "sentence": words.busiest([] if public else row.cells, weeks) if len(row.place) > 6 and not public else "",
        "weeks": round(weeks),
    }


def _cells(row: Rhythm, part: int, *, public: bool) -> list[list[Any] | None]:
    """The seven cells of a stretch of hours; None where one is withheld."""
    cells: list[list[Any] | None] = [row.cells[day * PARTS + part] for day in range(WEEKDAYS)]
    if not public:
        return cells
    from gongzhi.insight import standing_rules

    people = {str(day): int(row.voices[day * PARTS + part]) for day in range(WEEKDAYS)}
    told = standing_rules.withheld(people)
    return [cell if told[str(day)] is not None else None for day, cell in enumerate(cells)]


def _cell(cell: list[Any] | None, weeks: float, top: int) -> dict[str, Any]:
    """One cell: cases, the rate a week with its interval, how dark it is drawn (0 to 5), whether it stands out."""
    if cell is None:
        return {"n": None, "shade": 0, "odd": False, "span": ""}
    count, _rate, low, high, odd = cell
    shade = 0 if not count else max(1, round(5 * count / top))
    return {"n": count, "shade": shade, "odd": bool(odd), "span": wording.span(low * weeks, high * weeks)}


def floods(actor: Actor, *, officers: bool) -> list[dict[str, Any]]:
    """Suggested floods with the cases this post may see, those that wait first; those about officers only for whoever
    handles such voices."""
    rows = Flood.objects.all() if officers else Flood.objects.filter(about="place")
    order = sorted(rows.order_by("-found_at")[:LIST], key=lambda row: row.state != "open")
    return [
        {
            "row": row,
            "title": words.flood_title(row),
            "sentence": words.flood(row),
            "evidence": words.flood_evidence(row),
            "sure": words.flood_sure(row),
            "reason": words.reason(row.reason) if row.reason else "",
            "cases": visible(row.cases[-12:], actor) if row.state == "open" else (),
            "finding": _finding(row),
        }
        for row in order
    ]


def _finding(row: Flood) -> str:
    """The address of a finding about the same matter, place and time: perhaps something really happened."""
    if row.about == "officer":
        return ""
    first, last = places.local_day(row.since_at), places.local_day(row.until_at)
    same = Finding.objects.filter(kind="rise", last_day__gte=first, first_day__lte=last)
    near = [
        one for one in same.order_by("p")[:50] if one.place.startswith(row.place) or row.place.startswith(one.place)
    ]
    return reverse("insight:finding", args=[near[0].pk]) if near else ""
