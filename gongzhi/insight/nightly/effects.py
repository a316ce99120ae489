"""Did it help: the cases of a measure's matter and place, in whole weeks before and after, by three designs.

Weeks are counted from the measure's own first day, so that none is half under it. The place's own past (its), places
of the same level whose past ran alike (did), and their mixture (synthetic) answer side by side; the one that leans on
most comparisons leads, and a verdict that another design contradicts is no verdict (standing_rules.weighed). What else
began in the same week no design can take apart; the page says so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from gongzhi.insight import rules
from gongzhi.insight import standing_rules as standing
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.standing_tables import Measure, MeasureEffect
from gongzhi.ledger import writing
from gongzhi.methods.effect.did import OWN, did, matched
from gongzhi.methods.effect.its import LEAST, its
from gongzhi.methods.effect.regression import EffectError
from gongzhi.methods.effect.synthetic import synthetic, weights_of
from gongzhi.methods.effect.verdict import Effect

Reals = NDArray[np.float64]
YEAR = 365.2425 / 7
MOST_BEFORE, MOST_AFTER = 104, 52  # weeks looked at on either side
MATCHED = 10  # places the difference compares with
NAMED = 0.01  # weight from which a place is named
AGAIN = timedelta(days=6)  # a verdict stands so long before it is looked at again


def make(*, at: datetime, span: Span, cells: Counts, above: Mapping[str, str]) -> int:
    """Judge every measure whose verdict is older than a week; how many were. `cells`: cases by (matter, division)."""
    done = 0
    for measure in Measure.objects.order_by("entered_at"):
        if measure.looked_at is None or measure.looked_at < at - AGAIN or not measure.verdict:
            judge(measure, at=at, span=span, cells=cells, above=above)
            done += 1
    return done


def judge(measure: Measure, *, at: datetime, span: Span, cells: Counts, above: Mapping[str, str]) -> str:
    """The verdict on one measure, kept with its designs; "" when there is none yet (why stands beside it)."""
    weeks = in_weeks(span, measure.since)
    if isinstance(weeks, str):
        return _keep(measure, {}, at=at, why=weeks)
    start, edges = weeks
    treated = _summed(_mine(cells, measure.matter, measure.place, above), edges)
    places = untreated(cells, measure)
    others = np.array([_summed(_mine(cells, measure.matter, place, above), edges) for place in places])
    others = others.reshape(-1, len(treated))
    found, beside = answers(treated, others, start, measure.wanted), compared(treated, others, start, places)
    dates = [span.day(edge) for edge in edges[:-1]]
    why = "" if found else "too_few"
    return _keep(measure, found, at=at, why=why, dates=dates, seen=treated, others=len(others), beside=beside)


def in_weeks(span: Span, since: date) -> tuple[int, list[int]] | str:
    """How many whole weeks lie before a day, and the edges of all weeks as numbers of days; or why not."""
    begin = (since - span.first).days
    before, after = min(max(begin, 0) // 7, MOST_BEFORE), min((span.days - begin) // 7, MOST_AFTER)
    if after < LEAST:
        return "too_early"
    if before < LEAST:
        return "too_short"
    return before, [begin + 7 * n for n in range(-before, after + 1)]


def untreated(cells: Counts, measure: Measure) -> list[str]:
    """Prefixes of places of the same level under no measure of the same matter; none for the whole county."""
    digits = len(measure.place)
    if digits <= 6:
        return []
    found = sorted({key[1][:digits] for key in cells.keys if int(key[1][digits - 3 : digits] or 0)})
    treated = Measure.objects.filter(matter=measure.matter).values_list("place", flat=True)
    return [place for place in found if not any(place.startswith(p) or p.startswith(place) for p in treated)]


def answers(treated: Reals, others: Reals, start: int, wanted: str) -> dict[str, Effect]:
    """What each design that can be used says."""
    found: dict[str, Effect] = {}
    alive = others[(others[:, :start].sum(1) > 0)] if len(others) else others
    tries: dict[str, Callable[[], Effect]] = {
        "its": lambda: its(treated, start, slope=False, year=YEAR, wanted=wanted),
        "did": lambda: did(treated, alive, start, match=MATCHED, wanted=wanted),
        "synthetic": lambda: synthetic(treated, alive, start, wanted=wanted).effect,
    }
    for name, answer in tries.items():
        if name != "its" and len(alive) < 2:
            continue
        try:
            found[name] = answer()
        except EffectError:
            continue
    return found


def compared(treated: Reals, others: Reals, start: int, places: list[str]) -> dict[str, list[list[Any]]]:
    """By design the places it compares with, those that weigh most first: (prefix, weight from 0 to 1)."""
    alive = [k for k in range(len(others)) if others[k, :start].sum() > 0]
    if len(alive) < 2 or not treated[:start].any():
        return {}
    rows = others[alive]
    near = matched(treated, rows, start, MATCHED)
    size = rows[near][:, :start].mean(1)
    sure = 1 / (1 / size + OWN)
    pool = rows[:, :start] / rows[:, :start].mean(1, keepdims=True)
    mixed = weights_of(treated[:start] / treated[:start].mean(), pool)
    told = {"did": zip(near.tolist(), (sure / sure.sum()).tolist(), strict=True), "synthetic": enumerate(mixed)}
    return {
        design: sorted(
            ([places[alive[k]], round(float(weight), 3)] for k, weight in pairs if weight >= NAMED),
            key=lambda one: (-one[1], one[0]),
        )
        for design, pairs in told.items()
    }


def _mine(cells: Counts, matter: str, place: str, above: Mapping[str, str]) -> Reals:
    chain = dict(above)
    rows = [
        row
        for key, row in zip(cells.keys, cells.rows, strict=True)
        if key[1].startswith(place) and (not matter or rules.holds(matter, key[0], chain))
    ]
    return np.sum(rows, axis=0) if rows else np.zeros(cells.rows.shape[1])


def _summed(row: Reals, edges: list[int]) -> Reals:
    return np.array([row[begin:end].sum() for begin, end in itertools.pairwise(edges)])


def _keep(
    measure: Measure,
    found: Mapping[str, Effect],
    *,
    at: datetime,
    why: str,
    dates: list[date] | None = None,
    seen: Reals | None = None,
    others: int = 0,
    beside: Mapping[str, list[list[Any]]] | None = None,
) -> str:
    """Write what was found, the verdict, and a fact when the verdict is another one than before."""
    first = standing.leading({name: (0 if name == "its" else others) for name in found}) if found else ""
    verdict = standing.weighed({name: one.verdict for name, one in found.items()}, first) if found else ""
    with transaction.atomic():
        for name, one in found.items():
            values = _values(one, dates or [], seen if seen is not None else np.empty(0))
            MeasureEffect.objects.update_or_create(
                measure=measure,
                design=name,
                defaults=values | {"leads": name == first, "at": at, "compared": (beside or {}).get(name, [])},
            )
        if verdict and verdict != measure.verdict:
            lead = found[first]
            told = {"change": f"{lead.change:.3f}", "low": f"{lead.change_low:.3f}", "high": f"{lead.change_high:.3f}"}
            details = {"verdict": verdict, "design": first, **told}
            writing.write(kind="measure.judged", about=measure.ref, by="clockwork", at=at, details=details)
        Measure.objects.filter(pk=measure.pk).update(looked_at=at, verdict=verdict, why=why)
    return verdict


def _values(one: Effect, dates: list[date], seen: Reals) -> dict[str, object]:
    line = [
        [day.isoformat(), int(count), round(float(expected), 2)]
        for day, count, expected in zip(dates, seen, one.expected, strict=True)
    ]
    checks = [
        [check.name, None if np.isnan(check.p) else round(check.p, 4), check.stood, check.strong, check.tried]
        for check in one.checks
    ]
    return {
        "verdict": one.verdict,
        "change": round(one.change, 4),
        "low": round(one.change_low, 4),
        "high": round(one.change_high, 4),
        "p": round(one.p, 5),
        "checks": checks,
        "line": line,
        "weeks": len(dates) - one.start,
    }
