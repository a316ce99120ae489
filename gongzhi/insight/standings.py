"""Reads of the small tables: how things stand, what is expected, what was expected and came, who is not heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Any

from gongzhi.insight import standing_rules as rules
from gongzhi.insight.models import Looked
from gongzhi.insight.standing_tables import Outlook, Portrait, PublicWord, Silence

LIKELY = 0.5  # probability of overload from which an organ is warned of


@dataclass(frozen=True, slots=True)
class Kept:
    """A forecast of earlier days beside what came: how many days have come, how many of them lay in the interval."""

    first: date
    expected: float
    low: float
    high: float
    came: int
    days: int
    inside: int

    @property
    def whole(self) -> bool:
        """Whether all of its days have come."""
        return self.days == rules.HORIZON


@dataclass(frozen=True, slots=True)
class Point:
    """A day of a curve: what came (None: still to come) and what was expected with its interval (None: not asked)."""

    day: date
    came: int | None
    mean: float | None = None
    low: float | None = None
    high: float | None = None


def missing() -> str:
    """Why there is nothing from the analysis: `extra` not installed, `not_yet` looked; "" when there is something."""
    if Portrait.objects.exists() or Looked.objects.exists():
        return ""
    return "extra" if find_spec("duckdb") is None or find_spec("scipy") is None else "not_yet"


def portrait(kind: str, code: str) -> Portrait | None:
    """How one subject stands."""
    return Portrait.objects.filter(kind=kind, code=code).first()


def portraits(kind: str) -> list[Portrait]:
    """All of a kind, those with most cases lately first."""
    return sorted(Portrait.objects.filter(kind=kind), key=lambda row: (-row.figures.get("cases", 0), row.code))


def outlook(kind: str, code: str, today: date) -> Outlook | None:
    """The newest forecast of one subject that still reaches beyond today."""
    rows = Outlook.objects.filter(kind=kind, code=code, first__gt=today - timedelta(days=rules.HORIZON))
    return rows.order_by("-first").first()


def outlooks(kind: str, today: date) -> list[Outlook]:
    """The newest forecasts of a kind, the largest first; none when the newest is a fortnight old."""
    newest = Outlook.objects.filter(first__gt=today - timedelta(days=rules.HORIZON)).order_by("-first").first()
    if newest is None:
        return []
    return list(Outlook.objects.filter(kind=kind, first=newest.first).order_by("-total", "code"))


def overloaded(today: date) -> list[Outlook]:
    """Organs that will more likely than not receive more than they ever answered in time, the surest first."""
    rows = [row for row in outlooks("organ", today) if is_overloaded(row)]
    return sorted(rows, key=lambda row: (-(row.over or 0), -row.total))


def is_overloaded(row: Outlook) -> bool:
    """Whether one forecast is a warning."""
    return row.over is not None and row.over >= LIKELY and row.total >= rules.LEAST_LOAD


def posts_of(organ: str, today: date) -> list[Outlook]:
    """The forecasts of the areas of an organ's posts."""
    return [row for row in outlooks("post", today) if row.code.partition("|")[0] == organ]


def kept(kind: str, code: str, came: Sequence[Sequence[Any]]) -> list[Kept]:
    """Earlier forecasts beside what came, newest first. `came`: (day as ISO date, count) of the days known."""
    counts = {str(day): int(count) for day, count in came}
    if not counts:
        return []
    last = date.fromisoformat(max(counts))
    rows = Outlook.objects.filter(kind=kind, code=code, first__gte=date.fromisoformat(min(counts)), first__lte=last)
    return [beside(row, counts) for row in rows.order_by("-first")]


def beside(row: Outlook, counts: dict[str, int]) -> Kept:
    """One forecast beside the counts of the days that have come."""
    days = [row.first + timedelta(days=n) for n in range(len(row.mean))]
    known = [(n, counts[day.isoformat()]) for n, day in enumerate(days) if day.isoformat() in counts]
    whole = len(known) == len(days)
    inside = sum(int(row.low[n] <= count + 0.5 and count - 0.5 <= row.high[n]) for n, count in known)
    return Kept(
        first=row.first,
        expected=row.total if whole else round(sum(row.mean[n] for n, _ in known), 1),
        low=row.total_low,
        high=row.total_high,
        came=sum(count for _, count in known),
        days=len(known),
        inside=inside,
    )


def curve(figures: dict[str, Any], ahead: Outlook | None, back: int = 28) -> list[Point]:
    """The last four weeks and, where there is one, the forecast after them."""
    points = [Point(date.fromisoformat(day), int(count)) for day, count in figures.get("days", [])[-back:]]
    last = points[-1].day if points else date.min
    if ahead is None:
        return points
    coming = [
        Point(ahead.first + timedelta(days=n), None, ahead.mean[n], ahead.low[n], ahead.high[n])
        for n in range(len(ahead.mean))
    ]
    return points + [point for point in coming if point.day > last]


def silent() -> list[Silence]:
    """The places that are called silent, the surest first."""
    return list(Silence.objects.filter(channel="", silent=True).order_by("p", "place"))


def heard(place: str) -> list[Silence]:
    """A village against like ones: all channels first, then each."""
    return list(Silence.objects.filter(place=place).order_by("channel"))


def has_words() -> bool:
    """Whether anything was said in public about a finding."""
    return PublicWord.objects.exists()


def factors() -> dict[str, tuple[float, float, float]]:
    """How much of what like places would say is said: village → (factor, low, high); empty before a night was worked.

    A count divided by its place's factor is what like places would have brought in the same state of things."""
    rows = Silence.objects.filter(channel="").values_list("place", "factor", "factor_low", "factor_high")
    return {place: (factor, low, high) for place, factor, low, high in rows}
