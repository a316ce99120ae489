"""A net as a YAML file: its schema, and the proof that work in it can always come to an end.

Every error names where it stands (`moves.send.put.nowhere`), so the county's editor finds the line. The proof
walks all markings, counting at most three tokens in a stage (more behave like three; receivers of one move:
one or two): every stage must be reached, every move be possible once, and an end be reachable from everywhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.kit.worktime import Limit, Unit
from gongzhi.procedures import rules
from gongzhi.procedures.rules import ClockAct, ClockEffect, Giving, Move, Net, PauseTerm, Stage, Taking

MOST_TOKENS = 3  # counted in a stage while proving
MOST_MARKINGS = 20_000  # a net with more is refused as too large to be understood
Counts = tuple[int, ...]

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Holder = Annotated[str, Field(pattern=r"^(to|each|keep|[a-z_]+(:[A-Za-z0-9._-]+)?)$")]
Choice = dict[Code, Taking]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StageFile(_Strict):
    """A stage as the file says it."""

    name_zh: str = Field(min_length=1, max_length=40)
    name_en: str = Field(min_length=1, max_length=60)
    ends: bool = False
    asks_of: str = ""


class PauseFile(_Strict):
    """A pause: its coded reason, the clause that allows it, and its maximum."""

    reason: Code
    amount: int = Field(ge=1, le=3660)
    unit: Unit
    clause: str = ""

    @model_validator(mode="after")
    def _coded(self) -> PauseFile:
        try:
            rules.check_term(self.reason, Limit(self.amount, self.unit))
        except Refusal as refusal:
            raise ValueError(f"{self.reason}: {refusal.sentence}") from refusal
        return self


class ClockFile(_Strict):
    """What a move does to the clock: `pause: {…}`, or a list of them, one for each coded reason."""

    pause: PauseFile | Annotated[list[PauseFile], Field(min_length=1)]


class MoveFile(_Strict):
    """A move as the file says it; `take` may be a list of alternatives."""

    name_zh: str = Field(min_length=1, max_length=40)
    name_en: str = Field(min_length=1, max_length=60)
    take: Choice | list[Choice] = Field(min_length=1)
    put: dict[Code, Holder] = Field(min_length=1)
    unless: list[Code] = []
    permit: str = ""
    needs: list[Code] = []
    clause: str = ""
    clock: ClockFile | Literal["none", "start", "resume", "stop"] = "none"
    sends: list[Code] = []
    undo: bool = False


class NetFile(_Strict):
    """A procedure as the file says it."""

    code: Code
    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=80)
    start: Code
    stages: dict[Code, StageFile] = Field(min_length=2)
    moves: dict[Code, MoveFile] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_stages(self) -> NetFile:
        if self.start not in self.stages:
            raise ValueError(f"start: there is no stage “{self.start}”")
        for name, move in self.moves.items():
            choices = move.take if isinstance(move.take, list) else [move.take]
            named = [("take", stage) for choice in choices for stage in choice]
            named += [("put", stage) for stage in move.put] + [("unless", stage) for stage in move.unless]
            for word, stage in named:
                if stage not in self.stages:
                    raise ValueError(f"moves.{name}.{word}.{stage}: there is no such stage")
            if not all(choices):
                raise ValueError(f"moves.{name}.take: an alternative takes nothing")
            if list(move.put.values()).count("each") > 1:
                raise ValueError(f"moves.{name}.put: only one stage can receive “each”")
        return self


def read(text: str) -> NetFile:
    """The file's content; refuses `net_unreadable` with every error and where it stands."""
    try:
        return NetFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise _broken(error) from error
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}".removeprefix(": ") for e in error.errors()]
        raise Refusal(
            "net_unreadable", N_("The procedure cannot be read: %(errors)s"), errors="; ".join(lines)
        ) from error


