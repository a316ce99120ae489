"""Labels that form a tree: a label is a path “coarse › fine”, a branch as likely as its leaves together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.methods.text.routing import UNSURE, Fields, Model

BETWEEN = " › "


def joined(columns: Sequence[Sequence[str]]) -> list[str]:
    """Columns of labels, coarse to fine, as one column of paths; refuses a label that holds the mark between them."""
    for column in columns:
        for at, label in enumerate(column):
            if BETWEEN in label:
                raise TextRefusal(f"Row {at + 2}: the label “{label}” holds “{BETWEEN.strip()}”, the mark of a path.")
    return [BETWEEN.join(part.strip() for part in parts) for parts in zip(*columns, strict=True)]


def branches(labels: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Every branch above the leaves with the positions of its leaves, the finest first."""
    found: dict[str, list[int]] = {}
    for at, label in enumerate(labels):
        parts = label.split(BETWEEN)
        for depth in range(1, len(parts)):
            found.setdefault(BETWEEN.join(parts[:depth]), []).append(at)
    return sorted(found.items(), key=lambda branch: -branch[0].count(BETWEEN))


def route(model: Model, fields: Fields, unsure_below: float = 0.0) -> list[tuple[str, float]]:
    """Label and probability of each text: the best leaf, or the finest branch of at least `unsure_below`, or `unsure`.

    Of branches of one depth the likeliest is looked at. Without a tree this is `Model.route`.
    """
    above = branches(model.labels)
    if not above or unsure_below <= 0:
        return model.route(fields, unsure_below)
    leaves = model.probabilities(fields)
    best = leaves.argmax(axis=1)
    sure = leaves[np.arange(len(best)), best].astype(float)
    said = [model.labels[at] for at in best]
    open_ = sure < unsure_below
    for depth in sorted({name.count(BETWEEN) for name, _ in above}, reverse=True):
        level = [(name, held) for name, held in above if name.count(BETWEEN) == depth]
        sums = np.stack([leaves[:, held].sum(axis=1) for _, held in level], axis=1)
        for at in np.flatnonzero(open_ & (sums.max(axis=1) >= unsure_below)):
            which = int(sums[at].argmax())
            said[at], sure[at], open_[at] = level[which][0], float(sums[at, which]), False
    return [(UNSURE if out else name, float(p)) for name, p, out in zip(said, sure, open_, strict=True)]


def by_depth(truth: Sequence[str], said: Sequence[str]) -> dict[int, tuple[int, int]]:
    """(answered, right) at each depth of a tree, a branch counted for the depths it reaches; nothing without a tree."""
    if not any(BETWEEN in label for label in truth):
        return {}
    found: dict[int, tuple[int, int]] = {}
    for wanted, answer in zip(truth, said, strict=True):
        real, given = wanted.split(BETWEEN), [] if answer == UNSURE else answer.split(BETWEEN)
        for depth in range(1, len(given) + 1):
            asked, right = found.get(depth, (0, 0))
            found[depth] = asked + 1, right + (given[:depth] == real[:depth])
    return dict(sorted(found.items()))
