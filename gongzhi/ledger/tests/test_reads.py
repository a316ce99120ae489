import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.kit.ids import uuid7
from gongzhi.ledger import guards, proofs, reads, sealing, tree, writing
from gongzhi.ledger.models import Block, Leaf
from gongzhi.ledger.writing import NewFact

from .conftest import AT

pytestmark = pytest.mark.django_db


def test_facts_after_gives_whole_facts(note):
    fact = note(2, seal=True)[1]
    (sealed,) = reads.facts_after(0)
    assert (sealed.index, sealed.id, sealed.kind, sealed.about, sealed.by) == (
        1,
        fact.pk,
        "test.noted",
        "case:1",
        "post:7",
    )
    assert sealed.details == {"matter": "路灯", "count": 1}
    assert sealed.noted_at == AT + timedelta(microseconds=1)


def test_the_history_of_a_thing_holds_what_still_waits(note):
    note(1, seal=True)
    note(1, about="case:2")
    note(1)
    assert [fact.index for fact in reads.about("case:1")] == [0, None]
    assert reads.about("case:9") == []


def test_a_batch_is_by_kind_and_id(note):
    facts = note(1500)
    other = writing.write(kind="test.closed", about="case:1", by="post:7", at=AT)
    ids = [fact.pk for fact in facts] + [other.pk, uuid7()]
    assert [fact.id for fact in reads.batch("test.noted", ids)] == [fact.pk for fact in facts]
    assert len(reads.batch("", ids)) == 1501
    with pytest.raises(ValueError):
        reads.batch("", [other.pk] * 50_001)


def test_a_proof_leads_to_the_newest_head_while_none_is_published(note):
    facts = note(5, seal=True)
    proof = reads.proof(facts[2].pk)
    assert proof["index"] == 2
    assert proof["head"] == sealing.head_card(reads.latest_head())
    assert reads.proof(note(1)[0].pk) is None
    assert reads.proof(uuid7()) is None


def test_a_proof_leads_to_a_published_head_that_covers_the_fact(note):
    early = note(3, seal=True)[0]
    sealing.publish_head(at=AT)
    late = note(2, seal=True)[0]
    assert reads.proof(early.pk)["head"]["size"] == 3
    assert reads.proof(late.pk)["head"]["size"] == 5
    assert reads.proof(early.pk, size=5)["head"]["size"] == 5
    assert reads.proof(late.pk, size=3) is None


def grown(count: int) -> None:
    """So many facts, sealed in turns of different sizes."""
    writing.write_many(
        [NewFact("test.noted", "case:1", "post:7", AT + timedelta(seconds=step)) for step in range(count)]
    )
    while sealing.seal_once(at=AT, holder="test", limit=1700):
        pass


def asked(ask):
    with CaptureQueriesContext(connection) as told:
        ask()
    return len(told)


def test_a_proof_costs_as_few_questions_in_a_large_ledger(note):
    fact = note(1, seal=True)[0]
    grown(3000)
    assert asked(lambda: reads.proof(fact.pk)) <= 9


def test_proofs_under_a_published_head_share_what_lies_above_their_own_leaves(note):
    """Whatever the size: where the fact is, the head, its block of leaves."""
    fact = note(1, seal=True)[0]
    counts = []
    for day, more in enumerate((300, 3000)):
        grown(more)
        sealing.publish_head(at=AT + timedelta(days=day))
        reads.proof(fact.pk)
        counts.append(asked(lambda: reads.proof(fact.pk)))
    assert counts == [3, 3]


@pytest.fixture
def narrow(monkeypatch):
    """Blocks of eight for those of 256, so that a small ledger has many of them."""
    monkeypatch.setattr(tree, "FAN", 8)
    monkeypatch.setattr(tree, "_WHOLE", {})
    read: list[tuple[int, int, int]] = []
    monkeypatch.setattr(
        tree, "_read", lambda level, first, many=8: read.append((level, first, many)) or [bytes([1]) * 32] * many
    )
    return read


def test_whole_blocks_above_the_leaves_are_read_once_whatever_heads_follow(narrow):
    tree.Covered(b"", 200)
    tree.Covered(b"", 900)
    assert narrow == [(1, 0, 24)]
    assert {at: len(row) for at, row in tree._WHOLE.items()} == {(1, 0): 8, (1, 1): 8, (1, 2): 8}


