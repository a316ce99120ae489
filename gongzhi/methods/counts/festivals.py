"""Days off that move through the year, as columns a fit can use: this period's share of them, and the one before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]
REST = 5  # working days a week usually has


def marks(off: ArrayLike) -> Reals:
    """Columns (periods, 2): how far each period is off (0 to 1), and the period before it, whose work comes later."""
    share = np.clip(np.asarray(off, dtype=np.float64), 0.0, 1.0)
    return np.stack([share, np.concatenate([[0.0], share[:-1]])], axis=1)


def shares(begins: Sequence[date], free: Collection[date]) -> Reals:
    """Share of each period's usual working days (Monday to Friday) that are free; periods begin at `begins`.

    A period ends where the next begins, the last is as long as the one before. Days are judged as they are: 1 or 0.
    """
    if not len(begins):
        return np.empty(0)
    last = begins[-1] + (begins[-1] - begins[-2] if len(begins) > 1 else timedelta(days=1))
    held = frozenset(free)
    out = np.zeros(len(begins))
    for i, (start, stop) in enumerate(zip(begins, [*begins[1:], last], strict=True)):
        days = [start + timedelta(days=d) for d in range((stop - start).days)]
        working = [day for day in days if day.weekday() < REST]
        out[i] = sum(day in held for day in working) / len(working) if working else 0.0
    return out
