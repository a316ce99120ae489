"""One case's steps replayed on the net they were to follow: token by token, and with what was left out put back.

Two replays run side by side. The plain one is that of Rozinat & van der Aalst, "Conformance checking of processes based
on monitoring real behavior", Information Systems 33(1), 2008, 64-95, doi 10.1016/j.is.2007.07.001: a step that lacks a
token gets one (*missing*), what lies about at the end is *remaining*, and fitness weighs both against the tokens
*consumed* and *produced*. An inhibitor (`unless`) counts as a place that must hold a token, as in a net without
inhibitors. The mended one says in words what was wrong: steps nobody noted are put in where a short way leads to the
noted one, so that one slip is one deviation and not a flood of them.

Holders are no part of it: who may make a step the permits decide, and the facts of steps they refused do not exist.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gongzhi.insight.process.rules import AHEAD
from gongzhi.procedures.rules import Giving, Move, Net, Taking

Marking = Counter[str]
Frozen = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a case as its fact tells it: the move, how many receivers it named, whether it is one only where it can
    be (`maybe`); `ends`: the thing is no more, wherever it stood."""

    move: str
    many: int = 1
    maybe: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Deviation:
    """What was wrong at a step (its place in the trace, from 1): kind and code as in tables.Trait."""

    kind: str
    code: str
    at: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A stage held work from one step to another; 0 is the receipt, `left` None: it still does."""

    stage: str
    entered: int
    left: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay found. `moves`: (place in the trace, move) of the steps that were moves; `edges`: (from, to) of
    each; tokens as in the paper; `ended`: nothing is owed any more."""

    moves: tuple[tuple[int, str], ...]
    edges: tuple[tuple[str, str], ...]
    stays: tuple[Stay, ...]
    deviations: tuple[Deviation, ...]
    ended: bool
    produced: int
    consumed: int
    missing: int
    remaining: int

    @property
    def fits(self) -> bool:
        """Whether it ended and nothing was missing or left over."""
        return self.ended and not self.deviations and not self.missing and not self.remaining


def fitness(told: Iterable[tuple[Replayed, int]]) -> float | None:
    """How well many cases fit (1: wholly), from replays and how often each occurred; None without any that ended."""
    sums = [0, 0, 0, 0]
    for one, times in told:
        if one.ended:
            for at, value in enumerate((one.missing, one.consumed, one.remaining, one.produced)):
                sums[at] += times * value
    missing, consumed, remaining, produced = sums
    return 1 - missing / consumed / 2 - remaining / produced / 2 if consumed and produced else None


@dataclass(slots=True)
class _Plain:
    """The replay of the paper: missing tokens are lent, nothing is mended."""

    net: Net
    marking: Marking
    produced: int = 1
    consumed: int = 0
    missing: int = 0
    remaining: int = 0

    def fire(self, move: Move, many: int) -> None:
        choice = cheapest(move, self.marking)
        for stage, taking in choice:
            count = wanted(choice, stage, taking, self.marking)
            self.missing += max(0, count - self.marking[stage])
            self.consumed += count
            self.marking[stage] = max(0, self.marking[stage] - count)
        for stage in move.unless:
            blocked = int(self.marking[stage] > 0)
            self.consumed, self.produced = self.consumed + 1, self.produced + 1
            self.missing, self.remaining = self.missing + blocked, self.remaining + blocked
        for stage, giving in move.put:
            count = many if giving == Giving.EACH else 1
            self.marking[stage] += count
            self.produced += count

    def foreign(self) -> None:
        """A step that no net knows: it takes what nobody put and leaves what nobody takes."""
        self.produced, self.consumed = self.produced + 1, self.consumed + 1
        self.missing, self.remaining = self.missing + 1, self.remaining + 1

    def end(self, stage: str) -> None:
        """Its thing is no more: all there is goes, one token comes in an ending stage."""
        self.consumed += sum(self.marking.values())
        self.marking = Counter({stage: 1})
        self.produced += 1

    def finish(self, ended: bool) -> None:
        """The world takes a token from an ending stage; what is left is remaining. Nothing of work that goes on."""
        if not ended:
            return
        last = next((s.code for s in self.net.stages if s.ends and self.marking[s.code]), None)
        self.consumed += 1
        if last is None:
            self.missing += 1
        else:
            self.marking[last] -= 1
        self.remaining += sum(self.marking.values())


