"""How many cases posts took in hand, day by day: the load of a post, for whoever plans what comes next.

A post is a seat, not a person: no name, no case and no time of day is lent, and nobody is compared with anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate

from gongzhi.cases.models import Entry


def taken(first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[str, date, int]]:
    """(post's hex, day of the county's zone, cases taken in hand) of the days `first` to `last`."""
    begin, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1)))
    rows = Entry.objects.filter(kind="accepted", at__gte=begin, at__lt=end).exclude(post="").order_by()
    days = rows.values("post", day=TruncDate("at", tzinfo=zone)).annotate(n=Count("pk"))
    for post, day, n in days.values_list("post", "day", "n").iterator(chunk_size=5_000):
        yield str(post), day, int(n)
