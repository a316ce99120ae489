"""The nodes of the tree as the tables keep them: leaves, and the roots of full blocks of 256."""

from __future__ import annotations

from django.db import connection

from gongzhi.ledger import proofs
from gongzhi.ledger.models import Leaf, Subtree
from gongzhi.ledger.proofs import FAN

BLOCKS = 128  # a process remembers under a head: two megabytes at most


class TreeNodes:
    """Reads nodes block by block and remembers them; serves one root or one proof, then is dropped."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, start: int, stop: int) -> list[bytes]:
        """Hashes of the complete subtrees `start` to `stop` of a level; they lie in one block of 256."""
        first = start // FAN * FAN
        found = self._block(level, first // FAN)[start - first : stop - first]
        if len(found) != stop - start:
            raise LookupError(f"the tree lacks nodes {start} to {stop} of level {level}")
        return found

    def _block(self, level: int, block: int) -> list[bytes]:
        if (level, block) not in self._blocks:
            self._blocks[level, block] = _read(level, block * FAN)
        return self._blocks[level, block]


class Covered:
    """The tree under one head: the published one, which proves every receipt of its day and before, or the newest.

    What lies above the leaves' own blocks is the same for very many receipts. It is remembered, so that a proof reads
    one block of leaves in a ledger of any size, and what is proved is held against the head's root: a path that
    does not lead there is made anew from what the tables hold now."""

    def __init__(self, root: bytes, size: int) -> None:
        self.root, self.size = root, size
        self._above: dict[tuple[int, int], list[bytes]] = {}  # blocks that were not whole when they were read
        self._stretches: dict[tuple[int, int], bytes] = {}
        if not _WHOLE:
            _read_whole(size // FAN)

    def path(self, index: int) -> list[bytes]:
        """The inclusion proof of a leaf under the head."""
        leaves = TreeNodes()

        def nodes(level: int, start: int, stop: int) -> list[bytes]:
            if level == 0:
                return leaves(level, start, stop)
            block = start // FAN
            return self._blocks_above(level, block)[start - block * FAN : stop - block * FAN]

        def stretch(start: int, stop: int) -> bytes:
            long = stop - start > FAN * FAN // 2
            if not long and stop != self.size:
                return _in_whole(start, stop) or proofs.stretch(nodes, start, stop)
            if (start, stop) not in self._stretches:  # of these there are few: the long ones, and the right edge
                self._stretches[start, stop] = proofs.stretch(nodes, start, stop)
            return self._stretches[start, stop]

        path = proofs.inclusion_along(stretch, index, self.size)
        (leaf,) = leaves(0, index, index + 1)
        if proofs.root_by_inclusion(leaf, index, self.size, path) == self.root:
            return path
        for remembered in (_WHOLE, _ROWS, self._above, self._stretches):
            remembered.clear()
        return proofs.inclusion(TreeNodes(), index, self.size)

    def _blocks_above(self, level: int, block: int) -> list[bytes]:
        found = _WHOLE.get((level, block)) or self._above.get((level, block))
        if found is None:
            found = _read(level, block * FAN)
            kept = _WHOLE if len(found) == FAN else self._above
            if len(kept) >= BLOCKS:
                kept.clear()
                _ROWS.clear()
            kept[level, block] = found
        return found


_REMEMBERED: dict[bool, Covered] = {}  # of the published head, and of the newest
_WHOLE: dict[tuple[int, int], list[bytes]] = {}  # whole blocks above the leaves: no fact to come changes them
_ROWS: dict[int, list[list[bytes]]] = {}  # over a whole block right above the leaves: its nodes by ones, twos, fours …


def _in_whole(start: int, stop: int) -> bytes | None:
    """The hash over a complete stretch of leaves inside a block of `_WHOLE`; None for any other. Without it each proof
    would hash, in a large ledger alone, what two hundred nodes above its leaves come to."""
    many, block = (stop - start) // FAN, start // (FAN * FAN)
    if not many or (1, block) not in _WHOLE:
        return None
    if block not in _ROWS:
        rows = [_WHOLE[1, block]]
        while len(rows[-1]) > 1:
            below = rows[-1]
            rows.append([proofs.node_hash(below[at], below[at + 1]) for at in range(0, len(below), 2)])
        _ROWS[block] = rows
    return _ROWS[block][many.bit_length() - 1][(start // FAN - block * FAN) // many]


def under(root: bytes, size: int, *, published: bool) -> Covered:
    """The remembered tree of a head. The root names it: another ledger has another one, and so has a grown one."""
    kept = _REMEMBERED.get(published)
    if kept is None or kept.root != root:
        kept = _REMEMBERED[published] = Covered(root, size)
    return kept


def _read_whole(nodes: int) -> None:
    """Remember the whole blocks right above the leaves by one question (10 ms for four million facts): receipts of all
    years would find each of them unread. In a ledger of more than BLOCKS they are read as they are needed."""
    whole = nodes // FAN
    if whole <= BLOCKS:
        row = _read(1, 0, whole * FAN)
        if len(row) == whole * FAN:  # else nodes are lost, and all behind the gap would stand in a wrong place
            _WHOLE.update({(1, block): row[block * FAN : (block + 1) * FAN] for block in range(whole)})


def size() -> int:
    """How many facts are sealed."""
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


_LEAVES = f'SELECT hash FROM {Leaf._meta.db_table} WHERE "index" >= %s AND "index" < %s ORDER BY "index"'  # noqa: S608
_ABOVE = (
    f'SELECT hash FROM {Subtree._meta.db_table} WHERE level = %s AND "index" >= %s AND "index" < %s'  # noqa: S608
    ' ORDER BY "index"'
)


def _read(level: int, first: int, many: int = FAN) -> list[bytes]:
    """One block of a level (or many nodes), plainly: these are most of the rows a proof reads."""
    with connection.cursor() as cursor:
        if level:
            cursor.execute(_ABOVE, [level, first, first + many])
        else:
            cursor.execute(_LEAVES, [first, first + many])
        return [bytes(row[0]) for row in cursor.fetchall()]
