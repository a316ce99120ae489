"""True numbers: the county's week, and a place's quarter with every cell below ten people withheld.

A promise counts where it was kept or broken: answers in the week are judged by the limit they had, and an unanswered
case counts in the week its limit ended. An opened round is a promise of its own. Paused time is no delay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from gongzhi.cases import judging, reads, rules, walking
from gongzhi.cases.cards import PlaceTag
from gongzhi.cases.models import Case, Entry, Rating
from gongzhi.cases.noting import moment_of, seek_at
from gongzhi.cases.number_cards import DayNumber, MatterNumber, PlaceNumbers, WeekNumbers
from gongzhi.places import reads as places

WEEKS = 12
DAYS = 90
EARLIEST = date(1971, 1, 1)
_UNHAPPY = Q(solved=False) | Q(grade__lte=2)
_LEFT_OPEN = Count("id", filter=Q(state="left_open"))


@dataclass(frozen=True, slots=True)
class _Span:
    """The figures of one stretch of time."""

    due: int
    in_time: int
    unknown: int
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
        day = places.local_day(now if latest > now - timedelta(days=14) else latest)
    day = _countable(day, now)
    return min(now, _midnight(day - timedelta(days=day.weekday() - 7)) - timedelta(microseconds=1))


def place_shown(code: str, now: datetime, day: date | None = None) -> datetime:
    """The moment up to which a place's 90 days are shown: the end of `day`, else now, or the last case of the place
    when it had none in the 90 days before now."""
    if day is None:
        last = walking.newest(code)
        latest = now if last is None else moment_of(last.seek)
        if latest > now - timedelta(days=DAYS):
            return now
        day = places.local_day(latest)
    day = _countable(day, now)
    return min(now, _midnight(day + timedelta(days=1)) - timedelta(microseconds=1))


def _countable(day: date, now: datetime) -> date:
    """A day a reader asked for, kept where weeks can be counted from it: none before 1971, none after today."""
    return min(max(day, EARLIEST), places.local_day(now))


def week(at: datetime, *, running: bool = True) -> WeekNumbers:
    """The numbers of the week of `at` (Monday to Sunday in the county's zone) and of the week before, as of `at`."""
    monday = places.local_day(at) - timedelta(days=places.local_day(at).weekday())
    begin, end, before = (_midnight(monday + timedelta(days=days)) for days in (0, 7, -7))
    late = [_broken(begin, end, at), _broken(before, begin, at), _counted().filter(state="left_open")]
    counted = iter(_counts([*_of_days(monday), *_of_weeks(monday), *late]))
    days = tuple(DayNumber(monday + timedelta(days=nth), next(counted), next(counted)) for nth in range(7))
    weeks = tuple((day, next(counted)) for day in _mondays(monday))
    now, then = _span(begin, end, next(counted)), _span(before, begin, next(counted))
    left_open = next(counted)
    return WeekNumbers(
        monday=monday,
        sunday=monday + timedelta(days=6),
        running=running,
        received=weeks[-1][1],
        received_before=weeks[-2][1],
        due=now.due,
        in_time=now.in_time,
        due_before=then.due,
        in_time_before=then.in_time,
        unknown=now.unknown,
        answered=now.answered,
        median_days=now.median_days,
        median_days_before=then.median_days,
        rated=now.rated,
        unhappy=now.unhappy,
        rated_before=then.rated,
        unhappy_before=then.unhappy,
        reopened=now.reopened,
        left_open=left_open,
        days=days,
        weeks=weeks,
    )


def place_numbers(code: str, at: datetime) -> PlaceNumbers:
    """The 90 days of a place up to `at`. A figure of 1 to 9 people is withheld (None); officers are in none."""
    card = places.place(code)
    since = at - timedelta(days=DAYS)
    here = Case.objects.filter(
        reads.in_place(code), about_officer=False, seek__gte=seek_at(since), seek__lt=seek_at(at) + (1 << 22)
    )
    totals = here.aggregate(
        received=Sum("voices"), open=Count("id", filter=Q(state__in=rules.OPEN)), left_open=_LEFT_OPEN
    )
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
        until=places.local_day(at),
        received=_shown(totals["received"] or 0),
        open=_shown(totals["open"]),
        left_open=_shown(totals["left_open"]),
        due=_shown(sum(kept[reason] for reason in judging.JUDGED) + late),
        in_time=_shown(sum(kept[reason] for reason in judging.KEPT)),
        unknown=_shown(kept[judging.UNKNOWN]),
        rated=_shown(rated["all"]),
        unhappy=_shown(rated["unhappy"]),
        matters=tuple(MatterNumber(reads.Names.matter(row["matter"]), _shown(row["people"] or 0)) for row in by_matter),
        weeks=_place_weeks(code, at),
    )


