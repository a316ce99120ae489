"""Sealing what only a purposeful look may open: one key a text, wrapped by the county's master key.

Destroying the wrapped key erases the text for good, also in backups of the sealed one alone.
"""

from __future__ import annotations

import unicodedata

from gongzhi.channels.keys import key_for
from gongzhi.kit import sealing


def seal_text(plain: str, aad: str) -> tuple[bytes, bytes]:
    """(sealed text, wrapped key). `aad` names the thing it belongs to, e.g. `voice:<hex>`: it opens nowhere else."""
    key = sealing.new_key()
    return sealing.seal(key, plain.encode(), aad.encode()), sealing.wrap(key_for("people.vault"), key)


def open_text(sealed: bytes, wrapped_key: bytes, aad: str) -> str:
    """The text again. Call it only after `purposes.look` has noted why."""
    key = sealing.unwrap(key_for("people.vault"), bytes(wrapped_key))
    return sealing.open_sealed(key, bytes(sealed), aad.encode()).decode()


def blind(text: str) -> bytes:
    """A keyed fingerprint by which an equal text (a phone number, an address) is found again without being kept."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return sealing.blind_index(key_for("people.blind"), plain)
