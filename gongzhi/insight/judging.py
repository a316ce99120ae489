"""Judging ended days and weeks: which matter in which place, by which channel, brought more than its past lets expect.

Every matter, its parents and all of them together are looked at in the county, its towns and its villages, and by
source: nested series, judged by `expecting`. The budget of false findings handed in is dealt out evenly over the series
that had anything lately, so that their expected number of false findings is at most the budget; nested series can only
lower it, since what speaks of one thing is joined. Places finer than a village are too few to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight import expecting
from gongzhi.insight.counting import Counts, Key, Series, chain, series
from gongzhi.insight.entering import Entries
from gongzhi.insight.expecting import Days, Seasons
from gongzhi.insight.rules import LASTS, LEAST, given, nested
from gongzhi.insight.spreading import Spreads
from gongzhi.insight.tails import Tails
from gongzhi.methods.counts import calibrated

Flags = NDArray[np.bool_]
MOVED = 4  # matters named in a rise of all of them
MANY = 3  # closer findings that together are one wider thing
YEARS = 2.3  # of weeks from which on the calibrated rule expects them
DRAWN = 28  # days of a curve before the day itself


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to look at. `curve`: (day, observed, expected, upper) of the past and the day or week itself; `parts`:
    what was joined into it as (matter, place, observed, expected); `kind` and `evidence`: what it was recognised as and
    by what; `chance`: how many like it chance shows in the county in a month; `sure`: below the budget's share."""

    matter: str
    place: str
    observed: int
    expected: float
    upper: float
    p: float
    spread: float = 1.0  # variance over mean of what was expected
    channel: str = ""
    grain: str = "day"
    since: date | None = None
    until: date | None = None
    chance: float = 0.0
    sure: bool = True
    curve: tuple[tuple[str, int, float, float], ...] = ()
    parts: tuple[tuple[str, str, int, float], ...] = ()
    kind: str = "rise"
    source: str = ""
    source_count: int = 0
    evidence: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """The series it was found in."""
        return self.matter, self.place, self.channel


@dataclass(frozen=True, slots=True)
class World:
    """What days are judged from: the counts of all years kept, their series, seasons and days."""

    counts: Counts
    above: Mapping[str, str]
    series: Series
    seasons: Seasons
    days: Days
    entries: Entries | None = None
    spreads: Spreads | None = None
    tails: Tails | None = None

    @classmethod
    def of(cls, counts: Counts, above: Mapping[str, str], resting: Flags, entries: Entries | None = None) -> World:
        """From the counts; `resting` (days,) weekends and holidays; `entries` the single ones of the last months."""
        days = Days.of(counts, resting, counts.first.weekday())
        nested_ = series(counts, above)
        once = series(entries.by_cell(), above) if entries is not None else nested_
        spreads = Spreads(once)
        tails = Tails(once, spreads, days.resting)
        return cls(counts, above, nested_, Seasons.of(counts, above), days, entries, spreads, tails)

    @property
    def once(self) -> Series:
        """The same series with a go of entries by habit, within one place, counted once where that is known."""
        return self.series if self.spreads is None else self.spreads.series

    def number(self, day: date) -> int:
        """A day as counted from the first."""
        return (day - self.counts.first).days

    def expected(self, key: Key, today: int, marked: Flags, span: int = 1) -> tuple[float, float]:
        """Mean and spread of a day, or of the week that ends with it (`span` 7), of one series."""
        row = self.series.table[self.series.at[key]].astype(np.float64)
        if span > 1 and (known := self._long_known(row, today)) is not None:
            return known
        return self.expects(row, key, today, marked, span)

    def expects(self, row: NDArray[np.float64], key: Key, today: int, marked: Flags, span: int) -> tuple[float, float]:
        """The same for any row of days in the place of the series' own; never less spread than series like it have."""
        growth = self.seasons.growth(key[0], today)
        if span == 1:
            mean, spread = expecting.day(row, marked, self.days, today, growth)
        else:
            mean, spread = expecting.week(row, marked, today, growth)
        return mean, max(spread, self.spreads.of(key, today) if self.spreads is not None else 1.0)

    def _long_known(self, row: NDArray[np.float64], today: int) -> tuple[float, float] | None:
        """A week by the calibrated rule, where there are years enough."""
        weeks = (today + 1) // 7
        if weeks < YEARS * 52 or not row[: today + 1].any():
            return None
        past = row[today + 1 - 7 * weeks : today + 1].reshape(weeks, 7).sum(axis=1)
        seen = calibrated.expect(past[None, :], np.array([weeks - 1]))
        return max(float(seen.now[0, 0]), 0.5 / weeks), max(1.0, float(seen.spread[0, 0]))


