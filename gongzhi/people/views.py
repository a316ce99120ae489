"""Pages of who manages posts: posts, one post, accounts, one account; and everybody's switch between posts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gongzhi.kit import moments
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.people import accounts as account_verbs
from gongzhi.people import leaving, listing, posting, reads
from gongzhi.people.cards import PostCard
from gongzhi.people.desk_forms import AccountForm, FillForm, LeaveForm, OpenForm, put_refusal
from gongzhi.people.frame import first_page, show
from gongzhi.people.middleware import actor_of, choose
from gongzhi.people.permits import ROLES, Permit, permit


@require_POST
@permit()
def switch(request: HttpRequest, id: UUID) -> HttpResponse:
    """Act in another own or covered post, and go back to where one was (field `next`)."""
    choose(request, id)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    chosen = [card for card in actor_of(request).posts if card.id == id]
    return HttpResponseRedirect(back if safe else first_page(chosen, _lang(request)))


@never_cache
@permit(Permit.POST_MANAGE)
def posts(request: HttpRequest) -> HttpResponse:
    """Every post, by organ; searched by title, organ, holder."""
    words, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    page = listing.posts(moments.now(), words=words, after=after)
    return show(request, "people/posts.html", {"page": page, "q": words}, here="posts")


@never_cache
@permit(Permit.POST_MANAGE)
def post(request: HttpRequest, id: UUID) -> HttpResponse:
    """One post: who holds it, its leave, its end."""
    at = moments.now()
    card = reads.post(id, at)
    if card is None:
        raise NotFound("post_unknown", N_("There is no such post, or it is closed."))
    covers = [other for other in reads.colleagues(card.organ, at) if other.account and other.id != id]
    do = request.POST.get("do", "")
    fill = FillForm(request.POST if do == "fill" else None)
    leave = LeaveForm(request.POST if do == "leave" else None, covers=covers)
    if request.method == "POST" and _post_done(request, card, do, fill, leave):
        return redirect("people:seat", id=id)
    context = {
        "post": listing.seat(id, at),
        "role": ROLES.get(card.role),
        "fill": fill,
        "leave": leave,
        "covers": covers,
    }
    return show(request, "people/post.html", context, here="posts", status=400 if do else 200)


def _post_done(request: HttpRequest, card: PostCard, do: str, fill: FillForm, leave: LeaveForm) -> bool:
    """Whether the asked change was made; a refusal goes into the form it came from."""
    by, at = actor_of(request).by, moments.now()
    form = leave if do == "leave" else fill
    try:
        if do == "fill" and fill.is_valid():
            account = listing.account_id(fill.cleaned_data["account"])
            posting.fill(by=by, at=at, post=card.id, account=account)
        elif do == "leave" and leave.is_valid():
            away_from, away_to = leave.moments()
            cover = UUID(leave.cleaned_data["cover"])
            leaving.leave(by=by, at=at, post=card.id, away_from=away_from, away_to=away_to, cover=cover)
        elif do == "back":
            leaving.come_back(by=by, at=at, post=card.id)
        elif do == "close":
            posting.close(by=by, at=at, post=card.id)
        else:
            return False
    except Refusal as refusal:
        if do in ("fill", "leave"):
            put_refusal(form, refusal)
        else:
            messages.error(request, _(refusal.sentence) % refusal.params)
        return False
    messages.success(request, _("Kept."))
    return True


@never_cache
@permit(Permit.POST_MANAGE)
def opening(request: HttpRequest) -> HttpResponse:
    """A form for a new post."""
    at = moments.now()
    form = OpenForm(request.POST or None, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            card = posting.open_post(by=actor_of(request).by, at=at, **form.cleaned_data)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            return redirect("people:seat", id=card.id)
    return show(request, "people/opening.html", {"form": form}, here="posts", status=400 if form.errors else 200)


@never_cache
@permit(Permit.POST_MANAGE, Permit.SIGN_IN_MANAGE)
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account with its posts, and a form for a new one."""
    words, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    may_make = actor_of(request).can(Permit.POST_MANAGE)
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _need(request, Permit.POST_MANAGE)
        try:
            made = account_verbs.make(by=actor_of(request).by, at=moments.now(), **form.cleaned_data)
        except Refusal as refusal:
            put_refusal(form, refusal)
        else:
            return redirect("people:account", id=made.id)
    context = {"page": listing.accounts(words=words, after=after), "q": words, "form": form, "may_make": may_make}
    return show(request, "people/accounts.html", context, here="accounts", status=400 if form.errors else 200)


@never_cache
@permit(Permit.POST_MANAGE, Permit.SIGN_IN_MANAGE)
def account(request: HttpRequest, id: UUID) -> HttpResponse:
    """One account: its posts, its one-time link (shown once, here), the removal of lost keys, its end."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            context = _account_done(request, id, request.POST.get("do", ""))
        except Refusal as refusal:
            messages.error(request, _(refusal.sentence) % refusal.params)
            return redirect("people:account", id=id)
    actor = actor_of(request)
    context |= {
        "card": listing.account(id),
        "may_manage": actor.can(Permit.POST_MANAGE),
        "may_reset": actor.can(Permit.SIGN_IN_MANAGE),
    }
    return show(request, "people/account.html", context, here="accounts")


def _account_done(request: HttpRequest, id: UUID, do: str) -> dict[str, Any]:
    """Make the asked change; what the page shows beside the account."""
    by, at = actor_of(request).by, moments.now()
    if do == "reset":
        _need(request, Permit.SIGN_IN_MANAGE)
        account_verbs.reset(by=by, at=at, account=id)
        messages.success(
            request, _("Passkeys and codes are removed. The person signs in by password and sets up new ones.")
        )
        return {}
    _need(request, Permit.POST_MANAGE)
    if do == "link":
        return {"link": account_verbs.set_up_link(by=by, at=at, account=id, lang=_lang(request))}
    if do == "close":
        account_verbs.close(by=by, at=at, account=id)
        messages.success(request, _("The account is closed; its posts are vacant."))
    return {}


def _need(request: HttpRequest, wanted: Permit) -> None:
    if not actor_of(request).can(wanted):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))


def _lang(request: HttpRequest) -> str:
    return "en" if request.path.startswith("/en/") else "zh"
