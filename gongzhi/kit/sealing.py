"""Sealing texts: AES-256-GCM with the nonce in front, keys wrapped by a master key, blind indexes.

A sealed text is `nonce (12) ‖ ciphertext ‖ tag (16)`; `aad` ties it to its row so that it cannot be moved.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE = 12


class Unreadable(Exception):
    """The sealed bytes were changed, cut, moved to another row, or belong to another key."""


def new_key() -> bytes:
    """A fresh key of 256 random bits."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, aad: bytes) -> bytes:
    """Seal `plain` for `aad` (AES-256-GCM, NIST SP 800-38D, random 96-bit nonce)."""
    return _sealed(AESGCM(key), plain, aad)


def _sealed(cipher: AESGCM, plain: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, aad)


def open_sealed(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The text inside; raises Unreadable when a bit, the key or `aad` is not as it was sealed."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], aad)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("sealed bytes do not open") from error


def wrap(master: bytes, key: bytes) -> bytes:
    """A text key sealed under the master key; destroying the wrapped key erases the text."""
    return _sealed(_wrapping(master), key, b"gongzhi key")


@lru_cache(maxsize=8)
def _wrapping(master: bytes) -> AESGCM:
    return AESGCM(_derived(master, b"wrap"))


def unwrap(master: bytes, wrapped: bytes) -> bytes:
    """The key inside; raises Unreadable under another master key."""
    return open_sealed(_derived(master, b"wrap"), wrapped, b"gongzhi key")


def blind_index(master: bytes, text: str) -> bytes:
    """HMAC-SHA256 of `text`: equal texts are found again without being stored. 32 bytes."""
    return hmac.digest(_derived(master, b"blind"), text.encode(), "sha256")


@lru_cache(maxsize=64)
def _derived(master: bytes, purpose: bytes) -> bytes:
    """One master key, one sub-key for each purpose (HKDF-Expand of RFC 5869 with one block)."""
    if len(master) != KEY_BYTES:
        raise ValueError("a master key has 32 bytes")
    return hmac.digest(master, purpose + b"\x01", hashlib.sha256)
