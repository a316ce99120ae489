"""Heaps of like words, in plain Python: which long texts of a day are nearly the same, and how unusual a heap is.

Two texts are alike when six in ten of their bigrams are the same. Short ones ("no water") are never compared: many
people say them. Candidates share one of the four lowest hashes of their bigrams (Broder 1997), so a day costs what it
brought. How often ordinary life makes such a heap comes from the past: heaps of two and more a month, and a geometric
tail over their sizes, but never less than heaps as large were really seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import exp, lgamma
from zlib import crc32

from gongzhi.kit.bigrams import index_text

ALIKE = 0.6  # of the bigrams of both
LONG = 12  # different bigrams a text needs to be compared
LEAST = 8  # voices a heap needs to be pointed out
SKETCH = 4
CROWD = 400  # texts under one hash that are compared with each other at most


def pairs_of(words: str) -> frozenset[str]:
    """The bigrams of a text, none for one too short to be anybody's own."""
    parts = [part for part in index_text(words).split(" ") if len(part) > 1]
    found = frozenset(parts) | frozenset(f"{a} {b}" for a, b in pairwise(parts) if a.isascii() and b.isascii())
    return found if len(found) >= LONG else frozenset()


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts are nearly the same."""
    both = len(one & other)
    return bool(both) and both >= ALIKE * (len(one) + len(other) - both)


def heaps(texts: Sequence[str]) -> list[list[int]]:
    """Groups of two and more texts that are alike to one of their group, the largest first, as positions."""
    bags = [pairs_of(text) for text in texts]
    lead = list(range(len(bags)))
    for some in _under_one_hash(bags):
        for at, other in combinations(some, 2):
            one, two = _root(lead, at), _root(lead, other)
            if one != two and alike(bags[at], bags[other]):
                lead[two] = one
    groups: dict[int, list[int]] = {}
    for at, bag in enumerate(bags):
        if bag:
            groups.setdefault(_root(lead, at), []).append(at)
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: (-len(group), group))


def _root(lead: list[int], at: int) -> int:
    while lead[at] != at:
        lead[at] = lead[lead[at]]
        at = lead[at]
    return at


def _under_one_hash(bags: Sequence[frozenset[str]]) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for at, bag in enumerate(bags):
        for low in sorted(crc32(part.encode()) for part in bag)[:SKETCH]:
            found.setdefault(low, []).append(at)
    return [some[:CROWD] for some in found.values() if len(some) > 1]


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What ordinary days bring: the `sizes` of their heaps, over how many `days`."""

    sizes: Sequence[int]
    days: int

    def chance(self, size: int) -> float:
        """How many heaps a month of at least this size ordinary life makes; never less than were seen."""
        if self.days <= 0 or size < 2:
            return float("inf")
        more = sum(one - 2 for one in self.sizes)
        tail = (more + 0.5) / (more + len(self.sizes) + 1.0)
        seen = sum(one >= size for one in self.sizes)
        return 30 / self.days * max((len(self.sizes) + 1) * tail ** (size - 2), float(seen))


def beta_binomial_tail(count: int, trials: int, share: float, strength: float) -> float:
    """P(X >= count) of `trials` whose share varies around `share` as a beta of that strength does."""
    a, b = max(share, 1e-6) * strength, max(1 - share, 1e-6) * strength
    whole = lgamma(a) + lgamma(b) - lgamma(a + b)
    total = 0.0
    for hits in range(count, trials + 1):
        ways = lgamma(trials + 1) - lgamma(hits + 1) - lgamma(trials - hits + 1)
        total += exp(ways + lgamma(a + hits) + lgamma(b + trials - hits) - lgamma(a + b + trials) - whole)
    return min(1.0, total)
