"""Rows written again with their statement kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

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


def test_an_update_of_named_columns_leaves_the_others_to_whoever_wrote_them() -> None:
    mine = Lease.objects.create(name="one", holder="a", until=AT)
    Lease.objects.update(until=AT + timedelta(hours=2))
    mine.holder = "c"
    with CaptureQueriesContext(connection) as asked:
        saving.update(mine, ["holder"])
    mine.refresh_from_db()
    assert (mine.holder, mine.until) == ("c", AT + timedelta(hours=2))
    assert "until" not in asked[0]["sql"]


def test_what_changed_is_written_and_nothing_when_nothing_did() -> None:
    row = Lease.objects.create(name="one", holder="a", until=AT)
    before = saving.columns(row)
    with CaptureQueriesContext(connection) as asked:
        saving.update_changed(row, before)
    assert not asked.captured_queries
    row.until = AT + timedelta(hours=1)
    assert saving.changed(row, before) == ["until"]
    saving.update_changed(row, before)
    assert Lease.objects.get() == row
    assert Lease.objects.get().until == AT + timedelta(hours=1)


def test_a_row_that_is_not_as_expected_any_more_is_left_alone_and_told() -> None:
    row = Bookmark.objects.create(follower="x", index=4)
    row.index = 5
    with pytest.raises(ObjectDoesNotExist):
        saving.update(row, ["index"], expected=("index", 3))
    assert Bookmark.objects.get().index == 4
    saving.update(row, ["index"], expected=("index", 4))
    assert Bookmark.objects.get().index == 5


def test_an_update_of_a_row_that_is_gone_is_noticed() -> None:
    row = Bookmark(follower=uuid4().hex, index=3)
    with pytest.raises(ObjectDoesNotExist):
        saving.update(row)
    assert not Bookmark.objects.filter(follower=row.follower).exists()


def test_rows_that_are_there_stay_and_the_others_are_put() -> None:
    saving.put_absent([Bookmark(follower="x", index=1)])
    saving.put_absent([Bookmark(follower="x", index=7), Bookmark(follower="y", index=2)])
    saving.put_absent([])
    assert dict(Bookmark.objects.values_list("follower", "index")) == {"x": 1, "y": 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        saving.put_absent([Bookmark(follower="z", index=-2)])  # only what must be unique is passed over


def test_rows_are_removed_by_key() -> None:
    for name in "abc":
        saving.put(Bookmark(follower=name, index=0))
    saving.remove(Bookmark, ["a", "c"])
    saving.remove(Bookmark, [])
    assert [row.follower for row in Bookmark.objects.all()] == ["b"]


def test_put_inserts_a_row_and_then_writes_over_it() -> None:
    saving.put(Bookmark(follower="x", index=1))
    saving.put(Bookmark(follower="y", index=5))
    saving.put(Bookmark(follower="x", index=2))
    assert dict(Bookmark.objects.values_list("follower", "index")) == {"x": 2, "y": 5}
