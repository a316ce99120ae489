"""The inbox: queues by duty and deadline on the left, the case on the right; every list as CSV.

On a phone, or without JavaScript, a row leads to the case's own page; on a wide screen it opens beside the list.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongzhi.cases import appealing, labels, rules
from gongzhi.cases import inbox as reads
from gongzhi.cases import reads as cases
from gongzhi.cases.cards import Page
from gongzhi.cases.desk import frame
from gongzhi.cases.desk_cards import InboxRow, Queues
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotFound
from gongzhi.look import dates
from gongzhi.look.templatetags.look import said
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit

QUEUE_WORDS = {
    "overdue": _("Overdue"),
    "near": _("Due soon"),
    "new": _("New for us"),
    "mine": _("In my hands"),
    "dispatch": _("To be sent"),
    "helping": _("We help"),
    "waiting": _("Waiting for others"),
    "all": _("All open"),
}
CSV_ROWS = 5000


@dataclass(frozen=True, slots=True)
class QueueLink:
    """A queue as the left column shows it."""

    code: str
    label: str
    count: int
    more: bool
    current: bool


def links(queues: Queues, chosen: str) -> list[QueueLink]:
    """The queues this post has, what is urgent first."""
    known = {queue.code: queue for queue in queues.counts}
    return [
        QueueLink(code, str(label), known[code].count, known[code].more, code == chosen)
        for code, label in QUEUE_WORDS.items()
        if code in known
    ]


def first_with_work(queues: Queues) -> str:
    """The queue to begin with: the first that holds anything."""
    filled = [queue.code for queue in queues.counts if queue.count]
    return next((code for code in QUEUE_WORDS if code in filled), "mine")


@permit()
def inbox(request: HttpRequest) -> HttpResponseBase:
    """What is this post's duty now, by deadline; with `open` the case beside it, which the page fetches.

    A post that takes no cases in hand (counter, leader, auditor, administrators) is led to its own work."""
    actor = actor_of(request)
    if not actor.can(Permit.CASE_ACCEPT):
        return HttpResponseRedirect(frame.first_page(actor))
    now = moments.now()
    queues = reads.queues(actor, now)
    queue = request.GET.get("queue", "")
    if queue not in rules.QUEUES:
        queue = first_with_work(queues)
    if request.GET.get("as") == "csv":
        return as_csv(_every(actor, queue), f"{queue}.csv")
    beside = {
        "queues": links(queues, queue),
        "queue": queue,
        "left_open": queues.left_open,
        "appeals": appealing.waiting(actor.acting) if actor.can(Permit.APPEAL_ANSWER) else None,
    }
    if request.GET.get("part") == "queues":
        return frame.show(request, "cases/desk/queues.html", beside)
    page = reads.inbox(actor, queue, now, after=request.GET.get("after", ""))
    opened = request.GET.get("open", "")
    context: dict[str, Any] = beside | {
        "queue_label": QUEUE_WORDS[queue],
        "page": page,
        "now": now,
    }
    context["opened"] = opened if opened and _is_seen(actor, opened) else ""
    return frame.show(request, "cases/desk/inbox.html", context, here="inbox")


def _is_seen(actor: Actor, opened: str) -> bool:
    """Whether the opened case is (still) to be seen from here; its panel is then fetched by the page itself."""
    try:
        cases.find(actor, UUID(opened))
    except (ValueError, NotFound):
        return False
    return True


def _every(actor: Actor, queue: str) -> Iterable[InboxRow]:
    page: Page[InboxRow] = reads.inbox(actor, queue, moments.now(), limit=500)
    yield from page.rows
    rows = len(page.rows)
    while page.next and rows < CSV_ROWS:
        page = reads.inbox(actor, queue, moments.now(), after=page.next, limit=500)
        rows += len(page.rows)
        yield from page.rows


def as_csv(rows: Iterable[InboxRow], name: str) -> HttpResponse:
    """Rows of a list as a CSV file that spreadsheets open rightly (UTF-8 with its mark), practice said in its name."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [_("Number"), _("Title"), _("Matter"), _("Place"), _("State"), _("Office"), _("Received"), _("Due"), _("Clock")]
    )
    for row in rows:
        writer.writerow([_plain(cell) for cell in _cells(row)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cells(row: InboxRow) -> list[str]:
    return [
        row.number,
        row.title,
        said(row.matter, "name"),
        said(row.place, "path") if row.place else row.place_text,
        labels.word(row.state, "state"),
        said(row.organ, "name") if row.organ else "",
        dates.moment_text(row.received_at),
        dates.moment_text(row.due_at) if row.clock != "none" else "",
        labels.word(row.clock, "clock"),
    ]


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@permit()
def density(request: HttpRequest) -> HttpResponseBase:
    """Keep how close rows stand, on this device."""
    return _density(request)


@require_POST
def _density(request: HttpRequest) -> HttpResponseBase:
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("desk:inbox")
    response = HttpResponseRedirect(back)
    wanted = request.POST.get("density", "")
    if wanted in frame.DENSITIES:
        response.set_cookie(frame.DENSITY_COOKIE, wanted, max_age=31_536_000, httponly=True, samesite="Lax")
    return response
