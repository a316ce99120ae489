"""How rare the rare really is here: what the arithmetic calls improbable, held against how often the county saw it.

A village's counts of one matter have a longer tail than any formula gives them: a resident who reports a street full of
trees, a house whose tenants all write on one evening. How much longer is learned from all places of a level together:
of the counts of the past eight weeks with a pair of cases or more, by how much the logarithm of their chance lies below
that of a pair. By the formula that is exponential of mean 1. What k such counts, with a sum S, leave in doubt about its
mean makes the tail beyond them (1 + x / S)^-k for a chance that lies x below a pair's (Lomax, as for a series' own
spikes; Hill 1975, doi 10.1214/aos/1176343247, for looking at logarithms beyond a limit).

A matter learns from its own places, drawn towards those of all matters of its level, and never to a shorter tail. What
lasts in one place counts once, the wildest place of each matter not at all, no count for more than `CAP`, so that
one fire teaches nothing. The county's own series have no like and keep what the formula says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from gongzhi.insight.counting import LEVELS, Key, Series
from gongzhi.insight.spreading import Spreads

Reals = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
PAST, WEEKS = 56, 16  # days, or weeks, that are learned from
FEW = 4  # days or weeks below which nothing is learned
PAIR = 2  # cases of a count that is looked at
COMMON = 1e-2  # chance above which a count is looked at nowhere
CAP = 6.0  # units of log chance that one count tells at most
WEIGHT = 7.0  # counts that what is less alike counts for
APART = 6  # days after which a further high day of a place is another one


@dataclass(frozen=True, slots=True)
class Tails:
    """The tail of each matter's counts by level of place, learned anew for each day from the days before it.

    `series`: the counts, a go of entries counted once where that is known; `resting` the days off."""

    series: Series
    spreads: Spreads
    resting: Flags
    _known: dict[tuple[int, int], dict[tuple[str, int], tuple[float, float]]] = field(default_factory=dict)

    def corrected(self, key: Key, today: int, p: float, usual: tuple[float, float], span: int = 1) -> float:
        """The chance `p` of a day's count (`span` 7: of the week that ends with it) whose mean and spread are `usual`,
        as the tail of such counts is here. The county's own series have no like and stay as they are."""
        told = self.told(key, today, span)
        pair = float(_pair(np.array([usual[0]]), np.array([usual[1]]))[0])
        if told is None or not 0.0 < p < pair:
            return p
        many, total = told
        return max(p, pair * (1.0 + math.log(pair / p) / total) ** -many)

    def told(self, key: Key, today: int, span: int = 1) -> tuple[float, float] | None:
        """How many counts tell of the tail of series like this one, and how far below a pair's their log chances lie
        together; None for the county's own series and a channel's."""
        matter, place, channel = key
        if len(place) == LEVELS[0] or channel:
            return None
        if (today, span) not in self._known:
            for old in [known for known in self._known if known[0] < today]:
                del self._known[old]
            self._known[today, span] = self._learned(today, span)
        found = self._known[today, span]
        return found.get((matter, len(place)), found.get(("*", len(place))))

    def _learned(self, today: int, span: int) -> dict[tuple[str, int], tuple[float, float]]:
        rows = [at for at, key in enumerate(self.series.keys) if len(key[1]) > LEVELS[0] and not key[2]]
        past, alike = self._past(rows, today, span)
        if past.shape[1] < FEW or not rows:
            return {}
        spread = np.array([self.spreads.of(self.series.keys[at], today) for at in rows])
        line, told = _counts(past, alike, spread)
        groups: dict[tuple[str, int], list[int]] = {}
        for n, at in enumerate(line.tolist()):
            matter, place, _channel = self.series.keys[rows[at]]
            groups.setdefault((matter, len(place)), []).append(n)
        out = {}
        for level in LEVELS[1:]:
            mine = [n for (matter, digits), some in groups.items() if digits == level and matter for n in some]
            middle = max(1.0, float(told[mine].sum() + WEIGHT) / (len(mine) + WEIGHT))
            out["*", level] = (WEIGHT, WEIGHT * middle)
            for (matter, digits), some in groups.items():
                if digits == level:
                    own = _tamed(line[some], told[some])
                    many, total = WEIGHT + own.size, WEIGHT * middle + float(own.sum())
                    out[matter, level] = (many, max(many, total))
        return out

    def _past(self, rows: Sequence[int], today: int, span: int) -> tuple[Reals, Flags]:
        """Counts (series, days or weeks) before today or its week, and which of them rested."""
        table = self.series.table[list(rows)]
        if span == 1:
            first = max(0, today - PAST)
            return table[:, first:today].astype(np.float64), self.resting[first:today]
        weeks = max(0, min(WEEKS, (today + 1) // 7 - 1))
        first = today + 1 - 7 * (weeks + 1)
        sums = table[:, first : today + 1 - 7].reshape(len(rows), weeks, 7).sum(axis=2)
        return sums.astype(np.float64), np.zeros(weeks, np.bool_)


def _counts(past: Reals, resting: Flags, spread: Reals) -> tuple[Longs, Reals]:
    """Of each count with a pair or more that its own other days make rare: its line, and by how much (capped) its log
    chance lies below a pair's. What lasts in a line counts once, by its highest."""
    line, at = np.nonzero(past >= PAIR)
    count = past[line, at]
    kinds = np.array([(~resting).sum(), resting.sum()])
    sums = np.stack([past[:, ~resting].sum(axis=1), past[:, resting].sum(axis=1)], axis=1)
    kind = resting[at].astype(np.int64)
    few = kinds[kind] < APART
    days = np.where(few, past.shape[1], kinds[kind])
    usual = (np.where(few, past.sum(axis=1)[line], sums[line, kind]) - count + 0.5) / np.maximum(days - 1, 1)
    pair, over = _pair(usual, spread[line]), np.maximum(spread[line], 1 + 1e-6)
    most, least = (nbinom.sf(count - back, usual / (over - 1), 1 / over) for back in (1, 0))
    rare = least < pair
    line, at, told = line[rare], at[rare], _below(least[rare], most[rare], pair[rare])
    weight = np.clip((pair - least) / np.maximum(most - least, 1e-300), 0.0, 1.0)[rare]
    keep = weight >= 0.5  # a count whose own chance straddles the limit is in where more than half of it is
    line, at, told = line[keep], at[keep], told[keep]
    first = np.concatenate([[True], (np.diff(line) != 0) | (np.diff(at) > APART)])[: line.size]
    starts = np.flatnonzero(first)
    return (line[starts], np.maximum.reduceat(told, starts)) if starts.size else (line, told)


def _pair(mean: Reals, spread: Reals) -> Reals:
    """The chance of a pair or more, at most `COMMON`."""
    over = np.maximum(spread, 1 + 1e-6)
    return np.minimum(COMMON, nbinom.sf(PAIR - 1, mean / (over - 1), 1 / over))


def _below(least: Reals, most: Reals, pair: Reals) -> Reals:
    """Mean of log(pair / chance), at most `CAP`, of a chance that lies evenly between `least` and `most`: a count's own
    chance is spread over its step, so that by the formula the whole is exponential of mean 1."""
    high, low = np.minimum(most, pair), np.minimum(least, pair)
    floor = pair * math.exp(-CAP)

    def area(to: Reals) -> Reals:
        held = np.maximum(to, 1e-300)
        beyond = held * (np.log(pair / held) + 1) - floor * (CAP + 1)
        return np.where(held <= floor, CAP * held, CAP * floor + beyond)

    spread_out = (area(high) - area(low)) / np.maximum(high - low, 1e-300)
    return np.where(high <= floor, CAP, np.clip(spread_out, 0.0, CAP))


def _tamed(line: Longs, told: Reals) -> Reals:
    """What a matter's places tell, without the wildest of them."""
    sums = np.bincount(line, weights=told)
    return told[line != int(np.argmax(sums))]
