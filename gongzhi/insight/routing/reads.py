"""How both routers did: over all cases, by month, by matter, how sure they said to be, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import TruncWeek

from gongzhi.cases import suggesting
from gongzhi.insight.routing import rules
from gongzhi.insight.routing.rules import Duel
from gongzhi.insight.routing.tables import Trial
from gongzhi.places import reads as places

_COUNTS = {
    "both": Count("pk", filter=Q(learned_right=True, keywords_right=True)),
    "wins": Count("pk", filter=Q(learned_right=True, keywords_right=False)),
    "losses": Count("pk", filter=Q(learned_right=False, keywords_right=True)),
    "neither": Count("pk", filter=Q(learned_right=False, keywords_right=False)),
}


@dataclass(frozen=True, slots=True)
class Tenth:
    """Cases of which one router said to be about as sure: the mean it said, the share that was right."""

    said: float
    right: float
    cases: int


def duel(*, since: datetime) -> Duel:
    """Both routers on the cases closed since a moment."""
    return Duel(**Trial.objects.filter(closed_at__gt=since).aggregate(**_COUNTS))


def by_week(*, since: datetime) -> list[tuple[date, Duel]]:
    """The same by the Monday of the week in which a case was closed."""
    found = Trial.objects.filter(closed_at__gt=since).annotate(week=TruncWeek("closed_at", tzinfo=places.county().zone))
    rows = found.values("week").annotate(**_COUNTS).order_by("week")
    return [(row["week"].date(), _duel(dict(row))) for row in rows]


def by_matter(*, since: datetime) -> list[tuple[str, Duel, int]]:
    """The same by confirmed matter, those with most cases first, and of how many the one that learnt was unsure."""
    unsure = Count("pk", filter=Q(sure__lt=suggesting.UNSURE))
    rows = (
        Trial.objects.filter(closed_at__gt=since)
        .values("matter")
        .annotate(**_COUNTS, unsure=unsure, all=Count("pk"))
        .order_by("-all", "matter")
    )
    return [(row["matter"], _duel(dict(row)), row["unsure"]) for row in rows]


def unsure(*, since: datetime) -> tuple[int, int]:
    """Of how many cases the one that learnt was unsure, and of how many of these the keywords were right."""
    found = Trial.objects.filter(closed_at__gt=since, sure__lt=suggesting.UNSURE)
    told = found.aggregate(all=Count("pk"), right=Count("pk", filter=Q(keywords_right=True)))
    return told["all"], told["right"]


def tenths(*, since: datetime) -> tuple[list[Tenth], list[Tenth]]:
    """How sure each said to be beside how often it was right: of the one that learnt, and of the keywords (whose
    figure is a share of points and was never meant as a probability)."""
    found = Trial.objects.filter(closed_at__gt=since)
    learned = found.exclude(guess="").values_list("sure", F("guess"), "matter")
    keywords = found.filter(keywords_sure__gt=0).values_list("keywords_sure", "keywords", "matter")
    return _tenths(learned.iterator()), _tenths(keywords.iterator())


def mistakes(*, since: datetime, most: int = 8) -> list[Trial]:
    """The newest cases in which the one that learnt was sure and wrong."""
    wrong = Trial.objects.filter(closed_at__gt=since, sure__gte=suggesting.UNSURE).exclude(guess=F("matter"))
    return list(wrong.order_by("-closed_at")[:most])


def doubts(*, since: datetime, most: int = 8) -> list[Trial]:
    """The newest cases in which it was unsure."""
    return list(Trial.objects.filter(closed_at__gt=since, sure__lt=suggesting.UNSURE).order_by("-closed_at")[:most])


def window(at: datetime) -> datetime:
    """From when cases are counted on the page."""
    return at - timedelta(days=rules.WINDOW_DAYS)


def _duel(row: dict[str, Any]) -> Duel:
    return Duel(**{name: row[name] for name in _COUNTS})


def _tenths(rows: Iterable[tuple[float, str, str]]) -> list[Tenth]:
    sums: list[list[float]] = [[0.0, 0, 0] for _ in range(10)]
    for sure, said, matter in rows:
        cell = sums[min(9, int(sure * 10))]
        cell[0] += sure
        cell[1] += said == matter
        cell[2] += 1
    return [Tenth(told / count, right / count, int(count)) for told, right, count in sums if count]
