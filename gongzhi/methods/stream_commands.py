"""`gongzhi detect --method stream|bursts`: single events of a file, judged by the minute or by the day.

A row is an event (or `observed` of them at one moment); days without a row had none. The first part of the days is
learned from, the rest is judged with what was known before it.
"""

from __future__ import annotations

import argparse
import sys
from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods import memory, tables
from gongzhi.methods.stream import batches, budget, learn
from gongzhi.methods.stream import bursts as daily
from gongzhi.methods.stream.bank import Bank
from gongzhi.methods.tables import BadTable

Longs = NDArray[np.int64]
GROWS = 4.0  # bytes of memory a byte of the file becomes at most
STEP = 7  # days after which the baseline is learned anew
BUDGET = 10.0  # false findings a month of all series, where none is said
HEAD = ["series", "time", "observed", "expected", "upperbound", "alarm"]


@dataclass(frozen=True, slots=True)
class Events:
    """Events in order of the file: number of the series, second, how many, number of the origin; days by a zone."""

    names: list[str]
    origins: list[str]
    key: Longs
    second: Longs
    many: Longs
    origin: Longs
    zone: tzinfo

    def days(self) -> tuple[date, int]:
        """First day and number of days."""
        first, last = (
            datetime.fromtimestamp(int(at), self.zone).date() for at in (self.second.min(), self.second.max())
        )
        return first, (last - first).days + 1


def zone_of(name: str) -> tzinfo:
    """The zone of this name; refused when it is unknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadTable(f"--zone: “{name}” is no zone of the clock; Asia/Shanghai is China's") from None


def read(path: Path, zone: tzinfo, moments: bool) -> Events:
    """The events of a file; whatever cannot be read is said with row and column."""
    if large := memory.too_large(path, GROWS, "split it by series or by years"):
        raise BadTable(large)
    found = tables.records(path, ("series", "time"))
    names = next(found)[1]
    place = {name: at for at, name in enumerate(names)}
    keys: dict[str, int] = {}
    origins: dict[str, int] = {}
    columns = [array("q") for _ in range(4)]
    zoned: bool | None = None
    for line, row in found:
        name = row[place["series"]].strip()
        if not name:
            raise BadTable(f"row {line}, column series: it is empty; every event belongs to a series")
        at, has = _moment(row[place["time"]].strip(), line, zone, moments)
        if zoned not in (None, has):
            raise BadTable(f"row {line}, column time: moments with and without a zone are mixed in one file")
        zoned = has
        if moments and columns[1] and at < columns[1][-1]:
            raise BadTable(
                f"row {line}, column time: {row[place['time']]} comes after a later moment; sort the file by time"
            )
        origin = row[place["origin"]].strip() if "origin" in place else ""
        many = int(tables.whole(row[place["observed"]].strip(), line)) if "observed" in place else 1
        each = (keys.setdefault(name, len(keys)), at, many, origins.setdefault(origin, len(origins)))
        for column, value in zip(columns, each, strict=True):
            column.append(value)
    if not keys:
        raise BadTable("the file has a first row and no other; there is nothing to look at")
    key, second, many_, origin_ = (np.array(column, np.int64) for column in columns)
    return Events(list(keys), list(origins), key, second, many_, origin_, zone)


def _moment(text: str, line: int, zone: tzinfo, moments: bool) -> tuple[int, bool]:
    """Seconds since 1970 of a moment (or of the noon of a day), and whether it has a zone of its own."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise BadTable(f"row {line}, column time: “{text}” is no moment like 2026-03-02T09:14+08:00") from None
    bare = len(text) <= len("2026-03-02") and ":" not in text
    if bare and moments:
        raise BadTable(
            f"row {line}, column time: {text} is a day; by the minute a moment is needed (or --method bursts)"
        )
    if bare:
        when = when.replace(hour=12)
    has = when.tzinfo is not None
    return round((when if has else when.replace(tzinfo=zone)).timestamp()), has


