"""The nodes of the tree as the tables keep them: leaves, and the roots of full blocks of 256."""

from __future__ import annotations

from django.db import connection

from gongzhi.ledger import proofs
from gongzhi.ledger.models import Block, Leaf, Subtree
from gongzhi.ledger.proofs import FAN, NEAR, fold

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


class Near:
    """What a path asks of a leaf's own block: the sixteen leaves around it, and the hash over each sixteen.

    One question of seventeen rows, wherever the leaf is. A block that was not full under the head has no such row:
    there the path asks `TreeNodes` for the leaves, of which there are at most 255."""

    def __init__(self, index: int) -> None:
        self.first = index // FAN * FAN
        self._group = index // NEAR * NEAR
        self._leaves, self._sixteens = _read_near(self._group, index // FAN)
        if len(self._leaves) != NEAR:
            raise LookupError(f"the tree lacks leaves {self._group} to {self._group + NEAR} of a full block")

    def __bool__(self) -> bool:
        """Whether the block's row is there; doctor names one that is gone."""
        return len(self._sixteens) == FAN // NEAR

    def over(self, start: int, stop: int) -> bytes:
        """The hash over a complete stretch of the block's leaves that a path asks for, or of one leaf."""
        if stop - start < NEAR:
            return fold(self._leaves[start - self._group : stop - self._group])
        return fold(self._sixteens[(start - self.first) // NEAR : (stop - self.first) // NEAR])


class Covered:
    """The tree under one head: the published one, which proves every receipt of its day and before, or the newest.

    What lies above the leaves' own blocks is the same for very many receipts. It is remembered, so that a proof reads
    what is near its own leaf in a ledger of any size, and what is proved is held against the head's root: a path that
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
        full = index // FAN < self.size // FAN
        near = Near(index) if full else None

        def nodes(level: int, start: int, stop: int) -> list[bytes]:
            if level == 0:
                return leaves(level, start, stop)
            block = start // FAN
            return self._blocks_above(level, block)[start - block * FAN : stop - block * FAN]

        def stretch(start: int, stop: int) -> bytes:
            if near and near.first <= start and stop <= near.first + FAN:
                return near.over(start, stop)
            long = stop - start > FAN * FAN // 2
            if not long and stop != self.size:
                return _in_whole(start, stop) or proofs.stretch(nodes, start, stop)
            if (start, stop) not in self._stretches:  # of these there are few: the long ones, and the right edge
                self._stretches[start, stop] = proofs.stretch(nodes, start, stop)
            return self._stretches[start, stop]

        path = proofs.inclusion_along(stretch, index, self.size)
        leaf = near.over(index, index + 1) if near else leaves(0, index, index + 1)[0]
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
_NEAR = (
    f'SELECT "index", hash FROM {Leaf._meta.db_table} WHERE "index" >= %s AND "index" < %s'  # noqa: S608
    f" UNION ALL SELECT -1, hashes FROM {Block._meta.db_table} WHERE number = %s"
)
_ABOVE = (
    f'SELECT hash FROM {Subtree._meta.db_table} WHERE level = %s AND "index" >= %s AND "index" < %s'  # noqa: S608
    ' ORDER BY "index"'
)


def _read_near(group: int, block: int) -> tuple[list[bytes], list[bytes]]:
    """The sixteen leaves from `group` on that there are, and what each sixteen of their block come to."""
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [group, group + NEAR, block])
        found = {index: bytes(value) for index, value in cursor.fetchall()}
    row = found.pop(-1, b"")
    return [found[index] for index in sorted(found)], [row[at : at + 32] for at in range(0, len(row), 32)]


def _read(level: int, first: int, many: int = FAN) -> list[bytes]:
    """One block of a level (or many nodes), plainly: these are most of the rows a proof reads."""
    with connection.cursor() as cursor:
        if level:
            cursor.execute(_ABOVE, [level, first, first + many])
        else:
            cursor.execute(_LEAVES, [first, first + many])
        return [bytes(row[0]) for row in cursor.fetchall()]
