"""Lagged and partial association of many series, with the false discovery rate kept. An association is no cause.

Counts are first brought to errors: the square root (Anscombe 1948) less what weekday, year and slow drift explain, then
less what the series' own last values explain (pre-whitening, Box & Jenkins), for two series that only move alike with
the season or keep their own memory would all look related. Correlations are then nearly independent over lags, with
variance 1 / n (Bartlett 1946); p-values come from Fisher's z or from moves of whole blocks, and the list is cut by
Benjamini & Yekutieli (2001).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gongzhi.methods.explain import ExplainError, yekutieli

Reals = NDArray[np.float64]
KIND = "association"  # the word every answer carries
LOST = 22  # columns that `whitened` fits to every series by default: 9 cosines, 6 weekdays, 7 own values


@dataclass(frozen=True, slots=True)
class Link:
    """`first` (index) goes before `second` by `lag` periods (0: together); correlation, interval, p, found.

    `partial` says whether the other series were held fixed. `kind` is always “association”: a link shown by this
    method is no cause; a design (`effect`) is needed for that.
    """

    first: int
    second: int
    lag: int
    correlation: float
    low: float
    high: float
    p: float
    found: bool
    partial: bool
    kind: str = KIND


def whitened(counts: Reals, *, season: int = 7, drift: int = 8, memory: int = 7) -> Reals:
    """Errors (series, periods) with mean 0 and variance 1; the first `memory` periods are lost.

    Removed: position in the season, `drift` slow cosines (anything slower than two periods in drift + 1 of the past),
    and an autoregression of order `memory`.
    """
    y = np.sqrt(np.asarray(counts, float) + 0.375)
    if y.ndim != 2 or not np.isfinite(y).all():
        raise ExplainError("counts need rows (series) and columns (periods), 0 or more, none missing")
    length = y.shape[1]
    if length < 4 * (season + drift + memory):
        raise ExplainError(f"{length} periods are too few; {4 * (season + drift + memory)} are needed")
    t = np.arange(length)
    columns = [np.cos(np.pi * k * (t + 0.5) / length) for k in range(drift + 1)]
    columns += [(t % season == d).astype(float) for d in range(1, season)]
    base = np.linalg.qr(np.column_stack(columns))[0]
    error = y - (y @ base) @ base.T
    own = np.stack([error[:, memory - k : length - k] for k in range(1, memory + 1)], axis=2)
    rest = error[:, memory:]
    square = np.swapaxes(own, 1, 2) @ own + 1e-9 * length * np.eye(memory)
    rest = rest - (own @ np.linalg.solve(square, np.swapaxes(own, 1, 2) @ rest[..., None]))[..., 0]
    rest = rest - rest.mean(1, keepdims=True)
    sd = rest.std(1, keepdims=True)
    return np.where(sd > 1e-9, rest / np.maximum(sd, 1e-9), 0.0)


def lagged(errors: Reals, *, lags: int = 7, rate: float = 0.1, level: float = 0.95, lost: int = LOST) -> list[Link]:
    """Every ordered pair at lags 1..lags and every pair at lag 0, those found first.

    Errors come from `whitened`; `lost` is how many columns it fitted to every series.
    """
    n, length = errors.shape
    rows: list[tuple[int, int, int, float, int]] = []
    for lag in range(lags + 1):
        seen = length - lag
        table = errors[:, :seen] @ errors[:, lag:].T / seen
        for i, j in np.argwhere(np.triu(np.ones((n, n), bool), 1) if lag == 0 else ~np.eye(n, dtype=bool)):
            rows.append((int(i), int(j), lag, float(np.clip(table[i, j], -0.999999, 0.999999)), seen))
    return _links(rows, rate, level, partial=False, fixed=min(lost, length // 2))


def partial(
    errors: Reals, *, rate: float = 0.1, level: float = 0.95, shrink: float | None = None, lost: int = LOST
) -> list[Link]:
    """Pairs at lag 0 with all other series held fixed: the inverse correlation matrix.

    `shrink` pulls correlations towards 0 (Ledoit & Wolf; by default chosen as Schaefer & Strimmer 2005,
    doi 10.2202/1544-6115.1175), so that more series than periods still have an inverse; intervals are then too narrow
    by as much as was shrunk, and links weaker, never stronger, than without.
    """
    n, length = errors.shape
    table = errors @ errors.T / length
    if shrink is None:
        spread = ((errors**2) @ (errors**2).T / length - table**2) / length
        off = ~np.eye(n, dtype=bool)
        shrink = float(np.clip(spread[off].sum() / max((table[off] ** 2).sum(), 1e-12), 0, 1)) if n > 1 else 0.0
    inverse = np.linalg.inv((1 - shrink) * table + (shrink + 1e-9) * np.eye(n))
    size = np.sqrt(np.diag(inverse))
    held = -inverse / np.outer(size, size)
    rows = [(int(i), int(j), 0, float(np.clip(held[i, j], -0.999999, 0.999999)), length)
            for i, j in np.argwhere(np.triu(np.ones((n, n), bool), 1))]  # fmt: skip
    return _links(rows, rate, level, partial=True, fixed=min(n - 2 + lost, length // 2))


def towards(
    errors: Reals, target: int, *, lags: int = 7, rate: float = 0.1, level: float = 0.95, lost: int = LOST
) -> list[Link]:
    """What moves together with one series: every other one before it by 0..lags periods, and at lag 0 with all others
    held fixed; one false discovery rate for this list alone. Those found first, the surest first."""
    moved = [
        link if link.second == target else replace(link, first=link.second, second=link.first)
        for link in lagged(errors, lags=lags, level=level, lost=lost)
        if link.second == target or (link.lag == 0 and link.first == target)
    ]
    held = [
        link if link.second == target else replace(link, first=link.second, second=link.first)
        for link in partial(errors, level=level, lost=lost)
        if target in (link.first, link.second)
    ]
    links = moved + held
    stands = yekutieli(np.array([link.p for link in links]), rate)
    cut = [replace(link, found=bool(found)) for link, found in zip(links, stands, strict=True)]
    return sorted(cut, key=lambda link: (not link.found, link.p))


def _links(rows: list[tuple[int, int, int, float, int]], rate: float, level: float, *, partial: bool, fixed: int
           ) -> list[Link]:  # fmt: skip
    """Fisher's z, intervals, false discovery rate."""
    if not rows:
        return []
    r = np.array([row[3] for row in rows])
    root = np.sqrt(np.maximum(np.array([row[4] for row in rows]) - 3.0 - fixed, 1.0))
    z, wide = np.arctanh(r), float(special.ndtri(0.5 + level / 2)) / root
    p = 2 * special.ndtr(-np.abs(z) * root)
    found = yekutieli(p, rate)
    low, high = np.tanh(z - wide), np.tanh(z + wide)
    links = [Link(*rows[k][:4], float(low[k]), float(high[k]), float(p[k]), bool(found[k]), partial)
             for k in range(len(rows))]  # fmt: skip
    return sorted(links, key=lambda link: (not link.found, link.p))


def block_p(
    errors: Reals, first: int, second: int, lag: int, *, block: int = 28, moves: int = 999, seed: int = 1
) -> float:
    """p-value of one link by moving whole blocks of the first series; keeps whatever memory is left inside a block."""
    rng = np.random.default_rng(seed)
    seen = errors.shape[1] - lag
    one, two = errors[first, :seen], errors[second, lag:]
    count = seen // block
    if count < 8:
        raise ExplainError(f"{seen} periods hold {count} blocks of {block}; 8 are needed")
    one, two = one[: count * block].reshape(count, block), two[: count * block].reshape(count, block)
    mine = abs(float((one * two).sum()))
    others = [abs(float((one[rng.permutation(count)] * two).sum())) for _ in range(moves)]
    return float((1 + sum(other >= mine - 1e-12 for other in others)) / (1 + moves))
