"""Rows written again with their statement kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist

from gongzhi.ledger import saving
from gongzhi.ledger.models import Bookmark, Lease

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_an_update_writes_every_column_of_its_own_row_and_of_no_other() -> None:
    one = Lease.objects.create(name="one", holder="a", until=AT)
    other = Lease.objects.create(name="other", holder="b", until=AT)
    one.holder, one.until = "c", AT + timedelta(hours=1)
    saving.update(one)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.holder, one.until) == ("c", AT + timedelta(hours=1))
    assert (other.holder, other.until) == ("b", AT)


def test_an_update_of_a_row_that_is_gone_is_noticed() -> None:
    row = Bookmark(follower=uuid4().hex, index=3)
    with pytest.raises(ObjectDoesNotExist):
        saving.update(row)
    assert not Bookmark.objects.filter(follower=row.follower).exists()


def test_put_inserts_a_row_and_then_writes_over_it() -> None:
    saving.put(Bookmark(follower="x", index=1))
    saving.put(Bookmark(follower="y", index=5))
    saving.put(Bookmark(follower="x", index=2))
    assert dict(Bookmark.objects.values_list("follower", "index")) == {"x": 2, "y": 5}
