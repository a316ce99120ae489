"""Scan statistics over places and time: where and since when more happened than should have.

Poisson (Kulldorff 1997, Communications in Statistics 26:1481), space-time permutation (Kulldorff et al. 2005,
PLoS Medicine 2:e59), expectation-based Poisson (Neill 2009, International Journal of Forecasting 25:498);
p-values by Monte Carlo, stopped early by Besag & Clifford (1991, Biometrika 78:301).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gongzhi.methods.space import kernels
from gongzhi.methods.space.zones import SpaceError, Zones

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]
CELLS = 40_000_000  # cylinders a search may have: about 400 MB


@dataclass(frozen=True, slots=True)
class Windows:
    """Runs of periods, `first` to `last` (both included, from zero); each starts fresh or adds `added`."""

    first: Ints
    last: Ints
    fresh: NDArray[np.bool_]
    added: Ints


def prospective(periods: int, longest: int, shortest: int = 1) -> Windows:
    """Windows that end in the last period, of `shortest` to `longest` periods: what is going on now."""
    if not 1 <= shortest <= longest <= periods:
        raise SpaceError(f"Windows of {shortest} to {longest} periods do not fit into {periods} periods.")
    if shortest > 1:
        raise SpaceError("A prospective search begins with windows of one period.")
    first = np.arange(periods - 1, periods - 1 - longest, -1, dtype=np.int32)
    fresh = np.zeros(longest, np.bool_)
    fresh[0] = True
    return Windows(first, np.full(longest, periods - 1, np.int32), fresh, first.copy())


def retrospective(periods: int, longest: int) -> Windows:
    """All windows of at most `longest` periods, wherever they lie: what once went on."""
    if not 1 <= longest <= periods:
        raise SpaceError(f"Windows of up to {longest} periods do not fit into {periods} periods.")
    pairs = [(s, e) for s in range(periods) for e in range(s, min(periods, s + longest))]
    first, last = (np.asarray(column, np.int32) for column in zip(*pairs, strict=True))
    return Windows(first, last, first == last, last.copy())


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cylinder with an excess.

    `areas` in order of distance from `centre`; `first`, `last` periods (included, from zero); `observed` and
    `expected` events; `relative_risk` inside against outside (nan when the baseline is given, not estimated);
    `statistic` the log-likelihood ratio; `p` its Monte Carlo p-value among the maxima of all replicas;
    `recurrence` how often pure chance shows the like, in analyses (1 / p).
    """

    areas: tuple[int, ...]
    centre: int
    first: int
    last: int
    observed: int
    expected: float
    relative_risk: float
    statistic: float
    p: float
    recurrence: float


@dataclass(frozen=True, slots=True)
class Scan:
    """Clusters in falling order of the statistic, no two sharing an area; the replicas' maxima; events in all."""

    clusters: tuple[Cluster, ...]
    maxima: Reals = field(repr=False)
    stopped: bool
    total: int
    cylinders: int


def poisson(counts: ArrayLike, expected: ArrayLike, zones: Zones, windows: Windows, **options: int) -> Scan:
    """Poisson scan given the total: `counts` and `expected` (areas, periods); expected is scaled to the total.

    Options: replicas=999, stop=50 (end after this many replicas at or above the observed; 0 never),
    least=2 (events a cluster must have), seed=1, clusters=10.
    """
    table, means = _checked(counts), _means(counts, expected)
    total = int(table.sum())
    means = means * (total / means.sum())
    return _Search(kernels.CONDITIONAL, table, means, zones, windows).run(_Poisson(means, total, windows), options)


def permutation(counts: ArrayLike, zones: Zones, windows: Windows, **options: int) -> Scan:
    """Space-time permutation scan: needs events only; compares with places and times being independent.

    The expectation of a cylinder is (events of its areas) x (events of its periods) / all events; a replica
    deals the events' periods out anew. Options as `poisson`.
    """
    table = _checked(counts)
    total = table.sum()
    means = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    return _Search(kernels.CONDITIONAL, table, means, zones, windows).run(_Permutation(table, windows), options)


def expectation(counts: ArrayLike, expected: ArrayLike, zones: Zones, windows: Windows, **options: int) -> Scan:
    """Expectation-based Poisson scan: `expected` (areas, periods) is the baseline itself, totals are free.

    A rise of the whole county counts as an excess here (in `poisson` it does not). Options as `poisson`.
    """
    table, means = _checked(counts), _means(counts, expected)
    return _Search(kernels.EXPECTED, table, means, zones, windows).run(_Free(means, windows), options)


