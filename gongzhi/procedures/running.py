"""Running a procedure: start it, move it, put an undone move back.

A run keeps the version it began with. Live tokens are rows; a token that is neither taken nor put keeps its
row and the moment it came. Two people who move at once: the second is told who was first (`Stale`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet, UUIDField

from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import N_, NotFound, Stale
from gongzhi.ledger import saving, writing
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.ledger.rows import build, insert, insert_rows
from gongzhi.procedures import nets, rules
from gongzhi.procedures.models import Run, Token


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run about to begin, or one imported where it already lies (`stage` None: the net's start).

    `more` are further live tokens beside the first: stage, holder, since when."""

    about: str
    procedure: str
    holder: str
    at: datetime
    by: str
    stage: str | None = None
    since_at: datetime | None = None
    more: tuple[Live, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """A live token as it lies: stage, holder, since when."""

    stage: str
    holder: str
    since_at: datetime


@dataclass(slots=True)
class Work:
    """A run and its live tokens as they were read while the thing they belong to was locked.

    Moves are made on it in memory; `write` writes, once, what they have changed."""

    run: Run
    tokens: list[Token]
    version: int  # as read
    rows: list[Token]  # as read

    def marking(self) -> tuple[Live, ...]:
        """The live tokens, by stage and holder."""
        return tuple(Live(token.stage, token.holder, token.since_at) for token in self.tokens)


def start(*, by: str, at: datetime, about: str, procedure: str, holder: str, quiet: bool = False) -> Run:
    """Begin a procedure for a thing: one run and one token (two INSERTs), and one fact unless `quiet`.

    Refuses `procedure_unknown`.
    """
    pk, net = nets.newest(procedure)
    (first,) = rules.begin(net, holder)
    with transaction.atomic(savepoint=False):
        run = Run(id=uuid7(at), procedure_id=pk, about=about, version=1, started_at=at, moved_at=at, moved_by=by)
        insert(run)
        insert(Token(id=uuid7(at), run=run, stage=first.stage, holder=first.holder, since_at=at))
        if not quiet:
            details: dict[str, Json] = {"procedure": net.code, "version": net.version}
            writing.write(kind="procedure.started", about=about, by=by, at=at, details=details)
    return run


def start_many(rows: Sequence[NewRun], *, quiet: bool = True) -> list[Run]:
    """Begin many runs with the same rows (and facts unless `quiet`) as `start`, inside the caller's transaction."""
    runs, tokens, facts = [], [], []
    for row in rows:
        pk, net = nets.newest(row.procedure)
        stage = net.stage(row.stage or net.start).code
        run = build(Run, id=uuid7(row.at), procedure_id=pk, about=row.about, version=1, moved_by=row.by)
        run.started_at = run.moved_at = row.at
        runs.append(run)
        (first,) = rules.begin(net, row.holder)
        since = row.since_at or row.at
        tokens.append(build(Token, id=uuid7(row.at), run_id=run.id, stage=stage, holder=first.holder, since_at=since))
        for live in row.more:
            code = net.stage(live.stage).code
            tokens.append(
                build(Token, id=uuid7(row.at), run_id=run.id, stage=code, holder=live.holder, since_at=live.since_at)
            )
        details: dict[str, Json] = {"procedure": net.code, "version": net.version}
        facts.append(writing.NewFact("procedure.started", row.about, row.by, row.at, details))
    insert_rows(Run, runs)
    insert_rows(Token, tokens)
    if not quiet:
        writing.write_many(facts)
    return runs


def move(
    *,
    by: str,
    at: datetime,
    run: Run | UUID | Work,
    move: str,
    holder: str,
    to: Sequence[str] = (),
    expected_version: int | None = None,
    fields: Mapping[str, object] | None = None,
    quiet: bool = False,
) -> Run:
    """Make a move. `holder` is the token holder who acts, `to` names receivers, `fields` what the move needs
    (None: the caller has seen to it). A caller who has read the `work` is spared a second reading, and writes it.

    Refuses what `rules.fire` and `rules.check_fields` refuse, and `moved_first` (409) when `expected_version`
    is not the run's any more. The refused leave nothing changed.
    """
    with transaction.atomic(savepoint=not isinstance(run, Work)):
        held = run if isinstance(run, Work) else _taken(run, expected_version)
        current, before = held.run, held.tokens
        net = nets.by_id(current.procedure_id)
        if fields is not None:
            rules.check_fields(net, move, fields)
        after = rules.fire(net, _marking(before), move, holder, to)
        went, came = _apply(held, after, by=by, at=at)
        if not isinstance(run, Work):
            write(held)
        if not quiet:
            details: dict[str, Json] = {"move": move, "took": [t.stage for t in went], "put": [t.stage for t in came]}
            writing.write(kind="procedure.moved", about=current.about, by=by, at=at, details=details)
    return current


def work(run: UUID) -> Work:
    """A run with its live tokens, by one query. Ask for it when the thing is locked; refuses `run_unknown`."""
    tokens = _WORK(run=run)
    if not tokens:
        raise NotFound("run_unknown", N_("There is no such work."))
    return _read(tokens[0].run, tokens)


def write(work: Work) -> None:
    """Write what moves have changed of work: the run's version, and the tokens that came in place of those that went.

    Refuses `moved_first` when somebody moved it without the lock of its thing."""
    if work.run.version == work.version:
        return
    names = ("version", "moved_by", "moved_at")
    try:
        saving.update(work.run, names, expected=("version", work.version))
    except ObjectDoesNotExist as error:
        raise Stale("moved_first", N_("Somebody moved first. Look again before you decide.")) from error
    stay = {token.pk for token in work.tokens}
    kept = {token.pk for token in work.rows}
    went = [token for token in work.rows if token.pk not in stay]
    for token in work.tokens:
        if token.pk in kept:
            continue
        if went:  # a row changes hands: half the statements of one that goes and one that comes
            token.pk = went.pop().pk
            saving.update(token, ("stage", "holder", "since_at"))
        else:
            insert(token)
    saving.remove(Token, [token.pk for token in went])
    work.version, work.rows = work.run.version, list(work.tokens)


def end(*, by: str, at: datetime, run: Run | UUID, quiet: bool = False) -> Run:
    """End a run because its thing is no more (withdrawn): one token in the procedure's first ending stage."""
    with transaction.atomic():
        held = _taken(run, None)
        current, net = held.run, nets.by_id(held.run.procedure_id)
        last = next(stage.code for stage in net.stages if stage.ends)
        went, came = _apply(held, (rules.Token(last, held.tokens[0].holder),), by=by, at=at)
        write(held)
        if not quiet:
            details: dict[str, Json] = {"move": "end", "took": [t.stage for t in went], "put": [t.stage for t in came]}
            writing.write(kind="procedure.moved", about=current.about, by=by, at=at, details=details)
    return current


def put_back(
    *,
    by: str,
    at: datetime,
    run: Run | UUID,
    tokens: Sequence[Live],
    expected_version: int | None = None,
    quiet: bool = False,
) -> Run:
    """Undo: let the run hold exactly these tokens again, since they were there before. The version grows.

    Refuses `stage_unknown`, and `moved_first` as `move` does.
    """
    with transaction.atomic():
        held = _taken(run, expected_version)
        current, net = held.run, nets.by_id(held.run.procedure_id)
        if not tokens:
            raise ValueError("a run without tokens is lost")
        held.tokens = [
            Token(id=uuid7(at), run=current, stage=net.stage(t.stage).code, holder=t.holder, since_at=t.since_at)
            for t in tokens
        ]
        _advance(current, by=by, at=at)
        write(held)
        if not quiet:
            details: dict[str, Json] = {"stages": [*sorted(token.stage for token in tokens)]}
            writing.write(kind="procedure.put_back", about=current.about, by=by, at=at, details=details)
    return current


def marking(run: Run | UUID) -> tuple[Live, ...]:
    """All live tokens of a run, by stage and holder."""
    pk = run.pk if isinstance(run, Run) else run
    return tuple(Live(*row) for row in _tokens(pk).values_list("stage", "holder", "since_at"))


def net_of(run: Run) -> rules.Net:
    """The net a run follows, in the version it began with."""
    return nets.by_id(run.procedure_id)


def _claim(run: Run | UUID, expected: int | None) -> Run:
    """The run as it is now; the row stays locked until the verb ends."""
    pk = run.pk if isinstance(run, Run) else run
    current = Run.objects.select_for_update().filter(pk=pk).first()
    if current is None:
        raise NotFound("run_unknown", N_("There is no such work."))
    if expected is not None and current.version != expected:
        raise Stale(
            "moved_first",
            N_("Somebody moved first. Look again before you decide."),
            by=current.moved_by,
            at=current.moved_at,
            version=current.version,
        )
    return current


def _taken(run: Run | UUID, expected: int | None) -> Work:
    current = _claim(run, expected)
    return _read(current, list(_tokens(current.pk)))


def _read(run: Run, tokens: list[Token]) -> Work:
    return Work(run, tokens, run.version, list(tokens))


def _advance(run: Run, *, by: str, at: datetime) -> None:
    run.version += 1
    # A machine's clock may step back a second; the order of moves does not.
    run.moved_by, run.moved_at = by, max(run.moved_at, at)


_WORK: Compiled[Token] = Compiled(
    lambda: (
        Token.objects.filter(run=Given("run", UUIDField()))
        .select_related("run")
        .order_by("stage", "holder", "since_at")
    )
)


def _tokens(run: UUID) -> QuerySet[Token]:
    return Token.objects.filter(run=run).order_by("stage", "holder", "since_at")


def _marking(rows: Sequence[Token]) -> rules.Marking:
    return tuple(rules.Token(row.stage, row.holder) for row in rows)


def _apply(held: Work, after: rules.Marking, *, by: str, at: datetime) -> tuple[rules.Marking, rules.Marking]:
    """The next version of work: exactly the tokens that differ go and come; the eldest of equal ones stay."""
    went, came = rules.difference(_marking(held.tokens), after)
    left, stay = list(went), []
    for row in reversed(held.tokens):
        token = rules.Token(row.stage, row.holder)
        if token in left:
            left.remove(token)
        else:
            stay.append(row)
    stay += [build(Token, id=uuid7(at), run=held.run, stage=t.stage, holder=t.holder, since_at=at) for t in came]
    held.tokens = sorted(stay, key=lambda row: (row.stage, row.holder, row.since_at))
    _advance(held.run, by=by, at=at)
    return went, came
