"""Ways of looking that need more than a series' own counts: forecasts, neighbouring places, the quarters of an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import comb
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gongzhi.insight.counting import Key, chain, places_of
from gongzhi.insight.entering import Entries
from gongzhi.insight.panel.ways import Told, ratio_chance, ratio_limit, unable
from gongzhi.methods.counts import cusum, glr
from gongzhi.methods.forecast import model
from gongzhi.methods.space import local
from gongzhi.methods.space.zones import SpaceError

Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]
AHEAD = 42  # days of past a forecast needs
NEAR = 6  # neighbours of a place
QUARTERS = 96  # of a day
SHARE_DAYS = 56  # days the hours are learned from
RISE = 2.0  # the rise Shiryaev–Roberts waits for


def forecast(counts: Reals, resting: Flags, weekday: int, alpha: float) -> Told:
    """The last of `counts` (series, days) against what `methods.forecast` lets expect of it; `resting` (days,) by the
    county's calendar, `weekday` of the first day."""
    size, days = counts.shape
    if days <= AHEAD or not size:
        return unable(size, AHEAD + 1)
    weekend = (np.arange(days) + weekday) % 7 >= 5
    marks = [column for column in (resting & ~weekend, ~resting & weekend) if column[:-1].any()]
    known = np.array(marks, np.float64).T if marks else None
    told = model.forecast(counts[:, :-1], 1, covariates=known)
    low, _high = told.below(counts[:, -1:])
    p = np.maximum(1 - low[:, 0], 1e-16)
    bound = told.at(np.array([1 - alpha]), whole=True)[:, 0, 0]
    return Told(told.mean[:, 0], bound, p, p <= alpha, np.ones(size, np.bool_))


def neighbours(excess: Reals, points: Reals, alpha: float) -> tuple[Told, Told]:
    """(G*, local Moran) of every place: whether its neighbours are high together, given itself. `excess` (places,) how
    far each is above what it usually brings, in standard deviations; `points` (places, 2) degrees."""
    size = len(excess)
    near = min(NEAR, size - 1)
    if near < 1 or comb(size - 1, near) * alpha < 1:
        return unable(size, 0), unable(size, 0)
    flat = points * np.array([np.cos(np.radians(points[:, 1].mean())), 1.0])
    links = local.nearest(flat[:, 0], flat[:, 1], near)
    return _local(np.maximum(excess, 0.0), links, alpha, hot=True), _local(excess, links, alpha, hot=False)


def _local(values: Reals, links: local.Links, alpha: float, *, hot: bool) -> Told:
    try:
        seen = local.getis_ord(values, links) if hot else local.moran(values, links)
    except SpaceError:  # all places alike: nobody's neighbours are higher than others'
        every = np.ones(len(values))
        return Told(every * np.nan, every * np.nan, every, every < 0, every > 0)
    above = values > values.mean()
    p = np.where(above, seen.high, 1.0)
    blank = np.full(len(values), np.nan)
    return Told(blank, blank, p, above & (p <= alpha), np.ones(len(values), np.bool_))


def quarters(entries: Entries, today: int, zone: ZoneInfo, above: Mapping[str, str]) -> dict[Key, Reals]:
    """What came in on a day by the quarter of an hour (96,), of every series without a channel that had anything."""
    found: dict[Key, Reals] = {}
    mine = np.flatnonzero(entries.day == today)
    at = _quarter(entries, mine, zone)
    counts = entries.counts
    for row, quarter in zip(mine.tolist(), at.tolist(), strict=True):
        cell = int(entries.cell[row])
        for place in places_of(counts.division[cell]):
            for code in chain(counts.matter[cell], above):
                found.setdefault((code, place, ""), np.zeros(QUARTERS))[quarter] += 1
    return found


def shares(entries: Entries, today: int, resting: Flags, zone: ZoneInfo) -> Reals:
    """The share of a day's entries that come in each quarter of an hour (96,), from days of its kind before it."""
    kind = resting[entries.day] == resting[today]
    mine = np.flatnonzero((entries.day < today) & (entries.day >= today - SHARE_DAYS) & kind)
    hours = np.bincount(_quarter(entries, mine, zone) // 4, minlength=24) + 1.0
    return np.asarray(np.repeat(hours / hours.sum() / 4, 4))


def minutes(counts: Reals, usual: Reals, spread: Reals, alpha: float) -> tuple[Told, Told]:
    """(likelihood ratio, Shiryaev–Roberts) of the quarters of a day: `counts`, `usual` (series, 96), `spread`
    (series,) variance over mean; `alpha` the chance of one quarter of an hour."""
    scaled, level = counts / spread[:, None], usual / spread[:, None]
    value, _bound = glr.glr(scaled, level, limit=ratio_limit(alpha, QUARTERS), bounds=False)
    with np.errstate(over="ignore"):
        ratio = cusum.shiryaev_roberts(scaled, level, rise=RISE).max(axis=1)
    day, blank = usual.sum(axis=1), np.full(len(counts), np.nan)
    every = np.ones(len(counts), np.bool_)
    first = ratio_chance(value.max(axis=1), QUARTERS)
    second = np.minimum(1.0, 1 / np.maximum(ratio, 1e-300))
    return Told(day, blank, first, first <= alpha, every), Told(day, blank, second, second <= alpha, every)


def _quarter(entries: Entries, rows: Longs, zone: ZoneInfo) -> Longs:
    """The quarter of the county's day in which entries came."""
    days = entries.day[rows]
    begins = {int(day): _midnight(entries.counts.first + timedelta(days=int(day)), zone) for day in np.unique(days)}
    start = np.array([begins[int(day)] for day in days], np.int64)
    return np.clip((entries.second[rows] - start) // 900, 0, QUARTERS - 1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(0), zone).timestamp())


def points_of(spots: Mapping[str, tuple[float, float]], codes: Sequence[str]) -> Reals:
    """The points of places (places, 2), in this order."""
    return np.array([spots[code] for code in codes], np.float64).reshape(-1, 2)
