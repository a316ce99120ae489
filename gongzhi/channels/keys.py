"""The master key: 32 random bytes in a file outside the database, read once per process.

Nothing is sealed with the master key itself. Each use has a key derived from it (HKDF-SHA256, RFC 5869) by its
purpose, so that an address, a wrapped key and a blind index never share one.
"""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def key_for(purpose: str) -> bytes:
    """The 32-byte key of one purpose, e.g. `channels.address`. The same purpose always gives the same key."""
    return _derived(str(settings.MASTER_KEY_FILE), purpose)  # a text: a Path is slow to hash


@cache
def _derived(path: str, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(_master(Path(path)))


@cache
def _master(path: Path) -> bytes:
    """Reads the key; makes it, for the owner only, when the county has none yet.

    A file of the wrong length is never replaced: what was sealed with the right one would be lost for ever.
    """
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{path} must hold exactly {KEY_BYTES} bytes; restore it from the backup.")
    return key


def _make(path: Path) -> None:
    """Writes a fresh key beside its place and links it there: atomic, and never over an existing key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first; its key is the county's
    finally:
        fresh.unlink()
