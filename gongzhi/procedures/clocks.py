"""Clocks: start, pause, resume, stop, extend, and the bell.

A clock runs about a thing (`case:…`) under a limit and a clause, on the county's calendar. What was promised
never moves nearer: every change takes the later of the old and the new instant. It stands still only for a
coded legal reason with a maximum, and runs on by itself when that has passed. It rings three times at most:
*near* (four fifths used) for the handler, *overdue* for the head of the organ, *ladder* (one working day
later) for the leader; a bell that a later one has overtaken stays silent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet, UUIDField

from gongzhi.kit import moments, worktime
from gongzhi.kit.canonical import Json
from gongzhi.kit.refusal import N_, NotFound, Refusal, Stale
from gongzhi.kit.worktime import Limit
from gongzhi.ledger import saving, writing
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.ledger.rows import insert, insert_rows
from gongzhi.procedures import calendars, reckoning, rules
from gongzhi.procedures.models import Clock
from gongzhi.procedures.reckoning import NewClock
from gongzhi.procedures.rules import ClockAct, ClockEffect, PauseTerm


class Bell(StrEnum):
    """What rang, and whom it is for."""

    RESUMED = "resumed"  # the handler: a pause reached its maximum, the limit runs again
    NEAR = "near"  # the handler
    OVERDUE = "overdue"  # the head of the organ
    LADDER = "ladder"  # the leader


@dataclass(frozen=True, slots=True)
class Rung:
    """One bell that rang: of which clock, about which thing; near and due when, and whether that may yet move."""

    what: Bell
    clock: UUID
    about: str
    near_at: datetime
    due_at: datetime
    provisional: bool


def start(*, by: str, at: datetime, about: str, limit: Limit, clause: str = "", quiet: bool = False) -> Clock:
    """Start a limit: one INSERT, and one fact unless `quiet`. `due_at` is what the resident is promised."""
    clock = reckoning.fresh(NewClock(about, limit, clause, at, by), calendars.calendar())
    with transaction.atomic(savepoint=False):
        insert(clock)
        if not quiet:
            writing.write(kind="clock.started", about=about, by=by, at=at, details=_started(clock))
    return clock


def start_many(rows: Sequence[NewClock], *, quiet: bool = True) -> list[Clock]:
    """Start many limits with the same rows (and facts unless `quiet`) as `start`, inside the caller's transaction."""
    calendar = calendars.calendar()
    clocks = [reckoning.fresh(row, calendar) for row in rows]
    insert_rows(Clock, clocks)
    if not quiet:
        pairs = zip(rows, clocks, strict=True)
        writing.write_many(
            [writing.NewFact("clock.started", r.about, r.by, r.at, _started(clock)) for r, clock in pairs]
        )
    return clocks


def pause(
    *, by: str, at: datetime, clock: Clock | UUID, reason: str, until: datetime | None = None, quiet: bool = False
) -> Clock:
    """Let a limit stand still for a coded reason, at most until `until` (default: the reason's maximum).

    Refuses `pause_reason`, `pause_too_long`, `pause_late` (the limit has passed), `clock_paused`,
    `clock_stopped`.
    """
    longest = worktime.due(at, rules.check_pause(reason), (), calendars.calendar()).at
    if until is not None and not at <= until <= longest:
        raise Refusal("pause_too_long", N_("A limit cannot stand still that long for this reason."), field="until")
    with transaction.atomic():
        row = _running(clock)
        if row.paused_at is not None:
            raise Stale("clock_paused", N_("The limit stands still already."))
        if at > row.due_at:
            raise Refusal("pause_late", N_("The limit has passed; it cannot stand still any more."))
        row.paused_at, row.pause_reason, row.pause_until = at, reason, until or longest
        row.save(update_fields=["paused_at", "pause_reason", "pause_until"])
        if not quiet:
            details: dict[str, Json] = {"reason": reason, "until": moments.stamp(row.pause_until)}
            writing.write(kind="clock.paused", about=row.about, by=by, at=at, details=details)
    return row


def resume(*, by: str, at: datetime, clock: Clock | UUID, quiet: bool = False) -> Clock:
    """Let a limit run again. Time after the pause's maximum counts, even if nobody rang. Refuses `clock_runs`."""
    with transaction.atomic():
        row = _running(clock)
        if row.paused_at is None:
            raise Stale("clock_runs", N_("The limit is running already."))
        reckoning.end_pause(row, calendars.calendar(), at=at)
        row.save()
        if not quiet:
            _note_resumed(row, by=by, at=at, at_maximum=False)
    return row


def stop(*, by: str, at: datetime, clock: Clock | UUID, quiet: bool = False) -> Clock:
    """End a limit, in time or not. Refuses `clock_stopped`."""
    with transaction.atomic():
        return _stop(_running(clock), by=by, at=at, quiet=quiet)


