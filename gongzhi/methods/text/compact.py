"""A router small enough to stand in a web process: plain Python, no numerical package, its table mapped from a file.

A text's margins are sums of rows of a table (cells × labels). Here a row is ONE large integer with a lane of 32 bits
for each label, so that adding two rows is one addition, whatever the number of labels: a text costs about two
microseconds for each of its character grams. The weights are 16-bit numbers, rounded once when the file is made
(`compacting`); the hashing is that of `grams`, gram by gram, and a test holds the two against each other.

The file, little-endian: MAGIC, length of the header (8 bytes), the header as JSON, then aligned to 4,096 bytes the
known cells (ascending, 4 bytes each), their rarity (float, 4 bytes), the number of each cell's row or NO_ROW (4 bytes),
the rows (4 bytes a label). The header names whose it is, what made it, and the SHA-256 of all that follows it.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import struct
import sys
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongzhi.methods.text.refusing import TextRefusal

MAGIC = b"gongzhi router 1\n"
SCHEME = "grams123w/1"  # that of `grams`, which is not imported here: it needs numpy
READ = 280  # characters of a text that are read: a bound for what a submission may cost, and for the sum of a lane
CELL_BITS = 20
PAGE = 4096
NO_ROW = 0xFFFFFFFF
ZERO_AT = 1 << 15  # the weight that stands for nothing
PARTS = 64  # how finely repeats of a gram are counted
WHY = 3  # phrases named as the reason
_MASK = (1 << 64) - 1
_FIRST, _A, _Z, _NOUGHT = 32, 97, 122, 48


@dataclass(frozen=True, slots=True)
class Guess:
    """What a text most likely is: labels with probability, the likeliest first; `why`: phrases that spoke for it."""

    ranked: tuple[tuple[str, float], ...]
    why: tuple[str, ...] = ()

    @property
    def sure(self) -> float:
        """The probability of the first."""
        return self.ranked[0][1] if self.ranked else 0.0


class Router:
    """A router whose table lies in a file; several threads may ask it at once."""

    def __init__(self, about: dict[str, Any], data: mmap.mmap, start: int) -> None:
        self.about = about
        self.labels: tuple[str, ...] = tuple(about["labels"])
        self._bias: list[float] = about["bias"]
        self._step, self._temperature = float(about["step"]), float(about["temperature"])
        cells, rows = int(about["cells"]), int(about["rows"])
        whole = memoryview(data)
        self._cells = whole[start : start + 4 * cells].cast("I")
        self._rarity = whole[start + 4 * cells : start + 8 * cells].cast("f")
        self._at = whole[start + 8 * cells : start + 12 * cells].cast("I")
        self._rows = whole[start + 12 * cells : start + 12 * cells + 4 * len(self.labels) * rows]
        self._lanes = self._rows.cast("I")

    def guess(self, text: str) -> Guess:
        """The labels of a text by probability; without one known gram, none."""
        grams = _grams(_plain(text[:READ])[:READ])
        counted = Counter(cell for _gram, cell in grams)
        total = weight = 0
        square = 0.0
        width, rows = 4 * len(self.labels), self._rows
        found: dict[int, tuple[int, int]] = {}
        cells, end, rarity, at, read = self._cells, len(self._cells), self._rarity, self._at, int.from_bytes
        for cell, count in counted.items():
            place = bisect_left(cells, cell)
            if place == end or cells[place] != cell:
                continue
            often = PARTS if count == 1 else round(PARTS * (1 + math.log(count)))
            square += (often / PARTS * rarity[place]) ** 2
            row = at[place]
            if row != NO_ROW:
                total += often * read(rows[row * width : (row + 1) * width], "little")
                weight += often
                found[cell] = (row, often)
        if not square:
            return Guess(())
        sums = struct.unpack(f"<{len(self.labels)}I", total.to_bytes(width, "little"))
        scale = self._step / (PARTS * math.sqrt(square))
        margins = [(lane - ZERO_AT * weight) * scale + bias for lane, bias in zip(sums, self._bias, strict=True)]
        best = max(range(len(margins)), key=margins.__getitem__)
        powers = [math.exp(self._temperature * (margin - margins[best])) for margin in margins]
        whole = sum(powers)
        ranked = sorted(zip(self.labels, (power / whole for power in powers), strict=True), key=lambda pair: -pair[1])
        return Guess(tuple(ranked), self._why(grams, found, best))

    def _why(self, grams: list[tuple[str, int]], found: dict[int, tuple[int, int]], best: int) -> tuple[str, ...]:
        """The phrases of two letters and more that spoke most for a label, none inside another; only such as stand so
        in the text: digits and signs were made alike before they were looked up."""
        lanes, labels = self._lanes, len(self.labels)
        said = {}
        for gram, cell in grams:
            if cell in found and len(gram) > 1:
                row, often = found[cell]
                points = often * (lanes[row * labels + best] - ZERO_AT)
                if points > 0:
                    said[gram] = points
        chosen: list[str] = []
        for gram in sorted(said, key=lambda gram: (-said[gram], gram)):
            if len(chosen) == WHY:
                break
            if gram.isalpha() and not any(gram in other or other in gram for other in chosen):
                chosen.append(gram)
        return tuple(chosen)


def read(path: Path) -> Router:
    """The router in a file; refuses a missing file, one of another kind or scheme, and a damaged one."""
    about, start = header(path)
    with path.open("rb") as file:
        file.seek(start)
        if hashlib.file_digest(file, "sha256").hexdigest() != about.get("sha256"):
            raise TextRefusal(f"{path} is damaged: its content does not fit its fingerprint.")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        return Router(about, data, start)
    except (KeyError, TypeError, ValueError) as fault:
        raise TextRefusal(f"{path} is damaged: its header does not fit its content.") from fault


def header(path: Path) -> tuple[dict[str, Any], int]:
    """What a file says of itself, and where its numbers begin; refuses what is no router."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise TextRefusal(f"{path} is no router of a county.")
            size = int.from_bytes(file.read(8), "little")
            if size > 1 << 24:
                raise TextRefusal(f"{path} is damaged: its header is too large.")
            about = json.loads(file.read(size))
    except FileNotFoundError:
        raise TextRefusal(f"There is no router's file {path}.") from None
    except (OSError, ValueError) as fault:
        if isinstance(fault, TextRefusal):
            raise
        raise TextRefusal(f"{path} is damaged: its header cannot be read.") from fault
    if not isinstance(about, dict) or about.get("scheme") != SCHEME or sys.byteorder != "little":
        raise TextRefusal(f"{path} was made by another version of the program; learn anew.")
    begin = len(MAGIC) + 8 + size
    return about, begin + -begin % PAGE


