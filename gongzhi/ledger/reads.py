"""Questions to the ledger: sealed facts in order, a thing's history, proofs, heads, how far behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Subquery

from gongzhi.kit.canonical import Json
from gongzhi.ledger import proofs, sealing, tree
from gongzhi.ledger.compiled import Compiled
from gongzhi.ledger.models import Fact, Head, Leaf, Unsealed

MOST = 50_000  # rows of one batch: transactions stay short


@dataclass(frozen=True, slots=True)
class SealedFact:
    """A fact with its place; `index` is None while it waits for the sealer."""

    index: int | None
    id: UUID
    kind: str
    about: str
    by: str
    details: dict[str, Json]
    happened_at: datetime
    noted_at: datetime


_COLUMNS = ("id", "kind", "about", "by", "details", "happened_at", "noted_at")


def facts_after(index: int, limit: int = 500) -> list[SealedFact]:
    """Sealed facts after `index` (-1 for all), in their one order."""
    leaves = Leaf.objects.filter(index__gt=index).order_by("index").values_list("fact_id", "index")
    places = dict(leaves[:limit])
    rows = Fact.objects.filter(pk__in=list(places)).values_list(*_COLUMNS)  # by id: see sealing.seal_once
    return sorted((SealedFact(places[row[0]], *row) for row in rows), key=lambda fact: places[fact.id])


@dataclass(slots=True)
class Heard:
    """Of a sealed fact what a count needs: its place, what happened to which thing, and when."""

    index: int
    kind: str
    about: str
    details: dict[str, Json]
    happened_at: datetime


def heard_after(index: int, limit: int) -> list[Heard]:
    """As `facts_after`, with less of each fact, for whoever takes in years of them. Asked by a range of places, since
    these have no gaps: the one index that bounds the work, whatever a planner believes of the tables."""
    rows = Fact.objects.filter(leaf__index__gt=index, leaf__index__lte=index + limit).order_by("leaf__index")
    return [Heard(*row) for row in rows.values_list("leaf__index", "kind", "about", "details", "happened_at")]


def about(reference: str, limit: int = 1000) -> list[SealedFact]:
    """The history of a thing, oldest first, sealed or not yet."""
    rows = Fact.objects.filter(about=reference).order_by("id")
    return [SealedFact(*row) for row in rows.values_list("leaf__index", *_COLUMNS)[:limit]]


def batch(kind: str, ids: Sequence[UUID]) -> list[SealedFact]:
    """Facts of a kind by their ids, at most 50,000, in order of id; kind "" stands for every kind."""
    if len(ids) > MOST:
        raise ValueError(f"a batch has at most {MOST} rows")
    found: list[SealedFact] = []
    for part in _parts(ids, 900):
        rows = Fact.objects.filter(pk__in=part)
        rows = rows.filter(kind=kind) if kind else rows
        found += [SealedFact(*row) for row in rows.values_list("leaf__index", *_COLUMNS)]
    return sorted(found, key=lambda fact: fact.id)


def size() -> int:
    """How many facts are sealed."""
    return tree.size()


def latest_head() -> Head | None:
    """The newest signed head; None while nothing is sealed."""
    return Head.objects.order_by("-size", "-at", "-id").first()


def published_head(day: date) -> Head | None:
    """The head published for that day."""
    return Head.objects.filter(day=day).first()


def published_heads(limit: int = 400) -> list[Head]:
    """Published heads, newest first."""
    return list(Head.objects.filter(day__isnull=False).order_by("-day")[:limit])


def proof(fact_id: UUID, *, size: int | None = None) -> dict[str, Any] | None:
    """The inclusion proof of a sealed fact; None while it waits or does not exist.

    Under the head of `size` if given, else under the newest published head that covers the fact, so that it
    can be compared with what the county has published, else under the newest head.
    """
    index = Leaf.objects.filter(fact_id=fact_id).values_list("index", flat=True).first()
    return None if index is None else proof_at(index, size=size)


def proof_at(index: int, *, size: int | None = None) -> dict[str, Any] | None:
    """The inclusion proof of the leaf at a place, as `proof` gives it; None when no head covers it."""
    if size is not None:
        head = Head.objects.filter(size__gt=index).filter(size=size).order_by("-at").first()
    else:
        heads = sorted(_HEADS(), key=lambda one: one.day is None)  # the published one first
        head = next((one for one in heads if one.size > index), None)
    if head is None:
        return None
    path = tree.under(bytes(head.root), head.size, published=head.day is not None).path(index)
    return {"index": index, "path": [step.hex() for step in path], "head": sealing.head_card(head)}


# The head published last, and the newest: one question wherever the fact is, and each found at the end of an index. The
# first covers all that any published head does, and the second all that is sealed: to look for one that covers would,
# for a fact of today, read every head that ever was published.
_LAST = Head.objects.filter(day__isnull=False).order_by("-day").values("pk")[:1]
_NEWEST = Head.objects.order_by("-size", "-at").values("pk")[:1]
_HEADS: Compiled[Head] = Compiled(lambda: Head.objects.filter(Q(pk=Subquery(_LAST)) | Q(pk=Subquery(_NEWEST))))


def consistency(first: int, second: int) -> list[str]:
    """The proof that the tree of `second` facts only added to the tree of `first`."""
    if second > tree.size():
        raise ValueError(f"only {tree.size()} facts are sealed")
    return [step.hex() for step in proofs.consistency(tree.TreeNodes(), first, second)]


def lag(at: datetime) -> float:
    """Seconds the oldest waiting fact has waited; 0 when none waits."""
    oldest = Unsealed.objects.order_by("pk").values_list("pk", flat=True).first()
    noted_at = Fact.objects.filter(pk=oldest).values_list("noted_at", flat=True).first() if oldest else None
    return max(0.0, (at - noted_at).total_seconds()) if noted_at else 0.0


def _parts(ids: Sequence[UUID], size: int) -> Iterable[Sequence[UUID]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))
