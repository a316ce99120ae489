"""One night's work of this part: why findings rose, what moves with them, the network, rhythms, suggested floods.

What the minute raises is explained within the clockwork's next turns too (`soon`), up to the hour it is then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from gongzhi.insight import jobs, raising, rules
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly import counts
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.warehouse import filling
from gongzhi.insight.why import contributing, flooding, moving, rhythms, wandering
from gongzhi.insight.why.tables import Explained
from gongzhi.procedures import calendars

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


def waiting(today: date, zone: ZoneInfo) -> list[Finding]:
    """Rises of the last four weeks that are not explained up to their last day yet, or while it was still going on, the
    surest first."""
    told = Explained.objects.filter(finding=OuterRef("pk"))
    rows = Finding.objects.filter(kind="rise", last_day__gte=today - timedelta(days=BACK)).exclude(reason=rules.JOINED)
    rows = rows.annotate(until=Subquery(told.values("until")[:1]), made=Subquery(told.values("made_at")[:1]))
    left = [row for row in rows.order_by("p", "-last_day") if not _whole(row.until, row.made, row.last_day, zone)]
    return [*left[:MOST]]


def _whole(until: date | None, made: datetime | None, last: date, zone: ZoneInfo) -> bool:
    """Whether the whole of a finding was explained: up to its last day, and after that day had ended."""
    return until is not None and made is not None and until >= last and made.astimezone(zone).date() > until


def explain(
    *,
    at: datetime,
    span: Span,
    warehouse: Warehouse,
    cells: Counts,
    above: Mapping[str, str],
    working: Callable[[date], bool],
    rows: Sequence[Finding] | None = None,
) -> int:
    """Explain these findings, or every one that waits for it; how many."""
    if rows is None:
        rows = [row for row in waiting(span.last, span.zone) if row.first_day <= span.last]
    others = moving.companions(warehouse, span, working) if rows else []
    local, done = at.astimezone(span.zone), 0
    for row in rows:
        told = contributing.explained(row, warehouse=warehouse, above=above, local=local)
        if told is not None:
            told |= moving.together(row, span=span, cells=cells, above=above, others=others)
            told |= {"made_at": at, "until": max(told["until"], min(row.last_day, local.date()))}
            Explained.objects.update_or_create(finding=row, defaults=told)
            done += 1
    return done


def soon(*, at: datetime, folder: Path, zone: ZoneInfo) -> int:
    """Explain what the minute has just raised, from the cases up to now: the night does it again with the whole day.

    How many; refuses `warehouse_busy` while another process fills the warehouse."""
    rows = jobs.fresh(at)
    if not rows:
        return 0
    filling.refresh(folder, at=at, zone=zone)
    warehouse = Warehouse(folder)
    span = counts.span_of(warehouse, at, zone, moving.YEARS)
    if span is None:
        return 0
    cells = counts.received(warehouse, span, "matter", "division", "organ")
    return explain(at=at, span=span, warehouse=warehouse, cells=cells, above=raising.tree(),
                   working=calendars.calendar().is_working, rows=rows)  # fmt: skip