def test_more_blocks_than_are_remembered_are_read_as_they_are_needed(narrow):
    tree.Covered(b"", 8 * 8 * (tree.BLOCKS + 1))
    assert narrow == []


def test_lost_nodes_do_not_move_the_others_to_a_wrong_place(monkeypatch):
    monkeypatch.setattr(tree, "_WHOLE", {})
    monkeypatch.setattr(tree, "_read", lambda level, first, many=256: [b""] * (many - 1))
    tree.Covered(b"", 3 * 65_536)
    assert tree._WHOLE == {}


def test_what_is_remembered_of_another_ledger_proves_nothing_here(db, monkeypatch):
    """A path that does not lead to the head's root is made anew, and what led astray is forgotten."""
    grown(1500)
    head = reads.latest_head()
    monkeypatch.setattr(tree, "_WHOLE", {(1, 0): [bytes(32)] * 256})
    monkeypatch.setattr(tree, "_ROWS", {})
    covered = tree.Covered(bytes(head.root), 1500)
    assert covered.path(3) == proofs.inclusion(tree.TreeNodes(), 3, 1500)
    assert tree._WHOLE == {}


def test_every_proof_under_a_published_head_is_the_path_of_the_standard(db):
    grown(1500)
    sealing.publish_head(at=AT)
    leaves = list(Leaf.objects.order_by("index").values_list("fact_id", "hash"))
    root = bytes(reads.latest_head().root)
    for index in (*range(0, 1500, 61), 255, 256, 1023, 1024, 1279, 1280, 1498, 1499):
        fact, leaf = leaves[index]
        path = [bytes.fromhex(step) for step in reads.proof(fact)["path"]]
        assert path == proofs.inclusion(tree.TreeNodes(), index, 1500)
        assert proofs.root_by_inclusion(bytes(leaf), index, 1500, path) == root


def near(leaves: list[bytes], group: int, block: int) -> tuple[list[bytes], list[bytes]]:
    """What `tree._read_near` reads, of leaves in a list."""
    return leaves[group : group + 16], [
        proofs.fold(leaves[at : at + 16]) for at in range(block * 256, block * 256 + 256, 16)
    ]


