"""Every hand-out output of the reference on its own data sets: are our bounds and alarms the same?

The reference as shipped stops its fits early, so a bound counts as the same within 1e-4 of itself; the highest count
without alarm, which is what a bound is for, must be the same whole number everywhere.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from gongzhi.methods.counts.baselines import RULES
from gongzhi.methods.counts.bayes import bayes
from gongzhi.methods.counts.cdc import cdc
from gongzhi.methods.counts.cusum import cusum
from gongzhi.methods.counts.ears import ears
from gongzhi.methods.counts.farrington import Farrington, farrington
from gongzhi.methods.counts.glr import glr, known_change
from gongzhi.methods.counts.outbreak import outbreak_p
from gongzhi.methods.counts.rki import rki
from gongzhi.methods.counts.season import negative_binomial_mean, seasonal_mean

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "warning"
OLD: dict[str, Any] = {"levels": 1, "left_out": 3, "p_trend": 0.05, "threshold": "delta", "alpha": 0.05}
FLEXIBLE = {
    "default": Farrington(**OLD),
    "farrington_delta": Farrington(**OLD, weights_from=1.0),
    "noufaily_delta": Farrington(threshold="delta", alpha=0.05),
    "noufaily_muan": Farrington(threshold="muan", alpha=0.05),
    "noufaily_nbPlugin": Farrington(alpha=0.05),
    "notrend_none": Farrington(
        levels=5, half_window=4, trend=False, threshold="delta", alpha=0.01, power=1.0, enough=(0, 4)
    ),
}
KAPPA = 1.2  # the known change of the outputs named theta1.2


def _rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open() as file:
        return list(csv.DictReader(file))


def _numbers(rows: list[dict[str, str]], of: str) -> np.ndarray:
    return np.array([np.nan if row[of] == "NA" else float(row[of]) for row in rows])


def series(name: str) -> tuple[np.ndarray, list[date] | None]:
    """Counts of a shipped data set (all its regions together) and its dates, where it follows the calendar."""
    rows = _rows(f"data/{name.removesuffix('DE') if name.startswith('salm') else name}.csv")
    if "case" in rows[0]:
        return _numbers(rows, "case"), [date.fromisoformat(row["date"]) for row in rows]
    epochs = sorted({int(row["epoch"]) for row in rows})
    place = {epoch: i for i, epoch in enumerate(epochs)}
    counts = np.zeros(len(epochs))
    for row in rows:
        counts[place[int(row["epoch"])]] += float(row["observed"])
    dated = rows[0]["epochAsDate"] == "TRUE"
    return counts, [date(1970, 1, 1) + timedelta(days=e) for e in epochs] if dated else None


def _flexible(counts: np.ndarray, dates: Any, at: np.ndarray, config: str) -> Any:
    got = farrington(counts, at, config=FLEXIBLE[config], dates=dates)
    return got.bound[0], got.alarm[0]


def _of_1996(counts: np.ndarray, dates: Any, at: np.ndarray, _config: str) -> Any:
    """Its alpha is two-sided, and its trend is tested with a dispersion that may be below 1."""
    config = Farrington(**{**OLD, "left_out": 0, "alpha": 0.005}, weights_from=1.0, plain_errors=True)
    got = farrington(counts, at, config=config, dates=dates)
    return got.bound[0], got.alarm[0]


def _ears(counts: np.ndarray, _dates: Any, at: np.ndarray, config: str) -> Any:
    method, wide = config[:2], "b14" in config
    alpha = 0.01 if wide else 0.025 if method == "C3" else 0.001
    bound = ears(
        counts, method=method, alpha=alpha, baseline=14 if wide else 7, least=1.0 if wide else 0.0, compat="R"
    )[1][0, at]
    return bound, counts[at] > bound


def _bayes(counts: np.ndarray, _dates: Any, at: np.ndarray, config: str) -> Any:
    other = {"b0w6actY_a05": (0, 6, True, 0.05), "b2w4_a01": (2, 4, False, 0.01)}
    years, half, now, alpha = other.get(config) or (*RULES[int(config[-1])], 0.05)
    bound = bayes(counts, at, years=years, half_window=half, now=now, alpha=alpha)[1][0]
    return bound, counts[at] > bound


def _rki(counts: np.ndarray, _dates: Any, at: np.ndarray, config: str) -> Any:
    years, half, now = RULES[int(config[-1])]
    bound = rki(counts, at, years=years, half_window=half, now=now)[1][0]
    return bound, counts[at] > bound


def _cdc(counts: np.ndarray, _dates: Any, at: np.ndarray, _config: str) -> Any:
    seen, _expected, bound = cdc(counts, at, years=3, alpha=0.025)
    return bound[0], seen[0] > bound[0]


def _cusum(counts: np.ndarray, _dates: Any, at: np.ndarray, config: str) -> Any:
    start = int(at[0])
    mean = seasonal_mean(counts, start)[0][at] if "_glm_" in config else counts[:start].mean()
    value, _ = cusum(counts[at], mean, transform=config.split("_")[-1], overdispersion=0.1)
    return value[0], value[0] >= 2.26


def _outbreak(counts: np.ndarray, _dates: Any, at: np.ndarray, config: str) -> Any:
    value, bound = outbreak_p(counts[: at[-1] + 1], start=int(at[0]))
    return (value if config.endswith("value") else bound)[0][at], value[0][at] > 100


def _glr(rows: list[dict[str, str]], counts: np.ndarray, at: np.ndarray, config: str, over: float) -> Any:
    """Statistic or count that alarms, and the alarms; the means are those of the reference's own fit."""
    y, mean = counts[at], _numbers(rows, "mu0")
    if "theta" in config:
        value, bound = known_change(y, mean, kappa=KAPPA)
    else:
        value, bound = glr(
            y, mean, overdispersion=over, change="epi" if "epi" in config else "intercept", falling="dec" in config,
            window=52 if "M52" in config else 0, bounds=config.endswith("cases"),
        )  # fmt: skip
    return (bound if config.endswith("cases") else value)[0], value[0] >= 5