def _checked(counts: ArrayLike) -> Reals:
    """Counts as reals; refused when negative, fractional, missing or all zero."""
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2:
        raise SpaceError("Counts must have one row an area and one column a period.")
    bad = np.argwhere(~(np.isfinite(table) & (table >= 0) & (table == np.floor(table))))
    if bad.size:
        area, period = bad[0]
        raise SpaceError(f"Row {area + 1}, column {period + 1}: {table[area, period]:g} is not a count.")
    if not table.sum():
        raise SpaceError("There is not one event to scan.")
    return table


def _means(counts: ArrayLike, expected: ArrayLike) -> Reals:
    """Expected events as reals; refused when negative or missing, or zero where something happened."""
    table, means = np.asarray(counts, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if means.shape != table.shape:
        raise SpaceError(f"Counts are {table.shape} and expected {means.shape}; they must agree.")
    bad = np.argwhere(~(np.isfinite(means) & (means >= 0)) | ((means == 0) & (table > 0)))
    if bad.size:
        area, period = bad[0]
        raise SpaceError(
            f"Row {area + 1}, column {period + 1}: {table[area, period]:g} events where {means[area, period]:g} "
            "are expected."
        )
    return means


class _Poisson:
    """Replicas with the total fixed: periods by one multinomial, areas by alias tables of each period."""

    def __init__(self, means: Reals, total: int, windows: Windows) -> None:
        self.days = np.unique(windows.added).astype(np.int32)
        self.by_day = means.sum(axis=0)
        self.total = total
        self.tables = kernels.alias_tables(np.ascontiguousarray(means[:, self.days].T))

    def day_counts(self, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
        inside = self.by_day[self.days] / self.by_day.sum()
        rest = max(0.0, 1.0 - float(inside.sum()))
        return rng.multinomial(self.total, np.append(inside, rest), size=size)[:, :-1]

    def fill(self, seed: int, replica: int, offsets: Ints, out: Ints) -> None:
        kernels.draw_areas(seed, replica, offsets, np.arange(self.days.size, dtype=np.int32), *self.tables, out)


class _Free(_Poisson):
    """Replicas of independent Poisson counts with the given means."""

    def __init__(self, means: Reals, windows: Windows) -> None:
        super().__init__(means, 0, windows)

    def day_counts(self, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
        return rng.poisson(self.by_day[self.days], size=(size, self.days.size))


class _Permutation:
    """Replicas that keep both margins: the events of a period get areas dealt without replacement."""

    def __init__(self, table: Reals, windows: Windows) -> None:
        self.days = np.unique(windows.added).astype(np.int32)
        self.each = table.sum(axis=0).astype(np.int64)[self.days]
        self.labels = np.repeat(np.arange(table.shape[0], dtype=np.int32), table.sum(axis=1).astype(np.int64))
        self.places = np.empty(max(int(self.each.sum()), 1), np.int32)

    def day_counts(self, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
        return np.broadcast_to(self.each, (size, self.days.size))

    def fill(self, seed: int, replica: int, offsets: Ints, out: Ints) -> None:
        kernels.draw_sample(seed, replica, int(offsets[-1]), self.labels, self.places, out)


class _Search:
    """One search: what every cylinder expects and observes, the clusters, the Monte Carlo."""

    def __init__(self, kind: int, table: Reals, means: Reals, zones: Zones, windows: Windows) -> None:
        if zones.areas != table.shape[0]:
            raise SpaceError(f"The zones are made for {zones.areas} areas, the counts have {table.shape[0]}.")
        cells = zones.area.size * windows.first.size
        if cells > CELLS:
            raise SpaceError(f"{cells:,} cylinders do not fit; allow smaller zones or shorter windows ({CELLS:,}).")
        self.kind, self.zones, self.windows = kind, zones, windows
        self.table, self.means, self.total = table, means, float(table.sum())
        walk = (zones.area, zones.depth, windows.first, windows.last)
        self.mu = kernels.totals(means, *walk)
        self.seen = kernels.totals(table, *walk)
        self.held: tuple[tuple[float, int], NDArray[np.uint16]] | None = None

    def run(self, source: _Poisson | _Permutation, options: dict[str, int]) -> Scan:
        """The clusters of the data, then replicas until enough."""
        known = {"replicas": 999, "stop": 50, "least": 2, "seed": 1, "clusters": 10}
        if unknown := set(options) - set(known):
            raise TypeError(f"unknown options {sorted(unknown)}")
        chosen = known | options
        roots = self.zones.centres.size
        best, window, zone = kernels.best_by_root(
            self.kind, self.seen, self.mu, self.total, chosen["least"], self.zones.root, roots
        )
        picked = self._separate(best, zone, chosen["clusters"])
        top = float(best[picked[0]]) if picked else 0.0
        maxima, stopped = self._replicas(source, top, chosen)
        clusters = tuple(self._cluster(i, best, window, zone, maxima, stopped) for i in picked)
        return Scan(clusters, maxima, stopped, int(self.total), int(self.mu.size))

    def _separate(self, best: Reals, zone: NDArray[np.int64], most: int) -> list[int]:
        """Roots in falling order of their best statistic, leaving out those that share an area with a better."""
        picked: list[int] = []
        taken = np.zeros(self.zones.areas, np.bool_)
        size = np.where(zone >= 0, self.zones.depth[zone], 0)
        for i in np.lexsort((size, -np.round(best, 9))):  # of equals the smaller shape
            if best[i] <= 0 or len(picked) == most:
                break
            members = self.zones.members(int(zone[i]))
            if not taken[members].any():
                taken[members] = True
                picked.append(int(i))
        return picked

    def _replicas(self, source: _Poisson | _Permutation, top: float, chosen: dict[str, int]) -> tuple[Reals, bool]:
        """Maxima of the replicas, in order; ends with the replica that brings the `stop`-th exceedance."""
        maxima: list[float] = []
        wanted, stop = chosen["replicas"], chosen["stop"]
        counts = (
            source.day_counts(np.random.default_rng(chosen["seed"]), wanted) if wanted else np.empty((0, 1), np.int64)
        )
        level = 4.0  # of the first block; later blocks search a little below the smallest maximum so far
        for start in range(0, wanted, kernels.LANES):
            block = counts[start : start + kernels.LANES]
            values = self._block(source, block, start, chosen, level)[: len(block)]
            level = 0.85 * float(values.min()) if not maxima else min(level, float(values.min()))
            maxima.extend(values.tolist())
            above = np.cumsum(np.asarray(maxima) >= top - 1e-9)
            if stop and above[-1] >= stop:
                return np.asarray(maxima[: int(np.searchsorted(above, stop)) + 1]), True
        return np.asarray(maxima), False

    def _block(
        self,
        source: _Poisson | _Permutation,
        days: NDArray[np.int64],
        start: int,
        chosen: dict[str, int],
        level: float,
    ) -> Reals:
        """Maxima of one block of replicas; searched again from a lower level when one stays below it."""
        offsets = np.zeros((kernels.LANES, days.shape[1] + 1), np.int32)
        offsets[: len(days), 1:] = np.cumsum(days, axis=1)
        most = int(offsets[:, -1].max())
        if most > 64_000:
            raise SpaceError(f"{most:,} events within the windows; shorten the windows (at most 64,000).")
        events = np.zeros((kernels.LANES, max(most, 1)), np.int32)
        for r in range(len(days)):
            source.fill(chosen["seed"], start + r, offsets[r], events[r])
        added = np.searchsorted(source.days, self.windows.added).astype(np.int32)
        z, w = self.zones, self.windows
        while True:
            best = np.zeros(kernels.LANES)
            bars = self._bars(level, -(-most // 256) * 256, chosen["least"])
            kernels.sweep(
                self.kind, self.total, z.area, z.chain, z.keep, z.depth, w.fresh, added,
                bars, self.mu, events, offsets, z.areas, best,
            )  # fmt: skip
            if level <= 0 or best[: len(days)].min() >= level:
                return best
            level = level / 2 if level > 0.1 else 0.0

    def _bars(self, level: float, most: int, least: int) -> NDArray[np.uint16]:
        """The count each cylinder needs for the level; the last answer is kept."""
        if self.held is not None and self.held[0] == (level, most):
            return self.held[1]
        table = kernels.largest_means(self.kind, max(level, 1e-12), self.total, most)
        bars = kernels.thresholds(self.mu, table, least, 65_535)
        self.held = ((level, most), bars)
        return bars

    def _cluster(
        self,
        root: int,
        best: Reals,
        window: NDArray[np.int64],
        zone: NDArray[np.int64],
        maxima: Reals,
        stopped: bool,
    ) -> Cluster:
        """The best cylinder of a root, described."""
        w, z = int(window[root]), int(zone[root])
        seen, mu = float(self.seen[w, z]), float(self.mu[w, z])
        above = int((maxima >= best[root] - 1e-9).sum())
        p = above / maxima.size if stopped else (above + 1) / (maxima.size + 1)
        outside = (self.total - seen) / (self.total - mu) if self.total > mu else 0.0
        risk = seen / mu / outside if outside > 0 and self.kind == kernels.CONDITIONAL else float("nan")
        areas = tuple(int(a) for a in self.zones.members(z))
        first, last = int(self.windows.first[w]), int(self.windows.last[w])
        centre = int(self.zones.centres[root])
        return Cluster(areas, centre, first, last, int(seen), mu, risk, float(best[root]), p, 1 / p)
