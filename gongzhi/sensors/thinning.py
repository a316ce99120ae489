"""Old readings become hours: how many, mean, lowest, highest. What happened stays told by its case and its facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Avg, Count, Max, Min
from django.db.models.functions import TruncHour

from gongzhi.sensors.models import Hour, Reading

HOURS = 24  # of readings in one transaction


def thin(*, at: datetime, days: int) -> int:
    """Turn whole hours older than `days` days into one row each, at most a day of them at once; how many readings went.

    An hour that has a row already is left alone: readings older than the limit are not taken any more."""
    last = (at - timedelta(days=days)).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        first = Reading.objects.filter(at__lt=last).order_by("at").values_list("at", flat=True).first()
        if first is None:
            return 0
        until = min(last, first.replace(minute=0, second=0, microsecond=0) + timedelta(hours=HOURS))
        old = Reading.objects.filter(at__lt=until)
        hours = (
            old.annotate(hour=TruncHour("at", tzinfo=UTC))
            .values("sensor", "hour")
            .annotate(count=Count("id"), mean=Avg("value"), low=Min("value"), high=Max("value"))
            .order_by("sensor", "hour")
        )
        rows = [
            Hour(
                sensor_id=each["sensor"],
                at=each["hour"],
                count=each["count"],
                mean=each["mean"],
                low=each["low"],
                high=each["high"],
            )
            for each in hours
        ]
        Hour.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        return old.delete()[0]
