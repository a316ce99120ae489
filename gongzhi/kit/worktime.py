"""Limits in working days, working hours, calendar days and hours, on a county's calendar.

How time is counted (Civil Code of the PRC, articles 201 and 203):

* in days, the day something begins is not counted: the day after is day 1;
* a limit in working days ends at the close of business of its last day; one in calendar days at 24:00
  (kept as the last microsecond of that day), moved to the next working day when it falls on a rest day;
* working hours run only inside business hours, hours run through;
* a limit of zero days means the same day, or the next working day once business has closed;
* paused time is not counted. In days, a pause that outlasts a close of the day removes every day from the
  one it began in (unless that had closed) to the one it ended in; a pause within one day removes nothing;
* a pause still open ends, for this arithmetic, the moment it began: the instant is computed when it closes.

Everything here is pure: no clock, no settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

LONGEST = 3660  # days looked ahead before a calendar without working days is called a mistake
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_NONE = timedelta(0)

Span = tuple[datetime, datetime]


class Unit(StrEnum):
    """What a limit is counted in."""

    working_days = "working_days"
    working_hours = "working_hours"
    calendar_days = "calendar_days"
    hours = "hours"

    @property
    def in_days(self) -> bool:
        """Whether it is counted in whole days."""
        return self in (Unit.working_days, Unit.calendar_days)


class State(StrEnum):
    """How a clock stands."""

    in_time = "in_time"
    near = "near"
    overdue = "overdue"
    paused = "paused"


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount (0 … 3,660 days or as many hours) of a unit."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        most = LONGEST if self.unit.in_days else LONGEST * 24
        if not 0 <= self.amount <= most:
            raise ValueError(f"a limit has 0 to {most} {self.unit}, not {self.amount}")


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that is not counted, for a coded reason; `end` None while it lasts."""

    start: datetime
    end: datetime | None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause cannot end before it begins")


@dataclass(frozen=True, slots=True)
class Due:
    """The instant a limit ends (UTC); provisional when it crosses a year whose rest days are not announced."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How a clock stands at a moment: `left_amount` of `left_unit`, negative when overdue."""

    state: State
    left_amount: int
    left_unit: Unit


@dataclass(frozen=True)
class Calendar:
    """Business hours and rest days of a county. `rest` and `work` override the weekend, `work` wins."""

    tz: str
    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(14), time(18)))
    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)):
            raise ValueError("business hours must be one or more spans in order")

    def is_working(self, day: date) -> bool:
        """Whether business is done on that day."""
        return day in self.work or (day.weekday() < 5 and day not in self.rest)

    def is_provisional(self, day: date) -> bool:
        """Whether the rest days of that year are not announced yet."""
        return day.year not in self.known_years

    def day_of(self, at: datetime) -> date:
        """The day on the county's wall."""
        return at.astimezone(_zone(self.tz)).date()

    def open(self, day: date) -> list[Span]:
        """Business hours of `day` in UTC, whether or not it is a working day."""
        return [(self._utc(day, start), self._utc(day, end)) for start, end in self.spans]

    def close(self, day: date) -> datetime:
        """Close of business of `day`, UTC."""
        return self._utc(day, self.spans[-1][1])

    def midnight(self, day: date) -> datetime:
        """The beginning of `day`, UTC."""
        return self._utc(day, time(0))

    def _utc(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, _zone(self.tz)).astimezone(UTC)


@lru_cache(maxsize=8)
def _zone(tz: str) -> ZoneInfo:
    return ZoneInfo(tz)


def due(start: datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar) -> Due:
    """The instant `limit` ends, counted from `start`. A further pause never brings it nearer."""
    if limit.unit is Unit.hours:
        return Due(_run(start, timedelta(hours=limit.amount), _free(start, pauses)), False)
    if limit.unit is Unit.working_hours:
        at = _run(start, timedelta(hours=limit.amount), _business(start, pauses, calendar))
        return Due(at, _crosses_unknown(start, at, calendar))
    last = _last_day(start, limit, pauses, calendar)
    at = calendar.close(last)
    if limit.unit is Unit.calendar_days:
        at = calendar.midnight(last + _DAY) - _TICK
    return Due(at, _crosses_unknown(start, at, calendar))


def near_at(start: datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar) -> datetime:
    """The instant four fifths of the limit are used; inside the last day when the limit is short."""
    if limit.unit is Unit.hours:
        return _run(start, timedelta(hours=limit.amount) * 4 / 5, _free(start, pauses))
    if limit.unit is Unit.working_hours:
        return _run(start, timedelta(hours=limit.amount) * 4 / 5, _business(start, pauses, calendar))
    if limit.amount == 0:
        return start
    whole, fifths = divmod(limit.amount * 4, 5)
    days = _counted_days(start, limit.unit, pauses, calendar)
    day = next(day for number, day in enumerate(days) if number == whole)
    if limit.unit is Unit.calendar_days:
        return calendar.midnight(day) + _DAY * fifths / 5
    spans = calendar.open(day)
    length = sum((end - begin for begin, end in spans), _NONE)
    return _run(spans[0][0], length * fifths / 5, iter(spans))


