"""Figures in words and drawings: every number with its base and how it moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import matters
from gongzhi.cases.number_cards import PlaceNumbers, WeekNumbers
from gongzhi.look import charts, dates
from gongzhi.look.figures import number
from gongzhi.procedures import reads as procedures

NO_SOURCE = "-"  # what a clause names as its source when it stands in no law


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
        number(week.received),
        _("received this week") if week.running else _("received in this week of the past"),
        ngettext("%(count)s answered", "%(count)s answered", week.answered) % {"count": number(week.answered)},
        _("%(count)s in the whole week before") % {"count": number(week.received_before)},
    )


def _in_time(week: WeekNumbers) -> Figure:
    base = _("%(part)s of %(whole)s that were due") % {"part": number(week.in_time), "whole": number(week.due)}
    if not week.due:
        base = _("Nothing was due.")
    elif example_limits():
        base += " " + _("The limit is an example.")
    if week.unknown:
        base += " " + unknown(week.unknown)
    return Figure(
        _share(week.in_time, week.due),
        _("answered in time"),
        base,
        _("%(share)s in the week before") % {"share": _share(week.in_time_before, week.due_before)},
    )


def example_limits() -> bool:
    """Whether no limit here stands in a law: a county made from a file knows none, and one was chosen for it."""
    named = {card.clause for card in matters.cards()}
    found = procedures.clauses_by(named - {""})
    return bool(found) and all(clause.source == NO_SOURCE and not clause.verified for clause in found.values())


def unknown(count: int) -> str:
    """How many answers nobody can judge, since the system they come from did not keep when they were given."""
    sentence = ngettext(
        "Of %(count)s more nobody knows: the earlier system did not keep when it was answered.",
        "Of %(count)s more nobody knows: the earlier system did not keep when they were answered.",
        count,
    )
    return sentence % {"count": number(count)}


def _content(week: WeekNumbers) -> Figure:
    content, before = week.rated - week.unhappy, week.rated_before - week.unhappy_before
    return Figure(
        _share(content, week.rated),
        _("were content with the answer"),
        _("%(part)s of %(whole)s who rated") % {"part": number(content), "whole": number(week.rated)}
        if week.rated
        else _("Nobody rated an answer."),
        _("%(share)s in the week before") % {"share": _share(before, week.rated_before)} if week.rated_before else "",
    )


def _share(part: int, whole: int) -> str:
    """A share in whole per cent; a dash without a base."""
    return f"{round(100 * part / whole)} %" if whole else "–"


def half_of_answers(week: WeekNumbers) -> str:
    """How fast the middle answer came, with the week before; nothing without answers."""
    if week.median_days is None:
        return ""
    sentence = _("Half of the answers came within %(time)s.") % {"time": _stretch(week.median_days)}
    if week.median_days_before is None:
        return sentence
    return f"{sentence} " + _("In the week before it was %(time)s.") % {"time": _stretch(week.median_days_before)}


def _stretch(days: float) -> str:
    """A stretch of time in hours below two days, else in days."""
    if days < 2:
        return dates.amount(max(1, round(days * 24)), "hours")
    return dates.amount(round(days), "calendar_days")


def week_days(week: WeekNumbers) -> SafeString:
    """How many came on each day, as bars; the title names the fullest day."""
    if not week.days:
        return SafeString("")
    fullest = max(week.days, key=lambda day: day.received)
    title = _("Most came on %(day)s: %(count)s") % {
        "day": dates.short_day(fullest.day),
        "count": number(fullest.received),
    }
    return charts.bars(
        title=title,
        rows=[(dates.short_day(day.day, year=not week.running), day.received) for day in week.days],
        head=(_("Day"), _("received")),
    )


def weeks(week: WeekNumbers) -> SafeString:
    """How many came in each of the last weeks, as a line; the running week is the last point."""
    return _line(week.weeks, running=week.running)


def place_weeks(counted: PlaceNumbers, *, running: bool = True) -> SafeString:
    """The same for a place; weeks below ten people are left out of the drawing and the table."""
    return _line([(monday, count) for monday, count in counted.weeks if count is not None], running=running)


def _line(points: Sequence[tuple[date, int]], *, running: bool = True) -> SafeString:
    points = list(dropwhile(lambda point: not point[1], points))  # weeks before the county began
    if len(points) < 2:
        return SafeString("")
    counts = [count for _monday, count in points]
    mean = round(sum(counts[:-1]) / len(counts[:-1]))
    sentence = _("%(count)s this week so far; about %(mean)s in a whole week before")
    if not running:
        sentence = _("%(count)s in the last of these weeks; about %(mean)s in one before")
    title = sentence % {"count": number(counts[-1]), "mean": number(mean)}
    return charts.line(
        title=title,
        labels=[dates.short_day(monday) if running else dates.plain_day(monday) for monday, _count in points],
        values=counts,
        head=(_("Week from"), _("received")),
    )
