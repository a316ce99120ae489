"""From the facts of a case to the steps of its trace, and what goes round in it. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gongzhi.insight.process.replay import Replayed, Step, begins_again
from gongzhi.insight.process.rules import ENDED, UNDONE, move_of
from gongzhi.procedures.rules import Net

RECEIVED, TAKEN = "case.received", ("case.sent", "case.handed_over")
IMPORTED = "import"


@dataclass(frozen=True, slots=True)
class Told:
    """One fact of a case as the warehouse keeps it; `at` in seconds since 1970."""

    kind: str
    reason: str
    organ: str
    at: float


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of a case, when each was made, whose it was from then on; place 0 is the receipt. `undone` steps were
    taken back within ten seconds and are none."""

    steps: tuple[Step, ...]
    times: tuple[float, ...]
    organs: tuple[str, ...]
    undone: int = 0

    @property
    def only_ends(self) -> bool:
        """Whether nothing is told but how it began and ended."""
        return {step.move for step in self.steps} <= {"answer", "close"} and len(self.steps) <= 2


def trace(facts: Sequence[Told]) -> Trace:
    """The trace of one case from all its facts, in their order.

    Answering and closing in one go is one fact and two steps; a step that was undone leaves the trace."""
    steps: list[tuple[Step, float, str]] = []
    organ, answered = "", False
    stood, undone = kept(facts)
    for fact in stood:
        if fact.kind == RECEIVED or fact.kind in TAKEN:
            organ = fact.organ or organ
        made = _steps(fact, answered)
        steps += [(step, fact.at, organ) for step in made]
        answered = _answered(steps) if made else answered
    start = facts[0]
    times = (start.at, *(at for _step, at, _organ in steps))
    organs = (start.organ, *(organ for _step, _at, organ in steps))
    return Trace(tuple(step for step, _at, _organ in steps), times, organs, undone)


def kept(facts: Sequence[Told]) -> tuple[list[Told], int]:
    """The facts without what was taken back, and how many moves were. Undoing is only ever of the deed before it."""
    found: list[Told] = []
    undone = 0
    for fact in facts:
        if fact.kind != UNDONE:
            found.append(fact)
        elif len(found) > 1 and move_of(found[-1].kind, found[-1].reason)[0]:
            found.pop()
            undone += 1
    return found, undone


@dataclass(frozen=True, slots=True)
class Halt:
    """A pause of the clock: from when to when (None: it lasts), for which coded reason."""

    begin: float
    end: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a case: since when its clock ran, its pauses, when it was answered (None: not yet)."""

    begin: float
    halts: tuple[Halt, ...] = ()
    answered: float | None = None


def rounds(facts: Sequence[Told]) -> list[Round]:
    """The rounds of a case, in order; one that was withdrawn before its answer has none of its own."""
    found: list[Round] = []
    here, halt = Round(facts[0].at), None
    for fact in kept(facts)[0][1:]:
        move = move_of(fact.kind, fact.reason)[0]
        if fact.kind == ENDED and fact.reason == "ended" and here.answered is None:
            return found
        if move in ("ask", "pause"):
            halt = Halt(fact.at, None, fact.reason)
        elif halt is not None and move in ("resume", "answer", "close"):
            here = replace(here, halts=(*here.halts, replace(halt, end=fact.at)))
            halt = None
        if move in ("answer", "close") and here.answered is None:
            here = replace(here, answered=fact.at)
        elif move == "reopen" and here.answered is not None:
            found.append(here)
            here, halt = Round(fact.at), None
    return [*found, replace(here, halts=(*here.halts, halt)) if halt else here]


def _steps(fact: Told, answered: bool) -> list[Step]:
    if fact.kind == ENDED:
        return [Step("", ends=True)] if fact.reason == "ended" else []
    move, maybe = move_of(fact.kind, fact.reason)
    if not move:
        return []
    if fact.kind == "case.closed" and not answered:
        return [Step("answer"), Step("close")]
    return [Step(move, max(1, len(fact.organ.split())) if move == "help" else 1, maybe)]


def _answered(steps: Sequence[tuple[Step, float, str]]) -> bool:
    """Whether an answer was given since the work began, or began again."""
    told = [step.move for step, _at, _organ in steps]
    begun = max((at for at, move in enumerate(told) if move == "reopen"), default=-1)
    return "answer" in told[begun + 1 :]


def loops(net: Net, replayed: Replayed, organs: Sequence[str]) -> Counter[tuple[str, str]]:
    """What went round in a case: (kind, code) → how often.

    `reopened`: a step that takes work back from an end. `repeated`: a step off the straight line from start to end made
    again in the same round (handing over, asking, pausing). `returned`: an office got it again after another had it."""
    found: Counter[tuple[str, str]] = Counter()
    line, again = straight(net), Counter[str]()
    moves = {move.code: move for move in net.moves}
    for _at, code in replayed.moves:
        if begins_again(net, moves[code]):
            found["reopened", code] += 1
            again.clear()
            continue
        again[code] += 1
        aside = code not in line and any(_on(net, stage, line) for stage in moves[code].takes_from)
        if aside and again[code] > 1:
            found["repeated", code] += 1
    found.update(("returned", organ) for organ in _returned(organs))
    return found


def _returned(organs: Iterable[str]) -> list[str]:
    """Offices that got the case again after it had gone elsewhere."""
    seen: list[str] = []
    found = []
    for organ in organs:
        if organ and (not seen or organ != seen[-1]):
            found += [organ] if organ in seen else []
            seen.append(organ)
    return found


def straight(net: Net) -> frozenset[str]:
    """The moves on ways from the start to an end that never go back up the file's order of stages."""
    place = {stage.code: at for at, stage in enumerate(net.stages)}
    good = {stage.code for stage in net.stages if stage.ends}
    found: set[str] = set()
    for stage in reversed(net.stages):
        for move in net.moves:
            onward = [one for one in move.puts_in if place[one] > place[stage.code] and one in good]
            if stage.code in move.takes_from and onward and not stage.ends:
                found.add(move.code)
                good.add(stage.code)
    return frozenset(found)


def _on(net: Net, stage: str, line: frozenset[str]) -> bool:
    """Whether a stage lies on the straight line (or is an end)."""
    return net.stage(stage).ends or any(stage in net.move(code).takes_from for code in line)
