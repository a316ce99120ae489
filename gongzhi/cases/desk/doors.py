"""Who comes through the staff's JSON door: by an access token, or by the session of the pages with its CSRF token."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from gongzhi.kit import moments
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.people import tokens
from gongzhi.people.cards import Actor
from gongzhi.people.middleware import actor_of
from gongzhi.people.permits import Permit

View = Callable[..., HttpResponse]


class ByToken(HttpBearer):
    """`Authorization: Bearer gz_…`: acts in the token's post."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor of the token; refuses (401, 429) as tokens.enter does."""
        actor = tokens.enter(at=moments.now(), text=token)
        request.actor = actor  # type: ignore[attr-defined]
        return actor


class BySession(APIKeyCookie):
    """The session cookie of the pages; what changes something also needs the header X-CSRFToken."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # asked below, so that who is not signed in hears just that

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The actor of the session; None for who is not signed in. Refuses a change without the CSRF token."""
        actor: Actor | None = getattr(request, "actor", None) or None
        if actor is not None and check_csrf(request):
            raise NotAllowed("csrf_missing", N_("Send the CSRF token of the session in the header X-CSRFToken."))
        return actor


def not_signed_in() -> Refusal:
    """What somebody hears who is neither signed in nor has a token."""
    return Refusal("not_signed_in", N_("Sign in first, or send an access token."), status=401)


def allow(*permits: Permit) -> Callable[[View], View]:
    """Opens an operation to the acting post when it holds one of `permits`; with none named, to every post.

    Refuses (403). The signature is handed on resolved, since the API reads it."""

    def wrap(view: View) -> View:
        hints = get_type_hints(view, include_extras=True)
        signature = inspect.signature(view)

        @wraps(view)
        def guarded(request: HttpRequest, **told: Any) -> HttpResponse:
            actor = actor_of(request)
            if permits and not any(actor.can(wanted) for wanted in permits):
                raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
            return view(request, **told)

        resolved = [
            one.replace(annotation=hints.get(one.name, one.annotation)) for one in signature.parameters.values()
        ]
        guarded.__signature__ = signature.replace(parameters=resolved)  # type: ignore[attr-defined]
        guarded.permit = permits or ("post",)  # type: ignore[attr-defined]
        return guarded

    return wrap
