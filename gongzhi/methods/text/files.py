"""A model's file: numbers (npz, no pickle) and JSON; loading it runs nothing and trusts no size it did not check."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np

from gongzhi.methods.text import grams
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.methods.text.routing import Model

_PARTS = {"cells", "idf", "table", "bias", "about"}


def save(model: Model, path: Path) -> str:
    """Write the model; returns its fingerprint (sha256 of labels, hashing scheme and numbers)."""
    cells = np.flatnonzero(model.idf).astype(np.int32)
    arrays = {"cells": cells, "idf": model.idf[cells], "table": model.table[cells], "bias": model.bias}
    about = {
        "kind": "gongzhi route",
        "version": model.version,
        "scheme": grams.SCHEME,
        "labels": list(model.labels),
        "fields": list(model.fields),
        "temperature": model.temperature,
        "trained_on": model.trained_on,
    }
    about["fingerprint"] = _fingerprint(about, arrays)
    said = np.frombuffer(json.dumps(about, ensure_ascii=False, sort_keys=True).encode(), np.uint8)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez_compressed(file, about=said, **arrays)  # type: ignore[arg-type]
    part.replace(path)
    return str(about["fingerprint"])


def load(path: Path) -> Model:
    """Read a model; a file of another kind, scheme or fingerprint is refused."""
    if not path.is_file():
        raise TextRefusal(f"There is no model file {path}.")
    try:
        with np.load(path, allow_pickle=False) as file:
            if set(file.files) != _PARTS:
                raise TextRefusal(f"{path} is no model of `gongzhi route`.")
            arrays = {name: file[name] for name in ("cells", "idf", "table", "bias")}
            about = json.loads(file["about"].tobytes())
    except (ValueError, OSError, zipfile.BadZipFile, KeyError, EOFError) as fault:
        if isinstance(fault, TextRefusal):
            raise
        raise TextRefusal(f"{path} is no model of `gongzhi route`.") from fault
    if about.get("kind") != "gongzhi route" or about.get("scheme") != grams.SCHEME:
        raise TextRefusal(f"{path} was made by another version of `gongzhi route`; train it anew.")
    if about.pop("fingerprint", "") != _fingerprint(about, arrays):
        raise TextRefusal(f"{path} is damaged: its fingerprint does not fit its content.")
    idf = np.zeros(grams.CELLS, np.float32)
    table = np.zeros((grams.CELLS, len(about["labels"])), np.float32)
    idf[arrays["cells"]], table[arrays["cells"]] = arrays["idf"], arrays["table"]
    return Model(
        tuple(about["labels"]),
        tuple(about["fields"]),
        idf,
        table,
        arrays["bias"],
        about["temperature"],
        about["trained_on"],
        about["version"],
    )


def _fingerprint(about: dict[str, object], arrays: dict[str, np.ndarray]) -> str:
    mark = hashlib.sha256(json.dumps(about, ensure_ascii=False, sort_keys=True).encode())
    for name in sorted(arrays):
        mark.update(np.ascontiguousarray(arrays[name]).tobytes())
    return mark.hexdigest()