def _first_judged(days: int, last: int, least: int) -> int:
    """Days learned from before the first judged one; refused when they are too few."""
    learned = days - last if last else max(least, days // 2)
    if learned < least or learned >= days:
        raise BadTable(
            f"{days} days are in the file and {max(learned, 0)} would be learned from; at least {least} are needed, "
            "and one to judge"
        )
    return learned


def _stream(events: Events, words: argparse.Namespace, tell: Callable[[str], None]) -> Iterator[list[object]]:
    """One row an alarm, in order of time; every week the baseline is learned anew from all days before it."""
    first, days = events.days()
    off = _off(words.holidays, first, days)
    key, second = np.repeat(events.key, events.many), np.repeat(events.second, events.many)
    number, share = len(events.names), words.budget or BUDGET
    bank: Bank | None = None
    for start in range(_first_judged(days, words.last, learn.LEAST), days, STEP):
        past = learn.calendar(first, start, events.zone, off)
        ahead = learn.calendar(first + timedelta(days=start), min(STEP, days - start), events.zone, off)
        known = np.searchsorted(second, past.begins[-1])
        stop = np.searchsorted(second, ahead.begins[-1])
        spread = batches.dispersion(key[:known], second[:known], past, number=number)
        base = learn.learn(key[:known], second[:known], past, ahead, number=number, dispersed=spread)
        limits = budget.limits(base.rate, false_a_month=share, dispersed=spread)
        begins = int(ahead.begins[0])
        bank = Bank(base, limits, begins=begins) if bank is None else bank.moved(base, limits, begins)
        got = bank.feed(key[known:stop], second[known:stop])
        tell(f"judged until {first + timedelta(days=start + len(ahead.kind) - 1)}")
        for i in range(len(got.key)):
            when, since = (datetime.fromtimestamp(int(at[i]), events.zone).isoformat() for at in (got.at, got.since))
            seen = int(got.observed[i])
            yield [events.names[got.key[i]], when, seen, f"{got.expected[i]:.4g}", seen - 1, 1, since]


def _bursts(events: Events, words: argparse.Namespace, tell: Callable[[str], None]) -> Iterator[list[object]]:
    """One row a series and judged day."""
    first, days = events.days()
    begins = learn.calendar(first, days, events.zone).begins
    off = _off(words.holidays, first, days)
    dates = [first + timedelta(days=d) for d in range(days)]
    resting = np.array([day.weekday() > 4 or day in off for day in dates])
    a_year = words.budget * 12 / len(events.names) if words.budget else 1.0
    start = _first_judged(days, words.last, daily.FIRST)
    when = np.searchsorted(begins, events.second, side="right") - 1
    for number, name in enumerate(events.names):
        mine = events.key == number
        day, origin = (np.repeat(each[mine], events.many[mine]) for each in (when, events.origin))
        told = len(events.origins) > 1
        found = {
            burst.day: burst
            for burst in daily.bursts(day, days, origin=origin if told else None, resting=resting, false_a_year=a_year)
        }
        counts, known = np.bincount(day, minlength=days), np.zeros(days, np.bool_)
        for today in range(days):
            burst = found.get(today)
            if today >= start:
                mean, spread = daily.expected(counts, resting, known, today)
                bound = daily.highest(mean, spread, a_year / 365)
                bulk = events.origins[burst.origin] if burst and burst.bulk else ""
                alarm = int(burst is not None and not burst.bulk)
                yield [name, dates[today], int(counts[today]), f"{mean:.6g}", bound, alarm, bulk]
            known[today] = burst is not None
        if (number + 1) % 100 == 0:
            tell(f"{number + 1} of {len(events.names)} series")


def _off(country: str, first: date, days: int) -> Collection[date]:
    """Public holidays of the country in these days."""
    if not country:
        return ()
    import holidays

    if country not in holidays.list_supported_countries():
        raise BadTable(f"--holidays: no holidays of “{country}” are known; CN is China")
    years = range(first.year, (first + timedelta(days=days)).year + 1)
    return set(holidays.country_holidays(country, years=years))


def run(words: argparse.Namespace) -> str:
    """Read, judge, write; returns the sentence to print. Raises BadTable and StreamError."""
    moments = words.method == "stream"
    events = read(words.input, zone_of(words.zone), moments)
    alarms = 0

    def told() -> Iterator[list[object]]:
        nonlocal alarms
        judge = _stream if moments else _bursts
        for row in judge(events, words, lambda text: print(text, file=sys.stderr)):
            alarms += int(str(row[5]))
            yield row

    tables.write(words.out, [*HEAD, "since" if moments else "bulk_entry"], told())
    return f"{len(events.names)} series, {int(events.many.sum()):,} events, {alarms} alarms: {words.out}"
