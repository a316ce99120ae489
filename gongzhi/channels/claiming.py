"""Taking rows of a queue table so that no two workers hold the same one.

A queue table has `leased_until` (nullable instant) and `tries` (count). A worker that dies loses its rows when
their lease ends. On PostgreSQL rows held by another transaction are skipped; on SQLite the immediate transaction
lets only one worker look at a time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connections, models, transaction
from django.db.models import F, Q, QuerySet

Row = TypeVar("Row", bound=models.Model)


def claim(queryset: QuerySet[Row], at: datetime, limit: int, lease: timedelta) -> list[Row]:
    """Up to `limit` free rows of `queryset`, in its order, now leased until `at + lease` and counted as tried.

    `queryset` says which rows are due and in which order; the returned rows carry the new lease and count.
    """
    free = queryset.filter(Q(leased_until=None) | Q(leased_until__lte=at))
    if not free.exists():  # most looks find nothing and should not take the write lock
        return []
    with transaction.atomic(using=queryset.db):
        if connections[queryset.db].features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        rows = list(free[:limit])
        taken = queryset.model._default_manager.using(queryset.db).filter(pk__in=[row.pk for row in rows])
        taken.update(leased_until=at + lease, tries=F("tries") + 1)
    for row in rows:
        row.leased_until = at + lease  # type: ignore[attr-defined]
        row.tries += 1  # type: ignore[attr-defined]
    return rows
