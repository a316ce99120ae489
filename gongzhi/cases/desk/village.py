"""Notices for the own village: written, looked at once more, read out; printed to be pinned up; taken down."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import bulletin_rules, bulletins
from gongzhi.cases.desk import frame, telling
from gongzhi.cases.models import Bulletin
from gongzhi.channels import paper
from gongzhi.kit import moments
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.look.templatetags.look import said
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places


class BulletinForm(forms.Form):
    """Where, what, until which day."""

    place = forms.ChoiceField(label=_("For whom"))
    words = forms.CharField(
        label=_("What shall be read out"),
        max_length=bulletin_rules.WORDS_MAX,
        help_text=_("Short sentences, as one says them: what, when, where, whom to ask."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(card.code, _label(card)) for card in bulletins.area(actor.acting)]
        self.fields["place"].choices = own  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        """What the verb takes: the last day is meant to its end."""
        last = datetime.combine(self.cleaned_data["until"] + timedelta(days=1), time(), places.county().zone)
        return {**self.cleaned_data, "until": last}


def _label(card: places.PlaceCard) -> str:
    """A place by name; a town says that all of it is meant, since a village may bear its name."""
    path = said(card, "path")
    return gettext("%(town)s, all of it") % {"town": path} if card.level == "town" else path


@permit(Permit.NOTICE_WRITE)
def village(request: HttpRequest) -> HttpResponseBase:
    """What is on the air in the own area, and a new notice: first as it will be heard, then for good."""
    actor, at = actor_of(request), moments.now()
    if request.method != "POST":
        return _page(request, actor, BulletinForm(actor=actor, initial=_beginning(at)), at)
    form, preview = BulletinForm(request.POST, actor=actor), ""
    if form.is_valid():
        try:
            preview = bulletins.said(form.cleaned_data["words"])
            if request.POST.get("go") == "air":
                bulletins.put(by=actor.by, at=at, post=actor.acting, **form.told())
                messages.success(request, _("It is on the air. Devices read it with their next fetch."))
                return HttpResponseRedirect(reverse("desk:village"))
        except Refusal as refusal:
            preview = ""
            form.add_error(refusal.field if refusal.field in form.fields else None, telling.refused(refusal))
    return _page(request, actor, form, at, preview=preview, status=422 if form.errors else 200)


@permit(Permit.NOTICE_WRITE)
def sheet(request: HttpRequest, bulletin: UUID) -> HttpResponseBase:
    """One notice as PDF, to be pinned up."""
    actor, at = actor_of(request), moments.now()
    row = _mine(actor, bulletin, at)
    villages = [card.code for card in bulletins.area(actor.acting) if card.level == "village"]
    inside = [code for code in villages if code.startswith(places.within(row.place))]
    link = f"{settings.ORIGIN}{reverse('cases:notices', args=[inside[0]])}" if len(inside) == 1 else ""
    try:
        drawn = bulletins.sheet(row, link=link, language=get_language() or "zh")
    except Refusal as refusal:
        messages.warning(request, telling.refused(refusal))
        return HttpResponseRedirect(reverse("desk:village"))
    response = HttpResponse(drawn, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="notice.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@permit(Permit.NOTICE_WRITE)
def down(request: HttpRequest, bulletin: UUID) -> HttpResponseBase:
    """Take a notice from the air."""
    actor, at = actor_of(request), moments.now()
    row = _mine(actor, bulletin, at)
    if request.method == "POST":
        bulletins.take_down(by=actor.by, at=at, post=actor.acting, bulletin=row)
        messages.success(request, _("It is taken down. Nothing reads it out any more."))
    return HttpResponseRedirect(reverse("desk:village"))


def _mine(actor: Actor, bulletin: UUID, at: datetime) -> Bulletin:
    row = bulletins.running(actor.acting, at).filter(id=bulletin).first()
    if row is None:
        raise NotFound("bulletin_unknown", N_("There is no such notice, or it is not on the air any more."))
    return row


def _beginning(at: datetime) -> dict[str, Any]:
    return {"until": moments.local(at, places.county().tz).date() + timedelta(days=2)}


def _page(
    request: HttpRequest, actor: Actor, form: BulletinForm, at: datetime, *, preview: str = "", status: int = 200
) -> HttpResponse:
    why = paper.missing()
    rows = [
        {"row": row, "place": places.place_or_none(row.place), "last": row.until - timedelta(minutes=1)}
        for row in bulletins.running(actor.acting, at)[: bulletins.COUNTED]
    ]
    context = {"form": form, "rows": rows, "preview": preview, "missing": why, "most": bulletin_rules.WORDS_MAX}
    return frame.show(request, "cases/desk/village.html", context, here="village", status=status)
