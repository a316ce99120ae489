"""Receipts: what a resident takes home and can check without us (`gongzhi verify`).

At submit it holds the fact, its salt and a signed promise “sealed by T”; the same link later serves it with
the proof that the fact is in the tree whose heads the county publishes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from gongzhi.kit.moments import stamp
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.ledger import entries, keys, reads
from gongzhi.ledger.compiled import Compiled, Given
from gongzhi.ledger.models import Fact, Leaf

PROMISED = timedelta(hours=24)  # sealing takes seconds; the promise leaves room for a night without power


def make(fact: Fact) -> dict[str, Any]:
    """The receipt of a fact just written: a plain JSON object, the same each time it is made."""
    shown = entries.entry(*(getattr(fact, name) for name in entries.FIELDS))
    leaf = entries.leaf_of(shown)
    signer = keys.signer()
    sealed_by = stamp(fact.noted_at + PROMISED)
    return {
        "gongzhi": "receipt",
        "v": entries.VERSION,
        "fact": shown,
        "leaf": leaf.hex(),
        "promise": {
            "sealed_by": sealed_by,
            "key": signer.key_id,
            "signature": signer.sign(entries.promise_text(leaf, sealed_by, signer.key_id)).hex(),
        },
    }


_FACT: Compiled[Fact] = Compiled(lambda: Fact.objects.select_related("leaf").filter(pk=Given("id", UUIDField())))


def with_proof(receipt_id: UUID, *, size: int | None = None) -> dict[str, Any]:
    """The receipt of the fact `receipt_id`, with its proof once it is sealed (see `reads.proof`)."""
    fact = _FACT.first(id=receipt_id)
    if fact is None:
        raise NotFound("receipt_unknown", N_("There is no such receipt."))
    receipt = make(fact)
    leaf: Leaf | None = getattr(fact, "leaf", None)
    proof = None if leaf is None else reads.proof_at(leaf.index, size=size)
    return receipt | {"proof": proof} if proof else receipt
