"""Whether a promise was kept: yes, no, or nobody knows. Plain Python without a clock, a database or settings.

`Case.in_time` is yes or no from the answer on. It stays empty beside an `answered_at` when another system's record
says that a case ended, but not when: then `answered_at` is the evening of the day it began, which is no measured
moment. That system may still have kept its own verdict; such a verdict is told as its word.
"""

from __future__ import annotations

from datetime import datetime

IN_TIME, LATE, UNKNOWN = "in_time", "late", "unknown"
TOLD_IN_TIME, TOLD_LATE = "told_in_time", "told_late"  # the other system's word; when it was nobody knows

KEPT = (IN_TIME, TOLD_IN_TIME)
JUDGED = (*KEPT, LATE, TOLD_LATE)
MEASURED = (IN_TIME, LATE)  # the moment of the answer is known


def verdict(answered_at: datetime, due_at: datetime, *, timed: bool = True, told: bool | None = None) -> bool | None:
    """Whether an answer came in time: as the other system `told`, else by the limit, else (not `timed`) unknown."""
    if told is not None:
        return told
    return answered_at <= due_at if timed else None


def reason(in_time: bool | None, *, timed: bool = True) -> str:
    """How the line of an answer says it."""
    if in_time is None:
        return UNKNOWN
    if timed:
        return IN_TIME if in_time else LATE
    return TOLD_IN_TIME if in_time else TOLD_LATE


def stopped(in_time: bool | None, stopped_at: datetime, due_at: datetime, *, answered: bool) -> str:
    """How a clock stopped, in a word for a sentence; one that stopped without an answer is judged by itself."""
    if not answered:
        in_time = stopped_at <= due_at
    if in_time is None:
        return "stopped_unknown"
    if in_time:
        return "stopped_in_time"
    return "stopped_late" if stopped_at > due_at else "stopped_told_late"
