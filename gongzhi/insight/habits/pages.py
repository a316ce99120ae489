"""How entries come in, for staff: who enters in bulk by habit, and single bulk entries that were found."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from gongzhi.cases import labels
from gongzhi.cases.desk import frame
from gongzhi.insight import standings, telling
from gongzhi.insight.habits.tables import Habit
from gongzhi.insight.habits.told import share
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_pages import csv_file
from gongzhi.kit.moments import now
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places

BACK = 120  # days whose single bulk entries are listed
LIST = 200  # rows of one list


@permit(Permit.CASE_READ_ALL)
def entering(request: HttpRequest) -> HttpResponseBase:
    """Habits and single bulk entries; `?as=csv` gives the habits."""
    rows = [_told(row) for row in Habit.objects.order_by("-bundled", "matter", "source")[:LIST]]
    if request.GET.get("as") == "csv":
        return _csv(rows)
    since = places.local_day(now()) - timedelta(days=BACK)
    single = Finding.objects.filter(kind="bulk_entry", last_day__gte=since).order_by("-last_day", "-source_count")
    context = {
        "rows": rows,
        "single": [telling.tell(row) for row in single[:LIST]],
        "missing": standings.missing(),
        "now": now(),
    }
    return frame.show(request, "insight/habits.html", context, here="insight:cockpit")


def _told(row: Habit) -> dict[str, object]:
    return {
        "row": row,
        "matter": telling.matter(row.matter),
        "source": labels.word(row.source, "source"),
        "share": share(row),
        "place": telling.place(row.largest_place),
    }


def _csv(rows: list[dict[str, object]]) -> HttpResponse:
    head = [_("Matter"), _("Channel"), _("Habit since"), _("Entries in eight weeks"), _("In goes"), _("Goes"),
            _("Largest go"), _("On"), _("Place")]  # fmt: skip
    lines = []
    for one in rows:
        row = one["row"]
        assert isinstance(row, Habit)
        lines.append([one["matter"], one["source"], row.since, row.entries, row.bundled, row.goes, row.largest,
                      row.largest_day, one["place"]])  # fmt: skip
    return csv_file("entering.csv", head, lines)
