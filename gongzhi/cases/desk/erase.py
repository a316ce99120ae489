"""Erasing at the counter: for whoever spoke and comes without the secret link, after she has shown that it was she.

No identity card is asked for: a voice needs no name, so a card could not be compared with anything. What proves it is
what a lost link is found by: the number, one's own words, and where everybody may read those, something only she knows.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import erasing, labels, rules
from gongzhi.cases.desk import frame, telling
from gongzhi.cases.desk.recover import RecoverForm
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit


class EraseForm(RecoverForm):
    """What proves who spoke, the ground in law, and the clerk's word that it was explained."""

    ground = forms.ChoiceField(
        label=_("On which ground"),
        widget=forms.RadioSelect,
        choices=[(code, labels.GROUNDS[code]) for code in rules.ERASURE_GROUNDS],
        initial="consent_withdrawn",
    )
    explained = forms.BooleanField(
        label=_("I have read to the person what is destroyed and what stays, and it is wanted."),
        error_messages={"required": _("Please read it to the person first: it cannot be taken back.")},
    )


@permit(Permit.VOICE_ERASE)
def erase(request: HttpRequest) -> HttpResponseBase:
    """Erase a voice for good when number and words agree; the page then shown is the paper the person takes home."""
    actor, now = actor_of(request), moments.now()
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("number", "words", "proof", "ground")}
        try:
            number = erasing.at_counter(by=actor.by, at=now, post=actor.acting, **said)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, telling.refused(refusal))
        else:
            told = {"number": number, "ground": said["ground"], "now": now}
            return frame.show(request, "cases/desk/erased.html", told, here="recover")
    status = 422 if form.errors else 200
    return frame.show(request, "cases/desk/erase.html", {"form": form}, here="recover", status=status)
