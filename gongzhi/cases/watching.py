"""Who has a case open: two handlers see each other before they do the same work twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from gongzhi.cases import rules
from gongzhi.cases.models import Watch
from gongzhi.people.cards import PostCard


def seen(*, at: datetime, post: PostCard, case: UUID) -> None:
    """Note that a post has this case open now; a page may say so every half minute. No fact: it is not kept."""
    Watch.objects.bulk_create(
        [Watch(case_id=case, post=post.id.hex, seen_at=at)],
        update_conflicts=True,
        unique_fields=["case", "post"],
        update_fields=["seen_at"],
    )


def others(*, at: datetime, post: PostCard, case: UUID) -> list[Watch]:
    """Other posts that had this case open within the last two minutes."""
    since = at - timedelta(seconds=rules.WATCH_SECONDS)
    return list(Watch.objects.filter(case_id=case, seen_at__gte=since).exclude(post=post.id.hex).order_by("post"))


def tidy(*, at: datetime) -> int:
    """Forget whoever looked more than a day ago; how many rows went."""
    return Watch.objects.filter(seen_at__lt=at - timedelta(days=1)).delete()[0]
