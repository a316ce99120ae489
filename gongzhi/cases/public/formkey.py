"""One voice for one form: the key a form carries, tied to what was said with it.

A program may choose keys that others can guess. What is kept is therefore a keyed digest of the key and of everything
said: the same form again is the same voice, and a guessed key with other words is another voice, never a stranger's
receipt.
"""

from __future__ import annotations

import hmac
import json
from uuid import UUID, uuid4

from gongzhi.channels.keys import key_for


def key_of(text: str) -> UUID:
    """The form key a form carried; a fresh one where it cannot be read."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def bound(key: UUID, said: object) -> UUID:
    """128 bits of HMAC-SHA256 over the key and what was said (anything JSON can write, in a fixed order)."""
    text = json.dumps([key.hex, said], ensure_ascii=False, sort_keys=True)
    return UUID(bytes=hmac.digest(key_for("cases.form"), text.encode("utf-8", "surrogatepass"), "sha256")[:16])