def _stop(row: Clock, *, by: str, at: datetime, quiet: bool) -> Clock:
    """End a limit whose row is locked."""
    before = saving.columns(row)
    with transaction.atomic(savepoint=False):
        if row.paused_at is not None:
            reckoning.end_pause(row, calendars.calendar(), at=at)
        row.stopped_at = max(at, row.started_at)
        saving.update_changed(row, before)
        if not quiet:
            details: dict[str, Json] = {"in_time": row.stopped_at <= row.due_at}
            writing.write(kind="clock.stopped", about=row.about, by=by, at=at, details=details)
    return row


def lock(clock: UUID) -> Clock:
    """A clock's row, locked until the transaction ends, for `obey` and `snapshot`; lock its thing first.

    Refuses `clock_unknown`."""
    return _locked(clock)


def snapshot(clock: Clock | UUID) -> dict[str, Json]:
    """What a move may change on a clock, as JSON, for `put_back`; none of it is lost by an undone move."""
    return reckoning.state_of(clock if isinstance(clock, Clock) else Clock.objects.get(pk=clock))


def put_back(*, by: str, at: datetime, clock: Clock | UUID, snapshot: Mapping[str, Json], quiet: bool = False) -> Clock:
    """Undo: give a clock the state that `snapshot` told before the move that is undone."""
    with transaction.atomic():
        row = _locked(clock)
        reckoning.set_state(row, snapshot)
        row.save()
        if not quiet:
            details: dict[str, Json] = {"due": moments.stamp(row.due_at)}
            writing.write(kind="clock.put_back", about=row.about, by=by, at=at, details=details)
    return row


def extend(*, by: str, at: datetime, clock: Clock | UUID, limit: Limit, reason: str, quiet: bool = False) -> Clock:
    """Make a limit longer by `limit` (of its own unit), once, before it has passed, for a coded `reason`.

    Refuses `extended_already`, `extend_late`, `extend_unit`, `extend_reason`, `clock_stopped`.
    """
    if not reason:
        raise Refusal("extend_reason", N_("A longer limit needs its reason; the resident is told."), field="reason")
    with transaction.atomic():
        row = _running(clock)
        if row.extended:
            raise Refusal("extended_already", N_("A limit can be made longer only once."))
        if at > row.due_at:
            raise Refusal("extend_late", N_("The limit has passed; it cannot be made longer any more."))
        if limit.unit != row.limit_unit or limit.amount < 1:
            raise Refusal("extend_unit", N_("A limit is made longer in its own unit."), field="limit")
        row.limit_amount, row.extended = row.limit_amount + limit.amount, True
        reckoning.reckon(row, calendars.calendar())
        row.save()
        if not quiet:
            details = {**_limit(limit), "reason": reason, "due": moments.stamp(row.due_at)}
            writing.write(kind="clock.extended", about=row.about, by=by, at=at, details=details)
    return row


def obey(
    *,
    by: str,
    at: datetime,
    clock: Clock | UUID,
    effect: ClockEffect,
    reason: str = "",
    quiet: bool = False,
    locked: bool = False,
) -> Clock | None:
    """Do to a clock what a move's definition says; None when nothing is said or done. Starting is `start`'s.

    A move that knows several reasons to pause is told which (`reason`). One that stops a clock finds it stopped
    when an earlier move (the answer before the closing) did so. `locked`: the row comes from `lock`.
    """
    if effect.act is ClockAct.PAUSE:
        term = effect.term(reason)
        return pause(by=by, at=at, clock=clock, reason=term.reason, until=until(at, term), quiet=quiet)
    if effect.act is ClockAct.RESUME:
        return resume(by=by, at=at, clock=clock, quiet=quiet)
    if effect.act is ClockAct.STOP:
        row = clock if locked and isinstance(clock, Clock) else _locked(clock)
        return None if row.stopped_at else _stop(row, by=by, at=at, quiet=quiet)
    return None


def until(at: datetime, term: PauseTerm) -> datetime:
    """The latest end of a pause that begins at `at`."""
    return worktime.due(at, term.at_most, (), calendars.calendar()).at


def announce(*, by: str, at: datetime, year: int) -> int:
    """After a year's days off became known: reckon provisional clocks anew, never nearer; how many moved.

    Refuses `year_unknown` while the calendar does not know the year. Doing it twice changes nothing.
    """
    calendar = calendars.calendar()
    if year not in calendar.known_years:
        raise Refusal("year_unknown", N_("The days off of %(year)s are not announced yet."), year=year)
    moved = 0
    with transaction.atomic():
        waiting = list(Clock.objects.select_for_update().filter(provisional=True, stopped_at=None))
        for row in waiting:
            old = row.due_at
            row.provisional = reckoning.reckon(row, calendar)
            moved += row.due_at > old
        Clock.objects.bulk_update(waiting, ["due_at", "near_at", "ladder_at", "provisional"], batch_size=200)
        if waiting:
            details: dict[str, Json] = {"year": year, "recomputed": len(waiting)}
            writing.write(kind="clock.announced", about="county", by=by, at=at, details=details)
    return moved


