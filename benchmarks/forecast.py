"""Forecasts beside AutoETS: weighted interval score, coverage, CPU time, and what coherence does to the score."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import machine
from benchmarks.forecast_reference import KEPT, LEVELS
from benchmarks.forecast_sets import REPORTED, History, histories
from benchmarks.picture import points
from gongzhi.methods.forecast.hierarchy import coherent, hierarchy
from gongzhi.methods.forecast.model import forecast
from gongzhi.methods.forecast.scores import coverage, randomised_coverage, weighted_interval_score

NOMINAL = (0.5, 0.8, 0.95)
AT = (6, 3, 1)  # where the lower ends of these intervals stand among the levels


def measured(history: History) -> dict[str, Any]:
    """Scores by origin, coverage and CPU seconds a series; all series are forecast, odd ones scored."""
    scores, random, plain, spent = [], [], [], 0.0
    forecast(history.counts[:, : history.origins[0]], history.horizon, season=history.season)  # compile
    for origin in history.origins:
        past = history.counts[:, :origin]
        before = time.process_time()
        told = forecast(past, history.horizon, season=history.season)
        spent += time.process_time() - before
        seen = history.counts[:, origin : origin + history.horizon]
        wis = weighted_interval_score(told.quantiles, LEVELS, seen) / history.scale(origin)[:, None]
        scores.append(float(wis[REPORTED].mean()))
        below, at = told.below(seen)
        random.append([randomised_coverage(below[REPORTED], at[REPORTED], n) for n in NOMINAL])
        ends = [(told.quantiles[REPORTED, :, a], told.quantiles[REPORTED, :, -1 - a]) for a in AT]
        plain.append([coverage(low, high, seen[REPORTED]) for low, high in ends])
    return {
        "wis": scores,
        "randomised": np.mean(random, 0).round(4).tolist(),
        "error": (np.std(random, 0, ddof=1) / np.sqrt(len(random))).round(4).tolist(),
        "plain": np.mean(plain, 0).round(4).tolist(),
        "cpu": spent / len(history.origins) / len(history.counts),
    }


def rows_of(history: History, ours: dict[str, Any], theirs: dict[str, Any]) -> list[dict[str, Any]]:
    """Three figures of one history."""
    ratio = float(np.mean(ours["wis"]) / np.mean(theirs["wis"]))
    faster = theirs["cpu"] / ours["cpu"]
    off = max(abs(got - nominal) for got, nominal in zip(ours["randomised"], NOMINAL, strict=True)) * 100
    shape = f"{len(history.counts)} series, {len(history.origins)} origins, horizon {history.horizon}"
    return [
        {"figure": f"forecast, {history.name}: WIS over AutoETS's", "asked": "≤ 0.95, aim 0.90",
         "value": round(ratio, 4),
         "met": ratio <= 0.95, "peer": f"AutoETS {np.mean(theirs['wis']):.3f}",
         "detail": {"ours by origin": np.round(ours["wis"], 4).tolist(), "set": shape}},
        {"figure": f"forecast, {history.name}: times faster than AutoETS, CPU a series", "asked": "≥ 100",
         "value": round(faster, 1), "met": faster >= 100, "peer": f"AutoETS {theirs['cpu'] * 1e3:.1f} ms",
         "detail": {"µs a series": round(ours["cpu"] * 1e6, 1)}},
        {"figure": f"forecast, {history.name}: points off nominal coverage, the worst of 50, 80, 95 %",
         "asked": "≤ 2", "value": round(off, 2), "met": off <= 2,
         "peer": "AutoETS " + "/".join(f"{100 * c:.0f}" for c in theirs["coverage"]),
         "detail": {"randomised": ours["randomised"], "standard error over origins": ours["error"],
                    "plain, with the point mass of small counts": ours["plain"]}},
    ]  # fmt: skip


def sums(history: History) -> dict[str, Any]:
    """Score of sums and leaves of Boston's reasons by neighbourhood after reconciling, over that before."""
    import datetime as dt

    import pyarrow.parquet as pq

    from benchmarks.forecast_sets import REQUESTS

    columns = ["opened_at", "neighborhood", "REASON"]
    rows = pq.read_table(REQUESTS / "boston311_2015_jan_jul.parquet", columns=columns).to_pylist()
    found: dict[tuple[str, str], np.ndarray] = {}
    for row in rows:
        day = (row["opened_at"].date() - dt.date(2015, 1, 1)).days
        if row["neighborhood"] and day < 211:
            found.setdefault((row["neighborhood"], row["REASON"]), np.zeros(211))[day] += 1
    keys = sorted(key for key in found if found[key].sum() >= 200)
    parents = {f"{place}|{why}": [f"place {place}", f"reason {why}"] for place, why in keys}
    parents |= {name: ["all"] for names in list(parents.values()) for name in names}
    counts = np.array([found[key] for key in keys])
    tree = hierarchy(parents, [f"{place}|{why}" for place, why in keys])
    before, after = [], []
    for origin in history.origins:
        got = coherent(counts[:, :origin], history.horizon, tree)
        future = counts[:, origin : origin + history.horizon]
        seen = np.vstack([tree.holds @ future, future])
        for kept, quantiles in ((before, got.base.quantiles), (after, got.quantiles)):
            score = weighted_interval_score(quantiles, LEVELS, seen).mean(1)
            kept.append([score[: len(tree.sums)].mean(), score[len(tree.sums) :].mean()])
    ratio = np.mean(after, 0) / np.mean(before, 0)
    return {
        "figure": f"coherent sums, Boston: WIS of {len(tree.sums)} sums over that of their own forecasts",
        "asked": "≤ 1", "value": round(float(ratio[0]), 4), "met": bool(ratio[0] <= 1),
        "detail": {"leaves": round(float(ratio[1]), 4), "number of leaves": len(keys)},
    }  # fmt: skip


def measure() -> list[dict[str, Any]]:
    """All histories beside the checkout; none, no rows."""
    with threadpool_limits(1):  # CPU of one thread, as AutoETS has it
        return _measure(json.loads(KEPT.read_text())["sets"])


def _measure(kept: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    picture: dict[str, list[tuple[str, list[float]]]] = {"score": [], "coverage": []}
    for history in histories():
        ours = measured(history)
        rows += rows_of(history, ours, kept[history.name])
        each = np.divide(ours["wis"], kept[history.name]["wis"]).tolist()
        picture["score"].append((history.name, [*each, rows[-3]["value"]]))
        picture["coverage"].append((history.name, ours["randomised"]))
        if history.name == "Boston by day":
            rows.append(sums(history))
    if rows:
        real = [covered for name, covered in picture["coverage"] if not name.startswith("hand-out")]
        off = float(np.abs(np.mean(real, 0) - NOMINAL).max() * 100)
        rows.append({"figure": "forecast, mean of the real histories: points off nominal coverage, the worst of three",
                     "asked": "≤ 2", "value": round(off, 2), "met": off <= 2,
                     "detail": {"randomised": np.mean(real, 0).round(4).tolist()}})  # fmt: skip
        title = "WIS over that of AutoETS: every origin, the mean in figures"
        points(machine.OUT / "forecast_score.svg", title, picture["score"], lines=(0.9, 0.95, 1.0), ends=(0.5, 1.15))
        title = "Randomised coverage of 50, 80 and 95 % intervals"
        points(machine.OUT / "forecast_coverage.svg", title, picture["coverage"], lines=NOMINAL, ends=(0.4, 1.0))
    return rows
