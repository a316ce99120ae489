"""Effects: agreement with the reference regression; coverage and verdicts on planted effects, and under none."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits

from benchmarks import machine
from benchmarks.picture import points
from gongzhi.methods.effect.did import did
from gongzhi.methods.effect.its import its, segmented
from gongzhi.methods.effect.regression import fit
from gongzhi.methods.effect.synthetic import synthetic
from gongzhi.methods.effect.verdict import HARMED, WORKED, Effect
from gongzhi.methods.simulator.measures import Worlds, measures

SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[2] / "shared"))
FOLDER = SHARED / "reference/warning"
WORLDS, UNITS, START, SEED, TRAPS = 1000, 12, 104, 20262, 200  # not a seed anything was chosen on
PLANTED = np.tile([-0.5, -0.3, -0.1, 0.2, 0.4], WORLDS // 5)

DESIGNS: dict[str, Callable[[np.ndarray], Effect]] = {
    "interrupted series": lambda rows: its(rows[0], START, year=52.1775),
    "difference": lambda rows: did(rows[0], rows[1:], START, match=8),
    "synthetic control": lambda rows: synthetic(rows[0], rows[1:], START).effect,
}


def agreement() -> dict[str, Any]:
    """Largest relative difference of coefficients, quasi and HAC errors and dispersion."""
    tables = []
    for name in ("causal_its_series.csv", "causal_its_statsmodels_quasipoisson.csv"):
        with (FOLDER / name).open() as file:
            rows = list(csv.DictReader(file))
        tables.append({key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key})
    series, told = tables
    fitted = fit(series["y"], segmented(len(series["y"]), 104, year=52.0).columns)
    got = {"coef": fitted.beta, "se_quasi": np.sqrt(np.diag(fitted.quasi())),
           "se_HAC4": np.sqrt(np.diag(fitted.hac(4))), "dispersion_X2": np.full(6, fitted.dispersion)}  # fmt: skip
    off = {key: float(np.abs(value / told[key] - 1).max()) for key, value in got.items()}
    worst = max(off.values())
    return {"figure": "segmented regression, largest relative difference from the reference (× 1e-9)", "asked": "≤ 1",
            "value": round(worst * 1e9, 6), "met": worst <= 1e-9, "peer": "statsmodels; R differs from it by 2.5e-12",
            "detail": off}  # fmt: skip


def judged(worlds: Worlds, design: Callable[[np.ndarray], Effect]) -> dict[str, float]:
    """How often the interval held the truth, and the verdicts."""
    got = [design(rows.astype(float)) for rows in worlds.counts]
    truth = worlds.effect
    right = [one.verdict == (WORKED if e < 0 else HARMED) for one, e in zip(got, truth, strict=True)]
    wrong = [one.verdict == (HARMED if e < 0 else WORKED) for one, e in zip(got, truth, strict=True)]
    return {
        "held": float(np.mean([one.low <= e <= one.high for one, e in zip(got, truth, strict=True)])),
        "verdict": float(np.mean([one.verdict in (WORKED, HARMED) for one in got])),
        "right": float(np.mean(right)),
        "wrong": float(np.mean(wrong)),
        "width": float(np.median([one.high - one.low for one in got])),
        **{f"{name} failed": float(np.mean([not check.stood for one in got for check in one.checks
                                            if check.name == name]))
           for name in dict.fromkeys(check.name for one in got for check in one.checks)},
    }  # fmt: skip


def thinned(worlds: Worlds, share: np.ndarray, units: slice) -> Worlds:
    """The same worlds, of whose counts in some units only a share is kept, week by week."""
    rng = np.random.default_rng(SEED + 2)
    counts = worlds.counts.copy()
    counts[:, units] = rng.binomial(counts[:, units], share)
    return replace(worlds, counts=counts)


def traps(none: Worlds) -> list[dict[str, Any]]:
    """Changes that are not the measure's: everybody falls at once; the past was already bending down."""
    few = replace(none, counts=none.counts[:TRAPS], effect=none.effect[:TRAPS])
    t = np.arange(few.counts.shape[2])
    together = thinned(few, np.where(t >= START, 0.6, 1.0), slice(None))
    bent = thinned(few, np.exp(-0.00012 * np.maximum(t - 30, 0) ** 2), slice(0, 1))
    rows = []
    for name, worlds, what in (("difference", together, "everybody's counts fell by two fifths at once"),
                               ("synthetic control", together, "everybody's counts fell by two fifths at once"),
                               ("interrupted series", bent, "the past was already bending down"),
                               ("difference", bent, "the past was already bending down"),
                               ("synthetic control", bent, "the past was already bending down")):  # fmt: skip
        got = judged(worlds, DESIGNS[name])
        rows.append({"figure": f"effect by {name}: a verdict though {what}, {TRAPS} measures without effect",
                     "asked": "≤ 0.05", "value": round(got["verdict"], 4), "met": got["verdict"] <= 0.05,
                     "detail": got})  # fmt: skip
    return rows


def measure() -> list[dict[str, Any]]:
    """A thousand planted measures and a thousand without effect, each by every design."""
    with threadpool_limits(1):
        return _measure()


def _measure() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [agreement()] if FOLDER.is_dir() else []
    planted = measures(WORLDS, effect=PLANTED, units=UNITS, start=START, seed=SEED)
    none = measures(WORLDS, effect=0.0, units=UNITS, start=START, seed=SEED + 1)
    low = float(stats.binom.ppf(0.005, WORLDS, 0.95)) / WORLDS
    picture = []
    for name, design in DESIGNS.items():
        with_one, without = judged(planted, design), judged(none, design)
        picture.append((name, [without["held"], with_one["held"]]))
        rows += [
            {"figure": f"effect by {name}: 95 % intervals that hold the planted effect, {WORLDS:,} measures",
             "asked": f"≥ {low:.3f} (0.95 within chance)", "value": round(with_one["held"], 4),
             "met": bool(with_one["held"] >= low), "detail": with_one},
            {"figure": f"effect by {name}: a verdict where there is no effect, {WORLDS:,} measures", "asked": "≤ 0.05",
             "value": round(without["verdict"], 4), "met": without["verdict"] <= 0.05, "detail": without},
            {"figure": f"effect by {name}: verdicts in the wrong direction, {WORLDS:,} planted measures",
             "asked": "≤ 0.01", "value": round(with_one["wrong"], 4), "met": with_one["wrong"] <= 0.01,
             "detail": {"right": with_one["right"]}},
        ]  # fmt: skip
    title = "95 % intervals that hold the truth: without an effect, with one"
    points(machine.OUT / "effect_coverage.svg", title, picture, lines=(0.9, 0.95, 1.0), ends=(0.85, 1.0))
    return [*rows, *traps(none)]
