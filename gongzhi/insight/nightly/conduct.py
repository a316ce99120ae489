"""How cases ran against their procedure: one question to the warehouse, every kind of course replayed once.

Cases that made the same steps are one course; a county has some hundred of them, whatever its size. Waits are counted
for every case by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import transaction
from numpy.typing import NDArray

from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly.counts import Span
from gongzhi.insight.process import replay, traces, waits
from gongzhi.insight.process.replay import Replayed
from gongzhi.insight.process.rules import BEHIND, DAYS, ENDED, MAYBE, MOVES, UNDONE, VARIANTS
from gongzhi.insight.process.tables import Conduct, Trait
from gongzhi.insight.process.traces import RECEIVED, Told, Trace
from gongzhi.insight.process.waits import Working
from gongzhi.procedures import calendars, nets
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.rules import Net

KINDS = (*MOVES, *MAYBE, UNDONE, ENDED, RECEIVED, "case.asked", "case.rated", "case.appeal_answered")
HOUR = 3600.0
OFFICES = 5  # named at each stage
DRAWS = 200
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Course:
    """One case: its trace and what its replay found."""

    case: str
    trace: Trace
    told: Replayed


@dataclass(slots=True)
class Group:
    """The cases that followed one version of a procedure, newest last."""

    net: Net
    courses: list[Course] = field(default_factory=list)
    untold: int = 0


def make(*, at: datetime, span: Span, warehouse: Warehouse) -> int:
    """Draw anew how the cases of the last year ran; how many were replayed."""
    first = max(span.first, span.last - timedelta(days=DAYS - 1))
    groups = grouped(warehouse, first, span.last)
    calendar = calendars.calendar()
    end = datetime.combine(span.last + timedelta(days=1), datetime.min.time(), span.zone).astimezone(UTC)
    working = Working(calendar, first, span.last)
    with transaction.atomic():
        Conduct.objects.all().delete()
        for (code, version), group in sorted(groups.items()):
            _keep(code, version, group, at=at, first=first, until=span.last, end=end.timestamp(), working=working)
    return sum(len(group.courses) for group in groups.values())


def grouped(warehouse: Warehouse, first: date, last: date) -> dict[tuple[str, int], Group]:
    """The cases received on these days, replayed on the version each began with."""
    told = list(told_cases(warehouse, first, last))
    versions = procedures.versions(f"case:{case}" for case, _imported, _facts in told)
    groups: dict[tuple[str, int], Group] = {}
    seen: dict[tuple[str, int, tuple[replay.Step, ...]], Replayed] = {}
    for case, imported, facts in told:
        follows = versions.get(f"case:{case}")
        if follows is None:
            continue
        group = groups.get(follows)
        if group is None:
            group = groups[follows] = Group(nets.by_version(*follows))
        trace = traces.trace(facts)
        if imported and trace.only_ends:
            group.untold += 1
            continue
        key = (*follows, trace.steps)
        if key not in seen:
            seen[key] = replay.replay(group.net, trace.steps)
        group.courses.append(Course(case, trace, seen[key]))
    return groups


def told_cases(warehouse: Warehouse, first: date, last: date) -> Iterator[tuple[str, bool, list[Told]]]:
    """(case, whether it was imported, its facts in order) of every case received on these days, by case."""
    cases = warehouse.table("cases", first, last).select("case", "source")
    events = warehouse.table("events", first).drop("day")
    mine = events.filter(events.kind.isin(KINDS)).join(cases, "case")
    got = mine.select("case", "source", "index", "kind", "reason", "organ", "at")
    table = got.order_by(["case", "index"]).to_pyarrow()
    case = _coded(table["case"])
    kind, reason, organ, source = (_coded(table[name]) for name in ("kind", "reason", "organ", "source"))
    at = table["at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy() / 1e6
    edges = np.flatnonzero(np.diff(case[1])) + 1
    for begin, end in zip([0, *edges.tolist()], [*edges.tolist(), len(at)], strict=True):
        if begin == end:
            continue
        facts = [
            Told(kind[0][kind[1][n]], reason[0][reason[1][n]], organ[0][organ[1][n]], float(at[n]))
            for n in range(begin, end)
        ]
        if facts[0].kind == RECEIVED:
            yield case[0][case[1][begin]], source[0][source[1][begin]] == traces.IMPORTED, facts


def _coded(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    """A column of words as the words and their numbers."""
    coded = column.cast("string").combine_chunks().dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _keep(
    code: str,
    version: int,
    group: Group,
    *,
    at: datetime,
    first: date,
    until: date,
    end: float,
    working: Working,
) -> None:
    counted = Counter(id(course.told) for course in group.courses)
    told = {id(course.told): course.told for course in group.courses}
    ended = [course for course in group.courses if course.told.ended]
    conduct = Conduct.objects.create(
        procedure=code,
        version=version,
        first=first,
        until=until,
        cases=len(group.courses),
        ended=len(ended),
        fitting=sum(course.told.fits for course in ended),
        untold=group.untold,
        fitness=replay.fitness((told[key], times) for key, times in counted.items()),
        figures=figures(group, end=end, working=working),
        made_at=at,
    )
    rows = [Trait(conduct=conduct, **row) for row in found(group)]
    Trait.objects.bulk_create(rows, batch_size=200)


def figures(group: Group, *, end: float, working: Working) -> dict[str, Any]:
    """Stages with their waits, moves and lines with how often, variants, and fitness with its interval."""
    moves, edges, variants = Counter[str](), Counter[tuple[str, str]](), Counter[tuple[str, ...]]()
    for course in group.courses:
        moves.update(code for _at, code in course.told.moves)
        edges.update(course.told.edges)
        variants[tuple(code for _at, code in course.told.moves)] += 1
    most = variants.most_common(VARIANTS)
    return {
        "stages": stages(group, end=end, working=working),
        "moves": dict(moves),
        "edges": [[source, target, times] for (source, target), times in sorted(edges.items())],
        "variants": [[list(steps), times] for steps, times in most],
        "kinds": len(variants),
        "others": sum(variants.values()) - sum(times for _steps, times in most),
        "undone": sum(course.trace.undone for course in group.courses),
        "fitness": fitness_interval(group),
    }


def fitness_interval(group: Group) -> list[float] | None:
    """Between which values fitness lies nine times of ten, were the cases drawn again; None without any that ended."""
    ended = [course.told for course in group.courses if course.told.ended]
    if not ended:
        return None
    counted = Counter(map(id, ended))
    rows = {id(one): (one.missing, one.consumed, one.remaining, one.produced) for one in ended}
    values = np.array([rows[key] for key in counted], np.float64)
    shares = np.array(list(counted.values()), np.float64) / len(ended)
    sums = np.random.default_rng(1).multinomial(len(ended), shares, DRAWS) @ values
    drawn = 1 - sums[:, 0] / sums[:, 1] / 2 - sums[:, 2] / sums[:, 3] / 2
    return [round(float(one), 4) for one in np.quantile(drawn, (0.05, 0.95))]


def stages(group: Group, *, end: float, working: Working) -> list[dict[str, Any]]:
    """How long work lay in each stage that owes something: by the clock and in the county's working hours, what still
    lies counted as waiting; and how much of all working time was spent there, and at which offices."""
    stays = _stays(group, end)
    told: list[dict[str, Any]] = []
    for stage in group.net.stages:
        mine = stays.get(stage.code)
        if stage.ends or mine is None:
            continue
        begin, left, done = mine.arrays()
        clock, work = (left - begin) / HOUR, working.between(begin, left) / HOUR
        told.append(
            {
                "stage": stage.code,
                "stays": int(begin.size),
                "still": int((~done).sum()),
                "half": _shown(waits.quantile(clock, done, 0.5)),
                "most": _shown(waits.quantile(clock, done, 0.9)),
                "half_work": _shown(waits.quantile(work, done, 0.5)),
                "most_work": _shown(waits.quantile(work, done, 0.9)),
                "lost": round(float(work.sum()), 1),
                "offices": _offices(mine.organs, work),
            }
        )
    whole = sum(one["lost"] for one in told) or 1.0
    return [one | {"share": round(one["lost"] / whole, 4)} for one in told]


@dataclass(slots=True)
class _Stays:
    begins: list[float] = field(default_factory=list)
    lefts: list[float] = field(default_factory=list)
    done: list[bool] = field(default_factory=list)
    organs: list[str] = field(default_factory=list)

    def arrays(self) -> tuple[Reals, Reals, NDArray[np.bool_]]:
        return np.array(self.begins), np.array(self.lefts), np.array(self.done, np.bool_)


def _stays(group: Group, end: float) -> dict[str, _Stays]:
    found: dict[str, _Stays] = {}
    for course in group.courses:
        times, organs = course.trace.times, course.trace.organs
        for stay in course.told.stays:
            mine = found.setdefault(stay.stage, _Stays())
            mine.begins.append(times[stay.entered])
            mine.lefts.append(max(times[stay.entered], times[stay.left] if stay.left is not None else end))
            mine.done.append(stay.left is not None)
            mine.organs.append(organs[stay.entered])
    return found


def _shown(told: waits.Quantile) -> list[float | None]:
    """A quantile with its interval, in hours."""
    return [None if one is None else round(one, 2) for one in (told.value, told.low, told.high)]


def _offices(organs: Sequence[str], work: Reals) -> list[list[Any]]:
    """The offices where most working time lay: (organ, hours, stays)."""
    hours: dict[str, float] = {}
    stays = Counter(organs)
    for organ, lost in zip(organs, work.tolist(), strict=True):
        hours[organ] = hours.get(organ, 0.0) + lost
    most = sorted((organ for organ in hours if organ), key=lambda organ: -hours[organ])[:OFFICES]
    return [[organ, round(hours[organ], 1), stays[organ]] for organ in most]


def found(group: Group) -> list[dict[str, Any]]:
    """The deviations and loops of a group as rows of Trait, those of most cases first."""
    times: Counter[tuple[str, str]] = Counter()
    behind: dict[tuple[str, str], list[str]] = {}
    for course in group.courses:
        here = Counter((one.kind, one.code) for one in course.told.deviations)
        here += traces.loops(group.net, course.told, course.trace.organs)
        times += here
        for key in here:
            behind.setdefault(key, []).append(course.case)
    return [_trait(key, behind[key], times[key], len(group.courses)) for key in sorted(behind)]


def _trait(key: tuple[str, str], cases: Sequence[str], times: int, whole: int) -> dict[str, Any]:
    low, high = waits.wilson(len(cases), whole)
    newest = sorted(cases, reverse=True)[:BEHIND]  # ids grow with time
    return {
        "kind": key[0],
        "code": key[1][:200],
        "cases": len(cases),
        "times": times,
        "share": round(len(cases) / whole, 5),
        "low": round(low, 5),
        "high": round(high, 5),
        "behind": newest,
    }
