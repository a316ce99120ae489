"""The county's signing key (Ed25519, RFC 8032): made at first use, readable by its owner only.

The private key lies in `settings.LEDGER_KEY_FILE`; each public key ever used lies beside it as
`ledger-<key id>.pub`, so that heads signed before a change of key can still be checked.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the short name of its public half."""

    key: Ed25519PrivateKey
    key_id: str

    def sign(self, text: bytes) -> bytes:
        """A signature of 64 bytes; the same text is always signed the same."""
        return self.key.sign(text)


def key_id(key: Ed25519PublicKey) -> str:
    """Sixteen hex digits that name a public key: the beginning of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def signer() -> Signer:
    """The county's key; made, atomically and for its owner only, when there is none."""
    return _signer(Path(settings.LEDGER_KEY_FILE))


def public_keys() -> dict[str, Ed25519PublicKey]:
    """Every public key this county has used, by its id."""
    signer()
    folder = Path(settings.LEDGER_KEY_FILE).parent
    found = (serialization.load_pem_public_key(path.read_bytes()) for path in sorted(folder.glob("ledger-*.pub")))
    return {key_id(key): key for key in found if isinstance(key, Ed25519PublicKey)}


def public_file() -> Path:
    """The file of the public key in use, to be published and given to residents."""
    return Path(settings.LEDGER_KEY_FILE).parent / f"ledger-{signer().key_id}.pub"


@lru_cache(maxsize=8)
def _signer(path: Path) -> Signer:
    if not path.exists():
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} does not hold an Ed25519 key")
    name = key_id(key.public_key())
    public = path.parent / f"ledger-{name}.pub"
    if not public.exists():
        pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        place(public, pem, mode=0o644)
    return Signer(key, name)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    place(path, pem, mode=0o600)


def place(path: Path, data: bytes, *, mode: int) -> None:
    """Put a whole, synced file at `path` unless one is there: of two who write at once, one wins."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
