"""The file a backup is: an ordinary tar of parts, its last member a manifest with the SHA-256 of every other.

Without its manifest, which is written last, a file is not a backup; a part that is not what the manifest says is
never restored. Big parts of the database are gzipped one by one, so that `tar` and `gzip` alone can open them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from gongzhi.kit.refusal import N_, Refusal

MANIFEST = "MANIFEST.json"
FORMAT = 1
PIECE = 1 << 20
SMALL = 8 * PIECE


class Writer:
    """Writes a backup beside its place and moves it there when it is whole and on the disk."""

    def __init__(self, target: Path) -> None:
        if target.exists():
            raise Refusal("backup_taken", N_("%(file)s exists already; nothing was written."), file=str(target))
        self.target = target
        self.fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
        handle = os.open(self.fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(handle, "wb")
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - kept open
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, data: bytes, *, mode: int = 0o600) -> None:
        """A small part from memory."""
        self._add(name, io.BytesIO(data), len(data), mode)

    def add_file(self, name: str, path: Path) -> None:
        """A part from a file. What is added to it meanwhile is left out; one that others write is read at once."""
        with path.open("rb") as file:
            kept = os.fstat(file.fileno())
            if kept.st_size <= SMALL:
                self.add(name, file.read(), mode=kept.st_mode & 0o777)
            else:
                self._add(name, file, kept.st_size, kept.st_mode & 0o777)

    def finish(self, about: dict[str, Any]) -> None:
        """Write the manifest (`about` and the parts), sync, and give the file its name."""
        card = {"gongzhi": "backup", "format": FORMAT} | about | {"parts": self.parts}
        data = json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True).encode()
        self._add(MANIFEST, io.BytesIO(data), len(data), 0o600)
        self.tar.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.link(self.fresh, self.target)  # never over a file that came meanwhile
        self.fresh.unlink()
        _sync(self.target.parent)

    def give_up(self) -> None:
        """Leave nothing behind."""
        self.file.close()
        self.fresh.unlink(missing_ok=True)

    def _add(self, name: str, file: IO[bytes], size: int, mode: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, mode
        reader = _Hashing(file)
        self.tar.addfile(info, reader)
        self.parts[name] = {"size": size, "sha256": reader.digest.hexdigest()}


class Archive:
    """A backup that is being read. Refuses what is no backup, is cut off, or belongs to a newer program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.tar = tarfile.open(path, mode="r:")  # noqa: SIM115 - closed by `close`
            self.members = {member.name: member for member in self.tar.getmembers() if member.isfile()}
            self.about: dict[str, Any] = json.loads(self._stream(MANIFEST).read())
        except (OSError, KeyError, EOFError, ValueError, tarfile.TarError) as error:
            raise Refusal("backup_unreadable", N_("%(file)s is no whole backup of Gongzhi."), file=str(path)) from error
        if self.about.get("gongzhi") != "backup":
            raise Refusal("backup_unreadable", N_("%(file)s is no whole backup of Gongzhi."), file=str(path))
        if self.about["format"] > FORMAT:
            raise Refusal(
                "backup_newer",
                N_("This backup was made by the newer version %(version)s; install that version first."),
                version=self.about["version"],
            )
        self.parts: dict[str, dict[str, Any]] = self.about["parts"]

    def close(self) -> None:
        """Let the file go."""
        self.tar.close()

    def names(self, folder: str = "") -> list[str]:
        """Names of parts, those under `folder` alone when one is given."""
        return [name for name in self.parts if name.startswith(folder)]

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part; raises the refusal `backup_damaged` after the last if they are not what was written."""
        kept = self.parts[name]
        digest, size = hashlib.sha256(), 0
        try:
            stream = self._stream(name)
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                yield piece
        except (KeyError, EOFError, OSError, tarfile.TarError) as error:
            raise _damaged(self.path, name) from error
        if (size, digest.hexdigest()) != (kept["size"], kept["sha256"]):
            raise _damaged(self.path, name)

    def read(self, name: str) -> bytes:
        """A small part whole."""
        return b"".join(self.pieces(name))

    def extract(self, name: str, target: Path) -> None:
        """Write a part to a new file, synced, with the rights the file had."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, self.members[name].mode & 0o755)
            for piece in self.pieces(name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def _stream(self, name: str) -> IO[bytes]:
        stream = self.tar.extractfile(self.members[name])
        if stream is None:
            raise KeyError(name)
        return stream


def inside(folder: Path, name: str) -> Path:
    """Where a part's file belongs under `folder`; refuses a name that would leave it."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise Refusal("backup_escapes", N_("The backup names a file outside its folder: %(name)s."), name=name)
    return folder.joinpath(*pure.parts)


class _Hashing(io.RawIOBase):
    """A reader that hashes what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.digest.update(piece)
        return piece


def _damaged(path: Path, name: str) -> Refusal:
    return Refusal(
        "backup_damaged",
        N_("%(file)s is damaged: %(name)s is not what was written. Take another copy or an older backup."),
        file=str(path),
        name=name,
    )


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
