"""The command `gongzhi forecast`: counts of a file, forecast as distributions; CSV out.

What cannot be read is said with row and column.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.forecast.hierarchy import Hierarchy, coherent, hierarchy
from gongzhi.methods.forecast.model import ForecastError, forecast
from gongzhi.methods.tables import BadTable, Series, fault_said, read_counts, rows, step, write

Reals = NDArray[np.float64]
Answer = tuple[Sequence[str], list[str], Reals, Reals]  # names, periods to come, means, quantiles
BATCH = 2000  # series that learn from each other and are held in memory together
DEFAULT = "0.025,0.1,0.25,0.5,0.75,0.9,0.975"
COLUMNS = """columns written, one row a series and period to come:
  series, time   as in the input; sums of the hierarchy come first
  mean           the expected count
  q0.5, …        quantiles: with the probability in the name the count will be at most this. They lie between whole
                 numbers so that intervals hold what they promise; --whole rounds them to counts that can occur
columns read (CSV in UTF-8 or GB 18030, or Parquet):
  --input       series,time,observed; time is a whole number or a date like 2026-03-02, every period written
  --hierarchy   series,parent: what is summed into what; a series may have several parents (matter and place)
  --covariates  time and one column each (holiday 0/1, temperature …), a row for every period of past and horizon
--holidays CN takes a country's public holidays and working weekends as covariates; for daily dates

With a hierarchy every sum is forecast too, and all rows come from draws that add up exactly."""


def _rectangle(table: Sequence[Series]) -> tuple[Reals, Series]:
    """Counts (series, periods) that end together, NaN before a series begins; and the longest series."""
    longest = max(table, key=lambda series: len(series.counts))
    counts = np.full((len(table), len(longest.counts)), np.nan)
    for row, series in enumerate(table):
        if series.times[-1] != longest.times[-1]:
            raise BadTable(
                f"column time: series {series.name} ends at {series.times[-1]}, series {longest.name} at "
                f"{longest.times[-1]}; write every series up to the same last period, with 0 where nothing happened"
            )
        counts[row, len(longest.counts) - len(series.counts) :] = series.counts
        if series.times[0] not in longest.times:
            raise BadTable(f"column time: series {series.name} begins at {series.times[0]}, "
                           f"between two periods of series {longest.name}")  # fmt: skip
    return counts, longest


def _month(start: date, months: int) -> date:
    """The same day so many months later, the last day where the month is shorter."""
    index = start.year * 12 + start.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    last = (date((index + 1) // 12, (index + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(start.day, last))


def _coming(series: Series, horizon: int) -> list[str]:
    """Names of the periods to come."""
    if series.dates is None:
        return [str(int(series.times[-1]) + k) for k in range(1, horizon + 1)]
    last, days = series.dates[-1], step(series)
    try:
        if days:
            return [str(last + timedelta(days=days * k)) for k in range(1, horizon + 1)]
        return [str(_month(last, k)) for k in range(1, horizon + 1)]
    except (OverflowError, ValueError):
        raise BadTable(f"column time: {horizon} periods after {last} lie beyond the last day of the calendar; look for "
                       "a slip in the years") from None  # fmt: skip


def _seasons(series: Series, words: argparse.Namespace) -> tuple[int, float]:
    """Length of the short season and of the year, in periods."""
    if series.dates is None:
        return words.season or 1, float(words.year or 0)
    days = step(series)
    season = words.season or (7 if days == 1 else 12 if days == 0 else 1)
    known = {1: 365.2425, 7: 365.2425 / 7}
    return season, float(known.get(days, 0.0) if words.year is None else words.year)


def _tree(path: Path, table: Sequence[Series]) -> Hierarchy:
    """The hierarchy of a file over the series read."""
    parents: dict[str, list[str]] = {}
    for line, row in rows(path, ("series", "parent"), name=path.name):
        if not row["series"] or not row["parent"]:
            raise BadTable(f"{path.name} row {line}: series and parent both need a name")
        above = parents.setdefault(row["series"], [])
        if row["parent"] in above:
            raise BadTable(f"{path.name} row {line}: “{row['series']}” under “{row['parent']}” is said twice")
        above.append(row["parent"])
    if not parents:
        raise BadTable(f"{path.name}: there are no rows")
    return hierarchy(parents, [series.name for series in table])


def _covariates(path: Path, times: Sequence[str]) -> Reals:
    """Numbers (periods, columns) in the order of the times; refused when one is missing."""
    found: dict[str, list[float]] = {}
    for line, row in rows(path, ("time",), name=path.name):
        when = row.pop("time").strip()
        if when in found:
            raise BadTable(f"{path.name} row {line}, column time: {when} is there twice")
        found[when] = [_number(path, line, column, text) for column, text in row.items()]
    missing = [when for when in times if when not in found]
    if missing:
        raise BadTable(f"{path.name}: there is no row for {missing[0]}; past and horizon need {len(times)} rows")
    known = np.array([found[when] for when in times])
    if not known.shape[1]:
        raise BadTable(f"{path.name} row 1: there is no column beside time")
    return known


def _holidays(code: str, series: Series, times: Sequence[str]) -> Reals:
    """Marks of public holidays, and of weekends worked in exchange where a country has them."""
    import holidays

    if series.dates is None or step(series) != 1:
        raise BadTable("--holidays needs daily dates in the column time")
    days = [date.fromisoformat(when) for when in times]
    if code not in holidays.list_supported_countries():
        raise BadTable(f"--holidays: no holidays of “{code}” are known; CN is China")
    found = holidays.country_holidays(code, years=sorted({day.year for day in days}))
    free = [float(day in found) for day in days]
    worked = [float(day.weekday() >= 5 and found.is_working_day(day)) for day in days]
    return np.array([marks for marks in (free, worked) if any(marks)] or [free]).T


def _known(words: argparse.Namespace, series: Series, times: Sequence[str]) -> Reals | None:
    """What is known of past and horizon, from the file and the calendar."""
    parts = [_covariates(words.covariates, times)] if words.covariates else []
    parts += [_holidays(words.holidays, series, times)] if words.holidays else []
    return np.column_stack(parts) if parts else None


def _number(path: Path, line: int, column: str, text: str) -> float:
    """A finite number of a cell."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise BadTable(f"{path.name} row {line}, column {column}: “{text}” is not a number")
    return value