def _shown(people: int) -> int | None:
    """A figure fit to be published: nobody, or ten people and more."""
    return people if people == 0 or people >= rules.WITHHELD_BELOW else None


def _span(begin: datetime, end: datetime, broken: int) -> _Span:
    answers = list(
        Entry.objects.filter(kind="answered", at__gte=begin, at__lt=end, case__about_officer=False).values_list(
            "at", "reason", "case__received_at"
        )
    )
    rated = Rating.objects.filter(at__gte=begin, at__lt=end, case__about_officer=False).aggregate(
        all=Count("id"), unhappy=Count("id", filter=_UNHAPPY), reopened=Count("id", filter=Q(reopened=True))
    )
    measured = [(told, received) for told, reason, received in answers if reason in judging.MEASURED]
    days = [(told - received).total_seconds() / 86_400 for told, received in measured]
    kept = Counter(reason for _, reason, _ in answers)
    return _Span(
        due=sum(kept[reason] for reason in judging.JUDGED) + broken,
        in_time=sum(kept[reason] for reason in judging.KEPT),
        unknown=kept[judging.UNKNOWN],
        answered=len(answers),
        median_days=round(median(days), 1) if days else None,
        rated=rated["all"],
        unhappy=rated["unhappy"],
        reopened=rated["reopened"],
    )


def _received(begin: datetime, end: datetime) -> QuerySet[Case]:
    return _counted().filter(seek__gte=seek_at(begin), seek__lt=seek_at(end))


def _broken(begin: datetime, end: datetime, at: datetime) -> QuerySet[Case]:
    """What is not answered yet and should have been in this stretch of time."""
    return _counted().filter(
        due_at__gte=begin, due_at__lt=min(end, at), answered_at__isnull=True, state__in=("received", "in_hand")
    )


def _counts(wanted: Sequence[QuerySet[Case]]) -> list[int]:
    """How many rows each of these queries has, by one statement."""
    parts: list[str] = []
    given: list[Any] = []
    for nth, query in enumerate(wanted):
        sql, params = query.order_by().values("id").query.sql_with_params()
        parts.append(f"SELECT {nth}, COUNT(*) FROM ({sql}) AS q{nth}")  # noqa: S608 - Django's own statement
        given += params
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        found = dict(cursor.fetchall())
    return [found[nth] for nth in range(len(wanted))]


def _counted() -> QuerySet[Case]:
    """Cases a figure may count: all but those about officers, which are in no figure."""
    return Case.objects.filter(about_officer=False)


def _of_days(monday: date) -> Iterator[QuerySet[Case]]:
    """Of each day of a week what was received and what was closed."""
    for number in range(7):
        begin, end = (_midnight(monday + timedelta(days=number + nth)) for nth in (0, 1))
        yield _received(begin, end)
        yield _counted().filter(closed_at__gte=begin, closed_at__lt=end).exclude(outcome="not_taken")


def _of_weeks(monday: date) -> Iterator[QuerySet[Case]]:
    """What was received in each of the last weeks, that of `monday` the last."""
    for day in _mondays(monday):
        yield _received(_midnight(day), _midnight(day + timedelta(weeks=1)))


def _mondays(monday: date) -> list[date]:
    return [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]


def _place_weeks(code: str, at: datetime) -> tuple[tuple[date, int | None], ...]:
    monday = places.local_day(at) - timedelta(days=places.local_day(at).weekday())
    starts = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    seeks = [seek_at(_midnight(day)) for day in starts]
    here = Case.objects.filter(reads.in_place(code), about_officer=False, seek__gte=seeks[0], seek__lte=seek_at(at))
    people: Counter[int] = Counter()
    for seek, voices in here.values_list("seek", "voices"):
        people[bisect_right(seeks, seek) - 1] += voices
    return tuple((day, _shown(people[number])) for number, day in enumerate(starts))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), places.county().zone).astimezone(UTC)
