import json
from datetime import timedelta

import pytest

from gongzhi.ledger import checking, guards, keys, receipts, sealing
from gongzhi.ledger.models import Block, Fact, Head, Leaf, Subtree, Unsealed

from .conftest import AT

pytestmark = pytest.mark.django_db


def found():
    return {(problem.code, problem.index) for problem in checking.check(AT)}


@pytest.fixture
def ledger(note):
    """Twelve facts sealed in three batches (0–4, 5–9, 10–11) and a published head."""
    for count in (5, 5, 2):
        note(count, seal=True)
    sealing.publish_head(at=AT)
    assert checking.check(AT) == []


def swap(one, two):
    first, second = Leaf.objects.get(index=one), Leaf.objects.get(index=two)
    pairs = [(one, second.fact_id, second.hash), (two, first.fact_id, first.hash)]
    Leaf.objects.filter(index__in=(one, two)).delete()
    for index, fact_id, value in pairs:
        Leaf.objects.create(index=index, fact_id=fact_id, hash=value)


def test_an_empty_ledger_is_sound(db):
    assert checking.check(AT) == []


@pytest.mark.parametrize(
    "change",
    [
        {"about": "case:2"},
        {"by": "post:8"},
        {"kind": "test.closed"},
        {"details": {"matter": "路灯", "count": 99}},
        {"details": {"matter": "路灯", "count": 1.5}},
        {"salt": b"\1" * 16},
        {"happened_at": AT - timedelta(microseconds=1)},
        {"noted_at": AT + timedelta(microseconds=8)},
    ],
)
def test_one_changed_byte_of_a_fact_is_found(ledger, change):
    with guards.lifted():
        Fact.objects.filter(leaf__index=7).update(**change)
    assert found() == {("fact_changed", 7)}


def test_a_removed_fact_is_found(ledger):
    fact_id = Leaf.objects.get(index=6).fact_id
    with guards.lifted():
        Fact.objects.filter(pk=fact_id)._raw_delete("default")
    (problem,) = checking.check(AT)
    assert (problem.code, problem.index) == ("fact_removed", 6)
    assert str(fact_id) in str(problem)


def test_a_fact_removed_with_its_leaf_is_found(ledger):
    leaf = Leaf.objects.get(index=6)
    with guards.lifted():
        leaf.delete()
        Fact.objects.filter(pk=leaf.fact_id)._raw_delete("default")
    assert ("leaf_removed", 6) in found()


def test_a_fact_removed_and_the_gap_closed_is_found(ledger):
    leaf = Leaf.objects.get(index=6)
    with guards.lifted():
        leaf.delete()
        Fact.objects.filter(pk=leaf.fact_id)._raw_delete("default")
        for index in range(7, 12):
            Leaf.objects.filter(index=index).update(index=index - 1)
    assert {("root_changed", 5), ("leaf_removed", 11)} <= found()


@pytest.mark.parametrize(("one", "two"), [(5, 6), (6, 8), (0, 4)])
def test_a_reordered_pair_is_found_and_named(ledger, one, two):
    with guards.lifted():
        swap(one, two)
    problems = checking.check(AT)
    assert ("reordered", one) in {(problem.code, problem.index) for problem in problems}
    assert f"Leaves {one} and {two} have changed places." in [str(problem) for problem in problems]


def test_a_pair_swapped_between_sealings_is_found(note):
    for _ in range(4):
        note(1, seal=True)
    with guards.lifted():
        swap(1, 2)
    assert {("root_changed", 1), ("reordered", 1)} <= found()


def test_swapped_contents_are_found_at_both_places(ledger):
    one, two = Fact.objects.get(leaf__index=1), Fact.objects.get(leaf__index=2)
    with guards.lifted():
        Fact.objects.filter(pk=one.pk).update(details=two.details)
        Fact.objects.filter(pk=two.pk).update(details=one.details)
    assert found() == {("fact_changed", 1), ("fact_changed", 2)}


