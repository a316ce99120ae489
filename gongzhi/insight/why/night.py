"""One night's work of this part: why findings rose, what moves with them, the network, rhythms, suggested floods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import F, OuterRef, Q, Subquery

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.why import contributing, flooding, moving, rhythms, wandering
from gongzhi.insight.why.tables import Explained

BACK = 28  # days since a finding's last one, after which it is explained no more
MOST = 60  # findings of one night, the surest
FLOODS = 3  # ended days that floods are looked for in


def make(
    *,
    at: datetime,
    span: Span,
    warehouse: Warehouse,
    cells: Counts,
    above: Mapping[str, str],
    working: Callable[[date], bool],
) -> tuple[int, int, int]:
    """Everything of this part; how many findings were explained, stations drawn, floods suggested.

    `cells`: cases by (matter, division, …)."""
    explained = explain(at=at, span=span, warehouse=warehouse, cells=cells, above=above, working=working)
    stations = wandering.make(warehouse=warehouse, span=span)
    rhythms.make(warehouse=warehouse, span=span, above=above)
    days = [span.last - timedelta(days=n) for n in range(FLOODS)]
    floods = [row for day in days[::-1] for row in flooding.look(
        by="clockwork", at=at, day=day, zone=span.zone, above=above)]  # fmt: skip
    return explained, stations, len(floods)


def waiting(today: date) -> list[Finding]:
    """Rises of the last four weeks that are not explained up to their last day yet, the surest first."""
    until = Subquery(Explained.objects.filter(finding=OuterRef("pk")).values("until")[:1])
    rows = Finding.objects.filter(kind="rise", last_day__gte=today - timedelta(days=BACK)).annotate(until=until)
    return list(rows.filter(Q(until=None) | Q(until__lt=F("last_day"))).order_by("p", "-last_day")[:MOST])


def explain(
    *,
    at: datetime,
    span: Span,
    warehouse: Warehouse,
    cells: Counts,
    above: Mapping[str, str],
    working: Callable[[date], bool],
) -> int:
    """Explain every finding that waits for it; how many."""
    rows = [row for row in waiting(span.last) if row.first_day <= span.last]
    others = moving.companions(warehouse, span, working) if rows else []
    done = 0
    for row in rows:
        told = contributing.explained(row, warehouse=warehouse, above=above)
        if told is not None:
            told |= moving.together(row, span=span, cells=cells, above=above, others=others)
            told |= {"made_at": at, "until": max(told["until"], min(row.last_day, span.last))}
            Explained.objects.update_or_create(finding=row, defaults=told)
            done += 1
    return done
