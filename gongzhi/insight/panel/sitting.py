"""The panel's night: each judged day every way of looking is asked what it alone would have raised, and what it says of
the findings of that day. It raises nothing, so the county's budget of false findings stays what it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from gongzhi.insight import expecting, rules, scanning
from gongzhi.insight.counting import LEVELS, Key
from gongzhi.insight.judging import World
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.panel import crossing, looking, things
from gongzhi.insight.panel.looking import Look, Room
from gongzhi.insight.panel.rules import DAYS, HELD, KEPT_THINGS, MAIN, WAYS
from gongzhi.insight.panel.tables import Alone, Opinion, Sitting

WEEK = 7  # days after which a week's look is no news of the one before
Vote = dict[str, Any]


def waiting(last: date) -> list[date]:
    """The judged days of the last `DAYS` up to `last` the panel has not sat on, in order."""
    first = last - timedelta(days=DAYS - 1)
    done = set(Sitting.objects.filter(day__gte=first).values_list("day", flat=True))
    judged = Looked.objects.filter(day__gte=first, day__lte=last).order_by("day").values_list("day", flat=True)
    return [day for day in judged if day not in done]


def sit(*, at: datetime, world: World, zone: ZoneInfo) -> int:
    """Sit on every judged day that waits, from the counts as they are; how many. The same again changes nothing.

    A finding that is asked about for the first time is asked about its earlier days too."""
    last = world.counts.first + timedelta(days=world.counts.days - 1)
    fresh = [day for day in waiting(last) if world.number(day) > 0]
    if not fresh:
        return 0
    asked = _asked(fresh, world)
    days = sorted({*fresh, *asked})
    numbers = [world.number(day) for day in days]
    room = Room(world, crossing.crossed(world.counts, world.above, numbers), numbers, scanning.spots(world), zone)
    for day in days:
        _one(room, day, asked.get(day, []), news=day in fresh, at=at)
    old = days[-1] - timedelta(days=HELD)
    Alone.objects.filter(day__lt=old).delete()
    Sitting.objects.filter(day__lt=old).delete()
    return len(fresh)


def _asked(fresh: Sequence[date], world: World) -> dict[date, list[Finding]]:
    """Which findings are asked about on which days: those of each fresh day, and of earlier days where none was."""
    held = set(Opinion.objects.values_list("finding_id", flat=True))
    found: dict[date, list[Finding]] = {}
    for row in Finding.objects.filter(kind="rise", subject="", last_day__gte=fresh[0] - timedelta(days=6)):
        first = max(row.first_day, fresh[0] - timedelta(days=DAYS), world.counts.first + timedelta(days=1))
        until = row.last_day + timedelta(days=(looking.SUNDAY - row.last_day.weekday()) % 7)
        for day in (first + timedelta(days=n) for n in range((min(until, fresh[-1]) - first).days + 1)):
            within = day <= row.last_day or day.weekday() == looking.SUNDAY
            if within and (day in fresh or row.pk not in held):
                found.setdefault(day, []).append(row)
    return found


def _one(room: Room, day: date, findings: Sequence[Finding], *, news: bool, at: datetime) -> None:
    """One day: the opinions on these findings; and what each way alone would have raised, where the day is `news`."""
    today = room.world.number(day)
    keys = [(row.matter, row.place, row.channel) for row in findings]
    looks = looking.looks(room, day, keys)
    series, sparse = room.crossed.figures[room.days.index(today)]
    with transaction.atomic():
        for row, key in zip(findings, keys, strict=True):
            _opinion(row, key, looks, day, at=at)
        if not news:
            return
        for way in dict.fromkeys(look.way for look in looks):
            _alone(way, [look for look in looks if look.way == way], day, dict(room.world.above))
        nested = room.world.series.alive(today, expecting.PAST)
        told = {"at": at, "nested": nested, "crossed": series, "sparse": sparse}
        Sitting.objects.update_or_create(day=day, defaults=told)


def _alone(way: str, looks: Sequence[Look], day: date, above: dict[str, str]) -> None:
    """What one way alone would have raised; one thing once, and what goes on is told apart."""
    alarms = {look.keys[at]: (look, at) for look in looks for at in look.alarms}
    leads = things.leads(alarms, above)
    grain = WAYS[way].grain
    back = WEEK if grain == "week" else rules.CONTINUES
    earlier = Alone.objects.filter(way=way, grain=grain, day__lt=day, day__gte=day - timedelta(days=back))
    before = {(str(one[0]), str(one[1])) for row in earlier for one in row.things}
    news = things.fresh(leads, before, above)
    kept = sorted(zip(leads, news, strict=True), key=lambda one: not one[1])[:KEPT_THINGS]
    told = {
        "series": sum(int((look.told.able & look.busy).sum()) for look in looks),
        "unable": sum(int((~look.told.able & look.busy).sum()) for look in looks),
        "raised": sum(news),
        "going": len(leads) - sum(news),
        "things": [[*key, *_figures(*alarms[key]), new] for key, new in kept],
    }
    Alone.objects.update_or_create(day=day, grain=grain, way=way, defaults=told)


def _figures(look: Look, at: int) -> list[float | None]:
    """Observed, expected and bound of one series of a look."""
    seen = look.counts if look.told.seen is None else look.told.seen
    return [_number(float(column[at])) for column in (seen, look.told.expected, look.told.bound)]


def _number(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None


def _opinion(row: Finding, key: Key, looks: Sequence[Look], day: date, *, at: datetime) -> None:
    """What every way says of one finding, added to what it said on earlier days: once raised stays raised, and the
    day it was is kept."""
    held = Opinion.objects.filter(finding=row).first()
    votes: dict[str, Vote] = {str(vote["way"]): dict(vote) for vote in (held.votes if held else [])}
    within = row.first_day <= day <= row.last_day
    for look in looks:
        grain = WAYS[look.way].grain
        if key in look.keys and (within or grain == "week"):
            vote = _vote(look, list(look.keys).index(key), day)
            if _says_more(vote, votes.get(look.way)):
                votes[look.way] = vote
    for way, grain in MAIN.items():
        if grain in (row.grain, *row.ways):
            votes[way] = {"way": way, "answer": "yes", "day": row.first_day.isoformat(), "why": ""}
        elif way not in votes and _asked_of(grain, row, day):
            votes[way] = {"way": way, "answer": "no", "day": day.isoformat(), "why": ""}
    told = [votes[way] for way in WAYS if way in votes]
    may = [vote for vote in told if WAYS[vote["way"]].votes and vote["answer"] != "unable"]
    agree = sum(vote["answer"] == "yes" for vote in may)
    changes = {"until": day, "votes": told, "agree": agree, "able": len(may), "made_at": at}
    Opinion.objects.update_or_create(finding=row, defaults=changes)


def _asked_of(grain: str, row: Finding, day: date) -> bool:
    """Whether the look of that grain that raises findings could have seen it by that day."""
    if grain == "scan":
        return len(row.place) > LEVELS[0]
    return grain != "week" or day.weekday() == looking.SUNDAY


def _vote(look: Look, at: int, day: date) -> Vote:
    """One way's word on one series of a day."""
    vote: Vote = {"way": look.way, "day": day.isoformat(), "why": ""}
    if not look.told.able[at]:
        short = look.told.needs > 0
        places = look.way in ("gi", "moran")
        why = "few_places" if places else "short" if short else "sparse"
        return vote | {"answer": "unable", "why": why, "needs": look.told.needs}
    observed, expected, bound = _figures(look, at)
    p = float(look.told.p[at])
    chance = p / look.alpha * look.month if math.isfinite(p) else None
    few = not look.busy[at]
    answer = "yes" if look.told.alarm[at] and not few else "no"
    told = {"answer": answer, "observed": observed, "expected": expected, "bound": bound, "chance": chance}
    return vote | told | {"why": "few" if few else ""}


def _says_more(fresh: Vote, held: Vote | None) -> bool:
    """Whether a later word takes the place of an earlier one: the first yes stays; a no of a surer day is told."""
    if held is None or held["answer"] == "unable":
        return True
    if held["answer"] == "yes" or fresh["answer"] == "unable":
        return False
    surer = (fresh.get("chance") or math.inf) < (held.get("chance") or math.inf)
    return bool(fresh["answer"] == "yes" or surer)
