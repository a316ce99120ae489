"""Days off that move through the year, as columns a fit can use: this period's share of them, and the one before.

A festival that moves (by the moon, by Easter) has columns of its own; those at fixed dates share theirs, since the
season knows most of them already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]
REST = 5  # working days a week usually has
MOVES = 9  # days of the year between the earliest and the latest of a festival that moves


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


def groups(named: Mapping[date, str]) -> list[set[date]]:
    """Free days by festival: one set for each that moves through the year, in order of name, and one for the rest.

    Free days in a row (weekends between them count as free) go with the moving festival among them.
    """
    seen: dict[str, list[int]] = {}
    for day, name in named.items():
        seen.setdefault(name, []).append(day.timetuple().tm_yday)
    moving = {name for name, days in seen.items() if max(days) - min(days) > MOVES}
    found: dict[str, set[date]] = {}
    for block in _blocks(sorted(named)):
        own = sorted(named[day] for day in block if named[day] in moving)
        found.setdefault(own[0] if own else "", set()).update(block)
    return [found[name] for name in sorted(found)]


def _blocks(days: Sequence[date]) -> list[list[date]]:
    """Runs of days with nothing but weekends between them."""
    out: list[list[date]] = []
    for day in days:
        last = out[-1][-1] if out else None
        gap = [] if last is None else [last + timedelta(days=d) for d in range(1, (day - last).days)]
        if last is not None and len(gap) <= 2 and all(each.weekday() >= REST for each in gap):
            out[-1].append(day)
        else:
            out.append([day])
    return out
