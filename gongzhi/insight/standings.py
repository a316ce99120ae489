"""Reads of the small tables: how things stand, what is expected, what was expected and came, who is not heard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Any

from gongzhi.cases import numbers
from gongzhi.insight import standing_rules as rules
from gongzhi.insight.models import Looked
from gongzhi.insight.standing_tables import Outlook, Portrait, PublicWord, Silence
from gongzhi.kit.moments import now
from gongzhi.places import reads as places


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
    """Why there is nothing from the analysis: `extra` not installed, `past`: every case is older than what is looked
    at, `not_yet` looked; "" when there is something."""
    if Portrait.objects.exists():
        return ""
    looked, at = Looked.objects.exists(), now()
    if not looked and (find_spec("duckdb") is None or find_spec("scipy") is None):
        return "extra"
    if numbers.place_shown(places.county().code, at) < at:
        return "past"  # nights that looked at days without a case have said nothing
    return "" if looked else "not_yet"


def portrait(kind: str, code: str) -> Portrait | None:
    """How one subject stands."""
    return Portrait.objects.filter(kind=kind, code=code).first()


def largest(kind: str, most: int) -> list[Portrait]:
    """Those of a kind that most people spoke about lately, of places the towns; a district's other eight hundred are
    not read."""
    rows = Portrait.objects.filter(kind=kind)
    if kind == "place":
        rows = rows.filter(code__endswith="000")
    return list(rows.order_by("-voices", "code")[:most])


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject in a list."""

    code: str
    voices: int
    cases: int
    open: int
    rank: dict[str, Any] | None


def listed(kind: str) -> list[Listed]:
    """All of a kind with what a list shows of them, those with most cases first; their figures are not read whole."""
    names = ("code", "voices", "figures__cases", "figures__open", "figures__rank")
    rows = Portrait.objects.filter(kind=kind).values_list(*names)
    found = [Listed(code, voices, cases or 0, waiting or 0, rank) for code, voices, cases, waiting, rank in rows]
    return sorted(found, key=lambda row: (-row.cases, row.code))


def outlook(kind: str, code: str, today: date) -> Outlook | None:
    """The newest forecast of one subject that still reaches beyond today."""
    rows = Outlook.objects.filter(kind=kind, code=code, first__gt=today - timedelta(days=rules.HORIZON))
    return rows.order_by("-first").first()


def outlooks(kind: str, today: date) -> list[Outlook]:
    """The newest forecasts of a kind, the largest first; none when the newest is a fortnight old."""
    newest = Outlook.objects.filter(first__gt=today - timedelta(days=rules.HORIZON)).order_by("-first")
    first = newest.values_list("first", flat=True).first()
    if first is None:
        return []
    rows = Outlook.objects.filter(kind=kind, first=first).defer("mean", "low", "high")
    return list(rows.order_by("-total", "code"))


def overloaded(today: date) -> list[Outlook]:
    """Organs that will more likely than not receive more than they ever answered in time, the surest first."""
    newest = Outlook.objects.filter(kind="organ", first__gt=today - timedelta(days=rules.HORIZON)).order_by("-first")
    first = newest.values_list("first", flat=True).first()
    if first is None:
        return []
    rows = Outlook.objects.filter(kind="organ", first=first, over__gte=rules.LIKELY, total__gte=rules.LEAST_LOAD)
    return list(rows.defer("mean", "low", "high").order_by("-over", "-total", "code"))


def is_overloaded(row: Outlook) -> bool:
    """Whether one forecast is a warning."""
    return row.over is not None and row.over >= rules.LIKELY and row.total >= rules.LEAST_LOAD


def posts_of(organ: str, today: date) -> list[Outlook]:
    """The forecasts of the areas of an organ's posts, what is expected day by day left out."""
    return _of_posts(today, code__startswith=f"{organ}|")


def seats_of(posts: Collection[str], today: date) -> list[Outlook]:
    """The forecasts of these posts (their hex) from their own series: what each has taken in hand so far."""
    return _of_posts(today, code__in=list(posts))


def _of_posts(today: date, **which: Any) -> list[Outlook]:
    rows = Outlook.objects.filter(kind="post", first__gt=today - timedelta(days=rules.HORIZON), **which)
    first = rows.order_by("-first").values_list("first", flat=True).first()
    if first is None:
        return []
    return list(rows.filter(first=first).defer("mean", "low", "high").order_by("-total", "code"))


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