class Known:
    """The days already found. They are no past for the series found, for what lies in it, and for its parts."""

    def __init__(self, first: date, days: int, above: Mapping[str, str]) -> None:
        self.first, self.days, self.above = first, days, above
        self.found: list[tuple[str, str, bool, Flags]] = []
        self.chance: set[tuple[str, str]] = set()  # (matter, place) of which people said that nothing was there

    def add(self, matter: str, place: str, first: date, last: date, *, closer: bool) -> None:
        """Days of one finding; `closer`: also of everything within it."""
        marks = np.zeros(self.days, np.bool_)
        begin, end = (first - self.first).days, (last - self.first).days + 1
        marks[max(0, begin) : max(0, end)] = True
        self.found.append((matter, place, closer, marks))

    def of(self, key: Key) -> Flags:
        """The marked days of a series."""
        marks = np.zeros(self.days, np.bool_)
        for matter, place, closer, days in self.found:
            same = (matter, place) == key[:2]
            if same or (closer and key[1].startswith(place) and (not matter or matter in chain(key[0], self.above))):
                marks |= days
        return marks


def judge(
    world: World, day: date, known: Known, *, budget: float = given("day"), span: int = 1, lasting: Iterable[Key] = ()
) -> tuple[list[Candidate], int]:
    """What a day (`span` 1) or the week that ends with it (7) brought too much of, surest first, one entry for one
    thing; then those of `lasting` that go on; and how many series shared the budget.

    `budget` in false findings a month."""
    today = world.number(day)
    alive = world.series.alive(today, expecting.PAST)
    alpha = budget * span / 30 / max(1, alive)
    sums = world.series.table[:, max(0, today - span + 1) : today + 1].sum(axis=1)
    going = set(lasting)
    found: list[Candidate] = []
    on: list[Candidate] = []
    for at in map(int, np.flatnonzero(sums >= LEAST)):
        key, count = world.series.keys[at], int(sums[at])
        mean, spread = world.expected(key, today, known.of(key), span)
        p = expecting.tail(count, mean, spread)
        if p < alpha:
            p = max(p, _again(world, key, today, known, span))
        if p < alpha or (p < LASTS and key in going):
            one = _candidate(key, count, (mean, spread), p, sure=p < alpha)
            one = replace(one, chance=p * alive * 30 / span)
            one = one if span == 1 else _of_week(one, world.series.table[at], today, world.counts.first)
            (found if one.sure else on).append(one)
    leads = [_with_moved(world, one, today, known, span) for one in [*joined(found, dict(world.above), alpha), *on]]
    return [replace(one, curve=curve(world, one, today, known, span)) for one in leads], alive


def _with_moved(world: World, one: Candidate, today: int, known: Known, span: int) -> Candidate:
    """A rise of all matters together names those right under the top that moved most in it, surest first."""
    if one.matter:
        return one
    told = {part[:2] for part in one.parts}
    found = []
    for key in world.series.keys:
        if key[1:] != (one.place, "") or not key[0] or world.above.get(key[0], "") or key[:2] in told:
            continue
        count = int(world.series.table[world.series.at[key], today - span + 1 : today + 1].sum())
        if count < LEAST:
            continue
        mean, spread = world.expected(key, today, known.of(key), span)
        p = expecting.tail(count, mean, spread)
        if p < LASTS:
            found.append((p, (key[0], key[1], count, round(mean, 2))))
    return replace(one, parts=(*one.parts, *(part for _p, part in sorted(found)[:MOVED])))


