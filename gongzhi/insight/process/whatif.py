"""A changed procedure on last year's cases: which would have gone otherwise, which limits held, who would do how much.

Every case is replayed on the changed net with its own steps at their own times. Where the net asks for a step nobody
made, the work is thought to lie there as long as it really lay in a stage of the same kind (drawn from what was
measured, in the county's working hours); where a stage is gone, between none and all of the time spent in it is saved.
Limits are reckoned by the same arithmetic before and after, so that only the change differs. Nothing is written.

What no replay can know is said with every result (telling.LIMITS): people act otherwise under another procedure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.process import replay, traces
from gongzhi.insight.process.replay import Deviation, Replayed, Step
from gongzhi.insight.process.traces import Round, Told, Trace
from gongzhi.insight.process.waits import Working, moment
from gongzhi.kit import worktime
from gongzhi.kit.worktime import Calendar, Limit, Pause
from gongzhi.procedures.rules import Net

Reals = NDArray[np.float64]
DRAWS = 200
SAME = 1e-9  # working hours that are none
HOUR = 3600.0
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Past:
    """One case as it was: its facts, the net it followed, its matter, whether only its ends are told."""

    case: str
    matter: str
    facts: Sequence[Told]
    net: Net
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """A stage work would newly lie in: how often, and how long that is assumed to take (working hours: half, and
    nine in ten between), measured at which stages."""

    stage: str
    times: int
    like: tuple[str, ...]
    half: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a changed procedure would have done. `reasons`: (kind, code, cases) of what would have gone otherwise;
    `late_*` of `rounds` promises: before, after with the interval of what is assumed; `newly` late, `spared`;
    `matters`: (matter, rounds, late before, after); `loads`: (permit, times before, after); `saved`: stages that are
    gone."""

    cases: int
    untold: int
    otherwise: int
    reasons: tuple[tuple[str, str, int], ...]
    rounds: int
    late_before: int
    late_after: int
    late_low: int
    late_high: int
    newly: int
    spared: int
    matters: tuple[tuple[str, int, int, int], ...]
    loads: tuple[tuple[str, int, int], ...]
    added: tuple[Added, ...]
    saved: tuple[str, ...]


@dataclass(slots=True)
class _Promise:
    """One round under both procedures: due before and after, when answered, and what would have been added."""

    matter: str
    answered: float
    before: float
    after: float
    open: bool
    stages: tuple[str, ...] = ()
    gone: float = 0.0  # working hours in stages that are no more


@dataclass(slots=True)
class _Sums:
    cases: int = 0
    untold: int = 0
    otherwise: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    promises: list[_Promise] = field(default_factory=list)
    lain: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


def tried(
    net: Net,
    past: Iterable[Past],
    *,
    limits: Mapping[str, tuple[Limit, Limit]],
    calendar: Calendar,
    working: Working,
    until: float,
    seed: int = 1,
) -> WhatIf:
    """Replay cases on a changed net. `limits`: matter → (as it is, as tried); `until`: the moment up to which what has
    no answer yet is looked at. Same input, same answer."""
    sums = _Sums()
    kinds: dict[tuple[int, tuple[Step, ...]], tuple[Replayed, Replayed]] = {}
    nets: dict[int, Net] = {}
    for one in past:
        trace = traces.trace(one.facts)
        if one.imported and trace.only_ends:
            sums.untold += 1
            continue
        key = (id(nets.setdefault(one.net.version, one.net)), trace.steps)
        if key not in kinds:
            kinds[key] = replay.replay(one.net, trace.steps), replay.replay(net, trace.steps)
        old, fresh = kinds[key]
        _count(sums, net, one, trace, old, fresh)
        if one.matter in limits:
            reckon = _Reckoning(one.net, net, limits[one.matter], calendar, until)
            sums.promises += _promises(one, trace, old, fresh, net, reckon, working)
    return _told(sums, net, working, seed)


