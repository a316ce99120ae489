"""When the house itself is in straits: the disk full, the database locked or away. Which of them an error tells of.

Nothing was kept then, and the reader is told so in a sentence, with the status a program understands: 507 when
there is no room, 503 when it will pass.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError


@dataclass(frozen=True, slots=True)
class Straits:
    """What it is: the HTTP status, a code for programs, seconds after which trying again may help."""

    status: int
    code: str
    retry_after: int


NO_ROOM = Straits(507, "no_room", 300)
NOT_NOW = Straits(503, "not_now", 10)
_FULL_OS = (errno.ENOSPC, errno.EDQUOT)
_FULL_SQLITE = "database or disk is full"
_FULL_POSTGRES = "53100"
_LATER_POSTGRES = ("08", "40", "53", "55", "57", "58")  # classes: connection, rollback, resources, locks, operator, I/O


def of(error: BaseException | None) -> Straits | None:
    """Which straits an error tells of, itself or what caused it; None for any other error, which is a fault of ours."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        found = _of_one(error)
        if found is not None:
            return found
        error = error.__cause__ or error.__context__
    return None


def _of_one(error: BaseException) -> Straits | None:
    if isinstance(error, OSError):
        return NO_ROOM if error.errno in _FULL_OS else None
    state = str(getattr(error, "sqlstate", "") or "")
    if state == _FULL_POSTGRES or (isinstance(error, DatabaseError) and _FULL_SQLITE in str(error)):
        return NO_ROOM
    if state.startswith(_LATER_POSTGRES):
        return NOT_NOW
    if isinstance(error, (OperationalError, InterfaceError)) and error.__cause__ is not None:
        cause = error.__cause__
        return None if getattr(cause, "sqlstate", None) else _without_state(str(cause))
    return None


def _without_state(said: str) -> Straits | None:
    """SQLite tells by words; a connection to PostgreSQL that never came to be tells no state either."""
    if _FULL_SQLITE in said:
        return NO_ROOM
    broken = ("no such table", "no such column", "syntax error", "too many SQL variables")
    return None if any(word in said for word in broken) else NOT_NOW
