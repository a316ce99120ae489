"""What a post may do. Code asks for permits; which role holds which is the table below and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from gongzhi.kit.refusal import N_, NotAllowed


class Permit(StrEnum):
    """One thing somebody may do: NOUN_VERB."""

    CASE_READ = "case_read"  # cases of the own organ, post and place
    CASE_READ_ALL = "case_read_all"  # every case but those about an officer
    CASE_ACCEPT = "case_accept"
    CASE_SEND = "case_send"  # choose the organ of a case that nobody holds
    CASE_ASK = "case_ask"
    CASE_NOTE = "case_note"
    CASE_ANSWER = "case_answer"
    CASE_HANDOVER = "case_handover"
    CASE_REMATTER = "case_rematter"
    CASE_ASSIST = "case_assist"
    CASE_CLOSE = "case_close"
    CASE_EXTEND = "case_extend"
    CASE_PAUSE = "case_pause"  # let the limit stand still for a legal reason, and run again
    CASE_NARROW = "case_narrow"  # take words from public view, for a coded reason, with notice and appeal
    CASE_LEAD = "case_lead"  # receives what climbed the ladder of lateness
    CASE_HEAD = "case_head"  # receives what became late in the own organ
    OFFICER_CASE = "officer_case"  # handles voices about officers
    APPEAL_ANSWER = "appeal_answer"  # decides appeals against refusing, narrowing and pausing elsewhere
    VOICE_ENTER = "voice_enter"  # speak for a person at the counter or on the phone
    VOICE_RECOVER = "voice_recover"
    VOICE_ERASE = "voice_erase"  # destroy what a person said, at the counter and at her wish
    ORIGINAL_LOOK = "original_look"  # unmasked words, with a purpose
    NOTICE_WRITE = "notice_write"  # tell everybody in the own village, town or county something
    SENSOR_MIND = "sensor_mind"  # set a sensor of the own organ aside, and take it into use again
    TASK_TAKE = "task_take"
    POST_MANAGE = "post_manage"
    SIGN_IN_MANAGE = "sign_in_manage"  # end a lost passkey, free a blocked sign-in
    LOOK_AUDIT = "look_audit"  # who looked at what, who signed in
    LETTERBOX_READ = "letterbox_read"
    TOUR_TAKE = "tour_take"


@dataclass(frozen=True, slots=True)
class Role:
    """A named bundle of permits. `duty`: administrators' duties of different names never meet in one account."""

    code: str
    name: str
    sentence: str
    permits: frozenset[Permit]
    duty: str = ""


P = Permit
_WORK = {P.CASE_READ, P.CASE_NOTE, P.TOUR_TAKE}
_HANDLE = _WORK | {
    P.CASE_ACCEPT,
    P.CASE_ASK,
    P.CASE_ANSWER,
    P.CASE_HANDOVER,
    P.CASE_REMATTER,
    P.CASE_ASSIST,
    P.CASE_CLOSE,
    P.CASE_NARROW,
    P.ORIGINAL_LOOK,
    P.SENSOR_MIND,
}

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role("handler", N_("Handler"), N_("Works on the cases of an organ and answers residents."), frozenset(_HANDLE)),
        Role(
            "head",
            N_("Head of organ"),
            N_("Answers for an organ, extends and pauses limits, hears of what is late."),
            frozenset(_HANDLE | {P.CASE_EXTEND, P.CASE_PAUSE, P.CASE_HEAD, P.NOTICE_WRITE}),
        ),
        Role(
            "dispatcher",
            N_("Dispatcher"),
            N_("Sends each case to the organ that answers for it."),
            frozenset(
                _WORK
                | {P.CASE_READ_ALL, P.CASE_SEND, P.CASE_ACCEPT, P.CASE_HANDOVER, P.CASE_REMATTER, P.CASE_ASSIST}
                | {P.CASE_ASK, P.CASE_CLOSE, P.CASE_NARROW, P.ORIGINAL_LOOK}
            ),
        ),
        Role(
            "operator",
            N_("Counter and hotline"),
            N_("Writes down what people say at the counter or on the phone, and finds it again for them."),
            frozenset(_WORK | {P.CASE_READ_ALL, P.VOICE_ENTER, P.VOICE_RECOVER, P.VOICE_ERASE, P.ORIGINAL_LOOK}),
        ),
        Role(
            "leader",
            N_("Leader"),
            N_("Leads a town or the county; decides what nobody else could."),
            frozenset(_WORK | {P.CASE_READ_ALL, P.CASE_LEAD, P.CASE_EXTEND, P.APPEAL_ANSWER, P.NOTICE_WRITE}),
        ),
        Role(
            "supervisor",
            N_("Supervisor"),
            N_("Handles voices about officers and appeals; no officer sees a voice about themselves."),
            frozenset(_HANDLE | {P.CASE_READ_ALL, P.OFFICER_CASE, P.APPEAL_ANSWER, P.CASE_EXTEND, P.CASE_PAUSE}),
        ),
        Role(
            "grid_worker",
            N_("Grid worker"),
            N_("Looks after one grid on foot: enters what people say, checks what was done."),
            frozenset(_WORK | {P.CASE_ACCEPT, P.CASE_ANSWER, P.VOICE_ENTER, P.TASK_TAKE, P.NOTICE_WRITE}),
        ),
        Role(
            "administrator",
            N_("System administrator"),
            N_("Opens accounts and fills posts; sees no case."),
            frozenset({P.POST_MANAGE, P.LETTERBOX_READ}),
            duty="system",
        ),
        Role(
            "security_administrator",
            N_("Security administrator"),
            N_("Ends lost passkeys and frees blocked sign-ins; sees no case."),
            frozenset({P.SIGN_IN_MANAGE}),
            duty="security",
        ),
        Role(
            "auditor",
            N_("Auditor"),
            N_("Sees who did what and who looked at what; changes nothing."),
            frozenset({P.CASE_READ_ALL, P.LOOK_AUDIT}),
            duty="audit",
        ),
    )
}


def permits_of(role: str) -> frozenset[Permit]:
    """The permits of a role; none for a role that is not (any more) in the table."""
    known = ROLES.get(role)
    return known.permits if known else frozenset()


def roles_with(permit: Permit) -> frozenset[str]:
    """Every role that holds a permit, for queries over posts."""
    return frozenset(code for code, role in ROLES.items() if permit in role.permits)


def first_role_with(permit: Permit) -> Role:
    """The first role of the table that holds a permit: the one a new county begins with."""
    return next(role for role in ROLES.values() if permit in role.permits)


PUBLIC = "public"
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Declares a view open to all; `view.permit` says so to the house test that walks every address."""
    view.permit = PUBLIC  # type: ignore[attr-defined]
    return view


def permit(*permits: Permit) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Opens a view to the post now acting when it holds one of `permits`; with none named, to every post.

    Who is not signed in is led to sign-in and back; who holds no such permit is refused (403).
    """

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = getattr(request, "actor", None)
            if not actor:
                if request.user.is_authenticated:
                    raise NotAllowed("no_post", N_("Your account holds no post at the moment. Ask who manages posts."))
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if permits and not any(actor.can(wanted) for wanted in permits):
                raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
            return view(request, *args, **kwargs)

        guarded.permit = permits  # type: ignore[attr-defined]
        return guarded

    return wrap