def _broken(error: yaml.YAMLError) -> Refusal:
    """Where a text stops being YAML, in words of our own: the parser's are for programmers."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return Refusal("net_unreadable", N_("The procedure holds a sign that no text of this kind may hold."))
    told = N_(
        "The procedure cannot be read from line %(line)d, column %(column)d on. Look at the indents, colons and quotes "
        "there and in the line before."
    )
    return Refusal("net_unreadable", told, line=mark.line + 1, column=mark.column + 1)


def build(file: NetFile, version: int) -> Net:
    """The net a file describes, in a version."""
    return Net(
        file.code,
        version,
        file.name_zh,
        file.name_en,
        tuple(Stage(code, s.name_zh, s.name_en, s.ends, s.asks_of) for code, s in file.stages.items()),
        file.start,
        tuple(_move(code, move) for code, move in file.moves.items()),
    )


def _move(code: str, move: MoveFile) -> Move:
    choices = move.take if isinstance(move.take, list) else [move.take]
    clock = ClockEffect(ClockAct(move.clock)) if isinstance(move.clock, str) else _pause(move.clock, move.clause)
    return Move(
        code,
        move.name_zh,
        move.name_en,
        tuple(tuple(choice.items()) for choice in choices),
        tuple(move.put.items()),
        tuple(move.unless),
        move.permit,
        tuple(move.needs),
        move.clause,
        clock,
        tuple(move.sends),
        move.undo,
    )


def _pause(clock: ClockFile, clause: str) -> ClockEffect:
    told = clock.pause if isinstance(clock.pause, list) else [clock.pause]
    terms = (PauseTerm(one.reason, Limit(one.amount, one.unit), one.clause or clause) for one in told)
    return ClockEffect(ClockAct.PAUSE, tuple(terms))


# --- the proof ----------------------------------------------------------------------------------------


def check(net: Net) -> None:
    """Refuse the first fault of `faults`: `stage_unreached`, `move_dead`, `no_end`, `net_large`."""
    for fault in faults(net):
        raise fault


def faults(net: Net) -> list[Refusal]:
    """Everything unsound: a stage never reached, a move never possible, a marking with no way to an end."""
    followed = _explore(net)
    if len(followed) > MOST_MARKINGS:
        return [Refusal("net_large", N_("This procedure is too large to be understood; make two of it."))]
    reached = {stage.code for at, stage in enumerate(net.stages) if any(marking[at] for marking in followed)}
    made = {move for steps in followed.values() for move, _ in steps}
    found = [
        Refusal("stage_unreached", N_("The stage “%(stage)s” is never reached."), stage=stage.code)
        for stage in net.stages
        if stage.code not in reached
    ]
    found += [
        Refusal("move_dead", N_("The step “%(move)s” is never possible."), move=move.code)
        for move in net.moves
        if move.code not in made
    ]
    stuck = set(followed) - _can_end(net, followed)
    if stuck:
        worst = min(stuck, key=lambda marking: (sum(marking), marking))
        where = " + ".join(s.code for s, count in zip(net.stages, worst, strict=True) for _ in range(count))
        found.append(Refusal("no_end", N_("From %(where)s no end can be reached."), where=where))
    return found


def _explore(net: Net) -> dict[Counts, list[tuple[str, Counts]]]:
    """Every marking within the bound, and the moves out of it. Holders do not matter: each has somebody."""
    place = {stage.code: index for index, stage in enumerate(net.stages)}
    first = tuple(int(stage.code == net.start) for stage in net.stages)
    followed: dict[Counts, list[tuple[str, Counts]]] = {}
    queue = deque([first])
    while queue and len(followed) <= MOST_MARKINGS:
        marking = queue.popleft()
        if marking in followed:
            continue
        followed[marking] = [(move.code, after) for move in net.moves for after in _after(move, marking, place)]
        queue.extend(after for _, after in followed[marking])
    return followed


def _after(move: Move, marking: Counts, place: dict[str, int]) -> Iterator[Counts]:
    """The markings a move leads to: by its first possible alternative, with one and with two receivers."""
    if any(marking[place[stage]] for stage in move.unless):
        return
    for choice in move.take:
        after = list(marking)
        for stage, taking in choice:
            after[place[stage]] -= after[place[stage]] if taking is Taking.ALL else 1
        if min(after) < 0 or sum(after) == sum(marking):
            continue
        for receivers in (1, 2):
            final = list(after)
            for stage, giving in move.put:
                final[place[stage]] += receivers if giving == Giving.EACH else 1
            yield tuple(min(count, MOST_TOKENS) for count in final)
        return


def _can_end(net: Net, followed: dict[Counts, list[tuple[str, Counts]]]) -> set[Counts]:
    """Markings from which some way leads to one where only ending stages hold tokens."""
    before: dict[Counts, set[Counts]] = {marking: set() for marking in followed}
    for marking, steps in followed.items():
        for _, after in steps:
            before[after].add(marking)
    open_stages = [index for index, stage in enumerate(net.stages) if not stage.ends]
    good = {marking for marking in followed if not any(marking[index] for index in open_stages)}
    queue = deque(good)
    while queue:
        for earlier in before[queue.popleft()] - good:
            good.add(earlier)
            queue.append(earlier)
    return good
