"""Looking at procedures, clauses and clocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from gongzhi.kit import worktime
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.kit.worktime import Limit, Pause, Standing, State
from gongzhi.places import keeping
from gongzhi.procedures import calendars, nets, reckoning, rules, running
from gongzhi.procedures.models import Clause, Clock, Procedure, Run, Token

CHUNK = 500  # things asked for in one statement


@dataclass(frozen=True, slots=True)
class ClauseCard:
    """An article of law as pages show it."""

    code: str
    law_zh: str
    law_en: str
    article: str
    text_zh: str
    text_en: str
    source: str
    verified: bool
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class ClockCard:
    """A limit as pages show it. `due_at` is what was promised; `pause_until` the latest end of a pause that lasts."""

    id: UUID
    about: str
    limit: Limit
    clause: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    pauses: tuple[Pause, ...]
    pause_reason: str
    pause_until: datetime | None
    extended: bool
    stopped_at: datetime | None
    told_late: bool = False  # somebody was told that it passed; not so of what was imported when that was long ago

    def standing(self, at: datetime) -> Standing:
        """How it stands at a moment; a stopped one as it stood when it stopped. Never overdue before `due_at`."""
        moment = min(at, self.stopped_at) if self.stopped_at else at
        found = worktime.standing(moment, self.started_at, self.limit, self.pauses, calendars.calendar())
        if found.state is State.overdue and moment <= self.due_at:
            return Standing(State.near, 0, found.left_unit)  # the promise is later than the arithmetic
        return found


@dataclass(frozen=True, slots=True)
class Held:
    """A live token: which run, about what, in which stage, held by whom, since when."""

    run: UUID
    about: str
    stage: str
    holder: str
    since_at: datetime


def clause(code: str) -> ClauseCard:
    """An article of law by its code; refuses `clause_unknown`."""
    card = _clauses().get(code)
    if card is None:
        raise NotFound("clause_unknown", N_("There is no article of law with the code %(clause)s."), clause=code)
    return card


def clause_or_none(code: str) -> ClauseCard | None:
    """An article of law by its code, or None."""
    return _clauses().get(code)


def clauses_by(codes: Iterable[str]) -> dict[str, ClauseCard]:
    """The articles with these codes that are known."""
    cards = _clauses()
    return {code: cards[code] for code in codes if code in cards}


def clauses() -> tuple[ClauseCard, ...]:
    """All articles in force, by code."""
    return tuple(card for card in _clauses().values() if card.valid_to is None)


def net(code: str, version: int | None = None) -> rules.Net:
    """A procedure's net, the newest version unless one is named; refuses `procedure_unknown`."""
    return nets.newest(code)[1] if version is None else nets.by_version(code, version)


def text(code: str) -> str:
    """The file of a procedure in its newest version, as it was loaded; refuses `procedure_unknown`."""
    return Procedure.objects.only("body").get(pk=nets.newest(code)[0]).body


def net_of(run: UUID) -> rules.Net:
    """The net a run follows, in the version it began with; refuses `run_unknown`."""
    found = Run.objects.filter(pk=run).only("procedure_id").first()
    if found is None:
        raise NotFound("run_unknown", N_("There is no such work."))
    return running.net_of(found)


def moves(run: Run, holders: Iterable[str]) -> tuple[rules.Move, ...]:
    """The moves one of `holders` could make now, in the order of the procedure: what a page offers as buttons."""
    following, mine = running.net_of(run), tuple(holders)
    marking = tuple(rules.Token(live.stage, live.holder) for live in running.marking(run))
    return tuple(move for move in following.moves if rules.can_fire(following, marking, move.code, mine))


def held(holders: Iterable[str], stages: Iterable[str] = ()) -> list[Held]:
    """Live tokens of these holders (in these stages), the longest waiting first."""
    rows = Token.objects.filter(holder__in=list(holders))
    wanted = list(stages)
    if wanted:
        rows = rows.filter(stage__in=wanted)
    shown = rows.order_by("since_at").values_list("run_id", "run__about", "stage", "holder", "since_at")
    return [Held(*row) for row in shown]


def clock(pk: UUID) -> ClockCard:
    """A clock by id; refuses `clock_unknown`."""
    found = clocks([pk])
    if pk not in found:
        raise NotFound("clock_unknown", N_("There is no such limit."))
    return found[pk]


def clocks(ids: Iterable[UUID]) -> dict[UUID, ClockCard]:
    """Clocks by id, in one query."""
    rows = Clock.objects.filter(pk__in=list(ids))
    return {
        row.pk: ClockCard(
            row.pk,
            row.about,
            reckoning.limit_of(row),
            row.clause,
            row.started_at,
            row.due_at,
            row.provisional,
            reckoning.pauses_of(row),
            row.pause_reason,
            row.pause_until,
            row.extended,
            row.stopped_at,
            row.rung_overdue_at is not None and row.rung_overdue_at > row.due_at,
        )
        for row in rows
    }


def _build_clauses() -> dict[str, ClauseCard]:
    rows = Clause.objects.order_by("code").values_list(
        "code", "law_zh", "law_en", "article", "text_zh", "text_en", "source", "verified", "valid_to"
    )
    return {row[0]: ClauseCard(*row) for row in rows}


_clauses = keeping.Kept(_build_clauses)


def versions(abouts: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Which procedure, in which version, work on these things follows; in short statements, however many."""
    found: dict[str, tuple[str, int]] = {}
    named: dict[UUID, tuple[str, int]] = {
        pk: (code, version) for pk, code, version in Procedure.objects.values_list("pk", "code", "version")
    }
    wanted = list(abouts)
    for start in range(0, len(wanted), CHUNK):
        rows = Run.objects.filter(about__in=wanted[start : start + CHUNK]).values_list("about", "procedure_id")
        found.update((about, named[procedure]) for about, procedure in rows)
    return found