def _estimated() -> dict[str, float]:
    """Overdispersion the reference used, by output."""
    return {row["file"]: float(row["config"].split("alpha_used=")[1]) for row in _rows("manifest_main.csv")
            if "alpha_used=" in row["config"]}  # fmt: skip


METHODS: dict[str, Callable[..., Any]] = {
    "farringtonFlexible": _flexible, "farrington1996": _of_1996, "earsC": _ears, "bayes": _bayes, "rki": _rki,
    "cdc": _cdc, "cusum": _cusum,
    "outbreakP": _outbreak,
}  # fmt: skip
STATISTICS = ("cusum", "glr", "outbreakP")  # their column holds a statistic, or a count that alarms
TABLED = 0.05  # its negative binomial Anscombe transform comes from a table in steps of a hundredth: docs/methods.md
NONE = 1e9  # stands where the reference gives no bound


def same(folder: str, file: Path) -> tuple[bool, bool]:
    """(every alarm, every bound) of one output."""
    rows = _rows(f"{folder}/{file.name}")
    name, config = file.stem.split("__", 1)
    counts, dates = series(name)
    at = _numbers(rows, "k").astype(int) - 1
    if folder == "glr":
        bound, alarm = _glr(rows, counts, at, config, _estimated()[f"glr/{file.name}"])
    else:
        bound, alarm = METHODS[folder](counts, dates, at, config)
    theirs = _numbers(rows, "cusum" if folder == "cusum" else "upperbound")
    if folder == "farrington1996":  # 0 is no bound there
        theirs = np.where(theirs > 0, theirs, np.nan)
        bound = np.where(np.isnan(theirs), np.nan, bound)
    alarms = bool(np.array_equal(alarm, _numbers(rows, "alarm") > 0))
    loose = TABLED if config.endswith("anscombeNegBin") else 1e-6
    bounds = np.isclose(bound, theirs, rtol=1e-4, atol=loose, equal_nan=True)
    if folder == "glr":
        bounds |= theirs > NONE
        # its search for an epidemic change stops below the supremum
        bounds |= (config == "pois_epi_value") & (bound >= theirs)
    whole = (folder in STATISTICS) | np.isnan(theirs) | (np.floor(bound) == np.floor(theirs))
    return alarms, bool((bounds & whole).all())