def write(path: Path, about: dict[str, Any], parts: list[bytes]) -> str:
    """Write a file in one rename; returns the SHA-256 of its numbers."""
    mark = hashlib.sha256()
    for part in parts:
        mark.update(part)
    said = json.dumps(about | {"scheme": SCHEME, "sha256": mark.hexdigest()}, ensure_ascii=False).encode()
    begin = len(MAGIC) + 8 + len(said)
    fresh = path.with_name(path.name + ".part")
    with fresh.open("wb") as file:
        file.write(MAGIC + len(said).to_bytes(8, "little") + said + b"\0" * (-begin % PAGE))
        for part in parts:
            file.write(part)
    fresh.replace(path)
    return mark.hexdigest()


def _plain(text: str) -> str:
    """As `grams.encode`: NFKC, lower case, digits to 0, a space only between Latin letters or digits."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text = " ".join(text.lower().split())
    letters = ["0" if "0" <= letter <= "9" else letter for letter in text]
    latin = [letter == "0" or "a" <= letter <= "z" for letter in letters]
    last = len(letters) - 1
    return "".join(
        letter
        for at, letter in enumerate(letters)
        if ord(letter) > _FIRST or (0 < at < last and latin[at - 1] and latin[at + 1])
    )


def _grams(text: str) -> list[tuple[str, int]]:
    """The grams of a plain text, repeats kept, each with its cell: as `grams._cells` with `spelt`."""
    codes = [ord(letter) for letter in text]
    end, found = len(codes), []
    word, begun = 0, 0
    for at, code in enumerate(codes):
        gram = code
        found.append((text[at], _cell(gram, 1)))
        for length in (2, 3):
            if at + length > end:
                break
            gram = (gram << 21) | codes[at + length - 1]
            found.append((text[at : at + length], _cell(gram, length)))
        letter = _A <= code <= _Z
        if letter:
            begun = begun if word else at
            word = (word * 1099511628211 + code) & _MASK
        if word and (not letter or at == end - 1):
            found.append((text[begun : at + letter], _cell(word, 4)))
            word = 0
    return found


def _cell(value: int, kind: int) -> int:
    x = (value * 0x9E3779B97F4A7C15 + kind) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return (x ^ (x >> 31)) & ((1 << CELL_BITS) - 1)
