"""The habits of entering in bulk in a few lines, for the command line."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import labels
from gongzhi.insight import telling
from gongzhi.insight.habits.tables import Habit

LINES = 10  # habits that are printed


def share(row: Habit) -> int:
    """Of a hundred entries, how many came in goes."""
    return round(100 * row.bundled / row.entries) if row.entries else 0


def lines() -> list[str]:
    """How many habits there are, and the largest of them by name; nothing where there is none."""
    count = Habit.objects.count()
    if not count:
        return []
    head = ngettext("%(count)d matter is entered in bulk by habit:", "%(count)d are entered in bulk by habit:", count)
    row_words = _("%(matter)s by “%(source)s” since %(since)s: %(share)d %% of %(entries)d entries in goes")
    rows = Habit.objects.order_by("-bundled", "matter", "source")[:LINES]
    named = [
        row_words
        % {"matter": telling.matter(row.matter), "source": labels.word(row.source, "source"),
           "since": row.since.isoformat(), "share": share(row), "entries": row.entries}
        for row in rows
    ]  # fmt: skip
    return [head % {"count": count}, *(f"  {line}" for line in named)]
