"""AutoETS on the histories: `python -m benchmarks.forecast_reference` with statsforecast writes the file kept here.

statsforecast is no dependency of the project: it is installed only where this is run. One thread, CPU time of the
fit and forecast alone, compiled before. Its quantiles below 0 are set to 0, which improves its score.
"""

from __future__ import annotations

import json
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks.forecast_sets import REPORTED, History, histories
from gongzhi.methods.forecast.scores import coverage, weighted_interval_score

KEPT = Path(__file__).parent / "reference" / "autoets.json"
WIDTHS = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98)
LEVELS = np.array((0.01, 0.025, *(i / 20 for i in range(1, 20)), 0.975, 0.99))


def one(counts: np.ndarray, season: int, horizon: int) -> tuple[np.ndarray, float]:
    """Quantiles (horizon, levels) and CPU seconds of one series."""
    from statsforecast.models import AutoETS

    before = time.process_time()
    told = AutoETS(season_length=season).forecast(y=counts, h=horizon, level=list(WIDTHS))
    spent = time.process_time() - before
    columns = []
    for level in LEVELS:
        width = round(abs(2 * level - 1) * 100)
        columns.append(told["mean"] if not width else told[f"{'lo' if level < 0.5 else 'hi'}-{width}"])
    return np.maximum(np.column_stack(columns), 0), spent


def measured(history: History) -> dict[str, object]:
    """Scores by origin of the reported series, coverage, CPU seconds a series."""
    scores, covered, spent = [], [], []
    for origin in history.origins:
        told = [one(row[:origin], history.season, history.horizon) for row in history.counts[REPORTED]]
        quantiles = np.array([each[0] for each in told])
        seen = history.counts[REPORTED, origin : origin + history.horizon]
        wis = weighted_interval_score(quantiles, LEVELS, seen) / history.scale(origin)[REPORTED, None]
        scores.append(float(wis.mean()))
        covered.append([coverage(quantiles[..., a], quantiles[..., -1 - a], seen) for a in (6, 3, 1)])
        spent += [each[1] for each in told]
    return {"wis": scores, "coverage": np.mean(covered, 0).round(4).tolist(), "cpu": float(np.mean(spent))}


def main() -> None:
    """Measure and keep."""
    import statsforecast

    warnings.filterwarnings("ignore")
    one(np.arange(60.0) % 7 + 5, 7, 7)
    found = {history.name: measured(history) for history in histories()}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({"statsforecast": statsforecast.__version__, "sets": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
