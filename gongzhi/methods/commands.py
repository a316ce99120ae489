"""The door for files: `gongzhi detect`. CSV or Parquet in, CSV out; what cannot be read is said with row and column."""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods import chart_methods, tables
from gongzhi.methods.tables import BadTable, NotJudged, Series, read_counts

Reals = NDArray[np.float64]
Answer = tuple[Reals, Reals, NDArray[np.bool_]]  # expected, upperbound, alarm at the asked positions
Answers = list[tuple[Series, NDArray[np.int64], Answer]]
OLD: dict[str, Any] = {"levels": 1, "left_out": 3, "p_trend": 0.05, "threshold": "delta"}
FARRINGTON: dict[str, dict[str, Any]] = {
    "noufaily": {},
    "noufaily-delta": {"threshold": "delta"},
    "noufaily-muan": {"threshold": "muan"},
    "noufaily-no-trend": {"trend": False},
    "noufaily-no-weights": {"reweight": False},
    "farrington": {**OLD, "weights_from": 1.0},
    "flexible": OLD,
    "1996": {**OLD, "weights_from": 1.0, "left_out": 0, "plain_errors": True},
}
CONFIGS: dict[str, tuple[str, ...]] = {
    "calibrated": ("pair",),
    "farrington": tuple(FARRINGTON),
    "ears": ("C1", "C2", "C3", "C3-R"),
    "bayes": ("1", "2", "3"),
    "rki": ("1", "2", "3"),
    "cdc": ("stroup",),
    **chart_methods.CONFIGS,
    # of single events; judged by stream_commands
    "stream": ("mixture",),
    "bursts": ("days",),
}
EVENTS = ("stream", "bursts")
HEAD = ["series", "time", "observed", "expected", "upperbound", "alarm"]
TOLD = 5  # series named that cannot be judged
COLUMNS = """columns written:
  series, time   as in the input
  observed       the count looked at (cdc: the sum of the last four periods)
  expected       what the past lets expect; empty where no answer is given
  upperbound     the highest count still usual; empty where there were too few cases lately or too little past
  alarm          1 when observed is above upperbound, else 0 (with --fdr: when it is among the findings of its
                 period of which at most that share is false)
columns read: series,time,observed[,population] (CSV in UTF-8 or GB 18030, or Parquet); time is a whole number or a date
like 2026-03-02, every period written. A series with too little past for the method is named and not judged."""
EVENT_COLUMNS = """

--method stream and bursts read events: series,time[,observed][,origin]; a row is one event, or `observed` of them.
  stream  time is a moment like 2026-03-02T09:14+08:00; moments without a zone are of --zone; sorted by time. A row is
          written for every alarm: observed and expected events from `since` (a seventh column) to time, upperbound the
          most there that had not alarmed. --budget: false findings a month of all series (default 10)
  bursts  time is a day or a moment; days without a row had no event. A row is written for every judged day, with a
          seventh column `bulk_entry`: the origin (office, channel) that entered a pile at once; this is no alarm.
          --budget as above (default: one a year and series)
  --last N judges the last N days; default all after the first half"""


def _farrington(series: Series, at: NDArray, name: str, alpha: float, years: int, period: int) -> Answer:
    from gongzhi.methods.counts.farrington import Farrington, farrington

    # the rule of 1996 has a two-sided alpha
    config = replace(Farrington(alpha=alpha / 2 if name == "1996" else alpha, years=years), **FARRINGTON[name])
    got = farrington(series.counts, at, config=config, period=period, dates=series.dates, population=series.population)
    return got.expected[0], got.bound[0], got.alarm[0]


def _days_off(series: Series, country: str) -> NDArray | None:
    """Columns of the country's public holidays for `--holidays`."""
    if not country:
        return None
    import holidays

    from gongzhi.methods.counts import festivals

    if series.dates is None:
        raise BadTable("--holidays needs dates in the column time")
    if country not in holidays.list_supported_countries():
        raise BadTable(f"--holidays: no holidays of “{country}” are known; CN is China")
    years = range(series.dates[0].year, series.dates[-1].year + 2)
    free = dict(holidays.country_holidays(country, years=years))
    columns = [festivals.marks(festivals.shares(series.dates, days)) for days in festivals.groups(free)]
    return np.concatenate(columns, axis=1) if columns else None


