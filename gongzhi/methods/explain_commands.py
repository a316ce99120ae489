"""The command `gongzhi explain`: what explains a rise, what moves together, where cases go; plain files in and out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods import association, graph, memory
from gongzhi.methods.explain import ExplainError, contributions, dispersion
from gongzhi.methods.graph import GraphError
from gongzhi.methods.tables import MOST, BadTable, fault_said, months, read_counts, rows, write

Reals = NDArray[np.float64]
GROWS = 40.0  # bytes of memory a byte of the file becomes, as rows with names
COLUMNS = """Files are CSV (UTF-8 or GB 18030) or Parquet.
gongzhi explain rise: which parts explain the rise of the last periods
  read     time, count and one column for every dimension (matter, place, channel …); rows of one cell are summed;
           --now N periods are compared with the --before M periods ahead of them
  written  dimension, value (joined by × for a pair), before (scaled to the length of now), now, rise with low and high,
           share of the whole rise, ratio: growth over that of the rest with low and high, p,
           found: 1 where the false discovery rate is kept
gongzhi explain together: which series move together or one after the other
  read     series,time,observed as for `gongzhi detect`
  written  kind (association: never a cause), first, second, lag (first goes before second by so many periods),
           partial (1: all other series held fixed), correlation with low and high, p, found
gongzhi explain handovers: where cases go
  read     case,time,giver,taker: a row a hand-over; time a whole number or a moment like 2026-03-02T09:30+08:00
  written  node, came, went, kept (share that stayed), betweenness (share of shortest ways that lead through it),
           circle (number of its group that hands round; empty: none), returns (gave back what it had been given, or
           got back what it had given, by ping-pong), with (the node it did so with most)"""
FAULTS = (BadTable, ExplainError, GraphError, OSError)


def _rows(path: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """All rows with their line; refused when there is none, and when they do not fit into memory."""
    if path.is_file() and (large := memory.too_large(path, GROWS, "sum it up, or take a shorter time")):
        raise BadTable(large)
    found = list(rows(path, needed))
    if not found:
        raise BadTable("the file has a first row and no other; there is nothing to look at")
    return found


def _count(text: str, line: int) -> float:
    """A whole number, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < MOST or value != int(value):
        raise BadTable(f"row {line}, column count: “{text}” is not a whole number, 0 or more")
    return value


