"""Cards for figures: the county's week, a place's quarter, typed rows for wide use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gongzhi.cases.cards import MatterTag, PlaceTag


@dataclass(frozen=True, slots=True)
class DayNumber:
    day: date
    received: int
    closed: int


@dataclass(frozen=True, slots=True)
class WeekNumbers:
    """True numbers of the county's week (Monday to Sunday, county zone), with the week before for the trend.

    "81 of 97 answered in time" is `in_time` of `due`: cases whose limit ended in the week (paused time out)
    or which were answered in it. `unknown`: answers that another system noted without saying when or whether in time;
    they are in neither. `median_days` is from receipt to an answer whose moment is known. `unhappy` of `rated`.
    `left_open`: what another system left open and nobody here has taken over, whatever the week; it is in no other
    figure but "received". `running`: the week is not over yet."""

    monday: date
    sunday: date
    running: bool
    received: int
    received_before: int
    due: int
    in_time: int
    due_before: int
    in_time_before: int
    unknown: int
    answered: int
    median_days: float | None
    median_days_before: float | None
    rated: int
    unhappy: int
    rated_before: int
    unhappy_before: int
    reopened: int
    left_open: int
    days: tuple[DayNumber, ...]
    weeks: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class MatterNumber:
    """`count` is None where fewer than ten people stand behind it: withheld."""

    matter: MatterTag
    count: int | None


@dataclass(frozen=True, slots=True)
class PlaceNumbers:
    """What was said in a place in the 90 days up to `until`; None is a withheld figure (below ten people)."""

    place: PlaceTag
    days: int
    until: date
    received: int | None
    open: int | None
    left_open: int | None
    due: int | None
    in_time: int | None
    unknown: int | None
    rated: int | None
    unhappy: int | None
    matters: tuple[MatterNumber, ...]
    weeks: tuple[tuple[date, int | None], ...]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row of `batch.rows`: typed values by field name, never a text and never a contact."""

    id: UUID
    values: Mapping[str, Any]