def _calibrated(
    series: Series, at: NDArray, words: argparse.Namespace, period: int, p_values: dict[str, Reals]
) -> Answer:
    """Keeps the p-values by the name of the series, for those that are judged together."""
    from gongzhi.methods.counts.calibrated import calibrated

    # whole numbers count weeks of a year of 52; dates follow the calendar
    year = 365.25 / 7 if series.dates is not None and period == 52 else 365.25 if period > 300 else period
    known = _days_off(series, words.holidays)
    got = calibrated(series.counts, at, alpha=words.alpha, period=year, population=series.population, known=known)
    p_values[series.name] = got.p[0]
    return got.expected[0], got.bound[0], got.alarm[0]


def _together(answers: Answers, p_values: dict[str, Reals], share: float) -> Answers:
    """Alarms of each period such that at most this share of them is false (Benjamini & Hochberg 1995)."""
    from gongzhi.methods.stream.budget import false_discoveries

    cells: dict[str, list[tuple[int, int]]] = {}
    for number, (series, at, _) in enumerate(answers):
        for i, k in enumerate(at):
            cells.setdefault(series.times[k], []).append((number, i))
    for held in cells.values():
        p = [p_values[answers[number][0].name][i] for number, i in held]
        for (number, i), told in zip(held, false_discoveries(p, rate=share), strict=True):
            series, at, (_expected, _bound, alarm) = answers[number]
            alarm[i] = bool(told) and series.counts[at[i]] > 0
    return answers


def _simple(series: Series, at: NDArray, method: str, name: str, alpha: float, years: int, period: int) -> Answer:
    y = series.counts
    if method == "ears":
        from gongzhi.methods.counts.ears import ears

        expected, bound = ears(y, method=name[:2], alpha=alpha, compat=name[3:])
        expected, bound = expected[:, at], bound[:, at]
    elif method == "cdc":
        from gongzhi.methods.counts.cdc import cdc

        seen, expected, bound = cdc(y, at, years=years, alpha=alpha, period=period)
        return expected[0], bound[0], seen[0] > bound[0]
    else:
        from gongzhi.methods.counts.baselines import RULES

        past, half, now = RULES[int(name)]
        if method == "rki":
            from gongzhi.methods.counts.rki import rki

            expected, bound = rki(y, at, years=past, half_window=half, now=now, period=period)
        else:
            from gongzhi.methods.counts.bayes import bayes

            expected, bound = bayes(y, at, years=past, half_window=half, now=now, alpha=alpha, period=period)
    return expected[0], bound[0], y[at] > bound[0]


def _reach(method: str, name: str, years: int, period: int) -> int:
    """Periods of past a method needs before the first one it can judge."""
    if method == "farrington":
        return years * period + 3
    if method == "cdc":
        return years * period + 4 + 3
    if method == "calibrated":
        return 2 * period + period // 2
    if method in chart_methods.CONFIGS:
        return chart_methods.learned(method, period)
    if method == "ears":
        return {"C1": 7, "C2": 9}.get(name, 11)
    past, half, _now = {"1": (0, 6, True), "2": (1, 6, True), "3": (2, 4, False)}[name]
    return past * period + half


def _positions(series: Series, words: argparse.Namespace, period: int) -> NDArray[np.int64]:
    length = len(series.counts)
    start = max(0, length - words.last) if words.last else 0
    need = _reach(words.method, words.config, words.years, period)
    if (start if words.last else length - 1) < need:
        left = f"--last {words.last} leaves {start}" if words.last else f"there are {length} periods in all"
        raise NotJudged(
            f"{words.method} needs {need} periods before the first one judged, in series {series.name} {left}"
        )
    return np.arange(max(start, need), length)


def _period(series: Series) -> int:
    """Periods a year, from the step between dates; 52 for whole numbers."""
    if series.dates is None or len(series.dates) < 2:
        return 52
    days = tables.step(series)
    return round(364 / days) if days else 12


