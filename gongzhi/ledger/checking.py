"""Is every fact where and what it was when it was sealed? Reads the whole ledger once, in order.

Found: a changed byte, a removed fact or leaf, a re-ordered pair, a cut end, a rewritten head, a fact kept from
the sealer. Two independent checks meet: each leaf against its fact, and the tree over the leaves against
every head that was ever signed, also against the files of published heads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db.models import Exists, OuterRef

from gongzhi.kit.canonical import NotCanonical
from gongzhi.kit.moments import stamp
from gongzhi.ledger import entries, keys, proofs, receipts, sealing, tree
from gongzhi.ledger.models import Block, Fact, Head, Leaf, Subtree, Unsealed

CHUNK = 2048
MOST = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something is not as it was sealed: what, at which index (None when it has none), said in a sentence."""

    code: str
    index: int | None
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def check(at: datetime) -> list[Problem]:
    """Everything that is wrong with the ledger at `at`, at most some thousand; an empty list is good news.

    Takes under a minute for a million facts; may run while the county works.
    """
    before = tree.size()
    heads = list(Head.objects.order_by("size", "at", "id"))
    size = max((head.size for head in heads), default=0)
    walk = _Walk(heads)
    walk.over(size)
    if size < before:
        walk.add("head_removed", size, f"Leaves {size} to {before - 1} are under no head: it was removed.")
    return [*walk.problems, *_heads_unsigned(heads), *_heads_rewritten(heads), *_never_sealed(at)]


class _Walk:
    """One walk over leaves and facts in order, growing the tree beside them."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self.problems: list[Problem] = []
        self.frontier = proofs.Frontier()
        self.heads = list(heads)
        self.is_true = True  # until a head does not fit: then the later ones tell nothing new
        self.is_suspect = False  # this batch or the one before was the first that did not fit
        self.is_first_bad = False
        self.batch: list[tuple[int, UUID]] = []
        self.block: list[bytes] = []
        self.last: tuple[int, UUID] | None = None

    def over(self, size: int) -> None:
        """Walk to `size`; the heads on the way are compared as they are passed."""
        for index, fact_id, kept, told in _leaves(size):
            if fact_id is None:
                self.add("leaf_removed", index, f"Leaf {index} is gone from the tree.")
            elif told is None:
                self.add("fact_removed", index, f"Fact {fact_id} (leaf {index}) is gone.")
            elif told != kept:
                self.add("fact_changed", index, f"Fact {fact_id} (leaf {index}) is not what was sealed.")
            self._grow(index, fact_id, kept)

    def _grow(self, index: int, fact_id: UUID | None, kept: bytes) -> None:
        self.frontier.add(kept)
        self.block.append(kept)
        if fact_id is not None:
            self.batch.append((index, fact_id))
        if len(self.block) == proofs.FAN:
            self._compare_block(index // proofs.FAN)
        while self.heads and self.heads[0].size == self.frontier.size:
            head = self.heads.pop(0)
            self._compare_head(head)
            if not self.heads or self.heads[0].size != self.frontier.size:
                self._end_batch()

    def _compare_block(self, number: int) -> None:
        stored = Subtree.objects.filter(level=1, index=number).values_list("hash", flat=True).first()
        inside = Block.objects.filter(number=number).values_list("hashes", flat=True).first()
        sixteens = proofs.folded(self.block, proofs.FAN // proofs.NEAR)
        root = proofs.fold(sixteens)
        self.block = []
        first, last = number * proofs.FAN, (number + 1) * proofs.FAN - 1
        if stored is None or inside is None:
            self.add("block_removed", first, f"The block of leaves {first} to {last} is gone.")
        elif bytes(stored) != root or bytes(inside) != b"".join(sixteens):
            self.add("block_changed", first, f"Leaves {first} to {last} are not the ones their block was made of.")

    def _compare_head(self, head: Head) -> None:
        if not self.is_true or bytes(head.root) == self.frontier.root():
            return
        self.is_true, self.is_suspect, self.is_first_bad = False, True, True
        first = self.batch[0][0] if self.batch else head.size - 1
        self.add(
            "root_changed",
            first,
            f"Leaves {first} to {head.size - 1} are not the ones that were sealed at {stamp(head.at)}.",
        )

    def _end_batch(self) -> None:
        """One sealing put its facts in order of id; whatever breaks that order was moved afterwards."""
        batch, self.batch = self.batch, []
        ordered = sorted(batch, key=lambda leaf: leaf[1])
        moved = [was[0] for was, now in zip(batch, ordered, strict=True) if was != now]
        if len(moved) == 2:
            self.add("reordered", moved[0], f"Leaves {moved[0]} and {moved[1]} have changed places.")
        elif moved:
            self.add("reordered", moved[0], f"Leaves {moved[0]} to {moved[-1]} are not in their order.")
        elif self.is_suspect and batch and self.last and self.last[1] > batch[0][1]:
            one, two = self.last[0], batch[0][0]
            self.add("reordered", one, f"Leaves {one} and {two} have changed places.")
        self.is_suspect = self.is_suspect and self.is_first_bad
        self.is_first_bad = False
        if batch:
            self.last = batch[-1]

    def add(self, code: str, index: int, sentence: str) -> None:
        """Note a problem; a ledger in ruins needs no million sentences."""
        if len(self.problems) < MOST:
            self.problems.append(Problem(code, index, sentence))


def _leaves(size: int) -> Iterator[tuple[int, UUID | None, bytes, bytes | None]]:
    """For every index below `size`: the fact's id, the leaf hash kept, and the one its fact gives now."""
    for first in range(0, size, CHUNK):
        rows = Leaf.objects.filter(index__gte=first, index__lt=min(size, first + CHUNK))
        leaves = {
            index: (fact_id, bytes(kept)) for index, fact_id, kept in rows.values_list("index", "fact_id", "hash")
        }
        facts = Fact.objects.filter(pk__in=[fact_id for fact_id, _ in leaves.values()])
        told = {row[0]: _leaf_now(row) for row in facts.values_list(*entries.FIELDS)}
        for index in range(first, min(size, first + CHUNK)):
            fact_id, kept = leaves.get(index, (None, b""))
            yield index, fact_id, kept, told.get(fact_id) if fact_id else None


