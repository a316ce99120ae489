"""The resident appeals on her own page: against being refused, taken from public view, or made to wait."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import appealing, rules
from gongzhi.cases import course as courses
from gongzhi.cases import decisions as reads
from gongzhi.cases.public.forms import sentence
from gongzhi.cases.public.frame import secret, show
from gongzhi.cases.public.origin import own_secret_forms
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people.permits import public


class AppealForm(forms.Form):
    """Why she does not agree, in her own words."""

    words = forms.CharField(
        label=_("Why do you not agree?"),
        help_text=_("In your own words. Another office reads it, not the one that decided."),
        max_length=rules.REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@public
@own_secret_forms
@secret
def appeal(request: HttpRequest, token: str, decision: UUID) -> HttpResponse:
    """GET shows what was decided and a form; POST sends the appeal."""
    voice = courses.voice_of(token)
    cards = {card.id: card for card in reads.about(voice, now())}
    card = cards.get(decision)
    if card is None:
        raise NotFound("decision_unknown", N_("There is no such decision about your voice."))
    form, status = AppealForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                appealing.appeal(
                    by=f"voice:{voice.id.hex}", at=now(), voice=voice.id, decision=decision,
                    words=form.cleaned_data["words"],
                )  # fmt: skip
            except Refusal as refusal:
                form.add_error(None, sentence(refusal))
                status = refusal.status
            else:
                return HttpResponseRedirect(reverse("cases:course", args=[token]), status=303)
    context = {"card": card, "form": form, "token": token, "number": voice.number, "days": rules.APPEAL_WORKING_DAYS}
    return show(request, "cases/appeal.html", context, here="find", status=status)