def _again(world: World, key: Key, today: int, known: Known, span: int) -> float:
    """How surprising a day or week is when what one hand entered at one go counts once, as far as the spikes that came
    before tell and as far down as the tail of such counts reaches here."""
    row = world.series.table[world.series.at[key]].astype(np.float64)
    if world.entries is not None and world.entries.covers(today):
        row = world.entries.goes(key, today, world.above).astype(np.float64)
    count = int(row[today - span + 1 : today + 1].sum())
    usual = world.expects(row, key, today, known.of(key), span)
    nothing = any(nested(key[:2], view, dict(world.above)) for view in known.chance)
    least = 1 if nothing else expecting.TWICE
    again = expecting.recurring(row, world.days.resting, today, count, usual, span, least)
    p = expecting.tail(count, *usual)
    return max(again, p if world.tails is None else world.tails.corrected(key, today, p, usual, span))


def _candidate(key: Key, count: int, expected: tuple[float, float], p: float, *, sure: bool) -> Candidate:
    mean, spread = expected
    matter, place, channel = key
    return Candidate(matter, place, count, mean, expecting.upper(mean, spread), p, spread, channel, sure=sure)


def _of_week(one: Candidate, row: NDArray[np.int32], today: int, first: date) -> Candidate:
    """A week's rise lasts from its first to its last day with more than a seventh of what the week lets expect."""
    busy = today - 6 + np.flatnonzero(row[today - 6 : today + 1] > one.expected / 7)
    since, until = (first + timedelta(days=int(at)) for at in (busy[0], busy[-1]))
    return replace(one, grain="week", since=since, until=until)


def curve(
    world: World, one: Candidate, today: int, known: Known, span: int = 1
) -> tuple[tuple[str, int, float, float], ...]:
    """Four weeks (of weeks: sixteen) and the day or week itself, each with what its own past let expect."""
    row = world.series.table[world.series.at[one.key]]
    marked, points = known.of(one.key), []
    back = DRAWN if span == 1 else 7 * (expecting.WEEKS - 1)
    for at in range(today - back, today + 1, span):
        if at < 5 * span:
            continue
        mean, spread = world.expected(one.key, at, marked, span)
        day = (world.counts.first + timedelta(days=at)).isoformat()
        points.append((day, int(row[at - span + 1 : at + 1].sum()), round(mean, 2), expecting.upper(mean, spread)))
    return tuple(points)


def joined(found: Sequence[Candidate], above: dict[str, str], alpha: float) -> list[Candidate]:
    """One entry for one thing, from the closest view to the widest.

    A wider view whose rest, once the excess of closer findings is taken away, is ordinary says nothing of its own: it
    becomes a part of the surest of them. When its rest is unusual too, or many closer ones or several channels say it
    together, it leads and they are its parts."""
    leads: list[Candidate] = []
    order = sorted(found, key=lambda c: (-len(c.place), -len(chain(c.matter, above)), not c.channel, c.p))
    for one in order:
        closer = [lead for lead in leads if nested((one.matter, one.place), (lead.matter, lead.place), above)]
        if not closer:
            leads.append(one)
            continue
        rest = one.observed - round(sum(lead.observed - lead.expected for lead in closer))
        unusual = rest >= LEAST and expecting.tail(rest, one.expected, one.spread) < alpha
        channels = [lead for lead in closer if lead.channel and lead.key[:2] == one.key[:2]]
        if unusual or len(closer) >= MANY or len(channels) > 1:
            leads = [lead for lead in leads if lead not in closer]
            leads.append(replace(one, parts=tuple(part for lead in closer for part in (part_of(lead), *lead.parts))))
        else:
            surest = min(closer, key=lambda lead: lead.p)
            leads[leads.index(surest)] = replace(surest, parts=_with(surest, one))
    return sorted(leads, key=lambda lead: lead.p)


def _with(lead: Candidate, one: Candidate) -> tuple[tuple[str, str, int, float], ...]:
    """The parts of a lead with one more; the same matter and place by another channel is no part worth telling."""
    told = {part[:2] for part in lead.parts} | {lead.key[:2]}
    return lead.parts if one.key[:2] in told else (*lead.parts, part_of(one))


def part_of(one: Candidate) -> tuple[str, str, int, float]:
    """A candidate as a part of another."""
    return one.matter, one.place, one.observed, round(one.expected, 2)
