"""The page and the command of the panel: what each way of looking alone would cost, and its record with people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongzhi.cases.desk import frame
from gongzhi.insight import raising, standings
from gongzhi.insight.models import Finding
from gongzhi.insight.panel import reads, wording
from gongzhi.insight.panel.rules import WAYS
from gongzhi.insight.rules import BUDGET
from gongzhi.kit.moments import now
from gongzhi.people.permits import Permit, permit


@permit(Permit.CASE_READ_ALL)
@require_GET
def ways(request: HttpRequest) -> HttpResponseBase:
    """Every way of looking: what it alone would have raised in thirty days, and what people said of its word."""
    told, days = table()
    sat = reads.newest()
    context = {
        "rows": told,
        "days": days,
        "sat": wording.sat(sat) if sat else "",
        "judged": any(row["record"] for row in told),
        "budget": BUDGET,
        "missing": standings.missing(),
        "now": now(),
    }
    return frame.show(request, "insight/panel/ways.html", context, here="insight:findings")


def opinion(row: Finding) -> dict[str, Any] | None:
    """What the panel says of a finding, for its page."""
    held = reads.opinion(row)
    return wording.opinion(held) if held is not None else None


def table() -> tuple[list[dict[str, Any]], int]:
    """A row for each way that was asked, in the order of the ways, and how many days they were asked on."""
    prices, days = reads.prices(raising.tree())
    records = reads.records()
    rows = [
        {"way": way, "name": wording.name(way), "price": prices.get(way), "record": _record(records.get(way)),
         "votes": WAYS[way].votes}
        for way in WAYS
        if way in prices or way in records
    ]  # fmt: skip
    return rows, days


def _record(held: reads.Record | None) -> dict[str, int]:
    """How often it would have raised what was real or chance, and how often not; empty where nobody said anything."""
    if held is None:
        return {}
    real = ("watched", "incident", "event")
    return {
        "watched": held.yes.get("watched", 0) + held.yes.get("event", 0),
        "incident": held.yes.get("incident", 0),
        "chance": held.yes.get("chance", 0),
        "missed": sum(held.no.get(word, 0) for word in real),
        "spared": held.no.get("chance", 0),
    }


def printed() -> list[str]:
    """The same as lines of text, for `gongzhi insight --ways`."""
    rows, days = table()
    sat = reads.newest()
    if sat is None:
        return [_("No day was judged yet.")]
    lines = [wording.sat(sat), _("Last %(days)d days: what each way alone would have raised.") % {"days": days}]
    head = (_("alone"), _("findings"), _("cannot judge"), _("real"), _("chance"), _("missed"), _("spared"))
    lines.append(" ".join(f"{word:>12}" for word in head))
    for row in rows:
        price, record = row["price"] or reads.Price(), row["record"]
        real = record.get("watched", 0) + record.get("incident", 0)
        figures = (price.raised, price.findings, price.unable, real, *(record.get(k, 0) for k in _LAST))
        lines.append(" ".join(f"{n:>12,}" for n in figures) + f"  {row['name']}")
    return lines


_LAST = ("chance", "missed", "spared")
