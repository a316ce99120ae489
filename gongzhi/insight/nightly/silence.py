"""Silent places: what a village says by each channel, beside what villages like it say.

Like places are of the same kind (community or village, by the statistical code) and of similar size: a rate per
resident and channel, weighted by how near their populations are (a normal kernel on the logarithm, `NEAR` wide), the
place itself left out, a burst cut to three times what it should have been. What like places bring differs from place
to place beyond chance: a gamma of shape k, such that two in three places lie where two in three should; counts are then
negative binomial, and the place's own factor has the mean (k + seen) / (k + expected): the shrinkage of Clayton &
Kaldor 1987 (doi 10.2307/2532003), here with an expectation from like places instead of age groups. That reporting
differs by place for reasons other than need is what Kontokosta & Hong 2021 found in 311 calls
(doi 10.1016/j.scs.2020.102503). A place is called silent when its lower tail stands among all places' (false discovery
rate, Benjamini & Hochberg 1995) and it brings clearly less than expected. The model knows residents and channels, not
need: it says where to ask, never that something is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from scipy.stats import gamma, nbinom

from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.standing_rules import SILENT_DAYS, SILENT_MOST, SILENT_SHARE
from gongzhi.insight.standing_tables import Silence
from gongzhi.methods.forecast.scores import randomised_coverage

Reals = NDArray[np.float64]
NEAR = 0.5  # width of the kernel on the logarithm of the population
CUT = 3.0  # times what was expected, above which a place's count no longer moves others
LEAST_PLACES = 8  # like places below which nobody can be compared
LEAST_EXPECTED = 5.0  # voices below which silence cannot be told from chance
TAIL = 0.05
INSIDE = 0.65
SHAPES = np.geomspace(200.0, 0.5, 60)
MACHINES = ("sensor",)  # channels by which nobody speaks
COUNTRY = ("2", "3", "5")  # tenth digit of a statistical code: village committees; others are communities


@dataclass(frozen=True, slots=True)
class Heard:
    """One place and channel: seen, expected with the interval of like places, lower tail, factor with interval."""

    seen: int
    expected: float
    low: float
    high: float
    p: float
    factor: float
    factor_low: float
    factor_high: float


def heard(seen: Reals, people: Reals, country: NDArray[np.bool_]) -> list[Heard]:
    """Counts of places (one channel or all) against like places. `people` are residents, above 0."""
    expected_ = expected(seen, people, country)
    shape = spread(seen, expected_)
    low = nbinom.ppf(TAIL, shape, shape / (shape + expected_))
    high = nbinom.ppf(1 - TAIL, shape, shape / (shape + expected_))
    p = nbinom.cdf(seen, shape, shape / (shape + expected_))
    rate = shape + expected_
    factor = (shape + seen) / rate
    ends = gamma.ppf((TAIL, 1 - TAIL), np.repeat((shape + seen)[:, None], 2, 1)) / rate[:, None]
    return [
        Heard(int(seen[at]), float(expected_[at]), float(low[at]), float(high[at]), float(p[at]), float(factor[at]),
              float(ends[at, 0]), float(ends[at, 1]))
        for at in range(len(seen))
    ]  # fmt: skip


def expected(seen: Reals, people: Reals, country: NDArray[np.bool_]) -> Reals:
    """What like places let expect, each place left out of its own expectation."""
    apart = (np.log(people)[:, None] - np.log(people)[None, :]) / NEAR
    alike = np.exp(-(apart**2) / 2) * (country[:, None] == country[None, :])
    lonely = alike.sum(1) < LEAST_PLACES / 2
    alike[lonely] = np.exp(-(apart[lonely] ** 2) / 2)  # too few of its kind: any place of its size
    np.fill_diagonal(alike, 0.0)
    cut, told = seen.astype(float), np.zeros(len(seen))
    for _ in range(3):
        told = people * (alike @ cut + 0.25) / (alike @ people + 1e-9)
        cut = np.minimum(seen, CUT * told + 3)
    return np.maximum(told, 1e-3)


def spread(seen: Reals, expected_: Reals) -> float:
    """Shape of the gamma by which like places differ: the largest, of 0.5 to 200, under which two in three places lie
    where two in three should. Counts are spread over the probability they stand for; a few silent or loud
    places hardly move it."""
    for shape in SHAPES:
        odds = shape / (shape + expected_)
        below, at = nbinom.cdf(seen - 1, shape, odds), nbinom.cdf(seen, shape, odds)
        if randomised_coverage(below, at, INSIDE) >= INSIDE:
            return float(shape)
    return float(SHAPES[-1])


def silent(told: Sequence[Heard]) -> list[bool]:
    """Which are silent: lower tails among all of them (Benjamini & Hochberg), and clearly less than expected."""
    judged = [at for at, one in enumerate(told) if one.expected >= LEAST_EXPECTED]
    order = sorted(judged, key=lambda at: told[at].p)
    last = max((n for n, at in enumerate(order, 1) if told[at].p <= SILENT_SHARE * n / len(order)), default=0)
    chosen = set(order[:last])
    return [at in chosen and one.seen <= SILENT_MOST * one.expected for at, one in enumerate(told)]


def make(*, at: datetime, span: Span, cells: Counts, people: dict[str, int]) -> int:
    """Compare every village with like ones over the last 180 days, and keep it; how many are silent.

    `cells`: cases by (division, source); `people`: residents by village. Villages without a known population are not
    compared; with fewer than eight villages none is. A younger county is compared over what it has."""
    places = sorted(code for code, count in people.items() if count > 0)
    with transaction.atomic():
        Silence.objects.all().delete()
        if len(places) < LEAST_PLACES or span.days < 28:
            return 0
        rows = _rows(at, span, cells, places, np.array([float(people[code]) for code in places]))
        Silence.objects.bulk_create(rows, batch_size=500)
    return sum(row.silent for row in rows)


def _rows(at: datetime, span: Span, cells: Counts, places: list[str], people: Reals) -> list[Silence]:
    spot = {code: n for n, code in enumerate(places)}
    channels = sorted({key[1] for key in cells.keys if key[1]} - set(MACHINES))
    seen = {channel: np.zeros(len(places)) for channel in ("", *channels)}
    for (division, channel), row in zip(cells.keys, cells.rows, strict=True):
        if division in spot and channel not in MACHINES:
            count = float(row[-SILENT_DAYS:].sum())
            seen[""][spot[division]] += count
            if channel:
                seen[channel][spot[division]] += count
    country = np.array([code[9] in COUNTRY for code in places])
    rows: list[Silence] = []
    for channel, counts in seen.items():
        if not counts.sum():
            continue
        told = heard(counts, people, country)
        marks = silent(told) if channel == "" else [False] * len(told)
        rows += [
            Silence(
                place=code,
                channel=channel,
                until=span.last,
                days=min(span.days, SILENT_DAYS),
                observed=one.seen,
                expected=round(one.expected, 2),
                low=one.low,
                high=one.high,
                p=one.p,
                factor=round(one.factor, 3),
                factor_low=round(one.factor_low, 3),
                factor_high=round(one.factor_high, 3),
                silent=mark,
                made_at=at,
            )
            for code, one, mark in zip(places, told, marks, strict=True)
        ]
    return rows
