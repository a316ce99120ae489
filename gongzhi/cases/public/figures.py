"""Figures in words and drawings: every number with its base and how it moved."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases.number_cards import WeekNumbers


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its value, what it is, its base, and the trend against the week before."""

    value: str
    name: str
    base: str
    trend: str


def three(week: WeekNumbers) -> list[Figure]:
    """Three true numbers of this week: received, answered in time, content."""
    return [_received(week), _in_time(week), _content(week)]


def _received(week: WeekNumbers) -> Figure:
    return Figure(
        str(week.received),
        _("received this week"),
        ngettext("%(count)s answered", "%(count)s answered", week.answered) % {"count": week.answered},
        _("%(count)s in the whole week before") % {"count": week.received_before},
    )


def _in_time(week: WeekNumbers) -> Figure:
    return Figure(
        _share(week.in_time, week.due),
        _("answered in time"),
        _("%(part)s of %(whole)s that were due") % {"part": week.in_time, "whole": week.due},
        _("%(share)s in the week before") % {"share": _share(week.in_time_before, week.due_before)},
    )


def _content(week: WeekNumbers) -> Figure:
    content, before = week.rated - week.unhappy, week.rated_before - week.unhappy_before
    return Figure(
        _share(content, week.rated),
        _("were content with the answer"),
        _("%(part)s of %(whole)s who rated") % {"part": content, "whole": week.rated},
        _("%(share)s in the week before") % {"share": _share(before, week.rated_before)},
    )


def _share(part: int, whole: int) -> str:
    """A share in whole per cent; a dash without a base."""
    return f"{round(100 * part / whole)} %" if whole else "–"
