"""Local statistics: areas whose neighbours are alike or unlike, with exact or saddle-point tails.

Local Moran (Anselin 1995, Geographical Analysis 27:93) and Getis-Ord G* (Ord & Getis 1995, 27:286). No
permutations are drawn: the tail of their conditional permutation distribution is computed (see `tails`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from gongzhi.methods.space import tails
from gongzhi.methods.space.zones import SpaceError

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
WORK = 20_000_000  # additions up to which the exact distribution is computed


@dataclass(frozen=True, slots=True)
class Links:
    """Who neighbours whom: those of area i are `other[start[i]:start[i + 1]]`, all with the same weight."""

    start: Longs
    other: Longs

    @property
    def degree(self) -> Longs:
        """Number of neighbours of every area."""
        return np.diff(self.start)

    def sums(self, values: Reals) -> Reals:
        """Sum of `values` over every area's neighbours."""
        run = np.concatenate([[0], np.cumsum(values[self.other])])
        return run[self.start[1:]] - run[self.start[:-1]]


def nearest(x: ArrayLike, y: ArrayLike, k: int) -> Links:
    """Every area's `k` nearest others (x, y planar)."""
    points = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    n = len(points)
    if not 1 <= k < n:
        raise SpaceError(f"{n} areas cannot have {k} neighbours each.")
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if bad.size:
        raise SpaceError(f"Row {bad[0] + 1}: a coordinate is not a number.")
    _, found = cKDTree(points).query(points, k=k + 1)
    own = found == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True  # many areas at one point: the area itself may not be listed
    return Links(np.arange(0, n * k + 1, k), found[~own].astype(np.int64))


def touching(neighbours: list[list[int]]) -> Links:
    """Links from lists of neighbours (areas with a common border); an area may have none."""
    start = np.concatenate([[0], np.cumsum([len(line) for line in neighbours])]).astype(np.int64)
    return Links(start, np.asarray([o for line in neighbours for o in line], np.int64))


@dataclass(frozen=True, slots=True)
class Local:
    """One statistic an area.

    `statistic` (n,), `z` its standard score under the normal approximation, `high` and `low` the
    probabilities of a neighbour sum as large or as small, `p` the smaller of the two (one-sided, as
    permutation programs report it), `exact` whether the tails are exact or saddle-point.
    """

    statistic: Reals
    z: Reals
    high: Reals
    low: Reals
    exact: bool

    @property
    def p(self) -> Reals:
        """One-sided probability in the direction seen."""
        return np.minimum(self.high, self.low)


def moran(values: ArrayLike, links: Links) -> Local:
    """Local Moran: (n - 1) z_i mean(z of neighbours) / sum z²; positive where an area resembles its neighbours."""
    x = _checked(values, links)
    z = x - x.mean()
    mean, degree = z * 0, links.degree
    np.divide(links.sums(z), degree, out=mean, where=degree > 0)
    statistic = (x.size - 1) * z * mean / (z @ z)
    high, low, exact = _tails(x, links)
    score = _score(x, links)
    turned = z < 0  # a small sum around a small value is a large I
    return Local(
        statistic,
        np.where(turned, -score, score),
        np.where(turned, low, high),
        np.where(turned, high, low),
        exact,
    )


def getis_ord(values: ArrayLike, links: Links) -> Local:
    """Getis-Ord G*: the share of all events in an area and its neighbours, row-standardised; large = hot.

    The statistic is mean(area and neighbours) / sum; z is the published normal score of G*.
    """
    x = _checked(values, links)
    total = x.sum()
    if total <= 0:
        raise SpaceError("G* needs values with a positive sum.")
    size = links.degree + 1.0
    held = links.sums(x) + x
    n = x.size
    spread = np.sqrt(np.maximum(n / size - 1, 1e-300) / (n - 1))
    high, low, exact = _tails(x, links)
    return Local(held / size / total, (held / size - x.mean()) / (x.std() * spread), high, low, exact)


def _score(x: Reals, links: Links) -> Reals:
    """Standard score of the neighbour sum, drawn without replacement from the others."""
    n, k = x.size, links.degree.astype(np.float64)
    mean = (x.sum() - x) / (n - 1)
    variance = np.maximum((x @ x - x * x) / (n - 1) - mean**2, 0)
    spread = np.sqrt(k * variance * np.maximum(n - 1 - k, 0) / max(n - 2, 1))
    out = np.zeros(n)
    return np.divide(links.sums(x) - k * mean, spread, out=out, where=spread > 0)


def _tails(x: Reals, links: Links) -> tuple[Reals, Reals, bool]:
    """Exact where the values are integers of moderate range, else saddle-point."""
    low, most = x.min(), int(links.degree.max())
    whole = np.all(x == np.floor(x)) and most <= 64
    top = x.max() - low
    if whole and np.unique(x).size * most**3 * max(top, 1) / 2 <= WORK:
        shifted = (x - low).astype(np.int64)
        sums = np.rint(links.sums(x - low)).astype(np.int64)
        return *tails.exact_tails(shifted, links.degree, sums), True
    z = (x - x.mean()) / x.std()
    return *tails.saddle_tails(z, links.degree, links.sums(z), *tails.binned(z)), False


def _checked(values: ArrayLike, links: Links) -> Reals:
    """Values as reals; refused when missing, all equal, or of another number than the links."""
    x = np.asarray(values, np.float64)
    if x.ndim != 1 or x.size != links.start.size - 1:
        raise SpaceError(f"There are {x.size} values and {links.start.size - 1} areas with neighbours.")
    bad = np.flatnonzero(~np.isfinite(x))
    if bad.size:
        raise SpaceError(f"Row {bad[0] + 1}: the value is not a number.")
    if x.min() == x.max():
        raise SpaceError("All values are equal: there is nothing local to see.")
    return x
