"""Contribution analysis: which parts explain a rise, with intervals.

Counts of a reference time and of now are laid out over dimensions (matter, place, channel). The rise of the total is
the sum of the rises of the parts of each dimension; a part's share says how much of the rise it carries, its excess how
much it rose beyond the whole. Rates are gamma (Jeffreys: shape = count + 1/2), widened by the dispersion that repeated
reference periods show; pairs of dimensions are judged beyond what their margins explain. Many parts are looked at, so
the list is cut where the false discovery rate (Benjamini & Yekutieli 2001, doi 10.1214/aos/1013699998) is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Reals = NDArray[np.float64]


class ExplainError(ValueError):
    """The counts cannot be compared; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a dimension, or of a pair of dimensions.

    `before` is scaled to the length of now; `rise` = now − before with its interval; `share` of the whole rise (NaN
    when the whole did not change); `ratio` how many times the part grew beyond the rest with its interval; `p`
    two-sided; `found` whether it stands with the false discovery rate kept.
    """

    dimensions: tuple[str, ...]
    values: tuple[str, ...]
    before: float
    now: float
    rise: float
    rise_low: float
    rise_high: float
    share: float
    ratio: float
    ratio_low: float
    ratio_high: float
    p: float
    found: bool


def dispersion(periods: Reals) -> float:
    """Variance over mean of counts (periods, parts) around the product of their margins; at least 1.

    Needs two periods; with one it cannot be known and 1 is taken.
    """
    periods = periods[periods.sum(1) > 0]  # a period without any count tells nothing of how counts spread
    if len(periods) < 2:
        return 1.0
    expected = periods.sum(1, keepdims=True) * periods.sum(0) / max(periods.sum(), 1e-12)
    enough = expected.mean(0) > 0.2
    if enough.sum() < 2:
        return 1.0
    square = ((periods - expected)[:, enough] ** 2 / expected[:, enough]).sum()
    return max(1.0, float(square / ((len(periods) - 1) * (int(enough.sum()) - 1))))


def yekutieli(p: Reals, rate: float) -> NDArray[np.bool_]:
    """Which p-values stand with the false discovery rate kept under any dependence."""
    count = len(p)
    if not count:
        return np.empty(0, bool)
    order = np.argsort(p, kind="stable")
    limit = rate * np.arange(1, count + 1) / (count * (1 / np.arange(1, count + 1)).sum())
    passed = np.nonzero(p[order] <= limit)[0]
    out = np.zeros(count, bool)
    if len(passed):
        out[order[: passed[-1] + 1]] = True
    return out


def odds(before: Reals, now: Reals, rest_before: Reals, rest_now: Reals, phi: float) -> tuple[Reals, Reals]:
    """Mean and standard error of the log ratio of growth of a part to growth of the rest, gamma rates with phi."""
    shapes = [(x / phi + 0.5) for x in (now, rest_before, before, rest_now)]
    mean = sum(sign * special.digamma(shape) for sign, shape in zip((1, 1, -1, -1), shapes, strict=True))
    spread = np.sqrt(sum(special.polygamma(1, shape) for shape in shapes))
    return np.asarray(mean, float), np.asarray(spread, float)


def _between(was: Reals, now: Reals, scale: float, phi: float, z: float) -> tuple[Reals, Reals]:
    """Interval of now − scale × was from those of the two gamma rates (MOVER: Zou & Donner 2008, 10.1002/sim.3095)."""
    tail = float(special.ndtr(-z))
    ends = []
    for seen in (now, was):
        shape = seen / phi + 0.5
        under, over = phi * special.gammaincinv(shape, tail), phi * special.gammaincinv(shape, 1 - tail)
        ends.append((seen - np.minimum(under, seen), np.maximum(over, seen) - seen))
    (down, up), (back, forth) = ends
    rise = now - scale * was
    return rise - np.hypot(down, scale * forth), rise + np.hypot(up, scale * back)


def contributions(
    before: Reals,
    now: Reals,
    names: Sequence[tuple[str, Sequence[str]]],
    *,
    scale: float = 1.0,
    phi: float = 1.0,
    pairs: bool = True,
    rate: float = 0.1,
    level: float = 0.95,
) -> list[Part]:
    """Parts of every dimension and, with `pairs`, of every two, the strongest found first.

    `before` and `now` have one axis a dimension; `names` gives each axis its name and its values. `scale` = length of
    now over length of the reference (1/4 when four earlier weeks are compared with one); `phi` comes from
    `dispersion`. Refuses shapes that differ and counts below 0.
    """
    first, last = np.asarray(before, float), np.asarray(now, float)
    if first.shape != last.shape or first.shape != tuple(len(values) for _, values in names):
        raise ExplainError(
            "before and now need the same axes, one for every dimension named, one place for every value"
        )
    if min(first.min(initial=0), last.min(initial=0)) < 0 or not np.isfinite(first.sum() + last.sum()):
        raise ExplainError("a count is below 0 or no number")
    if first.sum() + last.sum() == 0:
        raise ExplainError("all counts are 0; there is no rise to explain")
    z = float(special.ndtri(0.5 + level / 2))
    rows: list[Part] = []
    for axes in itertools.chain(*(itertools.combinations(range(first.ndim), k) for k in ((1, 2) if pairs else (1,)))):
        rows += _parts(first, last, axes, names, scale, phi, z)
    stands = yekutieli(np.array([row.p for row in rows]), rate)
    marked = [_found(row, bool(found)) for row, found in zip(rows, stands, strict=True)]
    return sorted(marked, key=lambda row: (not row.found, row.p, -abs(row.rise)))


def _found(row: Part, found: bool) -> Part:
    return Part(row.dimensions, row.values, row.before, row.now, row.rise, row.rise_low, row.rise_high, row.share,
                row.ratio, row.ratio_low, row.ratio_high, row.p, found)  # fmt: skip


def _parts(
    first: Reals, last: Reals, axes: tuple[int, ...], names: Sequence[tuple[str, Sequence[str]]], scale: float,
    phi: float, z: float,
) -> list[Part]:  # fmt: skip
    """All parts of one dimension or one pair."""
    others = tuple(axis for axis in range(first.ndim) if axis not in axes)
    was, now = first.sum(others), last.sum(others)
    if len(axes) == 1:
        rest_was, rest_now = was.sum() - was, now.sum() - now
    else:  # a pair against what its row and column alone did: the rest of the row and of the column
        rest_was = was.sum(1, keepdims=True) + was.sum(0, keepdims=True) - 2 * was
        rest_now = now.sum(1, keepdims=True) + now.sum(0, keepdims=True) - 2 * now
    mean, spread = odds(was, now, rest_was, rest_now, phi)
    rise = now - scale * was
    low, high = _between(was, now, scale, phi, z)
    whole = float(last.sum() - scale * first.sum())
    p = 2 * special.ndtr(-np.abs(mean) / spread)
    out = []
    for at in np.ndindex(was.shape):
        if was[at] + now[at] == 0:
            continue
        out.append(Part(
            tuple(names[axis][0] for axis in axes),
            tuple(names[axis][1][k] for axis, k in zip(axes, at, strict=True)),
            float(scale * was[at]), float(now[at]), float(rise[at]),
            float(low[at]), float(high[at]),
            float(rise[at] / whole) if whole else float("nan"),
            float(np.exp(mean[at])), float(np.exp(mean[at] - z * spread[at])), float(np.exp(mean[at] + z * spread[at])),
            float(p[at]), False,
        ))  # fmt: skip
    return out
