import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.ledger import proofs

# The eight reference leaves of Certificate Transparency and the roots over the first one to eight of them.
LEAVES = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_of(hashes):
    """Nodes over a list of leaf hashes, as the tables would keep them."""

    def nodes(level, start, stop):
        if level == 0:
            return hashes[start:stop]
        unit = proofs.FAN**level
        return [proofs.fold(hashes[at * unit : (at + 1) * unit]) for at in range(start, stop)]

    return nodes


def plain_root(hashes):
    """The definition of RFC 9162 §2.1.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\1" + plain_root(hashes[:split]) + plain_root(hashes[split:])).digest()


MANY = [proofs.leaf_hash(str(step).encode()) for step in range(700)]
REFERENCE = [proofs.leaf_hash(leaf) for leaf in LEAVES]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_eight_reference_roots(size):
    assert proofs.root(tree_of(REFERENCE), size).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_root_of_nothing():
    assert proofs.root(tree_of([]), 0) == hashlib.sha256(b"").digest()


def test_the_published_inclusion_proofs():
    path = proofs.inclusion(tree_of(REFERENCE), 0, 8)
    assert [step.hex() for step in path] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert proofs.inclusion(tree_of(REFERENCE[:1]), 0, 1) == []


@given(st.integers(0, 700))
def test_roots_follow_the_definition_also_across_blocks(size):
    assert proofs.root(tree_of(MANY), size) == plain_root(MANY[:size])


@given(st.integers(0, 700))
def test_a_frontier_tells_the_same_root(size):
    frontier = proofs.Frontier()
    for leaf in MANY[:size]:
        frontier.add(leaf)
    assert frontier.root() == plain_root(MANY[:size])


@given(st.data())
def test_every_inclusion_is_proved_and_nothing_else(data):
    size = data.draw(st.integers(1, 700))
    index = data.draw(st.integers(0, size - 1))
    path = proofs.inclusion(tree_of(MANY), index, size)
    root = plain_root(MANY[:size])
    assert proofs.root_by_inclusion(MANY[index], index, size, path) == root
    other = data.draw(st.integers(0, size - 1).filter(lambda at: at != index) if size > 1 else st.just(0))
    if other != index:
        assert proofs.root_by_inclusion(MANY[index], other, size, path) != root
        assert proofs.root_by_inclusion(MANY[other], index, size, path) != root
    assert proofs.root_by_inclusion(MANY[index], index, size, [*path, root]) != root
    assert not path or proofs.root_by_inclusion(MANY[index], index, size, path[:-1]) != root


@given(st.data())
def test_every_growth_is_proved_and_no_rewriting(data):
    second = data.draw(st.integers(1, 700))
    first = data.draw(st.integers(1, second))
    path = proofs.consistency(tree_of(MANY), first, second)
    old, new = plain_root(MANY[:first]), plain_root(MANY[:second])
    assert proofs.is_consistent(first, old, second, new, path)
    assert not proofs.is_consistent(first, MANY[0] if old != MANY[0] else MANY[1], second, new, path)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        changed = [*path[:place], proofs.EMPTY, *path[place + 1 :]]
        assert not proofs.is_consistent(first, old, second, new, changed)
        assert not proofs.is_consistent(first, old, second, new, path[:-1])


@pytest.mark.parametrize(
    "ask",
    [
        lambda: proofs.inclusion(tree_of(MANY), 5, 5),
        lambda: proofs.consistency(tree_of(MANY), 6, 5),
        lambda: proofs.consistency(tree_of(MANY), 0, 5),
    ],
)
def test_proofs_that_cannot_be_are_refused(ask):
    with pytest.raises(ValueError):
        ask()


def test_a_proof_asks_for_few_nodes_in_a_huge_tree():
    asked = []

    def nodes(level, start, stop):
        asked.append(stop - start)
        return [proofs.EMPTY] * (stop - start)

    proofs.inclusion(nodes, 77_777_777, 100_000_003)
    assert sum(asked) < 2000
