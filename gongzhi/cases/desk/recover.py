"""A lost link, found again at the counter: by the number and the person's own words."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import recovering, rules
from gongzhi.cases.desk import frame, telling
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit


class RecoverForm(forms.Form):
    """The number on the slip and what was said then."""

    number = forms.CharField(
        label=_("Number on the slip"),
        help_text=_("As it is read: 990101-26-K7M4-2QXD. Spaces, small letters and missing hyphens are fine."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "number", "autofocus": True}),
    )
    words = forms.CharField(
        label=_("What the person said then, in own words"),
        help_text=_("Let the person tell it. Do not read the kept words aloud first."),
        max_length=rules.WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    proof = forms.CharField(
        label=_("Something only the writer knows"),
        help_text=_(
            "Needed when everybody may read the words: the telephone number or its last four figures, the e-mail "
            "address, the place as it was typed, or a name or number that is covered in public. It is compared here; "
            "that it was compared stands on the person's page."
        ),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@permit(Permit.VOICE_RECOVER)
def recover(request: HttpRequest) -> HttpResponseBase:
    """Make a new secret link when number and words agree; the old link is dead from then on."""
    actor = actor_of(request)
    form = RecoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = recovering.at_counter(by=actor.by, at=moments.now(), post=actor.acting, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, telling.refused(refusal))
        else:
            return frame.show(request, "cases/desk/recovered.html", {"found": found}, here="recover")
    status = 422 if form.errors else 200
    context = {"form": form, "may_erase": actor.can(Permit.VOICE_ERASE)}
    return frame.show(request, "cases/desk/recover.html", context, here="recover", status=status)