def _count(sums: _Sums, net: Net, one: Past, trace: Trace, old: Replayed, fresh: Replayed) -> None:
    """What goes otherwise in one case, and who makes how many steps before and after."""
    sums.cases += 1
    news = list((Counter(_named(fresh)) - Counter(_named(old))).elements())
    sums.otherwise += bool(news)
    sums.reasons.update(set(news))
    permits = {move.code: move.permit for move in one.net.moves}
    later = {move.code: move.permit for move in net.moves}
    sums.before.update(permits[code] for _at, code in old.moves if permits[code])
    sums.after.update(later[code] for _at, code in fresh.moves if later.get(code))
    sums.after.update(later[code] for _at, way in added(old, fresh) for code in way if later[code])
    for stay in old.stays:  # what was made in one go lay nowhere in between
        if stay.left is not None and trace.times[stay.left] > trace.times[stay.entered]:
            sums.lain.setdefault(stay.stage, []).append((trace.times[stay.entered], trace.times[stay.left]))


def _named(told: Replayed) -> list[tuple[str, str]]:
    return [(one.kind, one.code) for one in told.deviations]


def added(old: Replayed, fresh: Replayed) -> list[tuple[int, tuple[str, ...]]]:
    """The ways of steps the changed net asks for that the old one did not: (place in the trace, moves)."""
    known = Counter(_named(old))
    found = []
    for one in fresh.deviations:
        if known[one.kind, one.code]:
            known[one.kind, one.code] -= 1
        elif one.kind == "skipped":
            found.append((one.at, _way(one)))
    return found


def _way(one: Deviation) -> tuple[str, ...]:
    return tuple(one.code.split(">")[:-1])


@dataclass(frozen=True, slots=True)
class _Reckoning:
    """When a round is due under the old and the changed procedure."""

    old: Net
    net: Net
    limits: tuple[Limit, Limit]
    calendar: Calendar
    until: float

    def due(self, one: Round, *, changed: bool) -> float:
        limit, terms = self.limits[changed], _terms(self.net if changed else self.old)
        pauses = []
        for halt in one.halts:
            most = terms.get(halt.reason)
            if most is None:
                continue  # the changed procedure knows no such pause
            begin = moment(halt.begin)
            end = min(moment(self.until if halt.end is None else halt.end), self.longest(begin, most))
            pauses.append(Pause(begin, max(begin, end), halt.reason))
        return worktime.due(moment(one.begin), limit, pauses, self.calendar).at.timestamp()

    def longest(self, begin: Any, most: Limit) -> Any:
        return worktime.due(begin, most, (), self.calendar).at


def _terms(net: Net) -> dict[str, Limit]:
    """Coded reason → the longest a pause for it may last."""
    return {term.reason: term.at_most for move in net.moves for term in move.clock.pauses}


def _promises(
    one: Past, trace: Trace, old: Replayed, fresh: Replayed, net: Net, reckon: _Reckoning, working: Working
) -> list[_Promise]:
    """The rounds of a case that were answered or are overdue, with what the change adds before the answer."""
    found = []
    ways = added(old, fresh)
    stages = {stage.code for stage in net.stages}
    for here in traces.rounds(one.facts):
        before, after = reckon.due(here, changed=False), reckon.due(here, changed=True)
        answered = here.answered if here.answered is not None else reckon.until
        is_open = here.answered is None
        if is_open and reckon.until <= min(before, after):
            continue
        news = tuple(
            stage
            for at, way in ways
            if here.begin < trace.times[at] <= answered
            for code in way
            for stage in net.move(code).puts_in[:1]
        )
        gone = [
            (trace.times[stay.entered], min(answered, trace.times[stay.left]))
            for stay in old.stays
            if stay.left is not None and stay.stage not in stages and here.begin <= trace.times[stay.entered] < answered
        ]
        lost = sum(
            float(working.until(np.array([end]))[0] - working.until(np.array([begin]))[0]) for begin, end in gone
        )
        found.append(_Promise(one.matter, answered, before, after, is_open, news, lost / HOUR))
    return found


