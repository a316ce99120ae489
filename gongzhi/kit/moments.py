"""Moments: aware UTC inside, the county's zone only at the doors."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, aware, UTC, to the microsecond. Called only by doors and commands."""
    return datetime.now(UTC)


def local(at: datetime, tz: str | tzinfo) -> datetime:
    """`at` as the clock on the county's wall shows it; a naive moment is a bug (ValueError)."""
    if at.tzinfo is None:
        raise ValueError("a moment must be aware")
    return at.astimezone(ZoneInfo(tz) if isinstance(tz, str) else tz)


def stamp(at: datetime) -> str:
    """`at` in UTC with six digits and a Z (RFC 3339); one moment has one spelling, so it can be hashed."""
    if at.tzinfo is None:
        raise ValueError("a moment must be aware")
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"  # without its +00:00


def unstamp(text: str) -> datetime:
    """The moment a `stamp` spells; ValueError for any other spelling."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
