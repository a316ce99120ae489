"""Leave and cover: somebody else works on this post's cases meanwhile, under an own name."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongzhi.cases.desk import frame, telling
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal
from gongzhi.look.templatetags.look import said
from gongzhi.people import leaving
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor, PostCard
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import permit
from gongzhi.places import reads as places


class AwayForm(forms.Form):
    """First and last day of the leave, and who covers."""

    away_from = forms.DateField(label=_("First day away"), widget=forms.DateInput(attrs={"type": "date"}))
    away_to = forms.DateField(label=_("Last day away"), widget=forms.DateInput(attrs={"type": "date"}))
    cover = forms.ChoiceField(label=_("Who covers"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = own_post(actor)
        colleagues = [
            (str(card.id), said(card, "title"))
            for card in people.colleagues(own.organ, moments.now())
            if card.account not in (None, actor.account_id) and not card.away
        ]
        self.fields["cover"].choices = [("", _("Choose a colleague")), *colleagues]  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        """The leave as moments of the county's zone: from the first midnight until after the last day."""
        zone = ZoneInfo(places.county().tz)
        first, last = self.cleaned_data["away_from"], self.cleaned_data["away_to"]
        return {
            "away_from": datetime.combine(first, time(), zone),
            "away_to": datetime.combine(last + timedelta(days=1), time(), zone),
            "cover": UUID(self.cleaned_data["cover"]),
        }


def own_post(actor: Actor) -> PostCard:
    """The post whose leave this is: the acting one, or one's first own when covering for somebody."""
    return actor.acting if actor.acting.covered_by is None else actor.own_posts[0]


@permit()
def away(request: HttpRequest) -> HttpResponseBase:
    """Set, change or end the own leave."""
    actor = actor_of(request)
    now = moments.now()
    post = own_post(actor)
    if "back" in request.POST:
        leaving.come_back(by=actor.by, at=now, post=post.id)
        messages.success(request, _("Welcome back. Your cases are yours again."))
        return HttpResponseRedirect(reverse("desk:inbox"))
    form = AwayForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            leaving.leave(by=actor.by, at=now, post=post.id, **form.told())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, telling.refused(refusal))
        else:
            messages.success(request, _("Kept. From the first day on your cases go to the cover."))
            return HttpResponseRedirect(reverse("desk:away"))
    status = 422 if form.errors else 200
    return frame.show(request, "cases/desk/away.html", {"form": form, "post": post}, here="away", status=status)