def _answer(series: Series, words: argparse.Namespace, p_values: dict[str, Reals]) -> tuple[NDArray[np.int64], Answer]:
    period = words.period or _period(series)
    at = _positions(series, words, period)
    if words.method == "farrington":
        return at, _farrington(series, at, words.config, words.alpha, words.years, period)
    if words.method in chart_methods.CONFIGS:
        return at, chart_methods.run(series.name, series.counts, at, words.method, words.config, words.limit, period)
    if words.method == "calibrated":
        return at, _calibrated(series, at, words, period, p_values)
    return at, _simple(series, at, words.method, words.config, words.alpha, words.years, period)


def _said(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value)) if value != int(value) else str(int(value))


def _judged(
    table: Sequence[Series], words: argparse.Namespace, tell: Callable[[str], None]
) -> Iterable[tuple[Series, NDArray[np.int64], Answer]]:
    """Series by series; all at once where alarms depend on each other. Those that cannot be judged are told."""
    p_values: dict[str, Reals] = {}
    if words.budget:
        words.alpha = words.budget / (len(table) * (words.period or _period(table[0])) / 12)
        tell(f"{words.budget:g} false findings a month over {len(table)} series: alpha {words.alpha:.3g}")
    kept: Answers = []
    left: list[str] = []
    for number, series in enumerate(table, 1):
        if number % 1000 == 0:
            tell(f"{number} of {len(table)} series")
        try:
            one = (series, *_answer(series, words, p_values))
        except NotJudged as fault:
            left.append(str(fault))
            continue
        if words.fdr:
            kept.append(one)
        else:
            yield one
    if len(left) == len(table):
        raise BadTable(f"no series can be judged: {left[0]}")
    if left:
        tell(f"{len(left)} of {len(table)} series not judged: {'; '.join(left[:TOLD])}{' …' if left[TOLD:] else ''}")
    if words.fdr:
        yield from _together(kept, p_values, words.fdr)


def _lines(
    table: Sequence[Series], words: argparse.Namespace, tell: Callable[[str], None]
) -> Iterator[tuple[str, str, int, float, float, int]]:
    """One row a judged period: series, time, observed, expected, upperbound (NaN where there is none), alarm."""
    for series, at, (expected, bound, alarm) in _judged(table, words, tell):
        for i, k in enumerate(at):
            seen = series.counts[k - 3 : k + 1].sum() if words.method == "cdc" else series.counts[k]
            yield series.name, series.times[k], int(seen), float(expected[i]), float(bound[i]), int(alarm[i])


def _write(
    out: Path, table: Sequence[Series], words: argparse.Namespace, tell: Callable[[str], None]
) -> tuple[int, int]:
    told: list[int] = []

    def lines() -> Iterator[list[object]]:
        for name, when, seen, expected, bound, alarm in _lines(table, words, tell):
            told.append(alarm)
            yield [name, when, seen, _said(expected), _said(bound), alarm]

    tables.write(out, HEAD, lines())
    return len(told), sum(told)


def of_table(table: Any, **options: Any) -> Any:
    """`gongzhi detect` for a notebook: an Arrow table in (series,time,observed[,population]), one out.

    `options` are those of the command without their dashes (method, config, alpha, last, years, budget, fdr, holidays
    …). Columns out: series, time (as text), observed, expected, upperbound (null where there is none), alarm (bool).
    Raises BadTable or ValueError with the command's sentence; series that cannot be judged are warned of.
    """
    import pyarrow as pa

    words = _parser().parse_args(["--input", "", "--out", ""])
    if unknown := [name for name in options if name in ("input", "out", "zone") or not hasattr(words, name)]:
        raise ValueError(f"detect has no option {unknown[0]}")
    vars(words).update(options)
    if words.method not in CONFIGS or words.method in EVENTS:
        raise ValueError(f"method is one of {', '.join(name for name in sorted(CONFIGS) if name not in EVENTS)}")
    _complete(words)
    rows = [*_lines(tables.counts_of(tables.of_arrow(table, tables.NEEDED)), words, warnings.warn)]
    columns = [*zip(*rows, strict=True)] if rows else [()] * len(HEAD)
    kinds = (pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.bool_())
    arrays = [
        pa.array(np.array(column) if kind == pa.float64() else column, from_pandas=True).cast(kind)
        for column, kind in zip(columns, kinds, strict=True)
    ]
    return pa.table(dict(zip(HEAD, arrays, strict=True)))


