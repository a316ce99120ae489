"""Who acts in a request: found only when a page asks, by at most two queries (account, posts)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from gongzhi.kit import moments
from gongzhi.kit.refusal import N_, NotAllowed
from gongzhi.people import reads
from gongzhi.people.cards import Actor

SESSION_POST = "acting_post"


class Acting:
    """Gives every request an `actor`: an `Actor`, or something false for who is not signed in or holds no post."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: _find(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request behind `@permit`. Refuses when there is none."""
    actor: Actor | None = getattr(request, "actor", None)
    if not actor:
        raise NotAllowed("not_signed_in", N_("Sign in first."))
    return actor


def _find(request: HttpRequest) -> Actor | None:
    user = request.user
    if not user.is_authenticated:
        return None
    posts = reads.posts_of(user.pk, moments.now())
    if not posts:
        return None
    chosen = request.session.get(SESSION_POST)
    acting = next((post for post in posts if post.id.hex == chosen), posts[0])
    return Actor(account_id=user.pk, posts=posts, acting=acting)


def choose(request: HttpRequest, post: UUID) -> None:
    """Act in another of one's own or covered posts from now on. Refuses a post of somebody else."""
    actor = actor_of(request)
    if not any(card.id == post for card in actor.posts):
        raise NotAllowed("post_not_yours", N_("This post is not yours."))
    request.session[SESSION_POST] = post.hex
