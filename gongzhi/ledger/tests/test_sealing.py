import json
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gongzhi.ledger import entries, guards, keys, leasing, proofs, sealing, tree, writing
from gongzhi.ledger.models import Block, Fact, Head, Leaf, Subtree, Unsealed
from gongzhi.ledger.writing import NewFact

from .conftest import AT

pytestmark = pytest.mark.django_db


def many(count, first=0):
    rows = [
        NewFact("test.noted", f"case:{first + step}", "post:7", AT + timedelta(microseconds=first + step))
        for step in range(count)
    ]
    writing.write_many(rows)


def test_sealing_gives_every_fact_its_place_in_noted_order(note):
    later, earlier = note(at=AT + timedelta(seconds=5))[0], note(at=AT)[0]
    assert sealing.seal_once(at=AT, holder="me") == 2
    assert list(Leaf.objects.order_by("index").values_list("index", "fact_id")) == [(0, earlier.pk), (1, later.pk)]
    assert not Unsealed.objects.exists()


def test_a_leaf_is_the_hash_of_the_whole_fact(note):
    fact = note(1, seal=True)[0]
    fact.refresh_from_db()
    shown = entries.entry(*(getattr(fact, name) for name in entries.FIELDS))
    assert bytes(Leaf.objects.get().hash) == entries.leaf_of(shown)
    assert set(shown) == {"v", *entries.FIELDS}


def test_nothing_new_seals_nothing_and_writes_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert sealing.seal_once(at=AT, holder="me") == 0


def test_a_fact_noted_earlier_but_committed_later_gets_a_later_place(note):
    note(3, seal=True)
    late = note(at=AT - timedelta(hours=1))[0]
    sealing.seal_once(at=AT, holder="test")
    assert Leaf.objects.get(fact=late).index == 3