def _parser() -> argparse.ArgumentParser:
    choices = "; ".join(f"{method}: {', '.join(names)}" for method, names in CONFIGS.items())
    parser = argparse.ArgumentParser(
        prog="gongzhi detect", description="Find unusual counts in a CSV or Parquet file.",
        epilog=COLUMNS + EVENT_COLUMNS, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    methods = ", ".join(sorted(CONFIGS))
    parser.add_argument(
        "--method", choices=sorted(CONFIGS), default="farrington", metavar="METHOD",
        help=f"how to judge: {methods} (default farrington; docs/methods.md)",
    )  # fmt: skip
    parser.add_argument("--config", help=f"the method's variant ({choices}); default the first")
    parser.add_argument(
        "--alpha", type=float, default=0.01, help="share of usual periods above the bound (default 0.01)"
    )
    parser.add_argument(
        "--budget",
        type=float,
        default=0,
        help="false findings a month all series may give (calibrated, stream, bursts)",
    )
    parser.add_argument(
        "--fdr", type=float, default=0, help="share of a period's findings that may be false, 0.1 say (calibrated)"
    )
    parser.add_argument("--years", type=int, default=5, help="past years compared with (farrington, cdc; default 5)")
    parser.add_argument("--period", type=int, default=0, help="periods a year; found from dates, else 52")
    parser.add_argument(
        "--limit", type=float, default=0,
        help="limit of a chart's statistic (cusum 2.26, glr 5, outbreakp 100, shiryaev-roberts 1 / alpha)",
    )  # fmt: skip
    parser.add_argument(
        "--holidays", default="",
        help="code of a country, CN for China: its days off move what is expected (calibrated, stream, bursts)",
    )  # fmt: skip
    parser.add_argument("--zone", default="UTC", help="zone of moments and days of stream and bursts (Asia/Shanghai …)")
    parser.add_argument("--last", type=int, default=0, help="judge the last N periods of each series; default all")
    parser.add_argument("--input", type=Path, required=True, help="counts, CSV or Parquet")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write")
    return parser


def _complete(words: argparse.Namespace) -> None:
    """Fills in what follows from the method; raises ValueError for words that do not go together."""
    words.limit = words.limit or {**chart_methods.LIMITS, "shiryaev-roberts": 1 / max(words.alpha, 1e-9)}.get(
        words.method
    )
    words.config = words.config or CONFIGS[words.method][0]
    if words.config not in CONFIGS[words.method]:
        raise ValueError(f"--config of {words.method} is one of {', '.join(CONFIGS[words.method])}")
    if not 0 < words.alpha < 1 or words.years < 1 or words.last < 0 or words.period < 0:
        raise ValueError("--alpha lies between 0 and 1, --years is at least 1, --last and --period are not negative")
    if (words.budget and words.method not in ("calibrated", *EVENTS)) or (words.fdr and words.method != "calibrated"):
        raise ValueError("--budget and --fdr need p-values that can be believed: --method calibrated")
    if words.holidays and words.method not in ("calibrated", *EVENTS):
        raise ValueError("--holidays goes with --method calibrated, stream and bursts")
    if words.budget < 0 or not 0 <= words.fdr < 1:
        raise ValueError("--budget is not negative, --fdr lies between 0 and 1")


def _words(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    words = parser.parse_args(list(argv))
    try:
        _complete(words)
    except ValueError as fault:
        parser.error(str(fault))
    return words


def detect(argv: Sequence[str]) -> int:
    """Read counts, judge the last periods, write alarms; 1 with a sentence when the input cannot be used."""
    words = _words(argv)
    try:
        if words.method in EVENTS:
            from gongzhi.methods import stream_commands

            print(stream_commands.run(words))
            return 0
        table = read_counts(words.input)
        rows, alarms = _write(words.out, table, words, lambda text: print(text, file=sys.stderr))
    except (BadTable, ValueError, OSError) as fault:
        print(tables.fault_said("gongzhi detect", words.input, fault), file=sys.stderr)
        return 1
    print(f"{len(table)} series, {rows} periods judged, {alarms} alarms: {words.out}")
    return 0
