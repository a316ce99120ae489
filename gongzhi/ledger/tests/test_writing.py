from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from gongzhi.kit.canonical import NotCanonical
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger import guards, rows, writing
from gongzhi.ledger.models import Fact, Leaf, Unsealed
from gongzhi.ledger.writing import NewFact

from .conftest import AT

pytestmark = pytest.mark.django_db
GOOD = {"kind": "test.noted", "about": "case:1", "by": "post:7", "at": AT}


def test_a_fact_is_one_insert_and_waits_for_the_sealer(django_assert_num_queries):
    with django_assert_num_queries(1):
        fact = writing.write(**GOOD, details={"count": 1})
    assert Unsealed.objects.get().pk == fact.pk
    assert Fact.objects.get().details == {"count": 1}
    assert fact.happened_at == fact.noted_at == AT
    assert len(fact.salt) == 16


def test_a_fact_of_a_verb_that_fails_is_gone_with_it():
    with transaction.atomic():
        writing.write(**GOOD)
        transaction.set_rollback(True)
    assert not Fact.objects.exists()
    assert not Unsealed.objects.exists()


def test_a_fact_may_have_happened_before_it_was_noted():
    fact = writing.write(**GOOD, happened_at=AT - timedelta(days=3))
    assert (fact.happened_at, fact.noted_at) == (AT - timedelta(days=3), AT)


@pytest.mark.parametrize("other", [{"happened_at": AT + timedelta(seconds=1)}, {"at": datetime(2026, 11, 21)}])
def test_a_fact_is_never_noted_before_it_happened_nor_without_a_zone(other):
    with pytest.raises(ValueError):
        writing.write(**GOOD | other)


@pytest.mark.parametrize(
    "reference", ["张三", "case: 1", "Case:1", "", "case:", "case:" + "a" * 65, "case:1\n", "我家的路灯坏了"]
)
def test_names_and_sentences_are_no_references(reference):
    for field in ("about", "by"):
        with pytest.raises(Refusal) as caught:
            writing.write(**GOOD | {field: reference})
        assert caught.value.code == "fact_reference"


@pytest.mark.parametrize(
    "reference", ["clockwork", "import:hotline_v2", "voice:0f3a", "organ:lt-01.2", "grid:990101001001001"]
)
def test_actors_and_things_of_every_room_are_references(reference):
    assert writing.write(**GOOD | {"about": reference, "by": reference}).about == reference


def test_undeclared_details_and_floats_are_refused_before_anything_is_written():
    with pytest.raises(Refusal):
        writing.write(**GOOD, details={"name": "张三"})
    with pytest.raises(NotCanonical):
        writing.write(**GOOD, details={"count": 1.5})
    assert not Fact.objects.exists()


def test_many_facts_are_the_same_rows_as_single_ones():
    details = {"matter": "路灯", "of": ["a", 1, None, True]}
    one = writing.write(**GOOD, details=details, happened_at=AT - timedelta(hours=1))
    ids = writing.write_many([NewFact("test.noted", "case:1", "post:7", AT, details, AT - timedelta(hours=1))])
    other = Fact.objects.exclude(pk=one.pk).get()
    assert ids == [other.pk]
    one.refresh_from_db()
    names = ("kind", "about", "by", "details", "happened_at", "noted_at")
    assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
    assert one.salt != other.salt
    assert Unsealed.objects.count() == 2


def test_many_facts_are_checked_like_single_ones_and_none_is_none():
    with pytest.raises(Refusal):
        writing.write_many(
            [NewFact("test.noted", "case:1", "post:7", AT), NewFact("test.unheard", "case:1", "post:7", AT)]
        )
    writing.write_many([])
    assert not Fact.objects.exists()


@pytest.mark.parametrize("change", ["UPDATE ledger_fact SET about = 'case:2'", "DELETE FROM ledger_fact"])
def test_the_database_refuses_to_change_a_fact(change):
    writing.write(**GOOD)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Fact.objects.get().about == "case:1"


def test_the_database_refuses_to_change_leaves_and_heads(note):
    note(2, seal=True)
    for change in (lambda: Leaf.objects.update(hash=b"0"), lambda: Leaf.objects.all().delete()):
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            change()


def test_the_guards_come_back():
    writing.write(**GOOD)
    with guards.lifted():
        Fact.objects.update(about="case:2")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Fact.objects.update(about="case:3")
    writing.write(**GOOD)
    assert Unsealed.objects.count() == 2


def test_the_database_itself_refuses_a_fact_noted_too_early():
    row = {"kind": "test.noted", "about": "case:1", "by": "post:7", "salt": b"0" * 16}
    with pytest.raises(IntegrityError), transaction.atomic():
        Fact.objects.create(**row, happened_at=AT, noted_at=AT - timedelta(seconds=1))


def fact(number: int) -> Fact:
    salt, about = bytes([number]) * 16, f"case:{number}"
    return Fact(
        kind="test.noted", about=about, by="post:7", details={"count": 1}, happened_at=AT, noted_at=AT, salt=salt
    )


def test_a_row_inserted_with_the_kept_statement_is_the_row_that_save_writes():
    kept, saved = fact(1), fact(2)
    rows.insert(kept)
    saved.save(force_insert=True)
    assert not kept._state.adding
    columns = ("kind", "by", "details", "happened_at", "noted_at")
    first, second = (Fact.objects.filter(pk=one.pk).values(*columns).get() for one in (kept, saved))
    assert first == second
    assert bytes(Fact.objects.get(pk=kept.pk).salt) == b"\x01" * 16


def test_a_row_that_exists_is_refused_by_the_kept_statement_too():
    kept = fact(1)
    rows.insert(kept)
    again = fact(2)
    again.pk = kept.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(again)
