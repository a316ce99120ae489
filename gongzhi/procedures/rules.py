"""Marking nets, in plain Python: what may move when, and what a move does.

A *net* is a Petri net with named tokens (Petri 1962; van der Aalst, "The Application of Petri Nets to Workflow
Management", 1998): *stages* hold *tokens*, each token has a *holder* (`post:…`, `organ:…`, `desk:…`), and a
*move* takes tokens from stages and puts tokens in stages. Joining, countersigning and asking several organs at
once need nothing else. A marking is all live tokens. No clock, no settings, no rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal, Stale
from gongzhi.kit.worktime import Limit, Unit
from gongzhi.ledger.kinds import FactKind

FACTS: dict[str, FactKind] = {
    "procedure.loaded": FactKind(("code", "version", "sha256"), "A procedure was loaded in a new version."),
    "procedure.started": FactKind(("procedure", "version"), "Work on a thing began to follow a procedure."),
    "procedure.moved": FactKind(("move", "took", "put"), "A move was made; the stages it took from and put in."),
    "procedure.put_back": FactKind(("stages",), "A move was undone; the stages that hold work again."),
    "clauses.loaded": FactKind(("written", "closed"), "Articles of law were loaded from the county's files."),
    "days.loaded": FactKind(("written", "removed", "years"), "Days off were loaded; the years announced by now."),
    "clock.started": FactKind(("amount", "unit", "clause", "due"), "A limit began to run."),
    "clock.paused": FactKind(("reason", "until"), "A limit stands still for a coded legal reason, at most until."),
    "clock.resumed": FactKind(("due", "at_maximum"), "A limit runs again; by itself when the maximum had passed."),
    "clock.stopped": FactKind(("in_time",), "A limit was met or has ended late."),
    "clock.extended": FactKind(("amount", "unit", "reason", "due"), "A limit was made longer, once."),
    "clock.put_back": FactKind(("due",), "A move on a limit was undone; the limit stands as before."),
    "clock.near": FactKind(("due",), "Four fifths of a limit are used; the handler is told."),
    "clock.overdue": FactKind(("due",), "A limit has passed; the head of the organ is told."),
    "clock.ladder": FactKind(("due",), "A limit passed one working day ago; the leader is told."),
    "clock.announced": FactKind(("year", "recomputed"), "A year's days off were announced; due dates recomputed."),
}


# Coded legal reasons for which a limit may stand still, and the longest each may last. None resets a clock.
# waiting_resident: what is missing is asked for once (Administrative Licensing Law, art. 32, taken over for
# voices); expert_opinion: inspection, testing, appraisal and expert review do not count (ibid., art. 45);
# force_majeure: what nobody could foresee, avoid or overcome (Civil Code, art. 180);
# legal_proceedings: a court or a petition procedure has the matter (Beijing 接诉即办条例, art. 16).
# A county's file says which of them a move knows, under which clause, and may set a shorter maximum.
PAUSES: dict[str, Limit] = {
    "waiting_resident": Limit(10, Unit.working_days),
    "expert_opinion": Limit(30, Unit.working_days),
    "force_majeure": Limit(60, Unit.calendar_days),
    "legal_proceedings": Limit(180, Unit.calendar_days),
}


def check_pause(reason: str) -> Limit:
    """The longest a pause for this reason may last; refuses `pause_reason` for any other."""
    if reason not in PAUSES:
        raise Refusal("pause_reason", N_("A limit can stand still only for a reason the law knows."), field="reason")
    return PAUSES[reason]


def check_term(reason: str, at_most: Limit) -> None:
    """Refuses a pause for an uncoded reason (`pause_reason`), or with a longer maximum than it may have
    (`pause_too_long`); the maximum stands in the reason's own unit."""
    longest = check_pause(reason)
    if at_most.unit is not longest.unit or at_most.amount > longest.amount:
        raise Refusal("pause_too_long", N_("A limit cannot stand still that long for this reason."), field="until")


