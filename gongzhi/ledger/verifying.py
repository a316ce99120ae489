"""Checking a receipt without the county's help: plain Python, offline, no Django.

Four results, from bad to good: the receipt contradicts itself or its signature (`false`); it is sound but
nothing independent vouches for it (`nothing`); the county's key signed the promise to seal it (`promise`);
it is in the tree under a head you trust (`inclusion`). A key or head found only inside the receipt is worth
nothing: whoever forges a receipt can forge those too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gongzhi.kit.moments import unstamp
from gongzhi.ledger import entries, proofs


class Result(StrEnum):
    """What was proved."""

    false = "false"
    nothing = "nothing"
    promise = "promise"
    inclusion = "inclusion"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A result, the code of the sentence that explains it, and what the sentence mentions."""

    result: Result
    code: str
    params: dict[str, object] = field(default_factory=dict)


class _False(Exception):
    """Something in the receipt or the head contradicts itself."""


def verify_receipt(
    receipt: Mapping[str, Any],
    head: Mapping[str, Any] | None = None,
    key: Ed25519PublicKey | None = None,
    *,
    now: datetime | None = None,
) -> Verdict:
    """Check `receipt` against a published `head`, the county's public `key`, or both.

    With `now`, a promise whose moment has passed without a proof is named as such.
    """
    try:
        leaf = _sound_leaf(receipt)
        proof = receipt.get("proof")
        _check_promise(receipt["promise"], leaf, key)
        if proof is not None:
            inside = _root_reached(proof, leaf)
            if head is not None:
                return _under_given_head(receipt, proof, inside, head, key)
            if key is not None:
                _check_head(proof["head"], key)
                return Verdict(Result.inclusion, "in_signed_head", _told(receipt, proof["head"]))
        elif head is not None and key is None:
            return Verdict(Result.nothing, "no_proof_for_head", _told(receipt))
    except _False as wrong:
        return Verdict(Result.false, str(wrong))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Verdict(Result.false, "malformed")
    if key is None:
        return Verdict(Result.nothing, "no_trust", _told(receipt))
    return _promised(receipt, now)


def _told(receipt: Mapping[str, Any], head: Mapping[str, Any] | None = None) -> dict[str, object]:
    fact = receipt["fact"]
    told = {"kind": fact["kind"], "about": fact["about"], "noted_at": unstamp(fact["noted_at"])}
    return told | {"size": head["size"], "head_at": unstamp(head["at"])} if head else told


def _sound_leaf(receipt: Mapping[str, Any]) -> bytes:
    """The leaf hash, computed from the fact; what the receipt says of it must agree."""
    if receipt["gongzhi"] != "receipt" or receipt["v"] != entries.VERSION or receipt["fact"]["v"] != entries.VERSION:
        raise _False("unknown_version")
    leaf = entries.leaf_of(receipt["fact"])
    if leaf != _bytes(receipt["leaf"]):
        raise _False("fact_changed")
    return leaf


def _check_promise(promise: Mapping[str, Any], leaf: bytes, key: Ed25519PublicKey | None) -> None:
    unstamp(promise["sealed_by"])
    if key is not None:
        _check_signer(promise["key"], key)
        text = entries.promise_text(leaf, promise["sealed_by"], promise["key"])
        _check_signature(key, promise["signature"], text, "promise_forged")


def _root_reached(proof: Mapping[str, Any], leaf: bytes) -> bytes:
    """The root the path leads to; it must be the one of the head inside the proof."""
    path = [_bytes(step) for step in proof["path"]]
    reached = proofs.root_by_inclusion(leaf, proof["index"], proof["head"]["size"], path)
    if reached is None or reached != _bytes(proof["head"]["root"]):
        raise _False("path_broken")
    return reached


def _under_given_head(
    receipt: Mapping[str, Any],
    proof: Mapping[str, Any],
    reached: bytes,
    head: Mapping[str, Any],
    key: Ed25519PublicKey | None,
) -> Verdict:
    if head["gongzhi"] != "head" or head["v"] != entries.VERSION:
        raise _False("unknown_version")
    if key is not None:
        _check_head(head, key)
    if head["size"] != proof["head"]["size"]:
        told = _told(receipt, proof["head"]) | {"given_size": head["size"]}
        if key is None:
            return Verdict(Result.nothing, "other_head", told)
        _check_head(proof["head"], key)
        return Verdict(Result.inclusion, "in_other_signed_head", told)
    if _bytes(head["root"]) != reached:
        raise _False("other_root")
    return Verdict(Result.inclusion, "in_given_signed_head" if key else "in_given_head", _told(receipt, head))


def _promised(receipt: Mapping[str, Any], now: datetime | None) -> Verdict:
    sealed_by = unstamp(receipt["promise"]["sealed_by"])
    told = _told(receipt) | {"sealed_by": sealed_by}
    is_late = now is not None and now > sealed_by
    return Verdict(Result.promise, "promise_late" if is_late else "promised", told)


def _bytes(text: str) -> bytes:
    """Bytes from their one spelling in lower-case hexadecimal; ValueError for any other."""
    value = bytes.fromhex(text)
    if value.hex() != text:
        raise ValueError("not the one spelling")
    return value


def _check_head(head: Mapping[str, Any], key: Ed25519PublicKey) -> None:
    _check_signer(head["key"], key)
    text = entries.head_text(head["size"], _bytes(head["root"]), head["at"], head["key"])
    _check_signature(key, head["signature"], text, "head_forged")


def _check_signer(named: str, key: Ed25519PublicKey) -> None:
    if named != hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]:
        raise _False("other_key")


def _check_signature(key: Ed25519PublicKey, signature: str, text: bytes, wrong: str) -> None:
    try:
        key.verify(_bytes(signature), text)
    except InvalidSignature:
        raise _False(wrong) from None