def _levels(text: str) -> tuple[float, ...]:
    try:
        levels = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a list of numbers like {DEFAULT}") from None
    if not levels or min(levels) <= 0 or max(levels) >= 1 or list(levels) != sorted(set(levels)):
        raise argparse.ArgumentTypeError("levels rise and lie between 0 and 1")
    return levels


def _words(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="gongzhi forecast", description="Forecast the counts of many series as distributions.", epilog=COLUMNS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--input", type=Path, required=True, help="counts, CSV or Parquet")
    parser.add_argument("--horizon", type=int, required=True, help="periods to come")
    parser.add_argument("--levels", type=_levels, default=_levels(DEFAULT), help=f"probabilities, default {DEFAULT}")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write")
    parser.add_argument("--hierarchy", type=Path, help="CSV of what is summed into what")
    parser.add_argument("--covariates", type=Path, help="CSV of holidays, weather …, for past and horizon")
    parser.add_argument("--holidays", help="code of a country, CN for China, whose public holidays matter")
    parser.add_argument("--season", type=int, default=0, help="periods of the short season; 7 for days, 12 for months")
    parser.add_argument("--year", type=float, help="periods of a year, 0 for none; found from daily or weekly dates")
    parser.add_argument("--whole", action="store_true", help="quantiles as whole numbers")
    parser.add_argument("--draws", type=int, default=1000, help="draws of a hierarchy")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draws; same seed, same answer")
    words = parser.parse_args(list(argv))
    if words.horizon < 1 or words.season < 0 or words.draws < 10 or (words.year or 0) < 0:
        parser.error("--horizon is at least 1, --draws at least 10, --season and --year are not negative")
    return words


def _forecasts(table: Sequence[Series], words: argparse.Namespace) -> Iterator[Answer]:
    """Names, periods to come, means and quantiles, a batch at a time."""
    counts, longest = _rectangle(table)
    season, year = _seasons(longest, words)
    coming = _coming(longest, words.horizon)
    extra = _known(words, longest, [*longest.times, *coming])
    if words.hierarchy:
        tree = _tree(words.hierarchy, table)
        got = coherent(counts, words.horizon, tree, season=season, year=year, covariates=extra, levels=words.levels,
                       draws=words.draws, seed=words.seed)  # fmt: skip
        yield got.names, coming, got.mean, np.round(got.quantiles) if words.whole else got.quantiles
        return
    for start in range(0, len(table), BATCH):
        part = slice(start, start + BATCH)
        one = forecast(counts[part], words.horizon, season=season, year=year, covariates=extra, levels=words.levels,
                       whole=words.whole)  # fmt: skip
        yield [series.name for series in table[part]], coming, one.mean, one.quantiles


def _told(answers: Iterable[Answer], count: list[int]) -> Iterator[list[str]]:
    """Rows to write, batch by batch; `count` gathers series and rows."""
    for names, coming, mean, quantiles in answers:
        for i, h in np.ndindex(mean.shape):
            yield [names[i], coming[h], *(f"{round(value, 9):.6g}" for value in (mean[i, h], *quantiles[i, h]))]
        count[0], count[1] = count[0] + len(names), count[1] + mean.size
        print(f"{count[0]:,} series forecast", file=sys.stderr)


def run(argv: Sequence[str]) -> int:
    """Read counts, forecast, write; 1 with a sentence when the input cannot be used."""
    words = _words(argv)
    try:
        count, head = [0, 0], ["series", "time", "mean", *(f"q{level:g}" for level in words.levels)]
        write(words.out, head, _told(_forecasts(read_counts(words.input), words), count))
    except (BadTable, ForecastError, OSError) as fault:
        print(fault_said("gongzhi forecast", words.input, fault), file=sys.stderr)
        return 1
    print(f"{count[0]} series, {count[1]} rows: {words.out}")
    return 0
