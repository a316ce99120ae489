"""Coherent forecasts up a hierarchy: every sum is forecast itself, draws are reconciled, sums are sums of draws.

Base forecasts of all nodes come from `model`. Draws keep the order in which past values fell together (over series
and horizons; the Schaake shuffle of Clark et al. 2004, J. Hydrometeorology 5:243-262), are projected
onto the sums by minimum trace with diagonal variances (Wickramasuriya, Athanasopoulos & Hyndman 2019,
doi 10.1080/01621459.2018.1448825; on draws: Panagiotelis et al. 2023, doi 10.1016/j.ejor.2022.07.040), kept from going
below zero, and rounded so that totals stay. What is returned for a sum is the sum of its draws, in every draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from gongzhi.methods.forecast.model import LEVELS, Forecast, ForecastError, Tuning, forecast

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Names of sums and of leaves, and which leaves a sum holds (sums, leaves), 0 or 1."""

    sums: tuple[str, ...]
    leaves: tuple[str, ...]
    holds: sparse.csr_array


@dataclass(frozen=True, slots=True)
class Coherent:
    """Draws (leaves, horizons, draws) and, for sums then leaves, means and quantiles that belong together."""

    names: tuple[str, ...]
    mean: Reals
    quantiles: Reals
    draws: NDArray[np.int32]
    base: Forecast


def hierarchy(parents: Mapping[str, Sequence[str]], leaves: Sequence[str]) -> Hierarchy:
    """A hierarchy from child → parents; a child with several parents makes a grouped one (matter × place).

    Refuses circles, a parent that is a leaf with counts, a leaf that is named as nobody's child and unknown leaves.
    """
    known = {name: i for i, name in enumerate(leaves)}
    above: dict[str, set[str]] = {}
    for name in (*parents, *leaves):
        above[name] = _above(name, parents)
    children = {child for child in parents if child not in {p for ps in parents.values() for p in ps}}
    if unknown := sorted(children - set(known)):
        raise ForecastError(f"“{unknown[0]}” is in the hierarchy, but there are no counts of it and nothing below it")
    sums = tuple(dict.fromkeys(parent for some in parents.values() for parent in some))
    if mixed := [name for name in sums if name in known]:
        raise ForecastError(
            f"“{mixed[0]}” has counts of its own and others below it; leave its counts out, they are summed"
        )
    row = {name: i for i, name in enumerate(sums)}
    cells = [(row[parent], known[leaf]) for leaf in leaves for parent in sorted(above[leaf])]
    ones = (np.ones(len(cells)), tuple(np.array(cells, int).reshape(-1, 2).T))
    return Hierarchy(sums, tuple(leaves), sparse.csr_array(ones, shape=(len(sums), len(leaves))))


def _above(name: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    """Everything a node is summed into."""
    found: set[str] = set()
    todo = list(parents.get(name, ()))
    while todo:
        parent = todo.pop()
        if parent not in found:
            found.add(parent)
            todo += parents.get(parent, ())
    if name in found:
        raise ForecastError(f"“{name}” is above itself; a hierarchy has no circles")
    return found


def coherent(
    counts: Reals,
    horizon: int,
    tree: Hierarchy,
    *,
    season: int = 7,
    year: float | None = None,
    covariates: Reals | None = None,
    levels: tuple[float, ...] = LEVELS,
    draws: int = 1000,
    seed: int = 1,
    tuning: Tuning = Tuning(),
) -> Coherent:
    """Forecast the leaves (leaves, periods) and every sum, with draws that add up exactly; same seed, same draws."""
    if counts.shape[0] != len(tree.leaves):
        raise ForecastError(f"{counts.shape[0]} series of counts for {len(tree.leaves)} leaves")
    every = np.vstack([tree.holds @ counts, counts])
    base = forecast(every, horizon, season=season, year=year, covariates=covariates, levels=levels,
                    tuning=tuning)  # fmt: skip
    rng = np.random.default_rng(seed)
    out = np.empty((len(tree.leaves), horizon, draws), np.int32)
    template = rng.permutation(np.arange(draws) % max(base.places.shape[1], 1))
    for h in range(horizon):
        out[:, h] = _reconciled(_draws(base, h, template, rng), base.variance[:, h], tree, rng)
    names = tree.sums + tree.leaves
    mean, quantiles = np.empty((len(names), horizon)), np.empty((len(names), horizon, len(levels)))
    for h in range(horizon):
        nodes = np.vstack([tree.holds @ out[:, h], out[:, h]])
        mean[:, h] = nodes.mean(1)
        quantiles[:, h] = np.quantile(nodes, levels, axis=1, method="hazen").T
    return Coherent(names, mean, quantiles, out, base)


def _draws(base: Forecast, h: int, template: NDArray[np.int64], rng: np.random.Generator) -> Reals:
    """Draws (nodes, draws) of one horizon with the margins of the forecast and the order of the past."""
    count = len(template)
    one = Forecast(base.mean[:, [h]], base.variance[:, [h]], base.quantiles[:, [h]], base.levels, base.group[[h]],
                   base.share, base.places, base.weights)  # fmt: skip
    rising = one.at((np.arange(count) + 0.5) / count, whole=True)[:, 0]
    if base.places.shape[1]:
        fell = base.places[:, template, h]
    else:
        fell = np.full((len(base.mean), count), np.nan)
    blank = np.isnan(fell)
    fell = np.where(blank, rng.random(fell.shape), fell + 0.02 * rng.standard_normal(fell.shape))
    rank = fell.argsort(axis=1).argsort(axis=1)
    return np.take_along_axis(rising, rank, axis=1)


def _reconciled(nodes: Reals, variance: Reals, tree: Hierarchy, rng: np.random.Generator) -> NDArray[np.int32]:
    """Leaves of the draws after projection, not negative, whole."""
    cut = len(tree.sums)
    sums, leaves = nodes[:cut], nodes[cut:]
    if not cut:
        return leaves.astype(np.int32)
    lever = sparse.csr_array(tree.holds.multiply(variance[cut:]))
    square = np.diag(variance[:cut]) + (lever @ tree.holds.T).toarray()
    gap = cho_solve(cho_factor(square), sums - tree.holds @ leaves)
    moved = leaves + lever.T @ gap
    wanted = np.maximum(tree.holds @ moved, 0)
    moved = np.maximum(moved, 0)
    depth = np.maximum(np.asarray(tree.holds.sum(0)).ravel(), 1)[:, None]
    for _ in range(6):  # what clipping added is taken back in proportion
        ratio = np.log((wanted + 1e-6) / (tree.holds @ moved + 1e-6))
        moved = moved * np.exp(np.clip(tree.holds.T @ ratio / depth, -3, 0.7))
    running = np.floor(np.cumsum(moved, axis=0) + rng.random(moved.shape[1]))
    return np.diff(running, axis=0, prepend=np.floor(np.zeros((1, moved.shape[1])))).astype(np.int32)
