"""Finding: the day before is judged from the warehouse; what is unusual becomes a row, what lasts is continued."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction

from gongzhi.cases import matters
from gongzhi.insight import judging, rules
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.judging import Candidate, Happened
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.warehouse import filling
from gongzhi.ledger import writing
from gongzhi.procedures import calendars

LEARNING = 42  # days of history before a county is judged at all: six of each weekday
BACK = 120  # days a first look goes back


def look(*, by: str, at: datetime, folder: Path, day: date, budget: float = rules.BUDGET) -> list[Finding]:
    """Judge one whole day; returns what was raised or continued. The same day again changes nothing.

    The warehouse must hold the day and what came before it. Bulk entry is kept as explained, with its evidence."""
    above = {card.code: card.parent for card in matters.cards()}
    first = day - timedelta(days=2 * judging.PAST)
    happened = _happened(Warehouse(folder), first, day)
    working = calendars.calendar().is_working
    resting = np.array([not working(first + timedelta(days=n)) for n in range(happened.days)])
    found, series = judging.judge(happened, above=above, resting=resting, known=_known(first, day), budget=budget)
    kept = [_keep(one, by=by, at=at, day=day, above=above) for one in found]
    Looked.objects.update_or_create(day=day, defaults={"at": at, "series": series, "found": len(kept)})
    return kept


def catch_up(*, by: str, at: datetime, folder: Path, zone: ZoneInfo, tell: Callable[[date], None]) -> int:
    """Refresh the warehouse and judge every whole day that was not judged yet, at most the last `BACK` of them.

    Returns how many findings were raised or continued."""
    filling.refresh(folder, at=at, zone=zone)
    _note_first_words(folder)
    days = Warehouse(folder).manifest.grains.get("cases", {})
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    if not days:
        return 0
    first = max(date.fromisoformat(min(days)) + timedelta(days=LEARNING), yesterday - timedelta(days=BACK))
    judged = set(Looked.objects.filter(day__gte=first).values_list("day", flat=True))
    count = 0
    for n in range((yesterday - first).days + 1):
        day = first + timedelta(days=n)
        if day not in judged:
            count += len(look(by=by, at=at, folder=folder, day=day))
            tell(day)
    return count


def _happened(warehouse: Warehouse, first: date, day: date) -> Happened:
    """The cases of the days up to `day`."""
    rows = warehouse.table("cases", first, day)
    got = rows.select("day", "matter", "division", "source").to_pyarrow()
    days = got["day"].cast("int32").to_numpy().astype(np.int64) - (first - date(1970, 1, 1)).days
    columns = {name: got[name].to_pylist() for name in ("matter", "division", "source")}
    return Happened(first, (day - first).days + 1, days, **columns)


def _note_first_words(folder: Path) -> None:
    """The first public answer to a case of a finding's days, matter and place, once there is one."""
    waiting = list(Finding.objects.filter(first_word_at=None, kind="rise"))
    if not waiting:
        return
    below = {card.code: card.parent for card in matters.cards()}
    for row in waiting:
        cases = Warehouse(folder).table("cases", row.first_day, row.last_day)
        mine = cases.filter(cases.division.startswith(row.place))
        if row.matter:
            mine = mine.filter(mine.matter.isin([code for code in below if rules.holds(row.matter, code, below)]))
        word = mine.answered_at.min().to_pyarrow().as_py()
        if word is not None:
            Finding.objects.filter(pk=row.pk, first_word_at=None).update(first_word_at=word)


def _known(since: date, before: date) -> dict[tuple[str, str], list[date]]:
    """The days already found, by series: a finding's own and those of its parts."""
    known: dict[tuple[str, str], list[date]] = {}
    for row in Finding.objects.filter(last_day__gte=since, first_day__lt=before):
        days = [row.first_day + timedelta(days=n) for n in range((row.last_day - row.first_day).days + 1)]
        days = [one for one in days if one < before]
        for matter, place in [(row.matter, row.place), *((part[0], part[1]) for part in row.parts)]:
            known.setdefault((matter, place), []).extend(days)
    return known


def _keep(one: Candidate, *, by: str, at: datetime, day: date, above: dict[str, str]) -> Finding:
    """Raise it, or continue what already speaks of the same thing."""
    with transaction.atomic():
        lasting = Finding.objects.select_for_update().filter(
            last_day__gte=day - timedelta(days=rules.CONTINUES), first_day__lte=day
        )
        for row in lasting.order_by("-last_day", "id"):
            if rules.nested((row.matter, row.place), (one.matter, one.place), above):
                return _continue(row, one, by=by, at=at, day=day)
        bulk = bool(one.source)
        finding = Finding.objects.create(
            kind="bulk_entry" if bulk else "rise",
            state="explained" if bulk else "open",
            reason="bulk_entry" if bulk else "",
            first_day=day,
            last_day=day,
            found_at=at,
            state_at=at,
            state_by=by,
            **_seen(one),
        )
        told = {"kind": finding.kind, "matter": one.matter, "place": one.place, "day": day.isoformat()}
        told |= {"observed": str(one.observed), "expected": f"{one.expected:.1f}"}
        writing.write(kind="finding.raised", about=finding.ref, by=by, at=at, details=told)
    return finding


def _seen(one: Candidate) -> dict[str, object]:
    """What a judgement tells, as columns."""
    return {
        **{name: getattr(one, name) for name in ("matter", "place", "observed", "expected", "upper", "p")},
        "curve": [list(point) for point in one.curve],
        "parts": [list(part) for part in one.parts],
        "source": one.source,
        "source_count": one.source_count,
    }


def _continue(row: Finding, one: Candidate, *, by: str, at: datetime, day: date) -> Finding:
    """The same thing on a later day: it lasts; the surest day speaks for it. The same day again changes nothing."""
    if day <= row.last_day:
        return row
    row.last_day = day
    if one.p < row.p and (one.matter, one.place) == (row.matter, row.place):
        row.observed, row.expected, row.upper, row.p = one.observed, one.expected, one.upper, one.p
    if (one.matter, one.place) == (row.matter, row.place):
        row.curve = [list(point) for point in one.curve]
    row.save()
    told = {"day": day.isoformat(), "observed": str(one.observed)}
    writing.write(kind="finding.continued", about=row.ref, by=by, at=at, details=told)
    return row