def _told(sums: _Sums, net: Net, working: Working, seed: int) -> WhatIf:
    pools = {stage: _pool(sums, net, stage, working) for one in sums.promises for stage in one.stages}
    late = _lateness(sums.promises, pools, working, seed)
    before, after = late.before, late.after
    counts = late.drawn.sum(axis=1) if late.drawn.size else np.array([after.sum()])
    low, high = (int(one) for one in np.quantile(counts, (0.05, 0.95), method="inverted_cdf"))
    middle = int(after.sum())
    matters = sorted({one.matter for one in sums.promises})
    index = np.array([matters.index(one.matter) for one in sums.promises], np.int64)
    table = [
        (matter, int((index == n).sum()), int(before[index == n].sum()), int(after[index == n].sum()))
        for n, matter in enumerate(matters)
    ]
    changed = sorted(table, key=lambda row: (-abs(row[3] - row[2]), -row[1]))[:SHOWN]
    permits = sorted(sums.before.keys() | sums.after.keys())
    gone = {stage for stage in sums.lain if stage not in {one.code for one in net.stages}}
    return WhatIf(
        cases=sums.cases,
        untold=sums.untold,
        otherwise=sums.otherwise,
        reasons=tuple((*key, times) for key, times in sums.reasons.most_common(SHOWN)),
        rounds=len(sums.promises),
        late_before=int(before.sum()),
        late_after=middle,
        late_low=min(low, middle),
        late_high=max(high, middle),
        newly=int((after & ~before).sum()),
        spared=int((before & ~after).sum()),
        matters=tuple(changed),
        loads=tuple((permit, sums.before[permit], sums.after[permit]) for permit in permits),
        added=tuple(_added(stage, *pool, sums.promises) for stage, pool in sorted(pools.items())),
        saved=tuple(sorted(gone)),
    )


def _pool(sums: _Sums, net: Net, stage: str, working: Working) -> tuple[tuple[str, ...], Reals]:
    """Measured stays (working hours) that tell how long work would lie in a stage: its own where there were any, else
    those of stages that wait for the same kind of people, else all."""
    asks = {one.code: one.asks_of for one in net.stages}
    like: tuple[str, ...] = (stage,) if stage in sums.lain else ()
    like = like or tuple(one for one in sorted(sums.lain) if asks.get(one) == asks.get(stage))
    like = like or tuple(sorted(sums.lain))
    pairs = np.array([pair for one in like for pair in sums.lain[one]], np.float64).reshape(-1, 2)
    lain = working.between(pairs[:, 0], pairs[:, 1]) / HOUR
    return like, lain if lain.size else np.zeros(1)


def _added(stage: str, like: tuple[str, ...], lain: Reals, promises: Sequence[_Promise]) -> Added:
    half, low, high = (round(float(one), 2) for one in np.quantile(lain, (0.5, 0.05, 0.95), method="inverted_cdf"))
    return Added(stage, sum(one.stages.count(stage) for one in promises), like, half, low, high)


@dataclass(frozen=True, slots=True)
class _Late:
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]  # with what is assumed at its middle
    drawn: NDArray[np.bool_]  # (draws, rounds)


def _lateness(
    promises: Sequence[_Promise], pools: Mapping[str, tuple[tuple[str, ...], Reals]], working: Working, seed: int
) -> _Late:
    """Which rounds were late, would be with what is assumed at its middle, and in each draw of it."""
    answered, due, then = (np.array([getattr(one, name) for one in promises], np.float64)
                           for name in ("answered", "after", "before"))  # fmt: skip
    before = answered > then
    touched = np.flatnonzero([bool(one.stages or one.gone) for one in promises])
    slack = (working.until(due) - working.until(answered)) / HOUR
    after = answered > due
    if not touched.size:
        return _Late(before, after, np.empty((0, len(promises)), np.bool_))
    middle = {stage: float(np.median(lain)) for stage, (_like, lain) in pools.items()}
    chance = np.random.default_rng(seed)
    drawn = np.repeat(after[None, :], DRAWS, axis=0)
    saved = chance.random(DRAWS)
    for at in touched.tolist():
        one = promises[at]
        shift = sum(middle[stage] for stage in one.stages) - one.gone / 2
        after[at] = _passes(one, shift, float(slack[at]))
        added = [chance.choice(pools[stage][1], DRAWS) for stage in one.stages]
        shifts = np.sum(added, axis=0) - saved * one.gone if added else -saved * one.gone
        drawn[:, at] = np.where(np.abs(shifts) < SAME, one.answered > one.after, shifts > slack[at])
    return _Late(before, after, drawn)


def _passes(one: _Promise, shift: float, slack: float) -> bool:
    """Whether a round is late when its answer comes `shift` working hours later, with so many left until it was due; an
    answer that does not move is judged by the moment."""
    return one.answered > one.after if abs(shift) < SAME else shift > slack
