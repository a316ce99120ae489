"""Texts to sparse rows: character 1-, 2- and 3-grams and whole Latin words, hashed into 2^20 cells.

Needs no dictionary of words, so names and new words of any script count at once. One pass over an array of
code points, compiled: a row costs time linear in its text (feature hashing: Weinberger et al. 2009, ICML).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numba import njit
from numpy.typing import NDArray

CELLS = 1 << 20
LONGEST = 1000  # characters of one field that are read; later ones repeat the matter in nearly every message
SCHEME = "grams123w/1"  # part of a model's fingerprint: a change of hashing is a new scheme

Codes = NDArray[np.uint32]
Offsets = NDArray[np.int64]
Weights = NDArray[np.float32]
_SPACE, _ZERO, _A, _Z = 32, 48, 97, 122


def encode(texts: Sequence[str]) -> tuple[Codes, Offsets]:
    """Code points of all texts end to end, and where each begins (n + 1 offsets).

    NFKC (full width to half), lower case, digits to 0, space kept only between Latin letters or digits.
    """
    plain = [_plain(text[:LONGEST]) for text in texts]
    ends = np.fromiter((len(text) for text in plain), np.int64, len(plain)).cumsum()
    codes = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    codes[(codes > _ZERO) & (codes <= _ZERO + 9)] = _ZERO
    latin = (codes == _ZERO) | ((codes >= _A) & (codes <= _Z))
    keep = codes > _SPACE
    keep[1:-1] |= latin[:-2] & latin[2:]
    kept = np.concatenate(([0], keep.cumsum()))
    return codes[keep], kept[np.concatenate(([0], ends))].astype(np.int64)


def _plain(text: str) -> str:
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.lower().split())


@njit(cache=True)
def _cell(value: Any, kind: Any) -> Any:
    """A cell for a gram, well mixed (the finaliser of splitmix64)."""
    x = np.uint64(value) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(kind)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64((x ^ (x >> np.uint64(31))) & np.uint64(CELLS - 1))


@njit(cache=True)
def _cells(codes: Codes, start: int, end: int, out: NDArray[np.int64], spelt: bool) -> int:
    """Fill `out` with the cells of one text, repeats kept; returns how many. `spelt`: Latin letters make grams too."""
    n = 0
    word = np.uint64(0)
    shift = np.uint64(21)
    for i in range(start, end):
        gram = np.uint64(codes[i])
        whole = spelt or codes[i] > _Z
        if whole:
            out[n] = _cell(gram, 1)
            n += 1
        for length in range(2, 4):
            if i + length > end or not (whole and (spelt or codes[i + length - 1] > _Z)):
                break
            gram = (gram << shift) | np.uint64(codes[i + length - 1])
            out[n] = _cell(gram, length)
            n += 1
        letter = _A <= codes[i] <= _Z
        if letter:
            word = word * np.uint64(1099511628211) + np.uint64(codes[i])
        if word and (not letter or i == end - 1):
            out[n] = _cell(word, 4)
            n += 1
            word = np.uint64(0)
    return n


@njit(cache=True)
def _rows(
    codes: Codes, starts: Offsets, idf: Weights, spelt: bool
) -> tuple[NDArray[np.int32], Weights, NDArray[np.int64]]:
    """CSR parts: (1 + ln tf) × idf, each row of length one."""
    cells = np.empty(4 * len(codes) + 4, np.int32)
    values = np.empty(4 * len(codes) + 4, np.float32)
    ends = np.zeros(len(starts), np.int64)
    count = np.zeros(CELLS, np.int32)
    scratch = np.empty(4 * LONGEST * 20, np.int64)
    at = 0
    for row in range(len(starts) - 1):
        n = _cells(codes, starts[row], starts[row + 1], scratch, spelt)
        for k in range(n):
            count[scratch[k]] += 1
        first = at
        square = np.float64(0.0)
        for k in range(n):
            cell = scratch[k]
            if count[cell] == 0 or idf[cell] == 0:
                count[cell] = 0
                continue
            value = (1.0 + np.log(count[cell])) * idf[cell]
            cells[at], values[at] = cell, value
            square += value * value
            count[cell] = 0
            at += 1
        for k in range(first, at):
            values[k] /= np.sqrt(square)
        ends[row + 1] = at
    return cells[:at], values[:at], ends


@njit(cache=True)
def _scores(codes: Codes, starts: Offsets, idf: Weights, table: Weights) -> Weights:
    """`_rows(...) @ table` without building the rows: texts × labels."""
    out = np.zeros((len(starts) - 1, table.shape[1]), np.float32)
    count = np.zeros(CELLS, np.int32)
    scratch = np.empty(4 * LONGEST * 20, np.int64)
    for row in range(len(starts) - 1):
        n = _cells(codes, starts[row], starts[row + 1], scratch, True)
        for k in range(n):
            count[scratch[k]] += 1
        square = np.float64(0.0)
        for k in range(n):
            cell = scratch[k]
            if count[cell] == 0 or idf[cell] == 0:
                count[cell] = 0
                continue
            value = idf[cell] if count[cell] == 1 else np.float32((1.0 + np.log(count[cell])) * idf[cell])
            square += value * value
            for label in range(table.shape[1]):
                out[row, label] += value * table[cell, label]
            count[cell] = 0
        if square > 0:
            out[row] /= np.float32(np.sqrt(square))
    return out


def rows(texts: Sequence[str], idf: Weights, spelt: bool = True) -> sp.csr_matrix:
    """Texts × cells, TF-IDF with damped counts, rows of Euclidean length one (empty texts: zero).

    Without `spelt` Latin letters count only as whole words: two English texts share letters whatever they say.
    """
    codes, starts = encode(texts)
    cells, values, ends = _rows(codes, starts, idf, spelt)
    return sp.csr_matrix((values, cells, ends), shape=(len(texts), CELLS))


def scores(texts: Sequence[str], idf: Weights, table: Weights) -> Weights:
    """Texts × labels: the rows of `texts` times `table` (cells × labels), in one compiled pass."""
    codes, starts = encode(texts)
    return np.asarray(_scores(codes, starts, idf, table))


def rarity(texts: Sequence[str], fewest: int = 1, spelt: bool = True) -> Weights:
    """Smoothed inverse document frequency of each cell, 0 where fewer than `fewest` texts have it.

    idf = 1 + ln((1 + n) / (1 + df)) (scikit-learn's smooth idf).
    """
    seen = rows(texts, np.ones(CELLS, np.float32), spelt)
    df = np.bincount(seen.indices, minlength=CELLS)
    idf = 1 + np.log((1 + len(texts)) / (1 + df))
    idf[df < fewest] = 0
    return idf.astype(np.float32)
