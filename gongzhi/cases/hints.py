"""How often the machine's suggestions were right: of matter, of place, of two cases being one thing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Count
from django.db.models.functions import TruncMonth

from gongzhi.cases import rules
from gongzhi.cases.decisions import months_up_to, shown
from gongzhi.cases.models import Hint
from gongzhi.places import reads as places


@dataclass(frozen=True, slots=True)
class HintMonth:
    """One month of one kind of suggestion. `hit` is the share that was right, in per cent, None below ten."""

    month: date
    confirmed: int | None
    stood: int | None
    overruled: int | None
    hit: int | None


@dataclass(frozen=True, slots=True)
class HintRate:
    """One kind of suggestion over twelve months: `judged` in all, `hit` in per cent (None below ten)."""

    what: str
    judged: int | None
    confirmed: int | None
    stood: int | None
    overruled: int | None
    hit: int | None
    months: tuple[HintMonth, ...]


def rates(at: datetime) -> tuple[HintRate, ...]:
    """Each kind of suggestion with what people made of it in the last twelve months.

    Right is what a person confirmed and what nobody changed until the case was closed."""
    zone = places.county().zone
    months = months_up_to(at.astimezone(zone).date())
    begin = datetime.combine(months[0], time(), zone).astimezone(UTC)
    found = Hint.objects.filter(at__gte=begin, at__lte=at).annotate(month=TruncMonth("at", tzinfo=zone))
    sums: Counter[tuple[str, str, date]] = Counter()
    for what, verdict, month, count in found.values_list("what", "verdict", "month").annotate(count=Count("pk")):
        sums[what, verdict, month.date()] += count
    return tuple(_rate(what, months, sums) for what in rules.HINTS)


@dataclass(frozen=True, slots=True)
class RouterRate:
    """What became of matters one router suggested: `router` 0 for the table of keywords, else a router's number."""

    router: int
    judged: int | None
    confirmed: int | None
    stood: int | None
    overruled: int | None
    hit: int | None


def by_router(at: datetime) -> tuple[RouterRate, ...]:
    """The last twelve months' suggestions of matters by who suggested them, the newest router first, the keywords last.

    What was suggested before routers were numbered came from the keywords."""
    zone = places.county().zone
    begin = datetime.combine(months_up_to(at.astimezone(zone).date())[0], time(), zone).astimezone(UTC)
    sums: Counter[tuple[int, str]] = Counter()
    found = Hint.objects.filter(what="matter", at__gte=begin, at__lte=at).values_list("case__router", "verdict")
    for router, verdict, count in found.annotate(count=Count("pk")):
        sums[router or 0, verdict] += count
    rows = {number: [sums[number, verdict] for verdict in rules.VERDICTS] for number, _verdict in sums}
    return tuple(
        RouterRate(number, shown(sum(row)), *_shown(row), _hit(row))
        for number, row in sorted(rows.items(), reverse=True)
    )


def _rate(what: str, months: tuple[date, ...], sums: Counter[tuple[str, str, date]]) -> HintRate:
    rows = [[sums[what, verdict, month] for verdict in rules.VERDICTS] for month in months]
    whole = [sum(column) for column in zip(*rows, strict=True)]
    monthly = tuple(HintMonth(month, *_shown(row), _hit(row)) for month, row in zip(months, rows, strict=True))
    return HintRate(what, shown(sum(whole)), *_shown(whole), _hit(whole), monthly)


def _shown(row: list[int]) -> tuple[int | None, int | None, int | None]:
    confirmed, stood, overruled = row
    return shown(confirmed), shown(stood), shown(overruled)


def _hit(row: list[int]) -> int | None:
    right, judged = row[0] + row[1], sum(row)
    if judged < rules.WITHHELD_BELOW:
        return None
    return round(100 * right / judged)