def test_proofs_among_whole_blocks_are_the_paths_of_the_standard(monkeypatch):
    """A hundred thousand leaves: what is remembered over a whole block is what hashing it again would give."""
    size = 65_536 + 33_000
    leaves = [proofs.leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    levels = [leaves]
    while len(levels[-1]) >= 256:
        row = levels[-1]
        levels.append([proofs.fold(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)])
    monkeypatch.setattr(tree, "_WHOLE", {})
    monkeypatch.setattr(tree, "_ROWS", {})
    monkeypatch.setattr(tree, "_read", lambda level, first, many=256: levels[level][first : first + many])
    monkeypatch.setattr(tree, "_read_near", lambda group, block: near(leaves, group, block))

    def nodes(level: int, start: int, stop: int) -> list[bytes]:
        return levels[level][start:stop]

    covered = tree.Covered(proofs.root(nodes, size), size)
    for index in (0, 1, 255, 256, 511, 32_767, 32_768, 40_001, 65_535, 65_536, 70_000, size - 300, size - 1):
        assert covered.path(index) == proofs.inclusion(nodes, index, size)
    assert list(tree._ROWS) == [0]  # no path had to be made anew, which would have emptied it


SIZE = 3 * 65_536 + 4_321


@pytest.fixture(scope="module")
def levels() -> list[list[bytes]]:
    """The nodes of two hundred thousand leaves, as the tables would hold them."""
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(SIZE)]
    blocks = [proofs.fold(leaves[at : at + 256]) for at in range(0, SIZE // 256 * 256, 256)]
    return [leaves, blocks, [proofs.fold(blocks[at : at + 256]) for at in range(0, len(blocks) // 256 * 256, 256)]]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_proof_asks_one_question_of_few_rows_in_a_tree_of_any_size(levels, monkeypatch, data):
    """Seventeen rows, or the leaves of the last block where that is not full yet; the first proof that passes the
    right edge of the tree reads that once."""
    size = data.draw(st.integers(1, SIZE) | st.integers(1, 1200) | st.sampled_from([256, 65_536, 131_072, SIZE]))
    index = data.draw(st.integers(0, size - 1))
    asked: list[int] = []

    def read(level: int, first: int, many: int = 256) -> list[bytes]:
        found = levels[level][first : first + many]
        asked.append(len(found))
        return found

    def read_near(group: int, block: int) -> tuple[list[bytes], list[bytes]]:
        asked.append(17)
        return near(levels[0], group, block)

    for name, kept in (("_WHOLE", {}), ("_ROWS", {}), ("_read", read), ("_read_near", read_near)):
        monkeypatch.setattr(tree, name, kept)

    def nodes(level: int, start: int, stop: int) -> list[bytes]:
        return levels[level][start:stop]

    covered = tree.Covered(proofs.root(nodes, size), size)
    asked.clear()
    assert covered.path(index) == proofs.inclusion(nodes, index, size)
    assert len(asked) <= 4
    assert sum(asked) <= 17 + 3 * 256
    asked.clear()
    assert covered.path(index) == proofs.inclusion(nodes, index, size)
    (rows,) = asked
    assert rows == 17 if index // 256 < size // 256 else rows <= 256


def test_a_head_that_grew_is_proved_by_what_has_grown(note):
    """No head is published: each sealing signs a newer one, and its proofs are those of its own size."""
    for _ in range(4):
        grown(130)
        size = reads.size()
        facts = Leaf.objects.filter(index__in=(0, 127, size - 1)).order_by("index").values_list("index", "fact_id")
        for index, fact in facts:
            proof = reads.proof(fact)
            assert proof["head"]["size"] == size
            assert proof["path"] == [step.hex() for step in proofs.inclusion(tree.TreeNodes(), index, size)]


def test_another_ledger_with_as_many_facts_is_proved_by_its_own_leaves(db):
    """What is remembered is named by the root: nothing of one ledger is used for another one."""
    grown(600)
    sealing.publish_head(at=AT)
    reads.proof(Leaf.objects.get(index=3).fact_id)
    mine = tree.under(bytes(reads.latest_head().root), 600, published=True)
    other = tree.under(b"another root".ljust(32), 600, published=True)
    assert other is not mine
    assert other.path(3) == proofs.inclusion(tree.TreeNodes(), 3, 600)


def test_a_fact_newer_than_the_published_head_costs_no_question_more(note):
    early = note(300, seal=True)[0]
    sealing.publish_head(at=AT)
    late = note(300, seal=True)[0]
    for fact in (early, late):
        reads.proof(fact.pk)
    assert [asked(lambda fact=fact: reads.proof(fact.pk)) for fact in (early, late)] == [3, 3]


@pytest.mark.parametrize("harm", [lambda row: row.update(hashes=bytes(512)), lambda row: row.delete()])
def test_a_damaged_or_lost_row_of_a_block_falsifies_no_proof(db, harm):
    grown(600)
    with guards.lifted():
        harm(Block.objects.filter(number=1))
    for index in (255, 256, 300, 511, 512):
        proof = reads.proof(Leaf.objects.get(index=index).fact_id)
        assert proof["path"] == [step.hex() for step in proofs.inclusion(tree.TreeNodes(), index, 600)]


def test_growth_is_proved_between_any_two_heads(note):
    note(3, seal=True)
    first = reads.latest_head()
    note(400, seal=True)
    second = reads.latest_head()
    path = [bytes.fromhex(step) for step in reads.consistency(3, 403)]
    assert proofs.is_consistent(3, bytes(first.root), 403, bytes(second.root), path)
    with pytest.raises(ValueError):
        reads.consistency(3, 404)


def test_lag_is_how_long_the_oldest_has_waited(note):
    assert reads.lag(AT) == 0.0
    note(2)
    assert reads.lag(AT + timedelta(seconds=90)) == 90.0
    sealing.seal_once(at=AT, holder="test")
    assert reads.lag(AT + timedelta(seconds=90)) == 0.0


def test_published_heads_are_listed_newest_first(note):
    assert reads.latest_head() is None
    assert reads.size() == 0
    note(1, seal=True)
    for days in range(3):
        sealing.publish_head(at=AT + timedelta(days=days))
    assert [head.day.day for head in reads.published_heads(2)] == [23, 22]
    assert reads.published_head(AT.date()).size == reads.size() == 1
