"""How long work lay: quantiles that do not forget what still waits, and time counted in the county's working hours.

What still lies in a stage has waited at least so long; leaving it out makes every stage look quicker. Quantiles are
therefore those of Kaplan & Meier 1958 (doi 10.1080/01621459.1958.10501452) with the interval of Brookmeyer & Crowley
1982 (doi 10.2307/2530286) on the log-log scale; shares have the interval of Wilson 1927 (doi
10.1080/01621459.1927.10502953). All intervals hold nine times of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gongzhi.kit.worktime import Calendar

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Z = 1.6448536269514722  # of the normal, for nine times of ten
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile with its interval; None where it is not reached by what is known."""

    value: float | None
    low: float | None
    high: float | None


def survival(waited: Reals, ended: Flags) -> tuple[Reals, Reals, Reals]:
    """(times, share still waiting after each, its relative variance by Greenwood), at every time something ended."""
    order = np.argsort(waited, kind="stable")
    waited, ended = waited[order], ended[order]
    times, first = np.unique(waited, return_index=True)
    at_risk = waited.size - first
    deaths = np.add.reduceat(ended.astype(np.float64), first) if waited.size else np.empty(0)
    share = np.cumprod(1 - deaths / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(at_risk > deaths, deaths / (at_risk * (at_risk - deaths)), np.inf)
    return times, share, np.cumsum(np.where(deaths > 0, steps, 0.0))


def quantile(waited: Reals, ended: Flags, q: float) -> Quantile:
    """The time within which a share `q` was through; `ended` marks those that are. Empty input has none."""
    if not waited.size:
        return Quantile(None, None, None)
    times, share, variance = survival(waited, ended)
    left = 1 - q
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = Z * np.sqrt(variance) / np.abs(np.log(share))
        lower, upper = share ** np.exp(spread), share ** np.exp(-spread)
    lower = np.where(share >= 1, 1.0, np.where(share <= 0, 0.0, np.nan_to_num(lower, nan=0.0)))
    upper = np.where(share >= 1, 1.0, np.where(share <= 0, 0.0, np.nan_to_num(upper, nan=1.0)))
    return Quantile(_first(times, share, left), _first(times, lower, left), _first(times, upper, left))


def _first(times: Reals, share: Reals, left: float) -> float | None:
    """The first time at which no more than `left` still wait."""
    reached = np.flatnonzero(share <= left + 1e-12)
    return float(times[reached[0]]) if reached.size else None


def wilson(count: int, total: int) -> tuple[float, float]:
    """The interval of a share."""
    if total <= 0:
        return 0.0, 1.0
    share, square = count / total, Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = Z * (share * (1 - share) / total + square / (4 * total * total)) ** 0.5 / (1 + square / total)
    return max(0.0, middle - half), min(1.0, middle + half)


class Working:
    """The county's working time between moments, many at once: what has passed since the first day, looked up."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        """Days `first` to `last` of the county's wall; moments outside count as their nearest end."""
        begins, ends = [], []
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if calendar.is_working(day):
                for begin, end in calendar.open(day):
                    begins.append(begin.timestamp())
                    ends.append(end.timestamp())
        edges = np.array([edge for pair in zip(begins, ends, strict=True) for edge in pair], np.float64)
        lengths = np.array(ends, np.float64) - np.array(begins, np.float64)
        passed = np.concatenate([[0.0], np.cumsum(lengths)])
        self.edges = edges
        self.passed = np.repeat(passed, 2)[1:-1] if len(begins) else np.empty(0)

    def until(self, moments: Reals) -> Reals:
        """Working seconds from the first day up to each moment (seconds since 1970)."""
        if not self.edges.size:
            return np.zeros(moments.shape)
        return np.interp(moments, self.edges, self.passed)

    def between(self, begin: Reals, end: Reals) -> Reals:
        """Working seconds between moments, pair by pair."""
        return self.until(end) - self.until(begin)


def moment(second: float) -> datetime:
    """Seconds since 1970 as a moment."""
    return datetime.fromtimestamp(second, UTC)