@dataclass(slots=True)
class _Mended:
    """The replay that goes on: where work lies, since when, and what was wrong."""

    net: Net
    marking: Marking
    since: dict[str, int] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    owed: Counter[str] = field(default_factory=Counter)

    def fire(self, move: Move, many: int, at: int) -> list[tuple[str, str]]:
        """Make a move, lending what is missing; the pairs of stages work went between."""
        choice = cheapest(move, self.marking)
        taken = [stage for stage, _taking in choice if self.marking[stage]]
        if not taken:
            taken = self._nearest()
            for stage in taken:
                self.marking[stage] -= 1
        for stage, taking in choice:
            self.marking[stage] = max(0, self.marking[stage] - wanted(choice, stage, taking, self.marking))
        for stage, giving in move.put:
            self.marking[stage] += many if giving == Giving.EACH else 1
        if len(move.put) == 1 and move.puts_in[0] in taken:
            self._leave(move.puts_in[0], at)  # the same stage anew, with somebody else
        self._note(at)
        kept = {stage for stage in taken if stage in move.puts_in} if len(move.put) > 1 else set()
        return [(source, target) for source in taken for target in move.puts_in if target not in kept]

    def end(self, stage: str, at: int) -> None:
        """All work on it ends at once."""
        self.marking = Counter({stage: 1})
        self._note(at)

    def _nearest(self) -> list[str]:
        """Where work that is forced on is taken from: the stage it came to last."""
        held = [stage for stage, count in self.marking.items() if count]
        return [max(held, key=lambda stage: self.since.get(stage, 0))] if held else []

    def _leave(self, stage: str, at: int) -> None:
        entered = self.since.pop(stage)
        if entered != at:
            self.stays.append(Stay(stage, entered, at))

    def _note(self, at: int) -> None:
        """Stays begin and end where a stage fills and empties; what was only passed through is none."""
        for stage in [stage for stage in self.since if not self.marking[stage]]:
            self._leave(stage, at)
        for stage, count in self.marking.items():
            if count:
                self.since.setdefault(stage, at)


def replay(net: Net, trace: Sequence[Step]) -> Replayed:
    """Replay the steps of one case. Same steps, same answer; every step is judged, none is refused."""
    plain = _Plain(net, Counter({net.start: 1}))
    mended = _Mended(net, Counter({net.start: 1}), {net.start: 0})
    moves: list[tuple[int, str]] = []
    edges: list[tuple[str, str]] = []
    found: list[Deviation] = []
    known = {move.code for move in net.moves}
    last = next((stage.code for stage in net.stages if stage.ends), net.start)
    for at, step in enumerate(trace, 1):
        if step.ends:
            plain.end(last)
            mended.end(last, at)
        elif step.move not in known:
            if not step.maybe:
                plain.foreign()
                found.append(Deviation("foreign", step.move, at))
        elif not step.maybe or enabled(net.move(step.move), mended.marking):
            plain.fire(net.move(step.move), step.many)
            found += _judge(net, mended, trace, at, edges)
            moves.append((at, step.move))
    ended = bool(+mended.marking) and all(net.stage(stage).ends for stage in +mended.marking)
    plain.finish(ended)
    stays = [*mended.stays, *(Stay(stage, since, None) for stage, since in mended.since.items())]
    tokens = (plain.produced, plain.consumed, plain.missing, plain.remaining)
    return Replayed(tuple(moves), tuple(edges), tuple(stays), tuple(found), ended, *tokens)


