"""One's own page: how I am told of bells and what I was told, and access tokens for programs of mine."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from gongzhi.kit import moments
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.people import bells, tokens
from gongzhi.people.cards import Actor
from gongzhi.people.desk_forms import put_refusal, said
from gongzhi.people.frame import show
from gongzhi.people.middleware import actor_of
from gongzhi.people.models import Account, Notice
from gongzhi.people.permits import permit

LATE_WAYS = [("page", gettext_lazy("only here")), ("email", gettext_lazy("by e-mail as well"))]
NEAR_WAYS = [*LATE_WAYS, ("none", gettext_lazy("not at all: it stands in my queue"))]
DAYS = [
    (7, gettext_lazy("a week")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (365, gettext_lazy("a year")),
]
BELLS = {
    "near": gettext_lazy("due soon"),
    "overdue": gettext_lazy("the limit has passed"),
    "ladder": gettext_lazy("late, needs your decision"),
}


class ToldForm(forms.Form):
    """How I hear of each bell."""

    near = forms.ChoiceField(label=gettext_lazy("When a case of mine is due soon"), choices=NEAR_WAYS)
    overdue = forms.ChoiceField(label=gettext_lazy("When a case of my office is late"), choices=LATE_WAYS)
    ladder = forms.ChoiceField(label=gettext_lazy("When a late case waits for my decision"), choices=LATE_WAYS)
    language = forms.ChoiceField(
        label=gettext_lazy("Language of these letters"), choices=[("zh-hans", "中文"), ("en", "English")]
    )


class TokenForm(forms.Form):
    """A token for a program: its name, the post it acts in, how long it lasts."""

    label = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=80, help_text=gettext_lazy("So that you know it again.")
    )
    post = forms.ChoiceField(label=gettext_lazy("In which post it acts"))
    days = forms.TypedChoiceField(label=gettext_lazy("How long it lasts"), choices=DAYS, coerce=int, initial=90)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].choices = [(str(card.id), said(card, "title")) for card in actor.own_posts]  # type: ignore[attr-defined]


@never_cache
@permit()
def mine(request: HttpRequest) -> HttpResponse:
    """GET shows it; POST keeps one of its two forms, or closes a token. A new token is shown once, in this answer."""
    actor, do = actor_of(request), request.POST.get("do", "")
    told = ToldForm(request.POST if do == "told" else None, initial=vars_of(actor))
    token = TokenForm(request.POST if do == "token" else None, actor=actor)
    fresh = ""
    try:
        if do == "told" and told.is_valid():
            bells.choose(by=actor.by, at=moments.now(), account=actor.account_id, **told.cleaned_data)
            return _kept(request, _("Kept."))
        if do == "token" and token.is_valid():
            fresh = _make(actor, token)
            token = TokenForm(None, actor=actor)
        if do == "close":
            tokens.close(by=actor.by, at=moments.now(), account=actor.account_id, token=_token(request))
            return _kept(request, _("The token is closed; programs that use it are refused from now on."))
    except NotFound:
        raise
    except Refusal as refusal:
        put_refusal(told if do == "told" else token, refusal)
    at = moments.now()
    context = {
        "told": told,
        "token": token,
        "fresh": fresh,
        "tokens": tokens.of(actor.account_id, at),
        "notices": [_notice(row) for row in bells.notices(actor.account_id)],
        "email": Account.objects.values_list("email", flat=True).get(id=actor.account_id) or "",
        "now": at,
    }
    status = 422 if told.errors or token.errors else 200
    return show(request, "people/mine.html", context, here="mine", status=status)


def vars_of(actor: Actor) -> dict[str, str]:
    """What the person chose before, as the form's beginning."""
    wish = bells.wish_of(actor.account_id)
    return {"near": wish.near, "overdue": wish.overdue, "ladder": wish.ladder, "language": wish.language}


def _make(actor: Actor, form: TokenForm) -> str:
    said = form.cleaned_data
    post = UUID(said["post"])
    return tokens.make(by=actor.by, at=moments.now(), actor=actor, post=post, label=said["label"], days=said["days"])[1]


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError as error:
        raise NotFound("token_unknown", "There is no open token like this.") from error


def _kept(request: HttpRequest, sentence: str) -> HttpResponseRedirect:
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("people:mine"))


def _notice(row: Notice) -> dict[str, Any]:
    """A line of what this person was told; the case, or the appeal in it, opens in the workplace."""
    return {
        "at": row.at,
        "bell": BELLS[row.bell],
        "appeal": row.about.startswith("appeal:"),
        "number": row.number,
        "due_at": row.due_at,
        "path": request_path(row.about),
    }


def request_path(about: str) -> str:
    """Where the thing of a notice is found below the workplace; empty when it has no page."""
    kind, _colon, key = about.partition(":")
    pages = {"case": "cases", "appeal": "appeals"}
    return f"{pages[kind]}/{UUID(key)}/" if kind in pages else ""
