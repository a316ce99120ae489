"""Making the small file of a router (`compact`) from a model that was learnt (`routing`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.text import compact, grams
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.methods.text.routing import Model

MOST_ROWS = 32_768  # rows kept, those with the largest weights: 4 bytes × labels each
LARGEST = (1 << 15) - 1


def write(model: Model, path: Path, about: dict[str, Any], most: int = MOST_ROWS) -> str:
    """Write `model` as a compact file that says `about` of itself (whose, since when, of how many texts).

    Returns the SHA-256 of its numbers. Refuses a model of more fields than one."""
    if grams.SCHEME != compact.SCHEME or len(model.fields) != 1:
        raise TextRefusal("A compact router reads one field, hashed as this version does.")
    cells = np.flatnonzero(model.idf)
    weights = model.table[cells] * model.idf[cells, None]
    strength = np.abs(weights).max(axis=1)
    kept = np.flatnonzero(strength > 0)
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(-strength[kept], kind="stable")[:most]])
    step = float(strength.max()) / LARGEST if len(kept) else 1.0
    rows = np.rint(weights[kept] / step).astype(np.int64) + compact.ZERO_AT
    at = np.full(len(cells), compact.NO_ROW, np.uint32)
    at[kept] = np.arange(len(kept), dtype=np.uint32)
    said = about | {
        "labels": list(model.labels),
        "bias": [float(value) for value in model.bias],
        "temperature": model.temperature,
        "trained_on": model.trained_on,
        "step": step,
        "cells": len(cells),
        "rows": len(kept),
    }
    parts = [_bytes(cells, "<u4"), _bytes(model.idf[cells], "<f4"), _bytes(at, "<u4"), _bytes(rows, "<u4")]
    return compact.write(path, said, parts)


def _bytes(values: NDArray[Any], kind: str) -> bytes:
    return np.ascontiguousarray(values.astype(kind)).tobytes()
