"""Histories that forecasts are measured on: Boston, New York, Pingshan by day and week, and the hand-out set.

Constants of the method were chosen on series with even numbers and on the origins called `tuned`; figures are of series
with odd numbers, all origins.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[2] / "shared"))
REQUESTS = SHARED / "data/requests"
REPORTED = slice(1, None, 2)


@dataclass(frozen=True)
class History:
    """Counts (series, periods), length of the season, origins (periods known), periods to forecast."""

    name: str
    counts: np.ndarray
    season: int
    origins: tuple[int, ...]
    horizon: int

    def scale(self, origin: int) -> np.ndarray:
        """Mean absolute difference from one season to the next before an origin, at least a tenth of a count."""
        past = self.counts[:, :origin]
        return np.maximum(np.abs(past[:, self.season :] - past[:, : -self.season]).mean(1), 0.1)


def table(keys: Iterable[str | None], days: Iterable[dt.date], first: dt.date, length: int, least: int) -> np.ndarray:
    """Daily counts of every key with at least so many."""
    found: dict[str, np.ndarray] = {}
    for key, day in zip(keys, days, strict=True):
        at = (day - first).days
        if key and 0 <= at < length:
            found.setdefault(key, np.zeros(length))[at] += 1
    return np.array([found[key] for key in sorted(found) if found[key].sum() >= least])


def weeks(counts: np.ndarray) -> np.ndarray:
    """Sums of seven days from the first."""
    whole = counts.shape[1] // 7
    return counts[:, : 7 * whole].reshape(len(counts), whole, 7).sum(2)


def boston() -> list[History]:
    """Types, neighbourhoods, and reasons by neighbourhood, January to July 2015."""
    import pyarrow.parquet as pq

    columns = ["opened_at", "TYPE", "neighborhood", "REASON"]
    rows = pq.read_table(REQUESTS / "boston311_2015_jan_jul.parquet", columns=columns).to_pydict()
    days, first = [moment.date() for moment in rows["opened_at"]], dt.date(2015, 1, 1)
    both = [place and f"{place}/{why}" for place, why in zip(rows["neighborhood"], rows["REASON"], strict=True)]
    counts = np.vstack([table(rows["TYPE"], days, first, 211, 100), table(rows["neighborhood"], days, first, 211, 100),
                        table(both, days, first, 211, 200)])  # fmt: skip
    return [History("Boston by day", counts, 7, tuple(range(113, 198, 14)), 14),
            History("Boston by week", weeks(counts), 1, (18, 20, 22, 24, 26), 4)]  # fmt: skip


def new_york() -> list[History]:
    """Complaint types, council offices and boroughs, 2015 to June 2019."""
    import pyarrow.parquet as pq

    columns = ["opened_on", "complaint_type", "account", "borough"]
    rows = pq.read_table(REQUESTS / "nyc_council_2015_2019h1.parquet", columns=columns).to_pydict()
    first = dt.date(2015, 1, 1)
    counts = np.vstack([table(rows[key], rows["opened_on"], first, 1642, 500) for key in columns[1:]])
    return [History("New York by day", counts, 7, tuple(1642 - 28 * k for k in (11, 9, 7, 5, 3, 1)), 28),
            History("New York by week", weeks(counts), 1, tuple(234 - 8 * k for k in range(8, 0, -1)), 8)]  # fmt: skip


def pingshan() -> list[History]:
    """Kinds, streets, communities and sources from 10 September to October 2018; days are missing before that."""
    columns = ("EVENT_TYPE_NAME", "STREET_NAME", "COMMUNITY_NAME", "EVENT_SRC_NAME", "MAIN_TYPE_NAME")
    with (SHARED / "data/china/pingshan_events_2018_to_oct.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    days = [dt.date.fromisoformat(row["CREATE_TIME"][:10]) for row in rows]
    tables = [table([row[key] for row in rows], days, dt.date(2018, 9, 10), 52, 40) for key in columns]
    return [History("Pingshan by day", np.vstack(tables), 7, (24, 31, 38, 45), 7)]


def handout() -> list[History]:
    """The 100 synthetic daily series of the hand-out."""
    found: dict[str, list[float]] = {}
    with (SHARED / "reference/warning/fc_daily311like_100x1123.csv").open() as file:
        for row in csv.DictReader(file):
            found.setdefault(row["unique_id"], []).append(float(row["y"]))
    counts = np.array([found[key] for key in sorted(found)])
    return [History("hand-out by day", counts, 7, (899, 955, 1011, 1067, 1095), 28)]


def histories() -> list[History]:
    """All that are beside the checkout."""
    needed: dict[Any, Path] = {
        boston: REQUESTS / "boston311_2015_jan_jul.parquet",
        new_york: REQUESTS / "nyc_council_2015_2019h1.parquet",
        pingshan: SHARED / "data/china/pingshan_events_2018_to_oct.csv",
        handout: SHARED / "reference/warning/fc_daily311like_100x1123.csv",
    }
    return [history for read, path in needed.items() if path.is_file() for history in read()]
