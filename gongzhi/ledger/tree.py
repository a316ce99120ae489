"""The nodes of the tree as the tables keep them: leaves, and the roots of full blocks of 256."""

from __future__ import annotations

from gongzhi.ledger.models import Leaf, Subtree
from gongzhi.ledger.proofs import FAN


class TreeNodes:
    """Reads nodes block by block and remembers them; serves one root or one proof, then is dropped."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, start: int, stop: int) -> list[bytes]:
        """Hashes of the complete subtrees `start` to `stop` of a level; they lie in one block of 256."""
        block = start // FAN
        if (level, block) not in self._blocks:
            self._blocks[level, block] = self._read(level, block * FAN)
        found = self._blocks[level, block][start - block * FAN : stop - block * FAN]
        if len(found) != stop - start:
            raise LookupError(f"the tree lacks nodes {start} to {stop} of level {level}")
        return found

    def _read(self, level: int, first: int) -> list[bytes]:
        block = {"index__gte": first, "index__lt": first + FAN}
        rows = Subtree.objects.filter(level=level, **block) if level else Leaf.objects.filter(**block)
        return [bytes(value) for value in rows.order_by("index").values_list("hash", flat=True)]


def size() -> int:
    """How many facts are sealed."""
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1
