"""The runs of SaTScan and esda that lie beside the checkout, computed again with our own methods."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import numpy as np

from gongzhi.methods.space import fallback, local, population, scan, zones

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[2] / "shared"))
RUNS = SHARED / "reference/warning/satscan"
LISA = SHARED / "reference/warning/lisa_n1000_knn6.csv"
BOSTON = SHARED / "data/requests/boston311_2015_jan_jul.parquet"
RATIO = 9  # column of the log-likelihood ratio in a file of clusters
Named = tuple[list[str], scan.Scan]


def lines(name: str) -> list[list[str]]:
    """Words of every line of a file of the runs."""
    return [line.split() for line in (RUNS / name).read_text().splitlines() if line.strip()]


def new_mexico(replicas: int = 199) -> Named:
    """Brain cancer 1973-1991: space-time Poisson, retrospective, standardised by age and sex."""
    geo = lines("nm.geo")
    ids = [row[0] for row in geo]
    strata = sorted({tuple(row[3:5]) for row in lines("nm.pop")})
    people = np.zeros((len(strata), 32, 3))
    for place, year, number, *stratum in lines("nm.pop"):
        people[strata.index(tuple(stratum)), ids.index(place), ["73", "82", "91"].index(year)] += float(number)
    events, counts = np.zeros(len(strata)), np.zeros((32, 19))
    for place, number, year, *stratum in lines("nm.cas"):
        events[strata.index(tuple(stratum))] += int(number)
        counts[ids.index(place), int(year) - 1973] += int(number)
    edges = np.array([datetime.date(1973 + k, 1, 1).toordinal() for k in range(20)], float)
    censuses = np.array([datetime.date(y, 7, 1).toordinal() for y in (1973, 1982, 1991)], float)
    means = population.standardised(events, population.person_time(censuses, people, edges))
    lat, lon = (np.array([float(row[k]) for row in geo]) for k in (1, 2))
    found = zones.circles(lon, lat, weight=means.sum(axis=1), degrees=True)
    return ids, scan.poisson(counts, means, found, scan.retrospective(19, 9), replicas=replicas)


def new_york() -> Named:
    """Fever, November 2001: space-time permutation, prospective."""
    geo = lines("NYCfever.geo")
    ids = [row[0] for row in geo]
    counts = np.zeros((len(ids), 24))
    for place, number, day in lines("NYCfever.cas"):
        counts[ids.index(place), int(day.split("/")[2]) - 1] += int(number)
    lat, lon = (np.array([float(row[k]) for row in geo]) for k in (1, 2))
    found = zones.circles(lon, lat, weight=counts.sum(axis=1), degrees=True, radius=3.0)
    return ids, scan.permutation(counts, found, scan.prospective(24, 7))


def agreement(name: str, run: Named) -> tuple[int, int, float]:
    """Clusters that are the reference's (places and statistic to 1e-6), clusters it reports, greatest difference."""
    ids, result = run
    theirs: dict[str, set[str]] = {}
    for row in lines(f"{name}.gis.txt"):
        theirs.setdefault(row[1], set()).add(row[0])
    table = lines(f"{name}.col.txt")
    same, far = 0, 0.0
    for row, ours in zip(table, result.clusters, strict=False):
        statistic = float(row[RATIO])
        far = max(far, abs(ours.statistic - statistic))
        same += abs(ours.statistic - statistic) <= 1e-6 and {ids[a] for a in ours.areas} == theirs[row[0]]
    return same, len(table), far


def esda() -> tuple[float, float]:
    """Greatest differences of local Moran and of Getis-Ord G* to the reference."""
    table = np.genfromtxt(LISA, delimiter=",", names=True)
    links = local.nearest(table["x"], table["y_coord"], 6)
    moran, hot = local.moran(table["value"], links), local.getis_ord(table["value"], links)
    return (
        float(np.abs(moran.statistic - table["localI"]).max()),
        float(np.abs(hot.statistic - table["Gstar"]).max()),
    )


def boston() -> list[Any]:
    """Fallback coordinates named in Boston's requests of 2015."""
    import pyarrow.parquet as pq

    table = pq.read_table(BOSTON, columns=["lon", "lat", "opened_at"])
    day = table["opened_at"].to_numpy().astype("datetime64[D]")
    return fallback.fallbacks(table["lon"].to_numpy(), table["lat"].to_numpy(), period=day)
