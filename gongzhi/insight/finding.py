"""Finding: what has ended is judged from the warehouse, day after day, week after week; what is unusual is raised.

The counts of all years kept are read once; every day judged after that costs what its busy series cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from gongzhi.insight import (
    entering,
    incidents,
    judging,
    naming,
    nowhere,
    quiet,
    raising,
    redrawing,
    rules,
    scanning,
    standings,
    watching,
)
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.counting import Key, counted
from gongzhi.insight.judging import Candidate, Known, World
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.panel import sitting
from gongzhi.insight.raising import Seen
from gongzhi.insight.signals import judging as signals
from gongzhi.insight.warehouse import filling
from gongzhi.procedures import calendars

LEARNING = 21  # days of history before a county is judged at all: three of each weekday
WATCHED = 42  # days before its minutes are watched: a chart needs a surer rate than a day does
BACK = 120  # days a first look goes back
SINGLE = BACK + 2 * entering.PAST  # days of which every single entry is known
KEPT = 1200  # days of counts held: three years of seasons
SUNDAY = 6
VILLAGE = 12  # digits of its code


def catch_up(*, by: str, at: datetime, folder: Path, zone: ZoneInfo, tell: Callable[[date], None]) -> int:
    """Refresh the warehouse and judge every whole day that was not judged yet, at most the last `BACK` of them, and
    every week that ended in them.

    Returns how many findings were raised or continued."""
    filling.refresh(folder, at=at, zone=zone)
    nowhere.recognise(by=by, at=at, folder=folder, zone=zone)
    note_first_words(folder)
    incidents.gather_all(by=by, at=at)
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    days = waiting(folder, yesterday)
    if not days:
        return 0
    world = world_of(folder, days[-1])
    count = 0
    warehouse = Warehouse(folder)
    for day in days:
        count += len(look(by=by, at=at, world=world, day=day))
        count += len(signals.look(by=by, at=at, warehouse=warehouse, day=day))
        tell(day)
    sitting.sit(at=at, world=world, zone=zone)
    return count


def waiting(folder: Path, yesterday: date) -> list[date]:
    """The ended days that can be judged and were not."""
    held = Warehouse(folder).manifest.span("cases")
    if held is None:
        return []
    first = max(held[0] + timedelta(days=LEARNING), yesterday - timedelta(days=BACK))
    judged = set(Looked.objects.filter(day__gte=first).values_list("day", flat=True))
    days = (first + timedelta(days=n) for n in range((yesterday - first).days + 1))
    return [day for day in days if day not in judged]


def world_of(folder: Path, last: date) -> World:
    """Everything days up to `last` are judged from."""
    warehouse = Warehouse(folder)
    held = warehouse.manifest.span("cases")
    first = max(held[0] if held else last, last - timedelta(days=KEPT))
    counts = counted(warehouse, first, last)
    working = calendars.calendar().is_working
    resting = np.array([not working(first + timedelta(days=n)) for n in range(counts.days)])
    entries = entering.entered(warehouse, counts, max(first, last - timedelta(days=SINGLE)), last)
    return World.of(counts, raising.tree(), resting, entries)


def plan_minutes(folder: Path, today: date, *, zone: ZoneInfo) -> bool:
    """Plan what the charts of the minute expect of today; false while there is too little to learn from."""
    held = Warehouse(folder).manifest.span("cases")
    if held is None or (today - held[0]).days < WATCHED:
        return False
    world = world_of(folder, today - timedelta(days=1))
    watching.plan(world, folder, today, zone=str(zone)).write(folder)
    return True


def look(*, by: str, at: datetime, world: World, day: date, budget: float = rules.BUDGET) -> list[Finding]:
    """Judge one whole day, the week when it ends one, and neighbouring places; returns what was raised or continued.

    The same day again changes nothing. What is recognised as no rise is kept as explained, with its evidence."""
    known, lasting = _known(world, day), _lasting(day)
    found, alive = judging.judge(world, day, known, budget=rules.given("day", budget), lasting=lasting)
    spent = (rules.given("day", budget) + rules.given("minute", budget)) / 30
    if day.weekday() == SUNDAY and world.number(day) >= LEARNING:
        weekly, _ = judging.judge(world, day, known, budget=rules.given("week", budget), span=7)
        found += [one for one in weekly if one.sure]
        spent += rules.given("week", budget) * 7 / 30
    found += scanning.scan(world, day, scanning.spots(world), budget=rules.given("scan", budget))
    spent += (rules.given("scan", budget) + rules.given("signal", budget)) / 30
    kept = [
        row for one in found if (row := _keep(naming.named(world, one, day, known), by=by, at=at, day=day, world=world))
    ]
    redrawing.redraw(world, known, day)
    unique = list({row.pk: row for row in kept}.values())
    told = {"at": at, "series": alive, "found": len(unique), "spent": spent}
    Looked.objects.update_or_create(day=day, defaults=told)
    return unique


def _keep(one: Candidate, *, by: str, at: datetime, day: date, world: World) -> Finding | None:
    seen = Seen(
        matter=one.matter,
        place=one.place,
        channel=one.channel,
        grain=one.grain,
        kind=one.kind,
        first=one.since or day,
        last=one.until or day,
        observed=one.observed,
        expected=one.expected,
        upper=one.upper,
        p=one.p,
        chance=one.chance,
        curve=one.curve,
        parts=one.parts,
        source=one.source,
        source_count=one.source_count,
        evidence=dict(one.evidence) | _quiet(one),
    )
    return raising.keep(seen, by=by, at=at, above=dict(world.above), only_going_on=not one.sure)


def _quiet(one: Candidate) -> dict[str, str | int | float]:
    """What silence hides of it: of a village's count, or of the villages that neighbours together are made of."""
    places = [(place, seen) for _matter, place, seen, _expected in one.parts] if one.grain == "scan" else []
    places = places or ([(one.place, one.observed)] if len(one.place) >= VILLAGE else [])
    return quiet.corrected(places, standings.factors()) if places else {}


