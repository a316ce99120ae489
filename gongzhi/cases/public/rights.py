"""Two pages that count the house itself: what it refused, hid, paused and passed on; how good its machine suggests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import dropwhile
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from gongzhi.cases import decisions as decision_reads
from gongzhi.cases import hints as hint_reads
from gongzhi.cases import labels, rules
from gongzhi.cases.public.frame import show
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.people.permits import public
from gongzhi.places import reads as places

SECONDS = 300
REASONS = {
    "refused": "outcome", "narrowed": "narrow_reason", "paused": "pause_reason", "handed_over": "handover_reason",
}  # fmt: skip
BELOW = f"<{rules.WITHHELD_BELOW}"


@public
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What was refused, taken from public view, paused or handed over, by reason and month; and the appeals."""
    counted = decision_reads.counted(now())
    groups = [_group(counted, what) for what in rules.DECISIONS]
    context = {"counted": counted, "groups": groups, "below": rules.WITHHELD_BELOW, "days": rules.APPEAL_DAYS}
    return printed.offer(request, show(request, "cases/decisions.html", context, here="week"), lasts=SECONDS)


def _group(counted: decision_reads.Decisions, what: str) -> dict[str, Any]:
    """The table of one kind of decision: a column for each reason, the newest month first, down to the first with
    any."""
    rows = [row for row in counted.rows if row.what == what]
    months = zip(counted.months, zip(*(row.counts for row in rows), strict=True), strict=True) if rows else ()
    return {
        "what": labels.word(what, "decision"),
        "names": [labels.word(row.reason, REASONS[what]) for row in rows],
        "months": list(dropwhile(lambda month: not any(count != 0 for count in month[1]), months))[::-1],
        "totals": [_total(row) for row in rows],
    }


def _total(row: decision_reads.Row) -> object:
    """A sum as the table shows it: one that would tell a withheld month is left out."""
    if row.total is not None:
        return row.total
    return "–" if any(row.counts) else BELOW


@public
@require_GET
def decisions_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file; a withheld cell says so."""
    counted = decision_reads.counted(now())
    head = ["decision", "reason", "reason_name", *(month.strftime("%Y-%m") for month in counted.months), "total"]
    rows = [
        [row.what, row.reason, labels.word(row.reason, REASONS[row.what]), *map(_cell, row.counts), _cell(row.total)]
        for row in counted.rows
    ]
    asked = (("appealed", counted.appealed), ("granted", counted.granted), ("denied", counted.denied))
    rows += [["appeal", name, "", *[""] * len(counted.months), _cell(count)] for name, count in asked]
    return _file("decisions.csv", head, rows)


@public
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """How often the machine's suggestions were right, by kind and month."""
    rates = [
        (labels.word(rate.what, "hint"), rate, list(dropwhile(lambda month: month.hit is None, rate.months))[::-1])
        for rate in hint_reads.rates(now())
    ]
    context = {"rates": rates, "routers": hint_reads.by_router(now()), "below": rules.WITHHELD_BELOW}
    return printed.offer(request, show(request, "cases/suggestions.html", context, here="week"), lasts=SECONDS)


@public
@require_GET
def suggestions_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    head = ["suggestion", "month", "confirmed", "stood", "overruled", "hit_percent"]
    rows = [
        [rate.what, month.month.strftime("%Y-%m"), *map(_cell, (month.confirmed, month.stood, month.overruled)),
         "" if month.hit is None else month.hit]
        for rate in hint_reads.rates(now())
        for month in rate.months
    ]  # fmt: skip
    rows += [
        ["matter", f"router-{one.router}" if one.router else "keywords", *map(_cell, (one.confirmed, one.stood)),
         _cell(one.overruled), "" if one.hit is None else one.hit]
        for one in hint_reads.by_router(now())
    ]  # fmt: skip
    return _file("suggestions.csv", head, rows)


def _cell(count: int | None) -> object:
    return BELOW if count is None else count


def _file(name: str, head: list[str], rows: Iterable[list[object]]) -> HttpResponse:
    out = io.StringIO()
    out.write("\ufeff")
    write = csv.writer(out).writerow
    if places.county().practice:
        write(["PRACTICE COUNTY: everything here is invented"])
    write(head)
    for row in rows:
        write(row)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
