"""Following the ledger: how news travels up to rooms the lower room does not know.

The handler's rows and the bookmark move in one transaction: after a crash neither a fact is missed nor
one handled twice. Index follows commitment (see `sealing`), so a bookmark never passes a fact unseen.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from gongzhi.ledger import reads
from gongzhi.ledger.models import Bookmark
from gongzhi.ledger.reads import SealedFact


def follow(*, follower: str, handle: Callable[[list[SealedFact]], None], limit: int = 500) -> int:
    """Hand the next sealed facts to `handle`, at most `limit`, and move the bookmark; returns how many.

    What `handle` raises rises, and nothing has moved. Two that follow under one name wait for each other.
    """
    if not reads.facts_after(place(follower), 1):
        return 0  # without a write lock: most calls find nothing new
    with transaction.atomic():
        bookmark, _ = Bookmark.objects.select_for_update().get_or_create(follower=follower)
        facts = reads.facts_after(bookmark.index, limit)
        if not facts:
            return 0
        handle(facts)
        Bookmark.objects.filter(follower=follower).update(index=facts[-1].index)
    return len(facts)


def place(follower: str) -> int:
    """The index of the last fact this follower has handled, -1 before the first."""
    index = Bookmark.objects.filter(follower=follower).values_list("index", flat=True).first()
    return -1 if index is None else index