def _known(world: World, before: date) -> Known:
    """The days already found: a finding's own, those of what lies in it, and those of its parts; but not those that
    people explained as ordinary ones."""
    known = Known(world.counts.first, world.counts.days, world.above)
    found = Finding.objects.filter(last_day__gte=world.counts.first, first_day__lt=before)
    known.chance = set(found.filter(reason="chance").values_list("matter", "place"))
    for row in found.exclude(kind__in=("fallback", *rules.SIGNALS)).exclude(reason__in=rules.ORDINARY):
        last = min(row.last_day, before - timedelta(days=1))
        known.add(row.matter, row.place, row.first_day, last, closer=row.kind == "rise")
        for matter, place, *_counts in row.parts:
            known.add(str(matter), str(place), row.first_day, last, closer=False)
    return known


def _lasting(day: date) -> Iterable[Key]:
    """The series of findings that may still go on."""
    since = day - timedelta(days=rules.CONTINUES)
    rows = Finding.objects.filter(kind="rise", last_day__gte=since, first_day__lt=day)
    return [(row.matter, row.place, row.channel) for row in rows]


def note_first_words(folder: Path) -> None:
    """The first public answer to a case of a finding's days, matter and place, once there is one."""
    waits = list(Finding.objects.filter(first_word_at=None, kind="rise"))
    if not waits:
        return
    below, warehouse = raising.tree(), Warehouse(folder)
    for row in waits:
        cases = warehouse.table("cases", row.first_day, row.last_day)
        mine = cases.filter(cases.division.startswith(row.place))
        if row.matter:
            mine = mine.filter(mine.matter.isin([code for code in below if rules.holds(row.matter, code, below)]))
        word = mine.answered_at.min().to_pyarrow().as_py()
        if word is not None:
            Finding.objects.filter(pk=row.pk, first_word_at=None).update(first_word_at=word)
