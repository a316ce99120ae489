"""Access tokens: a program of hers acts in one post of a person, for a time, as often as an hour allows.

Shown once, kept as a hash, revocable, bound to account and post: when the post goes to somebody else, the token opens
nothing. A token never makes tokens and never reaches pages, only the JSON door.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gongzhi.kit.canonical import Json
from gongzhi.kit.ids import secret_token, token_hash
from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import reads
from gongzhi.people.cards import Actor
from gongzhi.people.own import AccessToken

PREFIX = "gz_"  # so that a scanner of sources finds one that was published by mistake
PER_HOUR = 3_600
PERIOD = timedelta(hours=1)
DAYS_MOST = 365
OPEN_MOST = 20


def make(*, by: str, at: datetime, actor: Actor, post: UUID, label: str, days: int) -> tuple[AccessToken, str]:
    """Make a token for one of the person's own posts; (row, the token, which nobody can read again).

    Refuses a post that is not her own (a covered one is somebody else's), an empty label, a time beyond a year."""
    name = " ".join(label.split())[:80]
    if not name:
        raise Refusal("label_missing", N_("Give it a name by which you will know it again."), field="label")
    if not 1 <= days <= DAYS_MOST:
        raise Refusal("days_odd", N_("A token lasts from 1 to %(most)s days."), field="days", most=DAYS_MOST)
    if not any(card.id == post for card in actor.own_posts):
        raise NotAllowed("post_not_yours", N_("This post is not yours."), field="post")
    if AccessToken.objects.filter(account=actor.account_id, closed_at=None, ends_at__gt=at).count() >= OPEN_MOST:
        raise Refusal("tokens_many", N_("You have %(most)s tokens already. Close one first."), most=OPEN_MOST)
    text = PREFIX + secret_token()
    with transaction.atomic():
        row = AccessToken.objects.create(
            account_id=actor.account_id,
            post_id=post,
            label=name,
            token_hash=token_hash(text),
            made_at=at,
            ends_at=at + timedelta(days=days),
            used_since=at,
        )
        details: dict[str, Json] = {"post": f"post:{post.hex}", "until": stamp(row.ends_at)}
        writing.write(kind="token.made", about=f"token:{row.id.hex}", by=by, at=at, details=details)
    return row, text


def close(*, by: str, at: datetime, account: UUID, token: UUID) -> None:
    """Close one of her tokens for good. Refuses one that is not there, not hers, or closed."""
    with transaction.atomic():
        if not AccessToken.objects.filter(id=token, account=account, closed_at=None).update(closed_at=at):
            raise NotFound("token_unknown", N_("There is no open token like this."))
        writing.write(kind="token.closed", about=f"token:{token.hex}", by=by, at=at)


def close_all(*, at: datetime, account: UUID) -> int:
    """Close every token of an account whose keys were lost or that ends; how many. The caller's fact tells it."""
    return AccessToken.objects.filter(account=account, closed_at=None).update(closed_at=at)


def enter(*, at: datetime, text: str) -> Actor:
    """Who acts by a token; counts the request. Refuses (401) a wrong, closed or ended one and one whose post is
    somebody else's by now, (429) more than its hour allows."""
    row = AccessToken.objects.filter(token_hash=token_hash(text), closed_at=None, ends_at__gt=at).first()
    posts = reads.posts_of(row.account_id, at) if row is not None else []
    acting = next((card for card in posts if row and card.id == row.post_id and card.covered_by is None), None)
    if row is None or acting is None or not reads.is_open(row.account_id):
        raise Refusal("token_wrong", N_("This access token is not known, has ended, or was closed."), status=401)
    _count(row, at)
    # every post of the person: what is about one of them stays hidden whichever post she acts in
    return Actor(account_id=row.account_id, posts=tuple(posts), acting=acting)


def _count(row: AccessToken, at: datetime) -> None:
    mine = AccessToken.objects.filter(id=row.id)
    if not mine.filter(used_since__gt=at - PERIOD).update(used=F("used") + 1, last_used_at=at):
        mine.update(used=1, used_since=at, last_used_at=at)
        return
    if row.used + 1 > PER_HOUR:
        raise Refusal(
            "too_many",
            N_("This token has sent %(most)s requests within the hour. Please go on in %(seconds)s seconds."),
            status=429,
            most=PER_HOUR,
            seconds=max(1, int((row.used_since + PERIOD - at).total_seconds())),
        )


def of(account: UUID, at: datetime) -> list[AccessToken]:
    """The open tokens of a person, the newest first."""
    rows = AccessToken.objects.filter(account=account, closed_at=None, ends_at__gt=at)
    return list(rows.select_related("post").order_by("-made_at"))