def _moment(text: str, line: int) -> tuple[bool, float]:
    """(is a moment, number): a whole number, or seconds of a date or moment."""
    try:
        return False, float(int(text))
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise BadTable(
            f"row {line}, column time: “{text}” is neither a whole number nor a date or moment like 2026-03-02"
        ) from None
    plain = (when.replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds()  # noqa: DTZ001
    offset = when.utcoffset()
    return True, plain - (offset.total_seconds() if offset is not None else 0.0)


def _times(read: Sequence[tuple[int, dict[str, str]]]) -> Reals:
    """Times as numbers; whole numbers, dates, moments with and without a zone do not mix."""
    found, kinds = [], set()
    for line, row in read:
        text = row["time"].strip()
        dated, value = _moment(text, line)
        kinds.add(
            (dated, dated and "T" in text.replace(" ", "T"), dated and datetime.fromisoformat(text).tzinfo is not None)
        )
        if len(kinds) > 1:
            raise BadTable(f"row {line}, column time: “{text}” is not of the same kind as the times before it "
                           "(whole number, date, moment, moment with a zone)")  # fmt: skip
        found.append(value)
    return np.array(found)


def _every(periods: Reals, text: str) -> None:
    """Refuses times with a gap: whole numbers in steps, or dates in days, weeks or months."""
    try:
        int(text)
        steps, said = periods, [f"{value:.0f}" for value in periods]
    except ValueError:
        if "T" in text or " " in text:
            return
        dates = [date(2000, 1, 1) + timedelta(seconds=float(value)) for value in periods]
        if months(dates):
            dates = [date(2000, 1, 1) + timedelta(days=day.year * 12 + day.month) for day in dates]
        steps, said = np.array([day.toordinal() for day in dates], float), [str(day) for day in dates]
    gaps = np.diff(steps)
    if len(gaps) and gaps.max() > gaps.min():
        k = int(np.argmax(gaps > gaps.min()))
        raise BadTable(f"column time: nothing lies between {said[k]} and {said[k + 1]}; write every period, with 0 "
                       "where nothing happened")  # fmt: skip


def _cube(words: argparse.Namespace) -> tuple[Reals, Reals, list[tuple[str, list[str]]]]:
    """Counts of the reference periods (one axis a period first), of now, and the names of the axes."""
    read = _rows(words.input, ("time", "count"))
    names = [name for name in read[0][1] if name not in ("time", "count")]
    if not names:
        raise BadTable("row 1: there is no dimension beside time and count")
    times = _times(read)
    periods, at = np.unique(times, return_inverse=True)
    if len(periods) < words.now + words.before:
        raise BadTable(f"column time: there are {len(periods)} periods; --before and --now ask for "
                       f"{words.now + words.before}")  # fmt: skip
    _every(periods, read[0][1]["time"].strip())
    for line, row in read:
        if blank := [name for name in names if not row[name].strip()]:
            raise BadTable(f"row {line}, column {blank[0]}: it is empty")
    values = [sorted({row[name] for _, row in read}) for name in names]
    size = len(periods) * int(np.prod([len(each) for each in values]))
    if size > 50_000_000:
        raise BadTable(f"{size:,} cells are more than fit; leave out a dimension or gather its values")
    table = np.zeros((len(periods), *(len(each) for each in values)))
    index = [{value: i for i, value in enumerate(each)} for each in values]
    for k, (line, row) in enumerate(read):
        cell = (at[k], *(where[row[name]] for where, name in zip(index, names, strict=True)))
        table[cell] += _count(row["count"].strip(), line)
    cut = len(periods) - words.now
    return table[cut - words.before : cut], table[cut:].sum(0), list(zip(names, values, strict=True))


def _rise(words: argparse.Namespace) -> list[list[Any]]:
    earlier, now, names = _cube(words)
    phi = dispersion(earlier.reshape(len(earlier), -1))
    parts = contributions(earlier.sum(0), now, names, scale=words.now / words.before, phi=phi, rate=words.rate,
                          pairs=not words.alone)  # fmt: skip
    head: list[Any] = ["dimension", "value", "before", "now", "rise", "rise_low", "rise_high", "share", "ratio",
                          "ratio_low", "ratio_high", "p", "found"]  # fmt: skip
    print(f"dispersion {phi:.2f}, {sum(part.found for part in parts)} parts found", file=sys.stderr)
    return [head, *(
        [" × ".join(part.dimensions), " × ".join(part.values), *(f"{value:.6g}" for value in (
            part.before, part.now, part.rise, part.rise_low, part.rise_high, part.share, part.ratio, part.ratio_low,
            part.ratio_high, part.p)), int(part.found)] for part in parts)]  # fmt: skip


def _together(words: argparse.Namespace) -> list[list[Any]]:
    table = read_counts(words.input)
    for series in table[1:]:
        if series.times != table[0].times:
            raise BadTable(f"column time: series {series.name} has other periods than series {table[0].name}")
    daily = table[0].dates is not None and (table[0].dates[1] - table[0].dates[0]).days == 1
    season = words.season or (7 if daily else 1)
    errors = association.whitened(np.array([series.counts for series in table]), season=season)
    links = association.lagged(errors, lags=words.lags, rate=words.rate)
    links += association.partial(errors, rate=words.rate)
    print(f"{len(table)} series, {sum(link.found for link in links)} associations found", file=sys.stderr)
    head: list[Any] = ["kind", "first", "second", "lag", "partial", "correlation", "low", "high", "p", "found"]
    return [head, *(
        [link.kind, table[link.first].name, table[link.second].name, link.lag, int(link.partial),
         *(f"{value:.6g}" for value in (link.correlation, link.low, link.high, link.p)), int(link.found)]
        for link in links)]  # fmt: skip


def _handovers(words: argparse.Namespace) -> list[list[Any]]:
    read = _rows(words.input, ("case", "time", "giver", "taker"))
    for line, row in read:
        for column in ("case", "giver", "taker"):
            if not row[column].strip():
                raise BadTable(f"row {line}, column {column}: it is empty")
    names = sorted({row[column] for _, row in read for column in ("giver", "taker")})
    index = {name: i for i, name in enumerate(names)}
    giver, taker = (np.array([index[row[column]] for _, row in read]) for column in ("giver", "taker"))
    _, case = np.unique([row["case"] for _, row in read], return_inverse=True)
    net = graph.network(giver, taker, len(names))
    told, through = graph.flow(net), graph.betweenness(net, weighted=True)
    circle = {int(node): k for k, group in enumerate(graph.circles(net), 1) for node in group}
    back = graph.ping_pong(case, _times(read), giver, taker)
    most: dict[int, tuple[int, int]] = {}
    for one, other, returns in zip(back.one.tolist(), back.other.tolist(), back.returns.tolist(), strict=True):
        for node, partner in ((one, other), (other, one)):
            total, best = most.get(node, (0, partner))
            most[node] = (total + returns, best)  # pairs come sorted, so the first partner is the one with most
    print(f"{len(names)} nodes, {len(read)} hand-overs, {int(back.returns.sum())} returns", file=sys.stderr)
    head: list[Any] = ["node", "came", "went", "kept", "betweenness", "circle", "returns", "with"]
    return [head, *(
        [name, int(told.came[i]), int(told.went[i]), "" if np.isnan(told.kept[i]) else f"{told.kept[i]:.4f}",
         f"{through[i]:.6g}", circle.get(i, ""), most[i][0] if i in most else 0, names[most[i][1]] if i in most else ""]
        for i, name in enumerate(names))]  # fmt: skip


def _words(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="gongzhi explain", description="What explains a rise, what moves together, where cases go.",
        epilog=COLUMNS, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("what", choices=("rise", "together", "handovers"), help="what is asked, as told below")
    parser.add_argument("--input", type=Path, required=True, help="CSV or Parquet to read")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write")
    parser.add_argument("--now", type=int, default=1, help="rise: how many last periods are looked at")
    parser.add_argument("--before", type=int, default=4, help="rise: how many periods ahead of them are compared with")
    parser.add_argument("--alone", action="store_true", help="rise: dimensions alone, no pairs")
    parser.add_argument("--lags", type=int, default=7, help="together: how many periods one may go before the other")
    parser.add_argument("--season", type=int, default=0, help="together: periods of the season; 7 for days, else 1")
    parser.add_argument("--rate", type=float, default=0.1, help="share of findings that may be false")
    words = parser.parse_args(list(argv))
    if min(words.now, words.before) < 1 or words.lags < 0 or words.season < 0 or not 0 < words.rate < 1:
        parser.error("--now and --before are at least 1, --lags and --season not negative, --rate between 0 and 1")
    return words


def run(argv: Sequence[str]) -> int:
    """Read, explain, write; 1 with a sentence when the input cannot be used."""
    words = _words(argv)
    work = {"rise": _rise, "together": _together, "handovers": _handovers}[words.what]
    try:
        head, *told = work(words)
        write(words.out, head, told)
    except FAULTS as fault:
        print(fault_said("gongzhi explain", words.input, fault), file=sys.stderr)
        return 1
    print(f"{len(told)} rows: {words.out}")
    return 0
