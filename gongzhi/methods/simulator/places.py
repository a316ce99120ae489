"""A county of places and days with bursts planted in place and time, for scans and for the bank of charts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Reals = NDArray[np.float64]
WEEK = (1.15, 1.1, 1.05, 1.05, 1.1, 0.8, 0.75)  # factors of the days, Monday first


@dataclass(frozen=True, slots=True)
class Burst:
    """Places within `radius` of `centre`, days first to last (included), rate times `rise`."""

    centre: int
    places: tuple[int, ...]
    first: int
    last: int
    rise: float


@dataclass(frozen=True, slots=True)
class County:
    """`counts`, `expected` (places, days; expected without bursts), coordinates in km, and what was planted."""

    x: Reals
    y: Reals
    people: Reals
    expected: Reals
    counts: Counts
    bursts: tuple[Burst, ...]


def simulate(
    *, places: int = 200, days: int = 120, a_day: float = 40.0, bursts: int = 2, rise: float = 4.0, near: int = 6,
    length: int = 5, seed: int,
) -> County:  # fmt: skip
    """A county of `a_day` events a day; `bursts` of the `near` nearest places and `length` days, never overlapping.

    The last burst ends on the last day, so that a prospective search can find it.
    """
    rng = np.random.default_rng([seed, 3000])
    x, y = rng.random((2, places)) * 40
    people = rng.lognormal(8, 0.8, places)
    rhythm = np.array(WEEK)[np.arange(days) % 7]
    expected = np.outer(people / people.sum(), rhythm) * a_day
    rate = expected.copy()
    planted: list[Burst] = []
    taken: set[int] = set()
    slot = days // max(bursts, 1)
    while len(planted) < bursts:
        centre = int(rng.integers(places))
        members = np.argsort((x - x[centre]) ** 2 + (y - y[centre]) ** 2)[:near]
        if taken & set(members.tolist()):
            continue
        taken |= set(members.tolist())
        number = len(planted)
        last = days - 1 if number == bursts - 1 else int(rng.integers(number * slot + length, (number + 1) * slot))
        rate[members, last - length + 1 : last + 1] *= rise
        planted.append(Burst(centre, tuple(int(m) for m in members), last - length + 1, last, rise))
    return County(x, y, people, expected, rng.poisson(rate), tuple(planted))


def minutes(rate: float, days: int, *, begins: float, ends: float, rise: float, seed: int) -> Reals:
    """Moments (minutes from 0, rising) of a stream of `rate` events a minute whose rate is times `rise` between
    minutes `begins` and `ends`."""
    rng = np.random.default_rng([seed, 3001])
    length = days * 1440.0
    calm = rng.random(rng.poisson(rate * length)) * length
    extra = begins + rng.random(rng.poisson(rate * (rise - 1) * (ends - begins))) * (ends - begins)
    return np.sort(np.concatenate([calm, extra]))
