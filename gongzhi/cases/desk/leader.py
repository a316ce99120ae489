"""The leader's page: what climbed the ladder, by office, each case that needs a decision, and appeals that are late."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from gongzhi.cases import appealing
from gongzhi.cases import inbox as reads
from gongzhi.cases.desk import appeals, frame
from gongzhi.cases.desk.inbox import as_csv
from gongzhi.kit import moments
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit


@permit(Permit.CASE_LEAD, Permit.CASE_HEAD)
def leader(request: HttpRequest) -> HttpResponseBase:
    """Overdue and near by office, worst first; below, the overdue cases, the oldest first."""
    actor = actor_of(request)
    now = moments.now()
    page = reads.leader(actor, now, after=request.GET.get("after", ""))
    if request.GET.get("as") == "csv":
        return as_csv(page.rows, "late.csv")
    rungs = reads.ladder(actor, now)
    context = {
        "page": page,
        "rungs": rungs,
        "overdue": sum(rung.overdue for rung in rungs),
        "open": sum(rung.open for rung in rungs),
        "late_organs": sum(1 for rung in rungs if rung.overdue),
        "appeals": appeals.lines_of(appealing.late(actor, now), now),
        "now": now,
    }
    return frame.show(request, "cases/desk/leader.html", context, here="leader")