def ripe(*, at: datetime, limit: int = 200) -> set[UUID]:
    """Clocks with something to ring, at most `limit` of each kind; nothing is locked.

    Verbs lock the thing a clock runs about before the clock. Whoever rings does the same, or the two wait for each
    other for ever: ask here, lock the things, then `ring` among the clocks of those.
    """
    kinds = (_to_resume(at), _to_overdue(at), _to_ladder(at), _to_near(at))
    return {pk for rows in kinds for pk in rows.values_list("pk", flat=True)[:limit]}


def ring(*, at: datetime, limit: int = 200, by: str = "clockwork", among: Collection[UUID] | None = None) -> list[Rung]:
    """Resume pauses that reached their maximum, then ring what is near, overdue or for the ladder.

    At most `limit` of each, of all clocks or `among` some; every bell of a clock rings once, with one fact. Call it
    inside the transaction that also tells people, so that neither happens without the other.
    """
    these = Q() if among is None else Q(pk__in=among)
    with transaction.atomic():
        rung = [
            *_resumed(_claimed(_to_resume(at).filter(these), limit), at, by),
            # A limit that passed while nobody rang is overdue only; *near* would tell what is no longer true.
            *_mark(_claimed(_to_overdue(at).filter(these), limit), Bell.OVERDUE, at, "rung_near_at", "rung_overdue_at"),
            *_mark(_claimed(_to_ladder(at).filter(these), limit), Bell.LADDER, at, "rung_ladder_at"),
            *_mark(_claimed(_to_near(at).filter(these), limit), Bell.NEAR, at, "rung_near_at"),
        ]
        writing.write_many(
            [
                writing.NewFact(f"clock.{one.what}", one.about, by, at, {"due": moments.stamp(one.due_at)})
                for one in rung
                if one.what is not Bell.RESUMED
            ]
        )
    return rung


# --- parts of the verbs ---------------------------------------------------------


def _resumed(rows: Sequence[Clock], at: datetime, by: str) -> Iterable[Rung]:
    for clock in rows:
        reckoning.end_pause(clock, calendars.calendar(), at=at)
        clock.save()
        _note_resumed(clock, by=by, at=at, at_maximum=True)
        yield _rung(clock, Bell.RESUMED)


def _to_resume(at: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(pause_until__lte=at).order_by("pause_until")


def _to_near(at: datetime) -> QuerySet[Clock]:
    return _open().filter(near_at__lte=at, rung_near_at=None).order_by("near_at")


def _to_overdue(at: datetime) -> QuerySet[Clock]:
    return _open().filter(due_at__lt=at, rung_overdue_at=None).order_by("due_at")


def _to_ladder(at: datetime) -> QuerySet[Clock]:
    rows = _open().filter(ladder_at__lt=at, rung_ladder_at=None, rung_overdue_at__isnull=False)
    return rows.order_by("ladder_at")


def _open() -> QuerySet[Clock]:
    return Clock.objects.filter(stopped_at=None, paused_at=None)


def _claimed(rows: QuerySet[Clock], limit: int) -> list[Clock]:
    """Rows nobody else is ringing: two clockworks share the work and never ring one bell twice."""
    skip = connection.features.has_select_for_update_skip_locked
    return list(rows.select_for_update(skip_locked=skip)[:limit])


def _mark(rows: list[Clock], bell: Bell, at: datetime, *fields: str) -> list[Rung]:
    for clock in rows:
        for name in fields:
            setattr(clock, name, getattr(clock, name) or at)
    Clock.objects.bulk_update(rows, fields, batch_size=100)
    return [_rung(clock, bell) for clock in rows]


def _rung(clock: Clock, what: Bell) -> Rung:
    return Rung(what, clock.pk, clock.about, clock.near_at, clock.due_at, clock.provisional)


def _started(clock: Clock) -> dict[str, Json]:
    return {**_limit(reckoning.limit_of(clock)), "clause": clock.clause, "due": moments.stamp(clock.due_at)}


def _limit(limit: Limit) -> dict[str, Json]:
    return {"amount": limit.amount, "unit": limit.unit.value}


def _note_resumed(clock: Clock, *, by: str, at: datetime, at_maximum: bool) -> None:
    details: dict[str, Json] = {"due": moments.stamp(clock.due_at), "at_maximum": at_maximum}
    writing.write(kind="clock.resumed", about=clock.about, by=by, at=at, details=details)


_LOCKED: Compiled[Clock] = Compiled(lambda: Clock.objects.select_for_update().filter(pk=Given("pk", UUIDField())))


def _locked(clock: Clock | UUID) -> Clock:
    """The row as it is now, locked until the transaction ends."""
    pk = clock.pk if isinstance(clock, Clock) else clock
    row = _LOCKED.first(pk=pk)
    if row is None:
        raise NotFound("clock_unknown", N_("There is no such limit."))
    return row


def _running(clock: Clock | UUID) -> Clock:
    row = _locked(clock)
    if row.stopped_at is not None:
        raise Stale("clock_stopped", N_("The limit has ended already."))
    return row
