"""The shapes a scan looks into: circles, shapes grown along neighbours, all small connected shapes.

Zones are a walk over a tree: zone z adds `area[z]` to the latest zone one step shallower. A circle's chain,
a growing shape and a full enumeration are all such walks, so one loop scans them all, and a common beginning
is added up once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.space.nearest import nearest

EARTH_KM = 6367.0  # the radius the reference outputs use
Reals = NDArray[np.float64]
Ints = NDArray[np.int32]


class SpaceError(ValueError):
    """Input a scan cannot take; the text names row and column where there is one."""


@dataclass(frozen=True, slots=True)
class Zones:
    """A tree walk over `areas` areas.

    `area`, `depth`, `root` are (zones,): the area added, the zone's number of areas, the index of its centre.
    `chain` says that the zone before is its parent, `keep` that a later zone returns to it.
    `centres` (roots,) are the areas at which the walks begin.
    """

    areas: int
    area: Ints
    depth: Ints
    root: Ints
    centres: Ints

    @property
    def chain(self) -> NDArray[np.bool_]:
        """True where the zone before is the parent (a new root is not: it starts from nothing)."""
        out = np.zeros(self.area.size, np.bool_)
        out[1:] = self.depth[1:] == self.depth[:-1] + 1
        return out

    @property
    def keep(self) -> NDArray[np.bool_]:
        """True where some later zone that does not follow directly has this one for its parent."""
        out = np.zeros(self.area.size, np.bool_)
        latest = np.full(int(self.depth.max()) + 1, -1)
        chain = self.chain
        returns = np.flatnonzero(~chain)
        if np.all(self.depth[returns] == 1):
            return out
        for z in range(self.area.size):
            if not chain[z] and self.depth[z] > 1:
                out[latest[self.depth[z] - 1]] = True
            latest[self.depth[z]] = z
        return out

    def members(self, zone: int) -> Ints:
        """The areas of a zone, in the order in which they were added."""
        wanted = int(self.depth[zone])
        found = []
        for z in range(zone, -1, -1):
            if self.depth[z] == wanted:
                found.append(self.area[z])
                wanted -= 1
                if not wanted:
                    break
        return np.asarray(found[::-1], np.int32)


def circles(
    x: Reals,
    y: Reals,
    *,
    weight: Reals,
    degrees: bool = False,
    share: float = 0.5,
    radius: float | None = None,
    most: int | None = None,
) -> Zones:
    """Circles around every area (Kulldorff 1997), growing by the next nearest area.

    `weight` (areas,) is the population at risk; a circle holds at most `share` of it, reaches at most
    `radius` (km for degrees, else the unit of x and y), and has at most `most` areas.
    """
    _check(x, y, weight)
    points = spots(x, y, degrees=degrees)
    reach = np.inf
    if radius is not None:
        reach = radius if not degrees else 2 * np.sin(radius / (2 * EARTH_KM))
    limit = share * weight.sum() * (1 + 1e-12)
    area, sizes = nearest(points, weight.astype(np.float64), limit, reach, most or x.size)
    ends = np.cumsum(sizes)
    return _chains(x.size, [area[end - size : end] for end, size in zip(ends, sizes, strict=True)])


def spots(x: Reals, y: Reals, *, degrees: bool) -> Reals:
    """Points whose straight distances order places as the map does: the plane, or the unit sphere (n, 2 or 3)."""
    if not degrees:
        return np.column_stack([x, y]).astype(np.float64)
    lon, lat = np.radians(x), np.radians(y)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _chains(areas: int, parts: list[Ints]) -> Zones:
    """Each part is one growing chain; empty parts (an area heavier than the limit) have no zone."""
    sizes = np.asarray([part.size for part in parts])
    if not sizes.sum():
        raise SpaceError("No zone fits: every single area is above the largest share or the smallest radius.")
    depth = np.concatenate([np.arange(1, part.size + 1, dtype=np.int32) for part in parts])
    root = np.repeat(np.arange(len(parts), dtype=np.int32), sizes)
    centres = np.asarray([part[0] if part.size else -1 for part in parts], np.int32)
    return Zones(areas, np.concatenate(parts).astype(np.int32), depth, root, centres)


def grown(
    x: Reals,
    y: Reals,
    neighbours: Sequence[Sequence[int]],
    *,
    weight: Reals,
    share: float = 0.5,
    most: int = 50,
    stretches: Sequence[float] = (1.0, 3.0),
    angles: int = 4,
) -> Zones:
    """Connected shapes grown along neighbours, round and drawn out.

    From every area the shape takes, again and again, the neighbour of the shape nearest to the seed, where
    nearness is measured round (stretch 1) or stretched in each of `angles` directions; so a shape can follow
    a street or a valley, never jumps a gap, and does not depend on the counts (the test stays exact).
    x and y are planar (metres, km); `neighbours[i]` are the areas that touch area i.
    """
    _check(x, y, weight)
    if len(neighbours) != x.size:
        raise SpaceError(f"{x.size} areas have coordinates, {len(neighbours)} have a list of neighbours.")
    limit = share * weight.sum() * (1 + 1e-12)
    parts: list[Ints] = []
    for stretch in stretches:
        turns = 1 if stretch == 1 else angles
        for turn in range(turns):
            a = np.pi * turn / turns
            u = (x * np.cos(a) + y * np.sin(a)) / stretch
            v = -x * np.sin(a) + y * np.cos(a)
            for seed in range(x.size):
                parts.append(_grow(seed, np.hypot(u - u[seed], v - v[seed]), neighbours, weight, limit, most))
    return _chains(x.size, parts)


def _grow(seed: int, far: Reals, neighbours: Sequence[Sequence[int]], weight: Reals, limit: float, most: int) -> Ints:
    """One shape's order of areas."""
    import heapq

    taken: list[int] = []
    seen = {seed}
    edge = [(0.0, seed)]
    held = 0.0
    while edge and len(taken) < most:
        _, area = heapq.heappop(edge)
        held += weight[area]
        if held > limit:
            break
        taken.append(area)
        for other in neighbours[area]:
            if other not in seen:
                seen.add(other)
                heapq.heappush(edge, (float(far[other]), other))
    return np.asarray(taken, np.int32)


