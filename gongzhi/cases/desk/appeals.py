"""Appeals made to this office: what was decided, why the resident does not agree, and the answer with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.cases import appealing, casefile, labels, reads, rules
from gongzhi.cases.desk import frame, telling
from gongzhi.cases.models import Appeal
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.procedures import reads as procedures

GROUPS = {"refused": "outcome", "narrowed": "narrow_reason", "paused": "pause_reason"}


@dataclass(frozen=True, slots=True)
class Line:
    """An open appeal in the list. `clock`: in_time, near or overdue."""

    id: UUID
    number: str
    title: str
    what: str
    reason: str
    words: str
    decided_at: datetime
    due_at: datetime
    clock: str
    case: UUID


class AnswerForm(forms.Form):
    """Granted or not, and the reasons the resident reads."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    granted = forms.ChoiceField(
        label=gettext_lazy("Your ruling"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", gettext_lazy("Granted: what was decided is undone at once")),
            ("no", gettext_lazy("Not granted: it stays as it is")),
        ],
    )
    public_text = forms.CharField(
        label=gettext_lazy("Your reasons"),
        help_text=gettext_lazy("The resident reads exactly this."),
        max_length=rules.ANSWER_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@permit(Permit.APPEAL_ANSWER)
def appeals(request: HttpRequest) -> HttpResponseBase:
    """Open appeals by deadline."""
    now = moments.now()
    lines = lines_of(appealing.queue(actor_of(request).acting), now)
    return frame.show(request, "cases/desk/appeals.html", {"lines": lines, "now": now}, here="appeals")


@permit(Permit.APPEAL_ANSWER)
def appeal(request: HttpRequest, appeal: UUID) -> HttpResponseBase:
    """One appeal with its case; POST answers it."""
    actor, now = actor_of(request), moments.now()
    row = next((one for one in appealing.queue(actor.acting) if one.id == appeal), None)
    if row is None:
        raise reads.unknown()
    desk = casefile.desk_case(actor, row.case_id, now)
    form = AnswerForm(request.POST or None, initial={"version": desk.course.version})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            appealing.answer_appeal(
                by=actor.by,
                at=now,
                post=actor.acting,
                case=row.case_id,
                version=said["version"],
                appeal=row.id,
                granted=said["granted"] == "yes",
                public_text=said["public_text"],
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, telling.refused(refusal))
        else:
            messages.success(request, _("The appeal is answered; the resident is told."))
            return HttpResponseRedirect(reverse("desk:appeals"))
    context: dict[str, Any] = {
        "line": lines_of([row], now)[0],
        "desk": desk,
        "course": desk.course,
        "words": telling.words(desk),
        "form": form,
        "now": now,
    }
    return frame.show(
        request, "cases/desk/appeal.html", context, here="appeals", status=422 if form.is_bound and form.errors else 200
    )


def lines_of(rows: Sequence[Appeal], now: datetime) -> list[Line]:
    """Appeals as lines of a list, each with how its clock stands: in_time, near or overdue."""
    clocks = procedures.clocks([row.clock for row in rows])
    return [_line(row, clocks[row.clock].standing(now).state.value) for row in rows]


def _line(row: Appeal, clock: str) -> Line:
    decision = row.decision
    return Line(
        id=row.id,
        number=row.case.number,
        title=row.case.title,
        what=labels.word(decision.what, "decision"),
        reason=labels.word(decision.reason, GROUPS[decision.what]),
        words=row.entry.public_text,
        decided_at=decision.at,
        due_at=row.due_at,
        clock=clock,
        case=row.case_id,
    )
