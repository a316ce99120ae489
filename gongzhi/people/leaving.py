"""Leave of a post: from when to when, and who covers it. What comes in meanwhile reaches both."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.kit.refusal import N_, NotAllowed, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.people import posting, reads, rules
from gongzhi.people.cards import PostCard
from gongzhi.people.models import Post
from gongzhi.people.permits import ROLES


def leave(*, by: str, at: datetime, post: UUID, away_from: datetime, away_to: datetime, cover: UUID | None) -> PostCard:
    """Put a post on leave from `away_from` until before `away_to`, covered by another post; replaces a leave before.

    Refuses a leave that is over, no cover, a vacant or closed cover, one that is away itself in that time, and a
    cover that would join administrators' duties.
    """
    if cover is None:
        raise Refusal("cover_missing", N_("Choose who covers this post meanwhile."), field="cover")
    rules.check_leave(away_from, away_to, at, post, cover)
    with transaction.atomic():
        day = reads.day_of(at)
        rows = {row.id: row for row in Post.objects.open_on(day).select_for_update().filter(id__in=[post, cover])}
        if post not in rows:
            raise NotFound("post_unknown", N_("There is no such post, or it is closed."))
        _check_cover(rows[post], rows.get(cover), away_from, away_to, at)
        Post.objects.filter(id=post).update(away_from=away_from, away_to=away_to, cover=cover)
        details = {"away_from": away_from.isoformat(), "away_to": away_to.isoformat(), "cover": cover.hex}
        writing.write(kind="post.away", about=f"post:{post.hex}", by=by, at=at, details=details)
    return _card(post, at)


def come_back(*, by: str, at: datetime, post: UUID) -> PostCard:
    """End or cancel the leave of a post now. A post that has none stays as it is, without a fact."""
    with transaction.atomic():
        on_leave = Post.objects.filter(id=post, cover__isnull=False)
        if on_leave.update(away_from=None, away_to=None, cover=None):
            writing.write(kind="post.back", about=f"post:{post.hex}", by=by, at=at)
    return _card(post, at)


def _check_cover(row: Post, cover: Post | None, away_from: datetime, away_to: datetime, at: datetime) -> None:
    if cover is None or cover.account_id is None:
        raise Refusal("cover_vacant", N_("Choose a post that somebody holds."), field="cover")
    if cover.away_from and cover.away_to and cover.away_from < away_to and away_from < cover.away_to:
        raise Refusal("cover_away", N_("This post is on leave itself in that time. Choose another one."), field="cover")
    if cover.account_id == row.account_id:
        raise NotAllowed(
            "cover_same_person", N_("The same person holds both posts. Choose another one."), field="cover"
        )
    own = ROLES[row.role].duty if row.role in ROLES else ""
    rules.check_apart([*posting.duties_of(cover.account_id, at), own])


def _card(post: UUID, at: datetime) -> PostCard:
    card = reads.post(post, at)
    if card is None:
        raise NotFound("post_unknown", N_("There is no such post, or it is closed."))
    return card
