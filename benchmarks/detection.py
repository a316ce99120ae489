"""Detection on counts: agreement with the reference outputs beside the checkout, and CPU time a judged point."""

from __future__ import annotations

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import agreement
from gongzhi.methods.counts.farrington import Farrington, farrington

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "warning"
CLASSIC = {"levels": 1, "left_out": 3, "p_trend": 0.05, "threshold": "delta", "weights_from": 1.0}
CONFIGS = {
    "noufaily_nbPlugin": Farrington(years=5, alpha=0.01),
    "farrington_flex_delta": Farrington(years=5, alpha=0.01, **CLASSIC),
}
R_MICROSECONDS = 5770.0


def _column(name: str, column: str) -> np.ndarray:
    with (REFERENCE / name).open() as file:
        return np.array([np.nan if row[column] == "NA" else float(row[column]) for row in csv.DictReader(file)])


def _agreement(name: str, config: Farrington, counts: np.ndarray) -> dict[str, Any]:
    got = farrington(counts, np.arange(575, 624), config=config)
    errors = {}
    for mine, of in ((got.expected, "expected"), (got.phi, "phi")):
        theirs = _column(f"sim/handout_{name}_tightglm.csv", of).reshape(mine.shape)
        errors[of] = float(np.nanmax(np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-12)))
    bound = _column(f"sim/handout_{name}_tightglm.csv", "upperbound").reshape(got.bound.shape)
    same = np.isclose(got.bound, bound, rtol=1e-6, atol=0, equal_nan=True)
    return {
        "figure": f"agreement with the converged reference: {name}",
        "asked": "every bound, expected and phi within 1e-6",
        "value": f"{int(same.sum())} of {same.size} bounds",
        "met": bool(same.all()) and max(errors.values()) <= 1e-6,
        "peer": "R surveillance 1.20.3, glm to 1e-14",
        "detail": errors,
    }


def _speed() -> dict[str, Any]:
    rows = list(csv.reader((REFERENCE / "speed1000_series.csv").open()))[1:]
    table = np.array(rows, dtype=float)
    counts = table if table.shape[0] == 1000 else table.T
    at = np.arange(counts.shape[1] - 52, counts.shape[1])
    config = Farrington(years=4, alpha=0.01)
    farrington(counts[:2], at, config=config)  # compiles
    runs = []
    for _ in range(5):
        start = time.process_time()
        farrington(counts, at, config=config)
        runs.append((time.process_time() - start) / (len(counts) * len(at)) * 1e6)
    value = round(min(runs), 2)
    return {
        "figure": "improved Farrington, CPU µs a judged point, one core",
        "asked": "≤ 10",
        "value": value,
        "met": value <= 10,
        "peer": f"R surveillance {R_MICROSECONDS:g} µs",
        "detail": {"series": len(counts), "periods": len(at), "runs": [round(r, 2) for r in runs]},
    }


def _wide() -> dict[str, Any]:
    """One week of 100,000 series, wall seconds on two cores; the compiled loops let go of the interpreter."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(rng.gamma(0.5, 8.0, (100_000, 1)), (100_000, 313)).astype(np.float64)
    config, at = Farrington(years=5, alpha=0.01), np.array([312])
    farrington(counts[:2], at, config=config)
    halves = (counts[:50_000], counts[50_000:])
    runs: list[float] = []
    spent = time.process_time()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            start = time.perf_counter()
            list(pool.map(lambda half: farrington(half, at, config=config), halves))
            runs.append(time.perf_counter() - start)
    value = round(min(runs), 3)
    return {
        "figure": "improved Farrington, 100,000 series × 1 week, seconds on two cores",
        "asked": "< 1",
        "value": value,
        "met": value < 1,
        "peer": f"R surveillance {R_MICROSECONDS * 0.1 / 2:.0f} s on two cores",
        "detail": {"runs": [round(r, 3) for r in runs], "CPU s a run": round((time.process_time() - spent) / 3, 3)},
    }


def measure() -> list[dict[str, Any]]:
    """Agreement first, then speed; nothing when the reference outputs are not there."""
    if not REFERENCE.is_dir():
        return []
    counts = _column("sim/handout_series.csv", "y").reshape(84, 624)
    first = [_agreement(name, config, counts) for name, config in CONFIGS.items()]
    return [*first, *agreement.measure(), _speed(), _wide()]