def test_a_changed_leaf_hash_is_found_though_the_fact_was_changed_with_it(ledger):
    fact = Fact.objects.get(leaf__index=3)
    fact.about = "case:2"
    leaf = bytes.fromhex(receipts.make(fact)["leaf"])
    with guards.lifted():
        Fact.objects.filter(pk=fact.pk).update(about="case:2")
        Leaf.objects.filter(index=3).update(hash=leaf)
    assert found() == {("root_changed", 0)}


def test_a_cut_end_is_found(ledger):
    with guards.lifted():
        Leaf.objects.filter(index__gte=10).delete()
    assert {("leaf_removed", 10), ("leaf_removed", 11)} <= found()


def test_a_cut_end_without_its_heads_is_found_by_the_published_file(ledger):
    with guards.lifted():
        ids = list(Leaf.objects.filter(index__gte=10).values_list("fact_id", flat=True))
        Leaf.objects.filter(index__gte=10).delete()
        Head.objects.filter(size__gt=10).delete()
        Fact.objects.filter(pk__in=ids)._raw_delete("default")
    assert found() == {("head_rewritten", None)}


def test_a_removed_head_is_found(ledger):
    with guards.lifted():
        Head.objects.filter(size=12, day=None).delete()
        Head.objects.filter(day__isnull=False).delete()
    assert {("head_removed", 10), ("head_rewritten", None)} == found()


def test_a_head_with_another_root_or_moment_is_found(ledger):
    with guards.lifted():
        Head.objects.filter(size=5).update(root=b"\0" * 32)
    assert found() == {("root_changed", 0), ("head_unsigned", 4)}
    with guards.lifted():
        Head.objects.filter(size=10).update(at=AT - timedelta(days=1))
    assert ("head_unsigned", 9) in found()


def test_a_head_signed_by_a_stranger_is_found(ledger, settings):
    stranger = keys.signer()
    keys.public_file().unlink()
    settings.LEDGER_KEY_FILE = settings.LEDGER_KEY_FILE.with_name("other.key")
    assert stranger.key_id not in keys.public_keys()
    assert ("head_unsigned", 4) in found()


def test_a_published_file_that_was_rewritten_is_found(ledger, tmp_path):
    file = tmp_path / "heads" / "2026-11-21.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"size": 11}))
    assert found() == {("head_rewritten", None)}
    file.write_text("rubbish")
    assert found() == {("head_rewritten", None)}


def test_a_damaged_or_removed_block_is_found(note):
    note(600, seal=True)
    with guards.lifted():
        Subtree.objects.filter(level=1, index=1).update(hash=b"\0" * 32)
        Subtree.objects.filter(level=1, index=0).delete()
    assert found() == {("block_changed", 256), ("block_removed", 0)}


def test_a_damaged_or_removed_row_of_a_block_is_found(note):
    note(600, seal=True)
    with guards.lifted():
        Block.objects.filter(number=0).update(hashes=bytes(512))
        Block.objects.filter(number=1).delete()
    assert found() == {("block_changed", 0), ("block_removed", 256)}


def test_a_fact_kept_from_the_sealer_is_found(note):
    fact = note(1)[0]
    Unsealed.objects.all().delete()
    (problem,) = checking.check(AT)
    assert problem.code == "kept_from_sealer"
    assert str(fact.pk) in str(problem)


def test_a_fact_removed_before_it_was_sealed_is_found(note):
    note(1)
    with guards.lifted():
        Fact.objects.all()._raw_delete("default")
    assert found() == {("fact_removed", None)}


def test_a_promise_that_was_broken_is_found(note):
    note(1)
    assert checking.check(AT + timedelta(hours=23)) == []
    assert [problem.code for problem in checking.check(AT + timedelta(hours=25))] == ["promise_broken"]


def test_a_late_fact_is_no_disorder(note):
    note(3, seal=True)
    note(1, at=AT - timedelta(days=1))
    sealing.seal_once(at=AT, holder="test")
    assert checking.check(AT) == []