def standing(now: datetime, start: datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar) -> Standing:
    """How the clock stands at `now`, and how much is left: whole days or begun hours, negative overdue."""
    running = [Pause(p.start, now, p.reason) if p.end is None and p.start < now else p for p in pauses]
    end = due(start, limit, running, calendar).at
    left = _left(now, end, limit.unit, running, calendar)
    if any(p.start <= now and (p.end is None or now < p.end) for p in pauses):
        return Standing(State.paused, left, limit.unit)
    if now > end:
        return Standing(State.overdue, left, limit.unit)
    is_near = now >= near_at(start, limit, running, calendar)
    return Standing(State.near if is_near else State.in_time, left, limit.unit)


def extend(limit: Limit, more: Limit) -> Limit:
    """The limit made longer by `more` of the same unit; ValueError when the units differ."""
    if limit.unit is not more.unit:
        raise ValueError("an extension is given in the unit of its limit")
    return Limit(limit.amount + more.amount, limit.unit)


# --- days -------------------------------------------------------------------------------------------


def _counted_days(
    start: datetime, unit: Unit, pauses: Sequence[Pause], calendar: Calendar, first: int = 1
) -> Iterator[date]:
    """Days that count, from `first` days after the day of `start`, without the paused ones."""
    paused = _paused_days(unit, pauses, calendar)
    begin = calendar.day_of(start)
    ahead = LONGEST * 2 + sum((b - a).days + 1 for a, b in paused)
    for step in range(first, ahead):
        day = begin + timedelta(days=step)
        if unit is Unit.working_days and not calendar.is_working(day):
            continue
        if not any(a <= day <= b for a, b in paused):
            yield day
    raise ValueError("this calendar has too few working days")


def _paused_days(unit: Unit, pauses: Sequence[Pause], calendar: Calendar) -> list[tuple[date, date]]:
    """The first and last uncounted day of every closed pause that outlasts a close of the day."""
    ranges = []
    for pause in pauses:
        if pause.end is None:
            continue
        first, last = calendar.day_of(pause.start), calendar.day_of(pause.end)
        if unit is Unit.working_days and pause.start >= calendar.close(first):
            first += _DAY
            if first > last or pause.end < calendar.close(first):
                continue
        if unit is Unit.working_days and pause.end < calendar.close(first):
            continue
        if last > first or unit is Unit.working_days:
            ranges.append((first, last))
    return ranges


def _last_day(start: datetime, limit: Limit, pauses: Sequence[Pause], calendar: Calendar) -> date:
    """The day on which a limit in days ends."""
    if limit.amount == 0:
        closed = start > calendar.close(calendar.day_of(start))
        return next(_counted_days(start, Unit.working_days, pauses, calendar, 1 if closed else 0))
    days = _counted_days(start, limit.unit, pauses, calendar)
    last = next(day for number, day in enumerate(days, 1) if number == limit.amount)
    while not calendar.is_working(last):
        last = next(days)
    return last


def _crosses_unknown(start: datetime, end: datetime, calendar: Calendar) -> bool:
    years = range(calendar.day_of(start).year, calendar.day_of(end).year + 1)
    return any(year not in calendar.known_years for year in years)


def _left(now: datetime, end: datetime, unit: Unit, pauses: Sequence[Pause], calendar: Calendar) -> int:
    """What is left between now and the end: days still to come, or hours begun; negative when past."""
    early, late, sign = (now, end, 1) if now <= end else (end, now, -1)
    if unit.in_days:
        last = calendar.day_of(late)
        day, count = calendar.day_of(early), 0
        while day < last:
            day += _DAY
            count += unit is Unit.calendar_days or calendar.is_working(day)
        return sign * count
    spans = _free(early, pauses) if unit is Unit.hours else _business(early, pauses, calendar)
    total = _NONE
    for begin, stop in spans:
        if begin >= late:
            break
        total += min(stop, late) - begin
    return sign * -(-total // timedelta(hours=1))


# --- hours ------------------------------------------------------------------------------------------


def _run(start: datetime, amount: timedelta, spans: Iterator[Span]) -> datetime:
    """The instant at which `amount` of the time inside `spans` has passed."""
    at = start
    for begin, end in spans:
        at = max(at, begin)
        if end - at >= amount:
            return at + amount
        amount -= end - at
        at = end
    raise ValueError("this calendar has too few working hours")


def _free(start: datetime, pauses: Sequence[Pause]) -> Iterator[Span]:
    """Time from `start` on that is not paused, as spans in order; the last one has no end to speak of."""
    at = start
    for pause in sorted(pauses, key=lambda p: p.start):
        if pause.end is None or pause.end <= at:
            continue
        if pause.start > at:
            yield at, pause.start
        at = pause.end
    yield at, datetime.max.replace(tzinfo=UTC)


def _business(start: datetime, pauses: Sequence[Pause], calendar: Calendar) -> Iterator[Span]:
    """Business hours from `start` on that are not paused, as spans in order."""
    free = list(_free(start, pauses))
    first = calendar.day_of(start)
    days = (calendar.day_of(free[-1][0]) - first).days + LONGEST * 8
    for day in (first + timedelta(days=step) for step in range(days)):
        if not calendar.is_working(day):
            continue
        for (begin, end), (a, b) in product(calendar.open(day), free):
            if max(a, begin) < min(b, end):
                yield max(a, begin), min(b, end)
