"""The Merkle tree of RFC 9162 §2.1, plain: hashes, roots, inclusion and consistency proofs, their checks.

Roots and proofs are computed from nodes somebody else keeps: `Nodes(level, start, stop)` gives the hashes
of complete subtrees of 256**level leaves (level 0: the leaves). At most 255 nodes a level are asked for, so
a proof costs the same in a tree of a thousand leaves and of a hundred million.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

FAN = 256
NEAR = 16  # leaves under one hash inside a block
EMPTY = hashlib.sha256(b"").digest()

Nodes = Callable[[int, int, int], Sequence[bytes]]
Stretches = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of neighbouring nodes."""
    return folded(hashes, 1)[0]


def folded(hashes: Sequence[bytes], many: int) -> list[bytes]:
    """A power of two of neighbouring nodes, folded until `many` are left; a smaller power of two."""
    row = list(hashes)
    while len(row) > many:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row


def root(nodes: Nodes, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _range(nodes, 0, size) if size else EMPTY


def stretch(nodes: Nodes, start: int, stop: int) -> bytes:
    """The hash over leaves `start` to `stop`: one step of a path. They are such as a path asks for."""
    return _range(nodes, start, stop)


def inclusion(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The path that proves leaf `index` to be in the tree of `size` leaves (§2.1.3.1), leaf side first."""
    return inclusion_along(lambda start, stop: _range(nodes, start, stop), index, size)


def inclusion_along(stretches: Stretches, index: int, size: int) -> list[bytes]:
    """The same from somebody who tells the hash over leaves `start` to `stop`, and may remember it."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(stretches(middle, stop))
            stop = middle
        else:
            path.append(stretches(start, middle))
            start = middle
    return path[::-1]


def consistency(nodes: Nodes, first: int, second: int) -> list[bytes]:
    """The path that proves the tree of `second` leaves to begin with the tree of `first` (§2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError(f"a tree of {second} does not grow from one of {first}")
    path: list[bytes] = []
    start, stop, is_whole = 0, second, True
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(_range(nodes, middle, stop))
            stop = middle
        else:
            path.append(_range(nodes, start, middle))
            start, is_whole = middle, False
    if not is_whole:
        path.append(_range(nodes, start, stop))
    return path[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to from `leaf` (§2.1.3.2); None when the path has the wrong length."""
    if not 0 <= index < size:
        return None
    at, last, here = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            here = node_hash(step, here)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            here = node_hash(here, step)
        at, last = at >> 1, last >> 1
    return here if last == 0 else None


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that nothing before `first` was changed by growing to `second` (§2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


class Frontier:
    """The roots of the complete subtrees on the right edge: grows leaf by leaf, tells the root at any size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        self._peaks.append(leaf)
        self.size += 1
        carry = self.size
        while carry & 1 == 0:
            right = self._peaks.pop()
            self._peaks[-1] = node_hash(self._peaks[-1], right)
            carry >>= 1

    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._peaks:
            return EMPTY
        here = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            here = node_hash(peak, here)
        return here


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range(nodes: Nodes, start: int, stop: int) -> bytes:
    """The hash over leaves `start` to `stop`, from the largest complete subtrees there are."""
    size = stop - start
    if size & (size - 1) == 0:
        level = (size.bit_length() - 1) // 8
        unit = FAN**level
        return fold(nodes(level, start // unit, stop // unit))
    middle = start + _split(size)
    return node_hash(_range(nodes, start, middle), _range(nodes, middle, stop))
