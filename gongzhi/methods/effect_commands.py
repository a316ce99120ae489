"""The command `gongzhi effect`: did a measure work? Counts of a file in, an effect with checks and verdict out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.effect.did import did
from gongzhi.methods.effect.its import its
from gongzhi.methods.effect.regression import EffectError
from gongzhi.methods.effect.synthetic import synthetic
from gongzhi.methods.effect.verdict import Effect
from gongzhi.methods.tables import BadTable, Series, fault_said, read_counts, step, write

Reals = NDArray[np.float64]
COLUMNS = """columns written to --out, one row a finding:
  what       change: relative change of the treated series' counts after the start (-0.2: a fifth fewer), mean over
             all periods from then on; verdict; the checks: pre-trend, bend carried on, placebo in time and in space
  value      the change, the verdict (worked, no evidence, harmed), or stood / failed
  low, high  ends of the interval of the change at --level
  p          p-value of the change or of the check; of a placebo, its rank among the pretended measures
  sentence   what it means
columns written to --line: time, observed, expected (without the measure)
columns read: series,time,observed (CSV in UTF-8 or GB 18030, or Parquet); time is a whole number or a date like
2026-03-02, every period written.

The verdict is “worked” or “harmed” only when the interval leaves out no change and every check stood. The designs its
(the series' own past), did (series whose past ran alike) and synthetic (a mixture of series) assume different
things; docs/methods/effect.md says what. No design removes what happened at the same time as the measure."""


def _words(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="gongzhi effect", description="Did a measure change the counts of a series?", epilog=COLUMNS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--input", type=Path, required=True, help="counts, CSV or Parquet")
    parser.add_argument("--design", choices=("its", "did", "synthetic"), required=True,
                        help="against its own past, series that ran alike, or a mixture of series")  # fmt: skip
    parser.add_argument("--treated", required=True, help="name of the treated series")
    parser.add_argument("--start", required=True, help="first period under the measure, as written in the file")
    parser.add_argument("--wanted", choices=("fewer", "more"), default="fewer", help="what the measure is meant to do")
    parser.add_argument("--level", type=float, default=0.95, help="of the interval (default 0.95)")
    parser.add_argument("--year", type=float, help="its: periods of a year, 0 for none; found from dates")
    parser.add_argument("--level-only", action="store_true", help="its: a change of level, none of trend")
    parser.add_argument("--match", type=int, default=10, help="did: how many untreated series to compare with")
    parser.add_argument("--parallel", action="store_true", help="did: assume that there is no drift between them")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write")
    parser.add_argument("--line", type=Path, help="CSV of observed and expected counts to write")
    words = parser.parse_args(list(argv))
    if not 0.5 <= words.level < 1 or words.match < 2 or (words.year or 0) < 0:
        parser.error("--level lies from 0.5 to below 1, --match is at least 2, --year is not negative")
    return words


def _year(series: Series) -> float:
    """Periods of a year, from the step between dates; 0 for whole numbers."""
    if series.dates is None:
        return 0.0
    days = step(series)
    return 365.2425 / days if days else 12.0


def _asked(table: Sequence[Series], words: argparse.Namespace) -> tuple[Series, int, list[Series]]:
    """The treated series, the index of the start, the others over the same periods."""
    names = [series.name for series in table]
    if words.treated not in names:
        raise BadTable(f"column series: “{words.treated}” is not there; there are {', '.join(names[:8])}")
    treated = table[names.index(words.treated)]
    if words.start not in treated.times:
        raise BadTable(
            f"column time: {words.start} is no period of series {treated.name}; it has {treated.times[0]} to "
            f"{treated.times[-1]}"
        )
    others = [series for series in table if series is not treated]
    for series in others if words.design != "its" else ():
        if series.times != treated.times:
            raise BadTable(
                f"column time: series {series.name} runs from {series.times[0]} to {series.times[-1]}, the treated one "
                f"from {treated.times[0]} to {treated.times[-1]}; write the same periods, with 0 where nothing happened"
            )
    return treated, treated.times.index(words.start), others


def _effect(treated: Series, start: int, others: Sequence[Series], words: argparse.Namespace) -> Effect:
    asked = {"wanted": words.wanted, "level": words.level}
    if words.design == "its":
        year = _year(treated) if words.year is None else words.year
        return its(treated.counts, start, slope=not words.level_only, year=year, **asked)
    if len(others) < 2:
        raise EffectError(f"{len(others)} untreated series are in the file; the design {words.design} needs at least 2")
    rows = np.array([series.counts for series in others])
    if words.design == "did":
        return did(treated.counts, rows, start, match=words.match, trend=not words.parallel, **asked)
    return synthetic(treated.counts, rows, start, **asked).effect


def _rows(got: Effect) -> list[list[str]]:
    """The change, the verdict, the checks."""
    ends = f"{got.change_low:.6g}", f"{got.change_high:.6g}"
    sentence = f"Counts changed by {got.change:+.1%} ({got.change_low:+.1%} to {got.change_high:+.1%})."
    told = [
        ["change", f"{got.change:.6g}", *ends, f"{got.p:.4g}", sentence],
        ["verdict", got.verdict, "", "", "", f"By the design {got.design}."],
    ]
    for check in got.checks:
        p = "" if np.isnan(check.p) else f"{check.p:.4g}"
        told.append([check.name, "stood" if check.stood else "failed", "", "", p, check.sentence])
    return told


def _line(treated: Series, got: Effect) -> list[list[str]]:
    """Observed counts beside those expected without the measure."""
    each = zip(treated.times, treated.counts, got.expected, strict=True)
    return [[when, str(int(seen)), f"{line:.6g}"] for when, seen, line in each]


def run(argv: Sequence[str]) -> int:
    """Read counts, estimate, write; 1 with a sentence when the input cannot be used."""
    words = _words(argv)
    try:
        treated, start, others = _asked(read_counts(words.input), words)
        print(f"{treated.name}: {start} periods before, {len(treated.times) - start} after", file=sys.stderr)
        got = _effect(treated, start, others, words)
        write(words.out, ["what", "value", "low", "high", "p", "sentence"], _rows(got))
        if words.line:
            write(words.line, ["time", "observed", "expected"], _line(treated, got))
    except (BadTable, EffectError, OSError) as fault:
        print(fault_said("gongzhi effect", words.input, fault), file=sys.stderr)
        return 1
    print(f"{got.verdict}: {got.change:+.1%} ({got.change_low:+.1%} to {got.change_high:+.1%}): {words.out}")
    return 0
