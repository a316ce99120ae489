"""A page for every matter, place and office: trend, forecast, distribution, rank with its interval; for staff and all.

The public page shows no cell of fewer than ten people and no forecast of days; staff see every figure."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongzhi.cases.desk import frame
from gongzhi.cases.public import frame as front
from gongzhi.insight import drawing, quiet, standings, telling, wording
from gongzhi.insight import standing_rules as rules
from gongzhi.insight.models import Finding
from gongzhi.insight.rules import SMALLEST_CELL
from gongzhi.insight.standing_tables import Outlook, Portrait, PublicWord
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.look.templatetags.look import said
from gongzhi.people import reads as people
from gongzhi.people.permits import Permit, permit, public
from gongzhi.places import reads as places

SECONDS = 60  # how long a public page may be served without asking again
SHOWN = 300  # subjects of one list
FINDINGS = 10
KINDS = ("matter", "place", "organ")


@permit(Permit.CASE_READ_ALL)
def index(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every subject of a kind, those with most cases first; as a page or as CSV."""
    rows = _listed(kind)
    if request.GET.get("as") == "csv":
        head = [_("Name"), _("Code"), _("Cases in 90 days"), _("Open"), _("Rank")]
        return csv_file(
            f"{kind}.csv", head, [[row["name"], row["code"], row["cases"], row["open"], row["rank"]] for row in rows]
        )
    context = {
        "rows": rows[:SHOWN],
        "kind": kind,
        "kinds": _tabs("insight:standings", kind),
        "uncorrected": wording.uncorrected(kind),
        "missing": standings.missing(),
    }
    return frame.show(
        request, "insight/standings.html", context | {"title": wording.kind_word(kind)}, here="insight:cockpit"
    )


@permit(Permit.CASE_READ_ALL)
def standing(request: HttpRequest, kind: str, code: str) -> HttpResponseBase:
    """One subject for staff; `?as=csv` gives its weeks and the days to come."""
    row = _portrait(kind, code)
    today = places.local_day(now())
    ahead = standings.outlook(kind, code, today)
    if request.GET.get("as") == "csv":
        return _figures_csv(row, ahead)
    figures = row.figures
    kept = standings.kept(kind, code, figures.get("days", []))
    context = {
        **_drawn(figures | {"hours": rules.by_three_hours(figures.get("hours", {}))}),
        "row": row,
        "name": wording.name(kind, code),
        "kind_word": wording.kind_word(kind),
        "kind": kind,
        "ahead": drawing.ahead(standings.curve(figures, ahead)),
        "expects": wording.load(ahead) if ahead and kind == "organ" else wording.expects(ahead) if ahead else "",
        "over": wording.over(ahead.over or 0) if ahead and standings.is_overloaded(ahead) else "",
        "kept": kept,
        "inside": sum(one.inside for one in kept),
        "days": sum(one.days for one in kept),
        "posts": [_post(one) for one in standings.posts_of(code, today)] if kind == "organ" else [],
        "seats": _seats(code, today) if kind == "organ" else [],
        "heard": [(wording.channel(one.channel), one, wording.heard(one)) for one in standings.heard(code)]
        if kind == "place"
        else [],
        "silence": _silence(code) if kind == "place" else "",
        "places": [_where(one) for one in figures.get("places", [])] if kind == "matter" else [],
        "findings": [(telling.tell(one), wording.clock(one, now())) for one in _findings(kind, code)],
        "cases": f"{reverse('desk:list')}?{kind}={code}",
        "now": now(),
    }
    return frame.show(request, "insight/standing.html", context, here="insight:cockpit")


@public
@require_GET
def public_index(request: HttpRequest, kind: str) -> HttpResponse:
    """Subjects of a kind that enough people spoke about."""
    rows = [row for row in _listed(kind) if row["voices"] >= SMALLEST_CELL]
    context = {"rows": rows[:SHOWN], "kind": kind, "kinds": _tabs("insight:public_standings", kind)}
    context["title"] = wording.kind_word(kind)
    shown = front.show(request, "insight/public_standings.html", context)
    return printed.offer(request, shown, lasts=SECONDS)