def measure() -> list[dict[str, Any]]:
    """One row a method; nothing where the outputs are not there."""
    rows: list[dict[str, Any]] = []
    for folder in (*METHODS, "glr"):
        files = sorted((REFERENCE / folder).glob("*.csv"))
        got = {file.stem: same(folder, file) for file in files}
        alarms, bounds = (sum(each[i] for each in got.values()) for i in (0, 1))
        rows.append({
            "figure": f"hand-out outputs of {folder} on the shipped data sets: every alarm; every bound",
            "asked": f"{len(files)}; {len(files)}", "value": f"{alarms}; {bounds}",
            "met": alarms == bounds == len(files), "peer": "R surveillance 1.20.3",
            "detail": {"others": [name for name, each in got.items() if not all(each)]},
        })  # fmt: skip
    return [*rows, _simulated()] if (REFERENCE / "sim").is_dir() else rows


def _bounds_of_84(y: np.ndarray, at: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Bound or statistic, and alarms, by the name of the reference's output on the simulated series."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for number, (years, half, now) in RULES.items():
        words: dict[str, Any] = {"years": years, "half_window": half, "now": now}
        short = ears(y, method=f"C{number}", alpha=0.01, compat="R")[1][:, at]
        long = {"bayes": bayes(y, at, alpha=0.05, **words)[1], "rki": rki(y, at, **words)[1], "earsC": short}
        found.update({f"{name}{number}": (bound, y[:, at] > bound) for name, bound in long.items()})
    seen, _, bound = cdc(y, at, years=5, alpha=0.01)
    found["cdc"] = bound, seen > bound
    classic = Farrington(**{**OLD, "alpha": 0.01}, years=5, weights_from=1.0)
    old = Farrington(**{**OLD, "left_out": 0, "alpha": 0.005}, years=5, weights_from=1.0, plain_errors=True)
    for name, config in (("noufaily_nbPlugin", Farrington(years=5)), ("farrington_flex_delta", classic),
                         ("farrington1996", old)):  # fmt: skip
        got = farrington(y, at, config=config)
        found[name] = got.bound, got.alarm
    start = int(at[0])
    poisson, (both, over) = seasonal_mean(y, start), negative_binomial_mean(y, start)
    value = outbreak_p(y, start=start)[0][:, at]
    found["outbreakP"] = value, value > 100
    for name, mean in (("cusum_rossi", y[:, :start].mean(1, keepdims=True)), ("cusum_glm_rossi", poisson[:, at])):
        value, bound = cusum(y[:, at], mean)
        found[name] = bound, value >= 2.26
    value = glr(y[:, at], poisson[:, at], bounds=False)[0]
    found["glrpois"] = value, value >= 5
    parts = [glr(y[s : s + 1, at], both[s : s + 1, at], overdispersion=over[s], bounds=False)[0] for s in range(len(y))]
    found["glrnb"] = np.concatenate(parts), np.concatenate(parts) >= 5
    return found


def _simulated() -> dict[str, Any]:
    """The reference's 18 methods on 84 simulated series; what it gets wrong by overflow or rounding is left out."""
    y = _numbers(_rows("sim/handout_series.csv"), "y").reshape(84, 624)
    same_alarms = same_bounds = asked = 0
    others: dict[str, int] = {}
    for name, (bound, alarm) in _bounds_of_84(y, np.arange(575, 624)).items():
        rows = _rows(f"sim/handout_{name}.csv")
        theirs, told = _numbers(rows, "upperbound").reshape(bound.shape), _numbers(rows, "alarm").reshape(bound.shape)
        counted = np.ones(bound.shape, np.bool_)
        if name == "outbreakP":  # its products leave the numbers of a machine in long series: 0 where 1 is the least
            counted &= (theirs >= 1).all(axis=1, keepdims=True)
        if name == "farrington1996":  # 0 is no bound there
            counted = theirs > 0
        if name.startswith("cusum"):  # a bound below what any count can reach comes out positive there
            counted = bound > 0
        near = np.isclose(bound, theirs, rtol=1e-3, atol=1e-4, equal_nan=True) & counted
        alarms = (alarm == (told > 0)) | ((name == "outbreakP") & ~counted)
        same_alarms, same_bounds = same_alarms + int(alarms.sum()), same_bounds + int(near.sum())
        asked += int(counted.sum())
        others[name] = int((counted & ~near).sum() + (~alarms).sum())
    total = len(others) * y.shape[0] * 49
    return {
        "figure": "hand-out outputs of the reference's 18 methods on 84 simulated series: alarms; bounds",
        "asked": f"{total}; {asked}", "value": f"{same_alarms}; {same_bounds}",
        "met": same_alarms == total and same_bounds == asked, "peer": "R surveillance 1.20.3",
        "detail": {"others": {name: count for name, count in others.items() if count}},
    }  # fmt: skip