def _judge(
    net: Net, mended: _Mended, trace: Sequence[Step], at: int, edges: list[tuple[str, str]]
) -> Iterator[Deviation]:
    """Make one step in the mended replay; what was wrong with it."""
    step = trace[at - 1]
    move = net.move(step.move)
    if enabled(move, mended.marking):
        edges += mended.fire(move, step.many, at)
        return
    if mended.owed[step.move]:  # it was put in before, where it should have been
        mended.owed[step.move] -= 1
        return
    way = missing_way(net, mended.marking, step.move)
    if not way:
        yield Deviation("forced", step.move, at)
    else:
        later = Counter(one.move for one in _round(net, trace[at:]))
        known = not Counter(way) - later
        mended.owed.update(way if known else ())
        yield Deviation("out_of_order" if known else "skipped", ">".join((*way, step.move)), at)
    for code in way or ():
        mended.fire(net.move(code), 1, at)
    edges += mended.fire(move, step.many, at)


def _round(net: Net, rest: Sequence[Step]) -> Iterator[Step]:
    """Steps up to the next one that begins from an end."""
    known = {move.code: move for move in net.moves}
    for step in rest:
        if step.move in known and begins_again(net, known[step.move]):
            return
        yield step


def enabled(move: Move, marking: Marking) -> bool:
    """Whether a move can be made: tokens of one alternative are there, and what must be empty is."""
    return not any(marking[stage] for stage in move.unless) and lacks(cheapest(move, marking), marking) == 0


def cheapest(move: Move, marking: Marking) -> tuple[tuple[str, Taking], ...]:
    """The alternative that lacks fewest tokens, the first of equals."""
    return min(move.take, key=lambda choice: lacks(choice, marking))


def lacks(choice: tuple[tuple[str, Taking], ...], marking: Marking) -> int:
    """How many tokens an alternative lacks; one that takes whatever there is needs at least one token in all."""
    return sum(max(0, wanted(choice, stage, taking, marking) - marking[stage]) for stage, taking in choice)


def wanted(choice: tuple[tuple[str, Taking], ...], stage: str, taking: Taking, marking: Marking) -> int:
    """How many tokens an alternative takes from a stage."""
    if taking is not Taking.ALL:
        return 1
    only = all(how is Taking.ALL for _stage, how in choice)
    nothing = only and not any(marking[one] for one, _how in choice)
    return 1 if nothing and stage == choice[0][0] else marking[stage]


def begins_again(net: Net, move: Move) -> bool:
    """Whether a move takes work from an end back to a stage that owes something."""
    return any(net.stage(stage).ends for stage in move.takes_from) and not all(
        net.stage(stage).ends for stage in move.puts_in
    )


def missing_way(net: Net, marking: Marking, move: str, most: int = AHEAD) -> tuple[str, ...] | None:
    """The shortest way of steps after which a move can be made, at most `most` of them and none that begins again;
    None when there is none, () when it can be made at once."""
    return _way(net, tuple(sorted((+marking).items())), move, most)


@lru_cache(maxsize=20_000)
def _way(net: Net, start: Frozen, move: str, most: int) -> tuple[str, ...] | None:
    queue: deque[tuple[Frozen, tuple[str, ...]]] = deque([(start, ())])
    seen = {start}
    while queue:
        frozen, way = queue.popleft()
        marking = Counter(dict(frozen))
        if enabled(net.move(move), marking):
            return way
        if len(way) == most:
            continue
        for one in net.moves:
            if one.code == move or begins_again(net, one) or not enabled(one, marking):
                continue
            after = _after(one, marking)
            if after not in seen:
                seen.add(after)
                queue.append((after, (*way, one.code)))
    return None


def _after(move: Move, marking: Marking) -> Frozen:
    choice = cheapest(move, marking)
    left = marking.copy()
    for stage, taking in choice:
        left[stage] -= wanted(choice, stage, taking, marking)
    left.update(stage for stage, _giving in move.put)
    return tuple(sorted((+left).items()))
