"""The keys in a backup: plain files, or one part sealed under a passphrase (scrypt, RFC 7914; AES-256-GCM)."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gongzhi.kit import sealing
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.keeping.archive import Archive, Writer, inside

SEALED = "keys.sealed"
FOLDER = "keys/"
_AAD = b"gongzhi backup keys"
_COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MB and about a tenth of a second a guess
SHORTEST = 12


def passphrase_of(file: Path) -> str:
    """The passphrase a file holds, without the line's end; refuses one of fewer than twelve characters."""
    try:
        text = file.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("passphrase_unreadable", N_("%(file)s cannot be read."), file=str(file)) from error
    if len(text) < SHORTEST:
        raise Refusal("passphrase_short", N_("The passphrase needs at least %(least)s characters."), least=SHORTEST)
    return text


def put(writer: Writer, folder: Path, passphrase: str | None) -> dict[str, Any]:
    """Put the key files into a backup; what the manifest has to say about them."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if _is_key(path)}
    if passphrase is None:
        for name, data in files.items():
            writer.add(FOLDER + name, data)
        return {"sealed": False}
    salt = os.urandom(16)
    plain = json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}).encode()
    writer.add(SEALED, sealing.seal(_key(passphrase, salt, _COST), plain, _AAD))
    return {"sealed": True, "salt": salt.hex(), **_COST}


def is_sealed(archive: Archive) -> bool:
    """Whether the keys of a backup need a passphrase."""
    return bool(archive.about["keys"]["sealed"])


def read(archive: Archive, passphrase: str | None) -> dict[str, bytes]:
    """The key files of a backup by their names; refuses without, or with another, passphrase."""
    if not is_sealed(archive):
        return {name.removeprefix(FOLDER): archive.read(name) for name in archive.names(FOLDER)}
    if passphrase is None:
        raise Refusal("passphrase_needed", N_("The keys of this backup are sealed; give --passphrase-file."))
    told = archive.about["keys"]
    key = _key(passphrase, bytes.fromhex(told["salt"]), {name: told[name] for name in _COST})
    try:
        plain = sealing.open_sealed(key, archive.read(SEALED), _AAD)
    except sealing.Unreadable as error:
        raise Refusal("passphrase_wrong", N_("This is not the passphrase the keys were sealed with.")) from error
    return {name: base64.b64decode(data) for name, data in json.loads(plain).items()}


def lay(keys: dict[str, bytes], folder: Path) -> None:
    """Write key files, for their owner alone but the public ones."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, data in keys.items():
        target = inside(folder, name)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o644 if name.endswith(".pub") else 0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _is_key(path: Path) -> bool:
    """Every file but one that is being written at this moment, under its writer's process id."""
    return path.is_file() and not path.name.startswith(".") and not re.fullmatch(r"\.\d+(-[0-9a-f]+)?", path.suffix)


def _key(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=sealing.KEY_BYTES, **cost).derive(passphrase.encode())
