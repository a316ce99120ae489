"""How county, matters, places and organs stand: trend, waits, hours, channels, promises kept, rank with interval.

Everything is counted by the engine in a few groupings and added up here; a page reads one row. Ranks are of rates that
borrow strength (`ranking`): places by voices per thousand residents among places of their level, organs by the share of
promises kept, matters by cases a week.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from ibis.expr.types import Table

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly import ranking
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.standing_rules import WINDOW
from gongzhi.insight.standing_tables import Portrait

WEEKS = 53
DAYS = 56
WAITS = (1, 2, 4, 8, 15, 31)  # days of waiting at which a class ends: the same day, one, 2–3, 4–7, 8–14, 15–30, more
RANKED_LEAST = 3  # subjects below which a rank says nothing

Key = tuple[str, str]
Sides = dict[Key, dict[str, Any]]


def make(
    *,
    at: datetime,
    span: Span,
    warehouse: Warehouse,
    cells: Counts,
    above: Mapping[str, str],
    people: Mapping[str, int],
) -> int:
    """Draw every portrait anew; how many. `cells`: cases by (matter, division, organ); `people`: residents by code of
    the towns and villages."""
    owners = _owners(above)
    trend = cells.summed(owners)
    sides = _sides(warehouse, span, owners)
    ranks = _ranks(trend, sides, people)
    rows = []
    for key, row in zip(trend.keys, trend.rows, strict=True):
        kind, code = key[0], key[1]
        figures = _trend(span, row) | sides.get((kind, code), {})
        figures["rank"] = ranks.get((kind, code))
        voices = int(figures.pop("voices", 0))
        rows.append(Portrait(kind=kind, code=code, until=span.last, figures=figures, voices=voices, made_at=at))
    with transaction.atomic():
        Portrait.objects.all().delete()
        Portrait.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _owners(above: Mapping[str, str]) -> Callable[[tuple[str, ...]], list[tuple[str, ...]]]:
    """Whose portraits a case of (matter, division, organ) belongs to."""

    def of(key: tuple[str, ...]) -> list[tuple[str, ...]]:
        matter, division, organ = key[:3]
        found: list[tuple[str, ...]] = [("county", "")]
        while matter and ("matter", matter) not in found:
            found.append(("matter", matter))
            matter = above.get(matter, "")
        found += [("place", code) for code in places_of(division)]
        if organ:
            found.append(("organ", organ))
        return found

    return of


def places_of(division: str) -> list[str]:
    """The town and the village a division code lies in, as full codes; none for a case that lies nowhere."""
    found = []
    if len(division) == 12 and int(division[6:9] or 0):
        found.append(division[:9] + "000")
        if int(division[9:12]):
            found.append(division)
    return found


def _trend(span: Span, row: Any) -> dict[str, Any]:
    """Whole weeks, Monday to Sunday, at most 53; and the last 56 days."""
    monday = span.first + timedelta(days=-span.first.weekday() % 7)
    weeks = []
    while monday + timedelta(days=6) <= span.last:
        start = (monday - span.first).days
        weeks.append([monday.isoformat(), int(row[start : start + 7].sum())])
        monday += timedelta(days=7)
    first = max(0, span.days - DAYS)
    days = [[span.day(n).isoformat(), int(row[n])] for n in range(first, span.days)]
    return {"weeks": weeks[-WEEKS:], "days": days, "cases": int(row[-WINDOW:].sum())}


def _sides(warehouse: Warehouse, span: Span, owners: Callable[[tuple[str, ...]], list[tuple[str, ...]]]) -> Sides:
    """Waits, hours, channels, promises and voices of the last 90 days."""
    first = max(span.first, span.last - timedelta(days=WINDOW - 1))
    cases = warehouse.table("cases", first, span.last)
    waited = (cases.answered_at.epoch_seconds() - cases.received_at.epoch_seconds()) / 86_400
    band = _band(waited)
    keyed = cases.mutate(
        band=band,
        promised=(cases.in_time.notnull()).cast("int64"),
        kept=(cases.in_time.fill_null(False)).cast("int64"),
        unclosed=(cases.state != "closed").cast("int64"),
    )
    found: Sides = {}
    keys = ("matter", "division", "organ")
    _add(found, keyed, keys, "hour", "hours", owners)
    _add(found, keyed, keys, "band", "waits", owners)
    _add(found, keyed, keys, "source", "channels", owners)
    sums = keyed.group_by(*keys).aggregate(
        voices=keyed.voices.sum(), kept=keyed.kept.sum(), promised=keyed.promised.sum(), open=keyed.unclosed.sum()
    )
    for line in sums.to_pyarrow().to_pylist():
        for owner in owners(tuple(str(line[key] or "") for key in keys)):
            mine = found.setdefault((owner[0], owner[1]), {})
            for name in ("voices", "kept", "promised", "open"):
                mine[name] = mine.get(name, 0) + int(line[name] or 0)
    return found


def _band(waited: Any) -> Any:
    """The class of a wait: 0 the same day … 6 more than thirty days; -1 without an answer."""
    band = waited.isnull().ifelse(-1, 0)
    for number, edge in enumerate(WAITS, 1):
        band = (waited.notnull() & (waited >= edge)).ifelse(number, band)
    return band


def _add(
    found: Sides,
    keyed: Table,
    keys: Sequence[str],
    column: str,
    name: str,
    owners: Callable[[tuple[str, ...]], list[tuple[str, ...]]],
) -> None:
    counted = keyed.group_by(*keys, column).aggregate(n=lambda t: t.count()).to_pyarrow().to_pylist()
    for line in counted:
        for owner in owners(tuple(str(line[key] or "") for key in keys)):
            mine = found.setdefault((owner[0], owner[1]), {}).setdefault(name, {})
            value = str(line[column])
            mine[value] = mine.get(value, 0) + int(line["n"])


def _ranks(trend: Counts, sides: Sides, people: Mapping[str, int]) -> dict[Key, dict[str, Any]]:
    """Ranks within towns, villages, organs and matters."""
    keys = [(key[0], key[1]) for key in trend.keys]
    lately = {key: float(row[-WINDOW:].sum()) for key, row in zip(keys, trend.rows, strict=True)}
    days = min(WINDOW, trend.rows.shape[1])
    found: dict[Key, dict[str, Any]] = {}
    for town in (True, False):
        # Also a place from which nothing came has its rank among those of its level.
        codes = sorted(code for code, count in people.items() if count and code.endswith("000") == town)
        seen = [float(sides.get(("place", code), {}).get("voices", 0)) for code in codes]
        bases = [people[code] / 1000 * days / WINDOW for code in codes]
        found |= _ranked([("place", code) for code in codes], ranking.rates, seen, bases, "per_thousand")
    organs = [key for key in keys if key[0] == "organ" and sides.get(key, {}).get("promised")]
    kept = [float(sides[key]["kept"]) for key in organs]
    promised = [float(sides[key]["promised"]) for key in organs]
    found |= _ranked(organs, ranking.shares, kept, promised, "kept")
    matters = [key for key in keys if key[0] == "matter"]
    found |= _ranked(matters, ranking.rates, [lately[key] for key in matters], [days / 7] * len(matters), "a_week")
    return found


def _ranked(
    keys: Sequence[Key],
    method: Callable[..., list[ranking.Ranked]],
    counts: Sequence[float],
    bases: Sequence[float],
    what: str,
) -> dict[Key, dict[str, Any]]:
    if len(keys) < RANKED_LEAST:
        return {}
    told = method(np.array(counts), np.array(bases))
    return {
        key: {
            "what": what,
            "value": round(one.rate, 4),
            "low": round(one.low, 4),
            "high": round(one.high, 4),
            "rank": one.rank,
            "rank_low": one.rank_low,
            "rank_high": one.rank_high,
            "of": one.of,
        }
        for key, one in zip(keys, told, strict=True)
    }