def flexible(neighbours: Sequence[Sequence[int]], *, most: int = 6, ceiling: int = 5_000_000) -> Zones:
    """Every connected shape of at most `most` areas, each once (Tango & Takahashi 2005).

    Listed by the extension sets of Wernicke (2006): the root is the smallest area of the shape. Refuses
    beyond `ceiling` shapes, since their number grows like a power of `most`.
    """
    area: list[int] = []
    depth: list[int] = []
    root: list[int] = []
    for first in range(len(neighbours)):
        start = {int(o) for o in neighbours[first] if o > first}
        todo: list[tuple[int, int, set[int], set[int]]] = [(first, 1, start, {first} | start)]
        while todo:
            here, at, extension, seen = todo.pop()
            area.append(here)
            depth.append(at)
            root.append(first)
            if len(area) > ceiling:
                raise SpaceError(f"More than {ceiling:,} connected shapes; ask for fewer areas a shape.")
            if at < most:
                _extend(first, at, extension, seen, neighbours, todo)
    ints = np.int32
    centres = np.arange(len(neighbours), dtype=ints)
    return Zones(len(neighbours), np.asarray(area, ints), np.asarray(depth, ints), np.asarray(root, ints), centres)


def _extend(
    first: int,
    at: int,
    extension: set[int],
    seen: set[int],
    neighbours: Sequence[Sequence[int]],
    todo: list[tuple[int, int, set[int], set[int]]],
) -> None:
    """Push every shape that adds one area of the extension set; areas left of it are not taken again."""
    rest = set(extension)
    while rest:
        chosen = rest.pop()
        new = {int(o) for o in neighbours[chosen] if o > first and o not in seen}
        todo.append((chosen, at + 1, rest | new, seen | new))


def joined(*parts: Zones) -> Zones:
    """Several families scanned as one search (one p-value for all)."""
    roots = np.cumsum([0] + [part.centres.size for part in parts[:-1]])
    return Zones(
        parts[0].areas,
        np.concatenate([part.area for part in parts]),
        np.concatenate([part.depth for part in parts]),
        np.concatenate([part.root + shift for part, shift in zip(parts, roots, strict=True)]).astype(np.int32),
        np.concatenate([part.centres for part in parts]),
    )


def _check(x: Reals, y: Reals, weight: Reals) -> None:
    """Coordinates and weights of every area."""
    if not x.size:
        raise SpaceError("There are no areas.")
    if not (x.shape == y.shape == weight.shape):
        raise SpaceError(f"Lengths differ: {x.size} x, {y.size} y, {weight.size} weights.")
    for name, values in (("x", x), ("y", y), ("weight", weight)):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise SpaceError(f"Row {bad[0] + 1}: {name} is not a number.")
    bad = np.flatnonzero(weight < 0)
    if bad.size:
        raise SpaceError(f"Row {bad[0] + 1}: weight {weight[bad[0]]:g} is negative.")
