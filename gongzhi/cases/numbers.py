"""True numbers: the county's week, and a place's quarter with every cell below ten people withheld.

A promise counts where it was kept or broken: answers in the week are judged by the limit they had, and an unanswered
case counts in the week its limit ended. An opened round is a promise of its own. Paused time is no delay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from django.db.models import Count, Q, QuerySet, Sum

from gongzhi.cases import reads, rules, walking
from gongzhi.cases.cards import PlaceTag
from gongzhi.cases.models import Case, Entry, Rating
from gongzhi.cases.noting import moment_of, seek_at
from gongzhi.cases.number_cards import DayNumber, MatterNumber, PlaceNumbers, WeekNumbers
from gongzhi.places import reads as places

WEEKS = 12
DAYS = 90
_UNHAPPY = Q(solved=False) | Q(grade__lte=2)


@dataclass(frozen=True, slots=True)
class _Span:
    """The figures of one stretch of time."""

    received: int
    due: int
    in_time: int
    answered: int
    median_days: float | None
    rated: int
    unhappy: int
    reopened: int


def week_shown(now: datetime, day: date | None = None) -> datetime:
    """The moment as of which a week is shown: that of `day`, else the running one, or, when neither it nor the week
    before it has a case, the last one that has. A week that is over is shown whole."""
    if day is None:
        seek = (
            _counted()
            .filter(seek__lt=seek_at(now) + (1 << 22))
            .order_by("-seek")
            .values_list("seek", flat=True)
            .first()
        )
        latest = now if seek is None else moment_of(seek)
        day = _local_day(now if latest > now - timedelta(days=14) else latest)
    return min(now, _midnight(day - timedelta(days=day.weekday() - 7)) - timedelta(microseconds=1))


def place_shown(code: str, now: datetime, day: date | None = None) -> datetime:
    """The moment up to which a place's 90 days are shown: the end of `day`, else now, or the last case of the place
    when it had none in the 90 days before now."""
    if day is None:
        last = walking.newest(code)
        latest = now if last is None else moment_of(last.seek)
        if latest > now - timedelta(days=DAYS):
            return now
        day = _local_day(latest)
    return min(now, _midnight(day + timedelta(days=1)) - timedelta(microseconds=1))


def week(at: datetime, *, running: bool = True) -> WeekNumbers:
    """The numbers of the week of `at` (Monday to Sunday in the county's zone) and of the week before, as of `at`."""
    monday = _local_day(at) - timedelta(days=_local_day(at).weekday())
    begin, end, before = (_midnight(monday + timedelta(days=days)) for days in (0, 7, -7))
    now, then = _span(begin, end, at), _span(before, begin, at)
    return WeekNumbers(
        monday=monday,
        sunday=monday + timedelta(days=6),
        running=running,
        received=now.received,
        received_before=then.received,
        due=now.due,
        in_time=now.in_time,
        due_before=then.due,
        in_time_before=then.in_time,
        answered=now.answered,
        median_days=now.median_days,
        median_days_before=then.median_days,
        rated=now.rated,
        unhappy=now.unhappy,
        rated_before=then.rated,
        unhappy_before=then.unhappy,
        reopened=now.reopened,
        days=_days(monday),
        weeks=_weeks(monday),
    )


def place_numbers(code: str, at: datetime) -> PlaceNumbers:
    """The 90 days of a place up to `at`. A figure of 1 to 9 people is withheld (None); officers are in none."""
    card = places.place(code)
    since = at - timedelta(days=DAYS)
    here = Case.objects.filter(
        reads.in_place(code), about_officer=False, seek__gte=seek_at(since), seek__lt=seek_at(at) + (1 << 22)
    )
    totals = here.aggregate(received=Sum("voices"), open=Count("id", filter=~Q(state="closed")))
    answered = Entry.objects.filter(case__in=here, kind="answered", at__gte=since, at__lte=at).values_list(
        "reason", flat=True
    )
    kept = Counter(answered)
    late = here.filter(answered_at__isnull=True, due_at__lt=at, state__in=("received", "in_hand")).count()
    rated = Rating.objects.filter(case__in=here).aggregate(all=Count("id"), unhappy=Count("id", filter=_UNHAPPY))
    by_matter = here.values("matter").annotate(people=Sum("voices")).order_by("-people", "matter")[:12]
    return PlaceNumbers(
        place=PlaceTag(
            card.code, card.level, card.name_zh, card.name_en, card.path_zh, card.path_en, card.lon, card.lat
        ),
        days=DAYS,
        until=_local_day(at),
        received=_shown(totals["received"] or 0),
        open=_shown(totals["open"]),
        due=_shown(sum(kept.values()) + late),
        in_time=_shown(kept["in_time"]),
        rated=_shown(rated["all"]),
        unhappy=_shown(rated["unhappy"]),
        matters=tuple(MatterNumber(reads.Names.matter(row["matter"]), _shown(row["people"] or 0)) for row in by_matter),
        weeks=_place_weeks(code, at),
    )


def _shown(people: int) -> int | None:
    """A figure fit to be published: nobody, or ten people and more."""
    return people if people == 0 or people >= rules.WITHHELD_BELOW else None


def _span(begin: datetime, end: datetime, at: datetime) -> _Span:
    answers = list(
        Entry.objects.filter(kind="answered", at__gte=begin, at__lt=end, case__about_officer=False).values_list(
            "at", "reason", "case__received_at"
        )
    )
    broken = _counted().filter(
        due_at__gte=begin, due_at__lt=min(end, at), answered_at__isnull=True, state__in=("received", "in_hand")
    )
    rated = Rating.objects.filter(at__gte=begin, at__lt=end, case__about_officer=False).aggregate(
        all=Count("id"), unhappy=Count("id", filter=_UNHAPPY), reopened=Count("id", filter=Q(reopened=True))
    )
    days = [(told - received).total_seconds() / 86_400 for told, _, received in answers]
    return _Span(
        received=_received(begin, end),
        due=len(answers) + broken.count(),
        in_time=sum(reason == "in_time" for _, reason, _ in answers),
        answered=len(answers),
        median_days=round(median(days), 1) if days else None,
        rated=rated["all"],
        unhappy=rated["unhappy"],
        reopened=rated["reopened"],
    )


def _received(begin: datetime, end: datetime) -> int:
    return _counted().filter(seek__gte=seek_at(begin), seek__lt=seek_at(end)).count()


def _counted() -> QuerySet[Case]:
    """Cases a figure may count: all but those about officers, which are in no figure."""
    return Case.objects.filter(about_officer=False)


def _days(monday: date) -> tuple[DayNumber, ...]:
    found = []
    for number in range(7):
        day = monday + timedelta(days=number)
        begin, end = _midnight(day), _midnight(day + timedelta(days=1))
        closed = _counted().filter(closed_at__gte=begin, closed_at__lt=end).count()
        found.append(DayNumber(day, _received(begin, end), closed))
    return tuple(found)


def _weeks(monday: date) -> tuple[tuple[date, int], ...]:
    starts = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    return tuple((day, _received(_midnight(day), _midnight(day + timedelta(weeks=1)))) for day in starts)


def _place_weeks(code: str, at: datetime) -> tuple[tuple[date, int | None], ...]:
    monday = _local_day(at) - timedelta(days=_local_day(at).weekday())
    starts = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    seeks = [seek_at(_midnight(day)) for day in starts]
    here = Case.objects.filter(reads.in_place(code), about_officer=False, seek__gte=seeks[0], seek__lte=seek_at(at))
    people: Counter[int] = Counter()
    for seek, voices in here.values_list("seek", "voices"):
        people[bisect_right(seeks, seek) - 1] += voices
    return tuple((day, _shown(people[number])) for number, day in enumerate(starts))


def _local_day(at: datetime) -> date:
    return at.astimezone(places.county().zone).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), places.county().zone).astimezone(UTC)
