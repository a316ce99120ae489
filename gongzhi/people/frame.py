"""The workplace frame of the pages of posts, accounts and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.people import menus
from gongzhi.people.cards import PostCard
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places


def show(request: HttpRequest, template: str, context: dict[str, Any], *, here: str, status: int = 200) -> HttpResponse:
    """A page of the workplace with the links this post may follow; `here` names the current one."""
    card = places.county_or_none()
    menu = menus.entries("menu", actor_of(request), practice=bool(card and card.practice))
    response = render(request, template, {**context, "nav": _nav(request, here), "menu": menu}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def first_page(posts: Sequence[PostCard], lang: str) -> str:
    """Where the work of the first of these posts begins: cases for who sees cases, else what the post is for."""
    desk = f"/{lang}/desk/"
    if not posts or posts[0].can(Permit.CASE_READ) or posts[0].can(Permit.CASE_READ_ALL):
        return desk
    return f"{desk}people/" if posts[0].can(Permit.POST_MANAGE) else f"{desk}people/accounts/"


def _nav(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    actor = actor_of(request)
    card = places.county_or_none()
    added = menus.entries("head", actor, practice=bool(card and card.practice))
    links = [
        ("posts", Permit.POST_MANAGE, reverse("people:posts"), _("Posts")),
        ("accounts", Permit.POST_MANAGE, reverse("people:accounts"), _("Accounts")),
        ("accounts", Permit.SIGN_IN_MANAGE, reverse("people:accounts"), _("Accounts")),
        ("letterbox", Permit.LETTERBOX_READ, reverse("letterbox"), _("Messages")),
        ("looks", Permit.LOOK_AUDIT, reverse("people:looks"), _("Looks at personal data")),
    ]
    shown = [
        {"href": href, "label": label, "current": name == here} for name, need, href, label in links if actor.can(need)
    ]
    if actor.can(Permit.CASE_READ) or actor.can(Permit.CASE_READ_ALL):  # the work itself lies in a room above
        lang = "en" if request.path.startswith("/en/") else "zh"
        shown.insert(0, {"href": f"/{lang}/desk/", "label": _("My work"), "current": False})
    shown += [{"href": reverse(one.name), "label": one.label, "current": False} for one in added]
    return [*shown, {"href": reverse("mfa_index"), "label": _("My sign-in"), "current": False}]