class Taking(StrEnum):
    """How many tokens a move takes from a stage: any one, the actor's own one, or all there are (also none)."""

    ONE = "one"
    OWN = "own"
    ALL = "all"


class Giving(StrEnum):
    """Who holds a token that a move puts; any other text is a holder by itself, such as `desk:dispatch`."""

    TO = "to"  # the receiver who must be named
    EACH = "each"  # one token for every receiver named
    KEEP = "keep"  # whoever held what was taken, unless a receiver is named


class ClockAct(StrEnum):
    """What a move does to the clock of its thing."""

    NONE = "none"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PauseTerm:
    """For one coded reason a move may let the limit stand still: how long at most, and which clause allows it."""

    reason: str
    at_most: Limit
    clause: str = ""


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """What a move does to the clock; one that pauses names its coded reasons."""

    act: ClockAct = ClockAct.NONE
    pauses: tuple[PauseTerm, ...] = ()

    def term(self, reason: str = "") -> PauseTerm:
        """The term of a reason, or the only one there is; refuses `pause_reason` for any other."""
        for term in self.pauses:
            if reason == term.reason or (not reason and len(self.pauses) == 1):
                return term
        raise Refusal("pause_reason", N_("A limit can stand still only for a reason the law knows."), field="reason")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where work can lie. `asks_of` says whose turn it is (a role's word); `ends`: nothing is owed any more."""

    code: str
    name_zh: str
    name_en: str
    ends: bool = False
    asks_of: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A step: alternatives of what it takes, what it puts, what must be empty, and what the law asks of it."""

    code: str
    name_zh: str
    name_en: str
    take: tuple[tuple[tuple[str, Taking], ...], ...]
    put: tuple[tuple[str, str], ...]
    unless: tuple[str, ...] = ()
    permit: str = ""
    needs: tuple[str, ...] = ()
    clause: str = ""
    clock: ClockEffect = ClockEffect()
    sends: tuple[str, ...] = ()
    undo: bool = False

    @property
    def takes_from(self) -> tuple[str, ...]:
        """Every stage some alternative takes from, each once."""
        return tuple(dict.fromkeys(stage for choice in self.take for stage, _ in choice))

    @property
    def puts_in(self) -> tuple[str, ...]:
        """Every stage it puts a token in."""
        return tuple(stage for stage, _ in self.put)


@dataclass(frozen=True)
class Net:
    """A procedure in one version."""

    code: str
    version: int
    name_zh: str
    name_en: str
    stages: tuple[Stage, ...]
    start: str
    moves: tuple[Move, ...]
    _stages: dict[str, Stage] = field(init=False, repr=False, compare=False, default_factory=dict)
    _moves: dict[str, Move] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._stages.update((stage.code, stage) for stage in self.stages)
        self._moves.update((move.code, move) for move in self.moves)

    def stage(self, code: str) -> Stage:
        """A stage by code; refuses `stage_unknown`."""
        if code not in self._stages:
            raise NotFound("stage_unknown", N_("This procedure has no stage “%(stage)s”."), stage=code)
        return self._stages[code]

    def move(self, code: str) -> Move:
        """A move by code; refuses `move_unknown`."""
        if code not in self._moves:
            raise NotFound("move_unknown", N_("This procedure has no step “%(move)s”."), move=code)
        return self._moves[code]


@dataclass(frozen=True, slots=True, order=True)
class Token:
    """Work lying in a stage with a holder."""

    stage: str
    holder: str


Marking = tuple[Token, ...]


def begin(net: Net, holder: str) -> Marking:
    """The marking a run begins with: one token in the start stage."""
    _check_holder(holder)
    return (Token(net.start, holder),)


def fire(net: Net, marking: Marking, move: str, holder: str, to: Sequence[str] = ()) -> Marking:
    """The marking after `holder` makes a move; `to` names receivers.

    Refuses `move_unknown`, `move_not_now` (nothing to take), `move_not_yours` (another holds it),
    `move_waits` (a stage must be empty first), `receiver_missing`, `receivers_many`.
    """
    step = net.move(move)
    if any(token.stage in step.unless for token in marking):
        raise Stale("move_waits", N_("This step waits: others still have to hand back their part."), move=move)
    taken = _taken(step, marking, holder)
    left = list((Counter(marking) - Counter(taken)).elements())
    return tuple(sorted([*left, *_put(step, taken, holder, to)]))


def can_fire(net: Net, marking: Marking, move: str, holders: Iterable[str]) -> bool:
    """Whether one of `holders` could make the move now, were the receivers named."""
    step = net.move(move)
    if any(token.stage in step.unless for token in marking):
        return False
    return any(_choice(step, marking, holder) is not None for holder in holders)


def ended(net: Net, marking: Marking) -> bool:
    """Whether nothing is owed: every token lies in a stage that ends."""
    return bool(marking) and all(net.stage(token.stage).ends for token in marking)


def check_fields(net: Net, move: str, fields: Mapping[str, object]) -> None:
    """Refuse `field_needed` when a field the move needs is missing or empty."""
    for name in net.move(move).needs:
        if fields.get(name) in (None, "", [], ()):
            raise Refusal("field_needed", N_("This step needs one thing more: please fill it in."), field=name)


def difference(before: Marking, after: Marking) -> tuple[Marking, Marking]:
    """Tokens that went and tokens that came; what stayed keeps its row and its date."""
    went = tuple(sorted((Counter(before) - Counter(after)).elements()))
    came = tuple(sorted((Counter(after) - Counter(before)).elements()))
    return went, came


def _choice(step: Move, marking: Marking, holder: str) -> Marking | None:
    """The tokens the first possible alternative takes."""
    for choice in step.take:
        taken: list[Token] = []
        for stage, taking in choice:
            here = [token for token in marking if token.stage == stage]
            own = [token for token in here if token.holder == holder]
            found = {Taking.ALL: here, Taking.OWN: own[:1], Taking.ONE: (own or here)[:1]}[taking]
            if not found and taking is not Taking.ALL:
                break
            taken += found
        else:
            if taken:
                return tuple(taken)
    return None


def _taken(step: Move, marking: Marking, holder: str) -> Marking:
    taken = _choice(step, marking, holder)
    if taken is not None:
        return taken
    there = {token.stage for token in marking}
    if any(_there(choice, there) for choice in step.take):
        raise NotAllowed("move_not_yours", N_("This lies with somebody else now; only they can take this step."))
    raise Stale("move_not_now", N_("This step is not possible now. Look again: it may have moved on."), move=step.code)


def _there(choice: tuple[tuple[str, Taking], ...], there: set[str]) -> bool:
    needed = {stage for stage, taking in choice if taking is not Taking.ALL}
    return needed <= there if needed else any(stage in there for stage, _ in choice)


def _put(step: Move, taken: Marking, holder: str, to: Sequence[str]) -> list[Token]:
    for name in to:
        _check_holder(name)
    waiting = list(dict.fromkeys(to))
    put: list[Token] = []
    for stage, giving in step.put:
        if giving == Giving.KEEP:
            continue
        if giving not in (Giving.TO, Giving.EACH):
            put.append(Token(stage, giving))
            continue
        if not waiting:
            raise Refusal("receiver_missing", N_("Please name who receives it."), field="to")
        count = len(waiting) if giving == Giving.EACH else 1
        put += [Token(stage, name) for name in waiting[:count]]
        del waiting[:count]
    keeper = next((token.holder for token in taken if token.holder == holder), taken[0].holder)
    for stage, giving in step.put:
        if giving == Giving.KEEP:
            put.append(Token(stage, waiting.pop(0) if waiting else keeper))
    if waiting:
        raise Refusal("receivers_many", N_("This step has room for fewer receivers than were named."), field="to")
    return put


def _check_holder(holder: str) -> None:
    if not holder or len(holder) > 80 or " " in holder:
        raise ValueError(f"a holder is a word such as post:…, not {holder!r}")
