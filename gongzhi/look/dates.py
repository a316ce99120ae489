"""Days, moments and deadlines in words, in Chinese and English. Dates follow the active language and zone.

Chinese: 2026年11月21日 星期六, 09:30. English: 21 November 2026, 09:30. Deadlines are said with the weekday and
what is left, because a bare date makes people count.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_ZH = "一二三四五六日"


def _chinese() -> bool:
    return not (get_language() or "zh-hans").startswith("en")


def local_day(moment: datetime | date) -> date:
    """The calendar day of a moment in the active zone; a date stays itself."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
    return moment


def day(moment: datetime | date) -> str:
    """2026年11月21日 星期六 or 21 November 2026."""
    d = local_day(moment)
    if _chinese():
        return f"{d.year}年{d.month}月{d.day}日 星期{WEEKDAYS_ZH[d.weekday()]}"
    return f"{d.day} {MONTHS[d.month - 1]} {d.year}"


def short_day(moment: datetime | date, *, year: bool = False) -> str:
    """11月27日 星期五 or Friday 27 November; `year` adds the year where it is not obvious."""
    d = local_day(moment)
    if _chinese():
        return f"{f'{d.year}年' if year else ''}{d.month}月{d.day}日 星期{WEEKDAYS_ZH[d.weekday()]}"
    return f"{WEEKDAYS[d.weekday()]} {d.day} {MONTHS[d.month - 1]}{f' {d.year}' if year else ''}"


def plain_day(moment: datetime | date) -> str:
    """2026年11月27日 or 27 November 2026, without the day of the week: for the ends of a chart."""
    d = local_day(moment)
    return f"{d.year}年{d.month}月{d.day}日" if _chinese() else f"{d.day} {MONTHS[d.month - 1]} {d.year}"


def clock(moment: datetime) -> str:
    """24-hour time of day in the active zone: 09:30."""
    return f"{timezone.localtime(moment) if timezone.is_aware(moment) else moment:%H:%M}"


def moment_text(moment: datetime) -> str:
    """Day and time: 2026年11月21日 星期六 09:30 or 21 November 2026, 09:30."""
    return f"{day(moment)}{' ' if _chinese() else ', '}{clock(moment)}"


def amount(number: int, unit: str) -> str:
    """A stretch of time in words; `unit` is one of kit.worktime.Unit: `4 working days`, `4个工作日`."""
    words = {
        "working_days": ngettext("%(n)d working day", "%(n)d working days", number),
        "calendar_days": ngettext("%(n)d day", "%(n)d days", number),
        "working_hours": ngettext("%(n)d working hour", "%(n)d working hours", number),
        "hours": ngettext("%(n)d hour", "%(n)d hours", number),
    }
    return words[str(unit)] % {"n": number}


def _standing(due: datetime | date, other: Any) -> tuple[str, int, str]:
    """State, what is left (negative when overdue) and its unit, from a Standing or from the present moment."""
    if hasattr(other, "left_amount"):
        return str(other.state), int(other.left_amount), str(other.left_unit)
    left = (local_day(due) - local_day(other)).days
    late = other > due if isinstance(due, datetime) and isinstance(other, datetime) else left < 0
    return ("overdue" if late else "in_time"), left, "calendar_days"


def until(due: datetime | date, other: Any) -> str:
    """The deadline as a phrase: "by Friday 27 November (4 working days)", "11月27日 星期五前（还剩4个工作日）".

    `other` is a `kit.worktime.Standing` (state, left_amount, left_unit), which counts working time, or simply the
    present moment, which counts calendar days. A deadline that is hours away is said with its time; what has
    passed is said so. The year is said only when it is more than 200 days off.
    """
    state, left, unit = _standing(due, other)
    in_hours = unit.endswith("hours")
    when = short_day(due, year=abs(left) > (4800 if in_hours else 200))
    if isinstance(due, datetime) and (in_hours or left == 0):
        when = f"{when} {clock(due)}"
    if state == "paused":
        return _("paused; the date moves with it")
    if state == "overdue":
        sentence = _("was due %(when)s (%(amount)s ago)") if left else _("was due %(when)s")
    else:
        sentence = _("by %(when)s (%(amount)s)") if left else _("by %(when)s")
    return sentence % {"when": when, "amount": amount(abs(left), unit)}


def ago(moment: datetime, now: datetime) -> str:
    """How long since: "just now", "5 minutes ago", "3 hours ago", "4 days ago"; after 30 days the day itself."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", seconds // 60) % {"n": seconds // 60}
    if seconds < 86400:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", seconds // 3600) % {"n": seconds // 3600}
    if seconds < 30 * 86400:
        return ngettext("%(n)d day ago", "%(n)d days ago", seconds // 86400) % {"n": seconds // 86400}
    return day(moment)
