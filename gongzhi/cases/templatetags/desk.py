"""`{% load desk %}`: how rows of the workplace say their deadline in three words."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases.desk_cards import InboxRow
from gongzhi.look import dates
from gongzhi.look.templatetags.look import tag

register = template.Library()


@register.simple_tag
def due_tag(row: InboxRow, now: datetime) -> SafeString:
    """The deadline of a row as a label: "10 days late", "today by 18:00", "by Friday 27 November", "paused"."""
    if row.clock not in ("overdue", "near", "in_time"):
        return tag(row.clock if row.clock == "paused" else row.state)
    return tag({"overdue": "overdue", "near": "near"}.get(row.clock, "plain"), due_words(row.due_at, row.clock, now))


def due_words(due_at: datetime, clock: str, now: datetime) -> str:
    """The same in plain words. Hours are counted within a day, calendar days beyond."""
    if clock == "overdue":
        days, hours = divmod(max(0, int((now - due_at).total_seconds() // 3600)), 24)
        if days:
            return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}
        return ngettext("%(n)d hour late", "%(n)d hours late", hours) % {"n": hours} if hours else _("just late")
    off = (dates.local_day(due_at) - dates.local_day(now)).days
    if off == 0:
        return _("today by %(time)s") % {"time": dates.clock(due_at)}
    if off == 1:
        return _("tomorrow by %(time)s") % {"time": dates.clock(due_at)}
    return _("by %(day)s") % {"day": dates.short_day(due_at)}
