"""What is hashed and what is signed, spelled once. Plain Python: the same on the server and in a resident's hands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from gongzhi.kit.canonical import Json, canonical
from gongzhi.kit.moments import stamp
from gongzhi.ledger.proofs import leaf_hash

VERSION = 1
FIELDS = ("id", "kind", "about", "by", "details", "happened_at", "noted_at", "salt")


def entry(
    fact_id: UUID,
    kind: str,
    about: str,
    by: str,
    details: Mapping[str, Json],
    happened_at: datetime,
    noted_at: datetime,
    salt: bytes,
) -> dict[str, Json]:
    """A fact as it is hashed and shown on receipts. The arguments stand in the order of FIELDS."""
    return {
        "v": VERSION,
        "id": str(fact_id),
        "kind": kind,
        "about": about,
        "by": by,
        "details": dict(details),
        "happened_at": stamp(happened_at),
        "noted_at": stamp(noted_at),
        "salt": bytes(salt).hex(),
    }


def leaf_of(fact: Mapping[str, Json]) -> bytes:
    """The leaf hash of an entry: RFC 9162 over its RFC 8785 spelling."""
    return leaf_hash(canonical(dict(fact)))


def promise_text(leaf: bytes, sealed_by: str, key_id: str) -> bytes:
    """What is signed when a receipt is given: this leaf will be in the tree by that moment."""
    return canonical({"gongzhi": "promise", "v": VERSION, "leaf": leaf.hex(), "sealed_by": sealed_by, "key": key_id})


def head_text(size: int, root: bytes, at: str, key_id: str) -> bytes:
    """What is signed of a head: the tree of this size had this root at that moment."""
    return canonical({"gongzhi": "head", "v": VERSION, "size": size, "root": root.hex(), "at": at, "key": key_id})
