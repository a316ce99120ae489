"""How the letters of a case fare: sent, waiting, failed and why; and sending one once more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.cases import casefile, labels
from gongzhi.cases.desk import frame
from gongzhi.channels import delivering
from gongzhi.channels import reads as channels
from gongzhi.kit import moments
from gongzhi.kit.refusal import N_, NotAllowed, NotFound
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit


@permit(Permit.CASE_READ, Permit.CASE_READ_ALL)
def letters(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """The letters of a case without address and text; POST with `again` sends a failed one once more."""
    actor = actor_of(request)
    desk = casefile.desk_case(actor, case, moments.now())
    told = channels.about(f"case:{desk.course.case.hex}")
    rows = [row for row in told if row.template in labels.LETTERS]  # not what staff were told of bells
    if request.method == "POST":
        if not actor.can(Permit.CASE_NOTE):
            raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
        wanted = next(
            (row for row in rows if row.id.hex == request.POST.get("again") and row.state in ("failed", "kept")), None
        )
        message = channels.message(wanted.id) if wanted else None
        if message is None:
            raise NotFound("message_unknown", N_("There is no such message."))
        delivering.try_again(by=actor.by, at=moments.now(), message=message)
        messages.success(request, _("It goes out again within a minute."))
        return HttpResponseRedirect(reverse("desk:case", args=[case]))
    context = {"desk": desk, "course": desk.course, "rows": rows, "may_repeat": actor.can(Permit.CASE_NOTE)}
    template = "cases/desk/letters_rows.html" if frame.is_fragment(request) else "cases/desk/letters.html"
    return frame.show(request, template, context, here="inbox")
