"""Leases: of several processes one does a job; if it dies, another takes over when its time is up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from gongzhi.ledger.models import Lease

SKEW = timedelta(seconds=30)  # by which the clocks of two machines may differ


def take(*, name: str, holder: str, at: datetime, lasts: timedelta = timedelta(seconds=30)) -> bool:
    """Take or keep the lease `name` for `lasts`; False while another holds it.

    A holder with more than half of its time left keeps it without a write.
    """
    lease = Lease.objects.filter(name=name).first()
    if lease and lease.holder == holder and lease.until - at > lasts / 2:
        return True
    if lease and lease.holder != holder and _holds(lease, at, lasts):
        return False
    with transaction.atomic():
        lease, is_new = Lease.objects.select_for_update().get_or_create(
            name=name, defaults={"holder": holder, "until": at + lasts}
        )
        if not is_new and lease.holder != holder and _holds(lease, at, lasts):
            return False
        lease.holder, lease.until = holder, at + lasts
        lease.save(update_fields=["holder", "until"])
    return True


def _holds(lease: Lease, at: datetime, lasts: timedelta) -> bool:
    """Whether it has time left. One that ends later than any taken now was taken before the clock was set back: it
    must not stop the work until the clock has caught up."""
    return at < lease.until <= at + 2 * lasts + SKEW


def confirm(*, name: str, holder: str) -> bool:
    """Whether `holder` still holds it; inside a transaction nobody can take it before the end of that."""
    return Lease.objects.select_for_update().filter(name=name, holder=holder).exists()


def release(*, name: str, holder: str) -> None:
    """Give the lease back early, at an orderly end."""
    Lease.objects.filter(name=name, holder=holder).delete()