@public
@require_GET
def public_standing(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """One subject for everybody; every figure of one to nine people is withheld."""
    row = _portrait(kind, code)
    figures = withheld(row)
    if request.GET.get("as") == "csv":
        weeks = [[day, "" if n is None else n] for day, n in figures.get("weeks", [])]
        return csv_file(f"{kind}-{code}.csv", [_("Week of"), _("Cases")], weeks)
    context = {
        **_drawn(figures),
        "row": row,
        "name": wording.name(kind, code),
        "kind": kind,
        "kind_word": wording.kind_word(kind),
        "enough": row.voices >= SMALLEST_CELL,
        "least": SMALLEST_CELL,
        "waiting": wording.waiting(figures.get("waits", {})),
        "ahead": _ahead(row),
    }
    return printed.offer(request, front.show(request, "insight/public_standing.html", context), lasts=SECONDS)


def _ahead(row: Portrait) -> str:
    """What everybody is told of the next two weeks; nothing where fewer than ten may come, or too few spoke."""
    if row.voices < SMALLEST_CELL:
        return ""
    ahead = standings.outlook(row.kind, row.code, places.local_day(now()))
    return wording.expects_publicly(ahead) if ahead and ahead.total_low >= SMALLEST_CELL else ""


@public
@require_GET
def noticed(request: HttpRequest) -> HttpResponse:
    """What offices said in public about findings, newest first."""
    words = PublicWord.objects.select_related("finding").order_by("-at")[:50]
    rows = [
        {
            "row": word,
            "title": telling.tell(word.finding).title,
            "organ": wording.organ(word.organ),
            "observed": None if word.finding.subject else rules.shown(word.finding.observed),
            "after": wording.said_after(word.finding.found_at, word.at),
            "day": word.finding.first_day,
        }
        for word in words
    ]
    context = {"rows": rows, "least": SMALLEST_CELL}
    return printed.offer(request, front.show(request, "insight/noticed.html", context), lasts=SECONDS)


def withheld(row: Portrait) -> dict[str, Any]:
    """The figures of a portrait as everybody may see them; nothing at all below ten people."""
    if row.voices < SMALLEST_CELL:
        return {}
    figures = row.figures
    cells: dict[str, Any] = {
        "waits": rules.withheld(figures.get("waits", {})),
        "hours": rules.withheld(rules.by_three_hours(figures.get("hours", {}))),
        "channels": rules.withheld(figures.get("channels", {})),
    }
    cells["weeks"] = [(day, rules.shown(int(n))) for day, n in figures.get("weeks", [])]
    promised, kept = rules.shown(int(figures.get("promised", 0))), rules.shown(int(figures.get("kept", 0)))
    late = rules.shown(int(figures.get("promised", 0)) - int(figures.get("kept", 0)))
    if promised is not None and kept is not None and late is not None:
        cells |= {"promised": promised, "kept": kept}
    cells["rank"] = figures.get("rank")
    return cells


def _drawn(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The drawings and sentences both faces share."""
    kept = {"kept": figures.get("kept", 0), "promised": figures["promised"]} if figures.get("promised") else None
    return {
        "weeks": drawing.weeks([tuple(one) for one in figures.get("weeks", [])]),
        "waits": drawing.waits(figures.get("waits", {})),
        "hours": drawing.hours(figures.get("hours", {})),
        "channels": drawing.channels(figures.get("channels", {})),
        "rank": wording.rank(figures.get("rank")),
        "uncorrected": wording.uncorrected("place") if _of_residents(figures.get("rank")) else "",
        "promises": kept,
    }


def _of_residents(rank: Mapping[str, Any] | None) -> bool:
    """Whether a rank compares places by voices for each thousand residents."""
    return rank is not None and rank["what"] == "per_thousand"


def _portrait(kind: str, code: str) -> Portrait:
    """The portrait; one of a subject that exists and brought nothing is empty, an unknown one is not found."""
    _check(kind)
    row = standings.portrait(kind, code)
    if row is not None:
        return row
    known = {
        "matter": lambda: telling.matter(code) != code,
        "place": lambda: places.place_or_none(code) is not None,
        "organ": lambda: people.organ(code) is not None,
    }
    if not known[kind]():
        raise Http404
    return Portrait(kind=kind, code=code, until=places.local_day(now()), figures={}, voices=0, made_at=now())


def _check(kind: str) -> None:
    if kind not in KINDS:
        raise Http404


def _listed(kind: str) -> list[dict[str, Any]]:
    _check(kind)
    rows = standings.listed(kind)
    names = wording.names(kind, [row.code for row in rows])
    return [
        {
            "code": row.code,
            "name": names[row.code],
            "cases": row.cases,
            "open": row.open,
            "voices": row.voices,
            "rank": wording.rank(row.rank),
        }
        for row in rows
    ]


def _tabs(name: str, here: str) -> list[dict[str, Any]]:
    return [
        {"href": reverse(name, args=[kind]), "label": wording.kind_word(kind), "here": kind == here} for kind in KINDS
    ]


def _post(row: Outlook) -> dict[str, Any]:
    """The load of one area of an organ's posts."""
    area = row.code.partition("|")[2]
    each = row.total / row.hands if row.hands else None
    return {
        "area": telling.place(area) if area else _("the whole county"),
        "hands": row.hands,
        "total": wording.figure(row.total),
        "span": wording.span(row.total_low, row.total_high),
        "each": wording.figure(each) if each is not None else "–",
    }


def _seats(organ: str, today: date) -> list[dict[str, Any]]:
    """The load of each post from what it has taken in hand itself, by the post's title and never by a name."""
    cards = {card.id.hex: card for card in people.colleagues(organ, now())}
    return [
        {
            "title": said(cards[row.code], "title"),
            "area": telling.place(places.within(cards[row.code].place)[:12]) if cards[row.code].place else "",
            "total": wording.figure(row.total),
            "span": wording.span(row.total_low, row.total_high),
        }
        for row in standings.seats_of(cards, today)
    ]


def _silence(code: str) -> str:
    """What silence hides of a village's figures; empty for one that is not clearly quiet."""
    told = next((one for one in standings.heard(code) if not one.channel), None)
    if told is None or told.factor_high >= 1:
        return ""
    factor = (told.factor, told.factor_low, told.factor_high)
    words = quiet.sentence(quiet.corrected([(code, told.observed)], {code: factor}))
    return f"{quiet.share(factor)}{words} " + _("Its rank says who speaks, not where all is well.")


def _where(told: Mapping[str, Any]) -> dict[str, Any]:
    """A village that says much of a matter."""
    ranks = {"rank": told["rank"], "of": told["of"], "low": told["rank_low"], "high": told["rank_high"]}
    return {
        "row": told,
        "name": telling.place(told["place"]),
        "plain": wording.figure(told["plain"]),
        "rate": f"{wording.figure(told['rate'])} ({wording.span(told['low'], told['high'])})",
        "rank": _("%(rank)d of %(of)d (%(low)d to %(high)d)") % ranks,
    }


def _findings(kind: str, code: str) -> list[Finding]:
    """The newest findings about a matter or a place; organs have none of their own."""
    if kind == "organ":
        return []
    place = places.within(code) if kind == "place" else ""
    rows = Finding.objects.filter(matter=code) if kind == "matter" else Finding.objects.filter(place__startswith=place)
    return list(rows.order_by("-last_day", "p")[:FINDINGS])


def _figures_csv(row: Portrait, ahead: Outlook | None) -> HttpResponse:
    """Weeks, days and the forecast of one subject as one table."""
    lines: list[list[object]] = [["week", day, n, "", ""] for day, n in row.figures.get("weeks", [])]
    lines += [["day", point.day, _cell(point.came), _cell(point.low), _cell(point.high)]
              for point in standings.curve(row.figures, ahead, back=56) if point.came is not None]  # fmt: skip
    lines += [["expected", point.day, point.mean, point.low, point.high]
              for point in standings.curve(row.figures, ahead, back=0) if point.came is None]  # fmt: skip
    head = [_("What"), _("From"), _("Cases"), _("Low"), _("High")]
    return csv_file(f"{row.kind}-{row.code}.csv", head, lines)


def _cell(value: object) -> object:
    return "" if value is None else value


def csv_file(name: str, head: list[str], rows: list[list[Any]]) -> HttpResponse:
    """A file that spreadsheets open rightly; no cell of ours begins like a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
