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

    What lies above the leaves' own blocks is the same for very many receipts, and the head's root vouches for it: it is
    remembered, so that a proof reads one block of leaves, and at most one above, in a ledger of any size. `whole`: all
    that can be remembered is read at once, as a head that serves for a day is worth (10 ms for four million facts)."""

    def __init__(self, size: int, *, whole: bool = False) -> None:
        self.size = size
        self._above: dict[tuple[int, int], list[bytes]] = {}
        self._stretches: dict[tuple[int, int], bytes] = {}
        if whole and size <= BLOCKS * FAN * FAN:
            row = _read(1, 0, size // FAN)
            if len(row) == size // FAN:  # else the tree lacks nodes: blocks that are whole still prove what they hold
                self._above = {(1, at // FAN): row[at : at + FAN] for at in range(0, len(row), FAN)}

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
                return proofs.stretch(nodes, start, stop)
            if (start, stop) not in self._stretches:  # of these there are few: the long ones, and the right edge
                self._stretches[start, stop] = proofs.stretch(nodes, start, stop)
            return self._stretches[start, stop]

        return proofs.inclusion_along(stretch, index, self.size)

    def _blocks_above(self, level: int, block: int) -> list[bytes]:
        found = self._above.get((level, block))
        if found is None:
            found = _read(level, block * FAN)
            if len(self._above) >= BLOCKS:
                self._above.clear()
            self._above[level, block] = found
        return found


_REMEMBERED: dict[bool, tuple[bytes, Covered]] = {}  # of the published head, and of the newest


def under(root: bytes, size: int, *, published: bool) -> Covered:
    """The remembered tree of a head. The root names it: another ledger has another one, and so has a grown one."""
    kept = _REMEMBERED.get(published)
    if kept is None or kept[0] != root:
        kept = _REMEMBERED[published] = (root, Covered(size, whole=published))
    return kept[1]


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
