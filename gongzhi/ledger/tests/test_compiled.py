"""Questions compiled once give what the query gives, row for row."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import BigIntegerField, BinaryField, CharField, DateTimeField, Q, UUIDField
from django.test.utils import CaptureQueriesContext

from gongzhi.kit.ids import uuid7
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.ledger.models import Bookmark, Fact, Leaf

from .conftest import AT

pytestmark = pytest.mark.django_db


def same(one, other):
    """Not only the same keys: the same values in every column."""
    columns = [field.attname for field in other._meta.concrete_fields]
    return all(getattr(one, name) == getattr(other, name) for name in columns)


def test_rows_of_every_kind_of_column_come_as_the_query_gives_them(note):
    facts = note(4)
    by_id = Compiled(lambda: Fact.objects.filter(id=Given("id", UUIDField())))
    for fact in facts:
        (found,) = by_id(id=fact.id)
        assert same(found, Fact.objects.get(id=fact.id))
        assert (found._state.adding, found._state.db) == (False, "default")
    assert by_id(id=uuid7()) == []
    assert by_id.first(id=uuid7()) is None


def test_a_joined_row_comes_with_it_without_another_question(note):
    facts = note(3, seal=True)
    waiting = note(1)[0]
    with_leaf = Compiled(lambda: Fact.objects.select_related("leaf").filter(id=Given("id", UUIDField())))
    with CaptureQueriesContext(connection) as asked:
        assert with_leaf.first(id=facts[2].id).leaf.index == 2
        assert not hasattr(with_leaf.first(id=waiting.id), "leaf")
    assert len(asked) == 2
    by_leaf = Compiled(lambda: Leaf.objects.select_related("fact").filter(index=Given("index", BigIntegerField())))
    assert same(by_leaf.first(index=1).fact, Fact.objects.get(id=facts[1].id))


def test_values_order_conditions_and_slices_hold(note):
    facts = note(6)
    ask = Compiled(
        lambda: (
            Fact.objects.filter(Q(noted_at__gte=Given("since", DateTimeField())) | Q(about=Given("about", CharField())))
            .order_by("-id")
            .values_list("id", "details")[:3]
        )
    )
    since = AT + timedelta(microseconds=2)
    assert ask(since=since, about="case:9") == [(fact.id, fact.details) for fact in reversed(facts[3:])]
    assert ask(since=AT + timedelta(days=1), about="case:1") == ask(since=AT, about="")
    assert ask(since=AT + timedelta(days=1), about="case:9") == []


def test_it_is_written_once_and_asks_each_time(note):
    built = []
    salt = note(1)[0].salt
    note(2)

    def build():
        built.append(1)
        return Fact.objects.filter(salt=Given("salt", BinaryField()))

    ask = Compiled(build)
    with CaptureQueriesContext(connection) as asked:
        assert [len(ask(salt=salt)) for _ in range(3)] == [1, 1, 1]
    assert (len(built), len(asked)) == (1, 3)


def test_a_missing_value_is_noticed_and_a_lock_is_asked_for(db):
    Bookmark.objects.create(follower="x", index=3)
    ask = Compiled(lambda: Bookmark.objects.select_for_update().filter(follower=Given("name", CharField())))
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert ask.first(name="x").index == 3
    assert asked[0]["sql"].endswith("FOR UPDATE") == (connection.vendor == "postgresql")
    with pytest.raises(KeyError):
        ask()
