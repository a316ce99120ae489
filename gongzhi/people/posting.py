"""Posts from their opening to their closing, and who holds them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.kit.ids import uuid7
from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import reads, rules
from gongzhi.people.cards import PostCard
from gongzhi.people.loading import DESK
from gongzhi.people.models import Account, Organ, Post
from gongzhi.people.permits import ROLES
from gongzhi.places import reads as places


def open_post(
    *, by: str, at: datetime, organ: str, role: str, title_zh: str, title_en: str = "", place: str = ""
) -> PostCard:
    """Open a vacant post by hand, beside those of the county's files. `place` empty means the whole county.

    Refuses an unknown organ, role or place, and a post without a title.
    """
    unit = Organ.objects.filter(code=organ, valid_to=None).first()
    if unit is None:
        raise Refusal("organ_unknown", N_("Choose an organ of the list."), field="organ")
    if role not in ROLES:
        raise Refusal("role_unknown", N_("Choose a role of the list."), field="role")
    if place and places.place_or_none(place) is None:
        raise Refusal("place_unknown", N_("There is no place with the code %(place)s."), field="place", place=place)
    if not title_zh.strip():
        raise Refusal("title_missing", N_("Give the post a title."), field="title_zh")
    id = uuid7(at)
    with transaction.atomic():
        Post.objects.create(
            id=id,
            code=f"{DESK}{id.hex}",
            organ=unit,
            role=role,
            place=place,
            title_zh=title_zh.strip(),
            title_en=title_en.strip(),
            valid_from=reads.day_of(at),
        )
        details = {"role": role, "organ": organ}
        writing.write(kind="post.opened", about=f"post:{id.hex}", by=by, at=at, details=details)
    return _card(id, at)


def fill(*, by: str, at: datetime, post: UUID, account: UUID | None) -> PostCard:
    """Give a post to an account, or make it vacant (None). Its cases stay with the post.

    Refuses a closed post or account, one's own account, and two administrators' duties in one hand.
    """
    with transaction.atomic():
        row = _open(post, at)
        if account is not None:
            _check_holder(row, account, by, at)
        before = row.account_id
        if before == account:
            return _card(post, at)
        Post.objects.filter(id=post).update(account=account)
        details = {"account": account.hex if account else "", "before": before.hex if before else ""}
        writing.write(kind="post.filled", about=f"post:{post.hex}", by=by, at=at, details=details)
    return _card(post, at)


def close(*, by: str, at: datetime, post: UUID) -> None:
    """Close a vacant post as of today. Refuses one that is held, so that nobody loses work unseen."""
    with transaction.atomic():
        row = _open(post, at)
        if row.account_id:
            raise NotAllowed("post_held", N_("Somebody holds this post. Make it vacant first."))
        Post.objects.filter(id=post).update(valid_to=max(reads.day_of(at), row.valid_from))
        Post.objects.filter(cover=post).update(away_from=None, away_to=None, cover=None)
        writing.write(kind="post.closed", about=f"post:{post.hex}", by=by, at=at)


def duties_of(account: UUID, at: datetime) -> list[str]:
    """The administrators' duties an account already has."""
    return [ROLES[card.role].duty for card in reads.held(account) if card.role in ROLES]


def _check_holder(row: Post, account: UUID, by: str, at: datetime) -> None:
    holder = Account.objects.filter(id=account, closed_at=None).first()
    if holder is None:
        raise NotFound("account_unknown", N_("There is no such account, or it is closed."), field="account")
    doer = reads.post(UUID(by.removeprefix("post:"))) if by.startswith("post:") else None
    if doer and doer.account == account:
        sentence = N_("Nobody fills a post with their own account. Ask another administrator.")
        raise NotAllowed("own_account", sentence, field="account")
    rules.check_apart([*duties_of(account, at), ROLES[row.role].duty if row.role in ROLES else ""])


def _open(post: UUID, at: datetime) -> Post:
    row = Post.objects.open_on(reads.day_of(at)).select_for_update().filter(id=post).first()
    if row is None:
        raise NotFound("post_unknown", N_("There is no such post, or it is closed."))
    return row


def _card(post: UUID, at: datetime) -> PostCard:
    card = reads.post(post, at)
    assert card is not None
    return card
