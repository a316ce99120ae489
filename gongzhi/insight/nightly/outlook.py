"""What to expect in the next fourteen days, for every organ, area of its posts, and matter; kept when made.

The method is `methods.forecast`: daily counts with weekday, year, and the county's own holidays and make-up days. The
sum over the fourteen days comes from draws that keep the order in which past values fell together, so that a high
week stays high (docs/insight.md). An organ is warned of when what is expected passes the most it has ever answered in
time in fourteen days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.standing_rules import HORIZON
from gongzhi.insight.standing_tables import Outlook
from gongzhi.methods.forecast.hierarchy import coherent, hierarchy

Reals = NDArray[np.float64]
LEVELS = (0.05, 0.5, 0.95)
LEAST_DAYS = 42  # of past before anything is forecast: six of each weekday
LEAST_CASES = 10  # in the past, below which a subject is not forecast
DRAWS = 400
BATCH = 500  # subjects that learn from each other and are held in memory together
QUARTER = 91  # days without a case after which a post has no load of its own
KEPT_DAILY = 60  # days after which only forecasts that begin on a Monday are kept


@dataclass(frozen=True, slots=True)
class Expected:
    """Fourteen days to come of one subject, and their sum; `over` as in Outlook."""

    mean: Reals
    low: Reals
    high: Reals
    total: tuple[float, float, float]
    draws: Reals


def expected(rows: Reals, covariates: Reals | None, *, seed: int = 1) -> list[Expected]:
    """Expected counts of rows (subjects, days); `covariates` (days + 14, columns). Same input, same answer."""
    found: list[Expected] = []
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        names = [str(at) for at in range(len(part))]
        tree = hierarchy({}, names)
        got = coherent(part, HORIZON, tree, covariates=covariates, levels=LEVELS, draws=DRAWS, seed=seed)
        sums = got.draws.sum(axis=1)
        for at in range(len(part)):
            low, _middle, high = (float(one) for one in np.quantile(sums[at], LEVELS, method="hazen"))
            mean = float(got.base.mean[at].sum())
            total = (mean, min(low, mean), max(high, mean))
            quantiles = got.base.quantiles[at]
            found.append(Expected(got.base.mean[at], quantiles[:, 0], quantiles[:, 2], total, sums[at].astype(float)))
    return found


def days_marked(span: Span, working: Callable[[date], bool]) -> Reals | None:
    """Marks (days + 14, columns) of weekdays off and of weekends worked; None when the past has neither."""
    days = [span.day(at) for at in range(span.days + HORIZON)]
    free = [float(day.weekday() < 5 and not working(day)) for day in days]
    worked = [float(day.weekday() >= 5 and working(day)) for day in days]
    columns = [marks for marks in (free, worked) if any(marks[: span.days])]
    return np.array(columns).T if columns else None


def most_in_time(answered: Reals, window: int = HORIZON) -> int | None:
    """The most a row of daily counts ever summed to in so many days; None when it is shorter than three of them."""
    if answered.size < 3 * window:
        return None
    return int(np.convolve(answered, np.ones(window), "valid").max())


def areas_of(posts: Sequence[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """organ → area prefix → how many posts answer for it. `posts`: (organ, area prefix, empty for the county)."""
    found: dict[str, dict[str, int]] = {}
    for organ, area in posts:
        mine = found.setdefault(organ, {})
        mine[area] = mine.get(area, 0) + 1
    return found


def area_for(areas: Mapping[str, int], division: str) -> str | None:
    """The smallest area that holds a division; None when no post answers for it."""
    holding = [area for area in areas if division.startswith(area)]
    return max(holding, key=len) if holding else None


def make(
    *,
    at: datetime,
    span: Span,
    cells: Counts,
    in_time: Counts,
    above: Mapping[str, str],
    areas: Mapping[str, Mapping[str, int]],
    working: Callable[[date], bool],
    seats: Counts | None = None,
) -> int:
    """Forecast every subject from the day after `span` and keep it; how many. The same day again changes nothing.

    `cells`: cases by (matter, division, organ); `seats`: cases taken in hand by (post,). A county younger than six
    weeks is not forecast."""
    first = span.last + timedelta(days=1)
    if span.days < LEAST_DAYS or Outlook.objects.filter(first=first).exists():
        return 0
    subjects = _with_seats(subjects_of(cells, above, areas), seats)
    kept = [at for at, row in enumerate(subjects.rows) if row.sum() >= LEAST_CASES]
    if not kept:
        return 0
    told = expected(subjects.rows[kept], days_marked(span, working))
    done = {key[0]: row for key, row in zip(in_time.keys, in_time.rows, strict=True)}
    rows = []
    for spot, one in zip(kept, told, strict=True):
        kind, code = subjects.keys[spot]
        handled = most_in_time(done.get(code, np.zeros(span.days))) if kind == "organ" else None
        rows.append(_row(kind, code, one, first=first, handled=handled, areas=areas, at=at))
    Outlook.objects.bulk_create(rows, batch_size=500)
    _thin(first)
    return len(rows)


def subjects_of(cells: Counts, above: Mapping[str, str], areas: Mapping[str, Mapping[str, int]]) -> Counts:
    """Daily counts by (kind, code): the county, organs, areas of their posts, matters and what holds them."""

    def of(key: tuple[str, ...]) -> list[tuple[str, ...]]:
        matter, division, organ = key
        found: list[tuple[str, ...]] = [("county", "")]
        while matter and ("matter", matter) not in found:
            found.append(("matter", matter))
            matter = above.get(matter, "")
        if organ:
            found.append(("organ", organ))
            area = area_for(areas.get(organ, {}), division)
            if area is not None:
                found.append(("post", f"{organ}|{area}"))
        return found

    return cells.summed(of)


def _with_seats(subjects: Counts, seats: Counts | None) -> Counts:
    """The subjects and the posts that took anything in hand in the last quarter, each with its own series."""
    if seats is None:
        return subjects
    alive = [at for at, row in enumerate(seats.rows) if row[-QUARTER:].any()]
    keys = [*subjects.keys, *(("post", seats.keys[at][0]) for at in alive)]
    return Counts(keys, np.vstack([subjects.rows, seats.rows[alive]]) if alive else subjects.rows)


def _row(
    kind: str,
    code: str,
    one: Expected,
    *,
    first: date,
    handled: int | None,
    areas: Mapping[str, Mapping[str, int]],
    at: datetime,
) -> Outlook:
    mean, low, high = one.total
    organ, _, area = code.partition("|")
    return Outlook(
        kind=kind,
        code=code,
        first=first,
        mean=[round(float(value), 2) for value in one.mean],
        low=[round(float(value), 1) for value in one.low],
        high=[round(float(value), 1) for value in one.high],
        total=round(mean, 1),
        total_low=round(low, 1),
        total_high=round(high, 1),
        handled=handled,
        over=None if handled is None else round(float((one.draws > handled).mean()), 3),
        hands=areas.get(organ, {}).get(area, 0) if kind == "post" and "|" in code else int(kind == "post"),
        made_at=at,
    )


def _thin(first: date) -> None:
    """Forget forecasts of long ago, but those that begin on a Monday."""
    old = Outlook.objects.filter(first__lt=first - timedelta(days=KEPT_DAILY))
    old.exclude(first__week_day=2).delete()
