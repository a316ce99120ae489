"""The arithmetic between rows of `Clock` and `kit.worktime`: what a row promises, and how it is reckoned anew.

No verb, no fact, no query: `clocks` asks here and saves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from gongzhi.kit import moments, worktime
from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import uuid7
from gongzhi.kit.worktime import Calendar, Limit, Pause, Unit
from gongzhi.ledger.rows import build
from gongzhi.procedures.models import Clock

LADDER = Limit(1, Unit.working_days)  # after the due instant, until the leader is told

STATE = (
    *("limit_amount", "due_at", "near_at", "ladder_at", "provisional", "pauses", "extended"),
    *("paused_at", "pause_reason", "pause_until", "stopped_at"),
)


@dataclass(frozen=True, slots=True)
class NewClock:
    """A clock about to start, or one imported with its history. `rung_until`: bells up to then have rung."""

    about: str
    limit: Limit
    clause: str
    at: datetime
    by: str
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    rung_until: datetime | None = None


def pauses_of(clock: Clock) -> tuple[Pause, ...]:
    """All pauses of a clock, the one that lasts with `end` None."""
    closed = [Pause(moments.unstamp(p["start"]), moments.unstamp(p["end"]), p["reason"]) for p in clock.pauses]
    if clock.paused_at is not None:
        closed.append(Pause(clock.paused_at, None, clock.pause_reason))
    return tuple(closed)


def limit_of(clock: Clock) -> Limit:
    """The limit of a clock, with its extension."""
    return Limit(clock.limit_amount, Unit(clock.limit_unit))


def state_of(clock: Clock) -> dict[str, Json]:
    """What a move may change on a clock, as JSON."""
    state = {name: getattr(clock, name) for name in STATE}
    return {name: moments.stamp(v) if isinstance(v, datetime) else v for name, v in state.items()}


def set_state(clock: Clock, state: Mapping[str, Json]) -> None:
    """Give a clock back what `state_of` told; not saved."""
    for name in STATE:
        value = state[name]
        is_moment = name.endswith("_at") or name == "pause_until"
        setattr(clock, name, moments.unstamp(value) if is_moment and isinstance(value, str) else value)


def fresh(row: NewClock, calendar: Calendar) -> Clock:
    """The row of a clock as `start` writes it; not saved."""
    clock = build(
        Clock,
        id=uuid7(row.at),
        about=row.about,
        limit_amount=row.limit.amount,
        limit_unit=row.limit.unit.value,
        clause=row.clause,
        started_at=row.at,
        pauses=[_pause(pause) for pause in row.pauses],
        stopped_at=row.stopped_at,
    )
    if row.pauses:
        clock.due_at = clock.near_at = clock.ladder_at = row.at
        clock.provisional = reckon(clock, calendar)
    else:
        clock.due_at, clock.near_at, clock.ladder_at, clock.provisional = _promise(row.at, row.limit, calendar)
    if row.rung_until is not None:
        last = min(row.rung_until, row.stopped_at or row.rung_until)
        clock.rung_near_at = clock.near_at if clock.near_at <= last else None
        clock.rung_overdue_at = clock.due_at if clock.due_at < last else None
        clock.rung_ladder_at = clock.ladder_at if clock.ladder_at <= last and clock.rung_overdue_at else None
    return clock


def _promise(at: datetime, limit: Limit, calendar: Calendar) -> tuple[datetime, datetime, datetime, bool]:
    """Due, near and ladder instants of a fresh limit. In days they depend on the day alone, so they are kept."""
    if limit.unit.in_days and limit.amount:
        return _instants(calendar.midnight(calendar.day_of(at)), limit, calendar)
    return _instants.__wrapped__(at, limit, calendar)


@lru_cache(maxsize=512)
def _instants(at: datetime, limit: Limit, calendar: Calendar) -> tuple[datetime, datetime, datetime, bool]:
    due = worktime.due(at, limit, (), calendar)
    near = worktime.near_at(at, limit, (), calendar)
    return due.at, min(near, due.at), worktime.due(due.at, LADDER, (), calendar).at, due.provisional


def reckon(clock: Clock, calendar: Calendar) -> bool:
    """Reckon the three instants anew from the whole history, never nearer; whether they are provisional."""
    pauses = [pause for pause in pauses_of(clock) if pause.end is not None]
    due = worktime.due(clock.started_at, limit_of(clock), pauses, calendar)
    near = worktime.near_at(clock.started_at, limit_of(clock), pauses, calendar)
    clock.due_at = max(clock.due_at, due.at)
    clock.near_at = min(max(clock.near_at, near), clock.due_at)
    clock.ladder_at = max(clock.ladder_at, worktime.due(clock.due_at, LADDER, (), calendar).at)
    return due.provisional


def end_pause(clock: Clock, calendar: Calendar, *, at: datetime) -> None:
    """Close the pause that lasts: at `at`, but not after its maximum."""
    if clock.paused_at is None or clock.pause_until is None:
        raise ValueError("only a paused clock is resumed")
    end = max(clock.paused_at, min(at, clock.pause_until))
    clock.pauses = [*clock.pauses, _pause(Pause(clock.paused_at, end, clock.pause_reason))]
    clock.paused_at, clock.pause_reason, clock.pause_until = None, "", None
    clock.provisional = reckon(clock, calendar)


def _pause(pause: Pause) -> dict[str, str]:
    if pause.end is None:
        raise ValueError("a pause that lasts is not kept among the closed ones")
    return {"start": moments.stamp(pause.start), "end": moments.stamp(pause.end), "reason": pause.reason}
