"""Gzipped parts: packed from a file, unpacked piece by piece with the share of it that has been read."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import IO

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.keeping.archive import PIECE, Archive

LEVEL = 5
_GZIP = 31  # zlib's window bits for a gzip header


def pack(pieces: Iterator[bytes] | list[bytes], target: IO[bytes]) -> int:
    """Gzip pieces into a file, without a name or a moment in the header; how many plain bytes there were."""
    packer, size = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP), 0
    for piece in pieces:
        size += len(piece)
        target.write(packer.compress(piece))
    target.write(packer.flush())
    return size


def read(file: IO[bytes], told: Callable[[float], None], size: int) -> Iterator[bytes]:
    """The pieces of a plain file of `size` bytes, with the share of it told."""
    done = 0
    while piece := file.read(PIECE):
        done += len(piece)
        told(done / max(size, 1))
        yield piece


def unpack(archive: Archive, name: str, told: Callable[[float], None]) -> Iterator[bytes]:
    """The plain bytes of a gzipped part."""
    unpacker, done, size = zlib.decompressobj(_GZIP), 0, max(archive.parts[name]["size"], 1)
    try:
        for piece in archive.pieces(name):
            done += len(piece)
            told(done / size)
            while piece:
                yield unpacker.decompress(piece, PIECE)
                piece = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise _unpackable(name) from error
    if not unpacker.eof:
        raise _unpackable(name)


def _unpackable(name: str) -> Refusal:
    return Refusal("backup_unpackable", N_("The part %(name)s of the backup cannot be unpacked."), name=name)