def _leaf_now(row: tuple[Any, ...]) -> bytes:
    """The leaf hash of a fact as it stands; no hash at all when it was changed into what has no spelling."""
    try:
        return entries.leaf_of(entries.entry(*row))
    except (NotCanonical, TypeError, ValueError):
        return b""


def _heads_unsigned(heads: Sequence[Head]) -> Iterator[Problem]:
    known = keys.public_keys()
    for head in heads:
        text = entries.head_text(head.size, bytes(head.root), stamp(head.at), head.key_id)
        if not _is_signed(known.get(head.key_id), bytes(head.signature), text):
            sentence = f"The head of {head.size} facts at {stamp(head.at)} is not signed by a key of this county."
            yield Problem("head_unsigned", head.size - 1, sentence)


def _is_signed(key: Ed25519PublicKey | None, signature: bytes, text: bytes) -> bool:
    if key is None:
        return False
    try:
        key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _heads_rewritten(heads: Sequence[Head]) -> Iterator[Problem]:
    """Published heads are kept as files too; each must still be the head of its day."""
    by_day = {str(head.day): sealing.head_card(head) for head in heads if head.day}
    for path in sorted(sealing.heads_folder().glob("*.json")):
        try:
            published = json.loads(path.read_bytes())
        except ValueError:
            published = None
        if by_day.get(path.stem) != published:
            yield Problem("head_rewritten", None, f"The head published for {path.stem} is not the one in the ledger.")


def _never_sealed(at: datetime) -> Iterator[Problem]:
    """A fact is sealed, or waits no longer than promised; one that does neither was taken off the list by hand."""
    late = Unsealed.objects.filter(fact__noted_at__lt=at - receipts.PROMISED).values_list("pk", flat=True)
    for fact_id in late[:100]:
        yield Problem("promise_broken", None, f"Fact {fact_id} waits longer than its receipt promised.")
    sealed, waiting = Leaf.objects.filter(fact_id=OuterRef("pk")), Unsealed.objects.filter(pk=OuterRef("pk"))
    lost = Fact.objects.filter(~Exists(sealed), ~Exists(waiting)).values_list("pk", flat=True)
    for fact_id in lost[:100]:
        yield Problem("kept_from_sealer", None, f"Fact {fact_id} is neither sealed nor waiting to be.")
    present = Fact.objects.filter(pk=OuterRef("pk"))
    for fact_id in Unsealed.objects.filter(~Exists(present)).values_list("pk", flat=True)[:100]:
        yield Problem("fact_removed", None, f"Fact {fact_id} was removed before it was sealed.")