def test_a_limit_is_kept_and_the_rest_follows(note):
    note(7)
    assert [sealing.seal_once(at=AT, holder="me", limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert tree.size() == 7


def test_every_sealing_signs_the_root_over_all_leaves(note):
    for count in (1, 4, 2):
        note(count, seal=True)
    hashes = [bytes(value) for value in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    known = keys.public_keys()
    for head in Head.objects.order_by("size"):
        frontier = proofs.Frontier()
        for value in hashes[: head.size]:
            frontier.add(value)
        assert bytes(head.root) == frontier.root()
        text = entries.head_text(head.size, bytes(head.root), "2026-11-21T03:46:14.000000Z", head.key_id)
        known[head.key_id].verify(bytes(head.signature), text)
    assert list(Head.objects.order_by("size").values_list("size", flat=True)) == [1, 5, 7]


def test_full_blocks_of_256_are_kept_across_uneven_chunks():
    many(700)
    for limit in (100, 156, 1, 300, 143):
        assert sealing.seal_once(at=AT, holder="me", limit=limit) == limit
    hashes = [bytes(value) for value in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    kept = {(block.level, block.index): bytes(block.hash) for block in Subtree.objects.all()}
    assert kept == {(1, 0): proofs.fold(hashes[:256]), (1, 1): proofs.fold(hashes[256:512])}


def test_what_lies_inside_a_full_block_is_kept_and_no_more():
    """Sixteen hashes over sixteen leaves each, written with the leaf that fills the block."""
    many(700)
    for limit in (255, 1, 300, 144):
        assert sealing.seal_once(at=AT, holder="me", limit=limit) == limit
    hashes = [bytes(value) for value in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    sixteens = [proofs.fold(hashes[at : at + 16]) for at in range(0, 512, 16)]
    kept = {block.number: bytes(block.hashes) for block in Block.objects.all()}
    assert kept == {0: b"".join(sixteens[:16]), 1: b"".join(sixteens[16:])}


def test_blocks_sealed_before_there_were_rows_of_them_get_the_same_rows():
    """The migration of an older county writes what the sealer would have, and nothing of a block that lacks a leaf."""
    many(1100)
    while sealing.seal_once(at=AT, holder="me", limit=333):
        pass
    sealed = {block.number: bytes(block.hashes) for block in Block.objects.all()}
    with guards.lifted():
        Block.objects.all().delete()
        Leaf.objects.filter(index=700).delete()
    import_module("gongzhi.ledger.migrations.0002_blocks").fill(None, SimpleNamespace(connection=connection))
    assert set(sealed) == {0, 1, 2, 3}
    assert {block.number: bytes(block.hashes) for block in Block.objects.all()} == {
        number: row for number, row in sealed.items() if number != 2
    }


@pytest.mark.parametrize("change", [lambda rows: rows.update(hashes=b""), lambda rows: rows._raw_delete("default")])
def test_a_blocks_row_is_never_changed(change):
    many(256)
    sealing.seal_once(at=AT, holder="me")
    with pytest.raises(DatabaseError), transaction.atomic():
        change(Block.objects.all())
    assert len(bytes(Block.objects.get().hashes)) == 512


def test_blocks_of_blocks_are_kept():
    frontier = proofs.Frontier()
    leaves = [(writing.uuid7(AT), proofs.leaf_hash(str(step).encode())) for step in range(65_536 + 300)]
    for first in range(0, len(leaves), 9000):
        sealing._append(leaves[first : first + 9000])
    for _, value in leaves:
        frontier.add(value)
    assert Subtree.objects.filter(level=2).count() == 1
    assert Subtree.objects.filter(level=1).count() == 257
    assert proofs.root(tree.TreeNodes(), len(leaves)) == frontier.root()


def test_sealing_asks_as_few_questions_of_a_large_ledger_as_of_a_small_one():
    def questions():
        with CaptureQueriesContext(connection) as asked:
            assert sealing.seal_once(at=AT, holder="me") == 10
        return len(asked)

    many(10)
    first = questions()
    many(3000, first=10)
    sealing.seal_once(at=AT, holder="me")
    many(10, first=3010)
    assert questions() <= first + 4


def test_another_holder_waits_until_the_lease_runs_out(note):
    note(1)
    assert sealing.seal_once(at=AT, holder="one") == 1
    note(1)
    assert sealing.seal_once(at=AT + timedelta(seconds=5), holder="two") == 0
    assert sealing.seal_once(at=AT + timedelta(seconds=10), holder="two") == 1
    note(1)
    assert sealing.seal_once(at=AT + timedelta(seconds=11), holder="one") == 0


def test_a_sealer_that_was_overtaken_changes_nothing(note, monkeypatch):
    note(2)
    monkeypatch.setattr(leasing, "confirm", lambda **_: False)
    assert sealing.seal_once(at=AT, holder="slow") == 0
    assert Unsealed.objects.count() == 2
    assert not Leaf.objects.exists()


def test_facts_another_sealer_has_struck_off_are_not_sealed_twice(note, monkeypatch):
    first = note(2)[0]
    original = sealing._strike_off

    def overtaken(fact_ids):
        Unsealed.objects.filter(pk=first.pk).delete()
        return original(fact_ids)

    monkeypatch.setattr(sealing, "_strike_off", overtaken)
    with transaction.atomic():
        assert sealing.seal_once(at=AT, holder="me") == 0
    assert not Leaf.objects.exists()


def test_a_head_is_published_once_a_day_in_the_table_and_as_a_file(note, tmp_path):
    assert sealing.publish_head(at=AT) is None
    note(3, seal=True)
    head = sealing.publish_head(at=AT)
    file = tmp_path / "heads" / "2026-11-21.json"
    assert json.loads(file.read_bytes()) == sealing.head_card(head)
    before = file.read_bytes()
    note(2, seal=True)
    again = sealing.publish_head(at=AT + timedelta(hours=3))
    assert again.pk == head.pk
    assert file.read_bytes() == before
    assert (tmp_path / "heads" / keys.public_file().name).read_bytes() == keys.public_file().read_bytes()


def test_a_quiet_day_has_a_head_too(note):
    note(1, seal=True)
    sizes = [sealing.publish_head(at=AT + timedelta(days=days)).size for days in range(3)]
    assert sizes == [1, 1, 1]
    assert Head.objects.filter(day__isnull=False).count() == 3


def test_a_lost_file_is_written_again_and_is_the_same(note, tmp_path):
    note(1, seal=True)
    sealing.publish_head(at=AT)
    file = tmp_path / "heads" / "2026-11-21.json"
    before = file.read_bytes()
    file.unlink()
    sealing.publish_head(at=AT)
    assert file.read_bytes() == before


def test_facts_are_not_touched_by_sealing(note):
    fact = note(1)[0]
    before = Fact.objects.filter(pk=fact.pk).values().get()
    sealing.seal_once(at=AT, holder="me")
    assert Fact.objects.filter(pk=fact.pk).values().get() == before
