"""Files by their content: a folder in which a file's name is the SHA-256 of what is in it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path
from uuid import uuid4


class Store:
    """A content-addressed folder. What `put` has returned survives a power cut."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def path(self, digest: str) -> Path:
        """Where the file of `digest` lies or would lie; ValueError for anything but 64 hex digits."""
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError("not a SHA-256 digest")
        return self.root / digest[:2] / digest[2:4] / digest

    def has(self, digest: str) -> bool:
        """Whether the file is there."""
        return self.path(digest).is_file()

    def get(self, digest: str) -> bytes:
        """The file's bytes; FileNotFoundError when there is none, ValueError when the disk changed it."""
        data = self.path(digest).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError(f"the file {digest} was changed on disk")
        return data

    def part(self, number: int) -> dict[str, float]:
        """The digests in one of 256 parts of the store, with the seconds since the epoch when each was last put."""
        found = {}
        for path in (self.root / f"{number:02x}").glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                if len(path.name) == 64:
                    found[path.name] = path.stat().st_mtime
        return found

    def drop(self, digest: str, *, before: float) -> bool:
        """Remove a file unless it was put again since `before` (seconds since the epoch); whether it went.

        It is set aside first, under a name of its own for each who drops, so that whoever puts the same content in this
        very moment either is seen here or writes it anew."""
        path = self.path(digest)
        aside = path.with_name(f".{digest}.{uuid4().hex}.gone")
        try:
            os.replace(path, aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= before:
            os.replace(aside, path)
            return False
        aside.unlink()
        return True

    def put(self, data: bytes) -> str:
        """Keep `data` (fsync, atomic rename) and return its digest; keeping it twice only says that it is wanted."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, path)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, self.root):
            _sync(folder)
        return digest


def _sync(folder: Path) -> None:
    """Make the names in a folder durable, not only the bytes of its files."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
