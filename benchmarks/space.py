"""Scan statistics and local statistics: CPU seconds on one core beside SaTScan and esda."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import space_runs
from gongzhi.methods.space import local, scan, zones

RUNS = space_runs.RUNS
FALLBACK = (-71.0587, 42.3594)  # where Boston puts what it cannot find: 14 % of its requests


def _cpu(work: Callable[[], Any], times: int = 5) -> float:
    """Median CPU seconds after one warm run."""
    work()
    spent = []
    for _ in range(times):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return float(np.median(spent))


def county() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates, population and counts of 1,000 areas x 90 days; the reference files, else a seeded twin."""
    if not RUNS.is_dir():
        rng = np.random.default_rng(11)
        people = rng.lognormal(8, 0.7, 1000)
        x, y = rng.random((2, 1000)) * 100
        return x, y, people, rng.poisson(np.outer(people / people.sum() * 113, np.ones(90))).astype(float)
    places = [line.split() for line in (RUNS / "big.geo").read_text().splitlines() if line.strip()]
    index = {row[0]: i for i, row in enumerate(places)}
    x, y = (np.array([float(row[k]) for row in places]) for k in (1, 2))
    people, counts = np.zeros(len(places)), np.zeros((len(places), 90))
    for line in (RUNS / "big.pop").read_text().splitlines():
        place, _, number = line.split()
        people[index[place]] += float(number)
    for line in (RUNS / "big.cas").read_text().splitlines():
        place, number, day = line.split()
        date = datetime.date(*map(int, day.split("/")))
        counts[index[place], (date - datetime.date(2024, 1, 1)).days] += int(number)
    return x, y, people, counts


def _agreement() -> list[dict[str, Any]]:
    """The same answers as SaTScan and esda, and a fallback coordinate that is no cluster; where these data are."""
    rows: list[dict[str, Any]] = []
    runs = {
        "New Mexico, Poisson": ("NewMexicoSpaceTimePoisson", space_runs.new_mexico),
        "New York fever, permutation": ("NYCSpaceTimePermutation", space_runs.new_york),
    }
    for name, (file, run) in runs.items() if RUNS.is_dir() else ():
        same, there, far = space_runs.agreement(file, run())
        rows.append({
            "figure": f"clusters of SaTScan's run found: same areas, log-likelihood ratio to 1e-6 ({name})",
            "asked": f"{there} of {there}", "value": f"{same} of {there} (greatest difference {far:.1e})",
            "met": same == there, "peer": "SaTScan 10.3.2", "detail": {},
        })  # fmt: skip
    if space_runs.LISA.is_file():
        moran, hot = space_runs.esda()
        rows.append({
            "figure": "local Moran and Getis-Ord G* of 1,000 areas, greatest difference to the reference",
            "asked": "≤ 1e-9", "value": f"{moran:.1e}; {hot:.1e}", "met": max(moran, hot) <= 1e-9,
            "peer": "esda 2.9.0", "detail": {},
        })  # fmt: skip
    if space_runs.BOSTON.is_file():
        named = [(point.x, point.y) for point in space_runs.boston()]
        rows.append({
            "figure": "fallback coordinates of Boston 2015 named, places taken for one",
            "asked": "1; 0", "value": f"{named.count(FALLBACK)}; {len(named) - named.count(FALLBACK)}",
            "met": named == [FALLBACK], "detail": {"at": named},
        })  # fmt: skip
    return rows


def measure() -> list[dict[str, Any]]:
    """Whole searches: zones, expectations, clusters and 999 replicas without early stopping."""
    x, y, people, counts = county()
    windows, means = scan.prospective(90, 7), np.outer(people, np.ones(90))
    cases = counts.sum(axis=1)
    searches = {
        "Poisson": (2.31, lambda: scan.poisson(counts, means, zones.circles(x, y, weight=people, share=0.05),
                                               windows, stop=0)),
        "permutation": (0.77, lambda: scan.permutation(counts, zones.circles(x, y, weight=cases, share=0.05),
                                                       windows, stop=0)),
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for name, (peer, work) in searches.items():
        spent = _cpu(work)
        rows.append(
            {
                "figure": f"space-time scan, {name}: 1,000 areas × 90 days × 999, CPU seconds on one core",
                "asked": f"≤ {peer / 10:.3f}",
                "value": round(spent, 4),
                "met": spent <= peer / 10,
                "peer": f"SaTScan {peer} s",
                "detail": {"times faster": round(peer / spent, 1)},
            }
        )
    rng = np.random.default_rng(1)
    links = local.nearest(*rng.random((2, 10_000)), 6)
    kinds = {"counts": rng.poisson(12, 10_000).astype(float), "reals": rng.gamma(2, 1, 10_000)}
    for name, work, peer in (("local Moran", local.moran, 5.1), ("Getis-Ord G*", local.getis_ord, 5.5)):
        for kind, values in kinds.items():
            spent = _cpu(lambda work=work, values=values: work(values, links))
            rows.append(
                {
                    "figure": f"{name}, 10,000 areas, {kind}, CPU seconds on one core",
                    "asked": f"≤ {peer / 10:.2f}",
                    "value": round(spent, 4),
                    "met": spent <= peer / 10,
                    "peer": f"esda, 999 permutations: {peer} s",
                    "detail": {"tails": "exact" if kind == "counts" else "saddle-point"},
                }
            )
    return [*rows, *_agreement()]
