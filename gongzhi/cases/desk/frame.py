"""The frame of workplace pages: links by permit, the acting post, the undo bar, the density of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.cases import rules
from gongzhi.kit import moments
from gongzhi.people import menus
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit
from gongzhi.places import reads as places

UNDO_COOKIE = "desk_undo"
DENSITY_COOKIE = "desk_density"
DENSITIES = ("roomy", "tight")

READERS = (Permit.CASE_READ, Permit.CASE_READ_ALL)
# Which page needs which permit: the links of the head, in the order of a day's work.
PAGES: tuple[tuple[str, Promise, tuple[Permit, ...]], ...] = (
    ("desk:inbox", _("Inbox"), (Permit.CASE_ACCEPT,)),
    ("desk:enter", _("Write down a voice"), (Permit.VOICE_ENTER,)),
    ("desk:recover", _("Lost link"), (Permit.VOICE_RECOVER,)),
    ("desk:list", _("All cases"), READERS),
    ("desk:leader", _("What is late"), (Permit.CASE_LEAD, Permit.CASE_HEAD)),
    ("desk:officers", _("About officers"), (Permit.OFFICER_CASE,)),
    ("desk:appeals", _("Appeals"), (Permit.APPEAL_ANSWER,)),
    ("people:posts", _("Posts"), (Permit.POST_MANAGE,)),
    ("people:accounts", _("Accounts"), (Permit.SIGN_IN_MANAGE,)),
    ("letterbox", _("Messages"), (Permit.LETTERBOX_READ,)),
    ("people:looks", _("Looks at personal data"), (Permit.LOOK_AUDIT,)),
)
# Where a post begins its day: the first of these it holds the permit for. An inbox is for who takes cases in hand.
BEGINNINGS: tuple[tuple[str, Permit], ...] = (
    ("desk:inbox", Permit.CASE_ACCEPT),
    ("desk:enter", Permit.VOICE_ENTER),
    ("desk:leader", Permit.CASE_LEAD),
    ("people:looks", Permit.LOOK_AUDIT),
    ("people:posts", Permit.POST_MANAGE),
    ("people:accounts", Permit.SIGN_IN_MANAGE),
    ("desk:list", Permit.CASE_READ),
)


@dataclass(frozen=True, slots=True)
class UndoBar:
    """The last move of this browser while it can be taken back. `left` is in whole seconds."""

    case: UUID
    number: str
    move: str
    left: int


def nav(actor: Actor, here: str) -> list[dict[str, Any]]:
    """The links this post has a use for; `here` is the name of the page shown."""
    shown = [(name, label) for name, label, permits in PAGES if any(actor.can(permit) for permit in permits)]
    added = [(one.name, one.label) for one in menus.entries("head", actor, practice=is_practice())]
    return [
        {"href": reverse(name), "label": label, "current": name in (here, f"desk:{here}")}
        for name, label in (*shown, *added)
    ]


def is_practice() -> bool:
    """Whether this county is for practice only."""
    card = places.county_or_none()
    return bool(card and card.practice)


def first_page(actor: Actor) -> str:
    """Where a post begins its day: the address of its own work; its leave when it has no other page."""
    return reverse(next((name for name, permit in BEGINNINGS if actor.can(permit)), "desk:away"))


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, here: str = "", status: int = 200
) -> HttpResponse:
    """A workplace page inside its frame, kept by no cache."""
    actor = actor_of(request)
    frame = {
        "nav": nav(actor, here),
        "acting": actor.acting,
        "posts": actor.posts,
        "menu": menus.entries("menu", actor, practice=is_practice()),
        "undo_bar": undo_bar(request),
        "density": density(request),
    }
    response = render(request, template, {**frame, **(context or {})}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page. A history restore asks for the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def density(request: HttpRequest) -> str:
    """How close the rows of lists stand: roomy or tight."""
    kept = request.COOKIES.get(DENSITY_COOKIE, "")
    return kept if kept in DENSITIES else DENSITIES[0]


def remember_move(response: HttpResponseBase, *, case: UUID, number: str, move: str, at: datetime) -> None:
    """Let the next pages of this browser offer to take the move back; the verb decides whether it still can."""
    until = at + timedelta(seconds=rules.UNDO_SECONDS)
    value = "|".join((case.hex, number, move, until.isoformat()))
    response.set_signed_cookie(UNDO_COOKIE, value, max_age=rules.UNDO_SECONDS, httponly=True, samesite="Lax", path="/")


def undo_bar(request: HttpRequest) -> UndoBar | None:
    """The move to offer for taking back, None after ten seconds."""
    value = request.get_signed_cookie(UNDO_COOKIE, default="")
    if not value:
        return None
    case, number, move, until = value.split("|")
    left = int((datetime.fromisoformat(until) - moments.now()).total_seconds())
    return UndoBar(UUID(case), number, move, left) if left > 0 else None
