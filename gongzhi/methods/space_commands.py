"""The command `gongzhi scan`: clusters in plain files, without a county.

Events: one row an event or a cell, with place, day and optionally a number; places: coordinates and optionally
a population. Every refusal names file, row and column.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods import memory, tables
from gongzhi.methods.space import fallback, scan, zones
from gongzhi.methods.space.zones import SpaceError
from gongzhi.methods.tables import BadTable

KM = 111.19  # a degree of latitude
LEARNED = 28  # days the expectation is learned from at least
BYTES = 40  # of memory a place and day takes in a scan, about
CENTURY = 36_525  # days
TELL = 1_000_000  # rows between two lines of progress
COLUMNS = ("cluster", "place", "centre", "first", "last", "observed", "expected", "relative_risk", "statistic", "p")
HELP = """columns of the output, one row a place of a cluster:
  cluster        1 is the most unlikely; clusters share no place
  place          a place of the cluster; centre: the place it is grown from
  first, last    days of the window
  observed       events in the cluster; expected: what the model expects there
  relative_risk  rate inside over rate outside (empty where the baseline is given)
  statistic      log-likelihood ratio; p: Monte Carlo p-value over all zones and windows
"""


def run(argv: Sequence[str]) -> int:
    """`gongzhi scan`; 0 done, 1 refused with a sentence."""
    parser = _parser()
    options = parser.parse_args(list(argv))
    if options.replicas < 9 or options.longest < 1 or not 0 < options.share <= 1 or (options.radius or 1) <= 0:
        parser.error("--replicas is at least 9, --longest at least 1, --share above 0 and at most 1, --radius above 0")
    try:
        return _scan(options)
    except (SpaceError, BadTable, OSError) as error:
        print(f"gongzhi scan: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gongzhi scan", description="Find where and since when more happens than should.", epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--events", required=True, type=Path, help="CSV or Parquet with columns place,day[,count]")
    parser.add_argument("--places", required=True, type=Path, help="CSV or Parquet with columns place,x,y[,population]")
    parser.add_argument("--out", required=True, type=Path, help="CSV to write")
    parser.add_argument(
        "--model",
        choices=("permutation", "poisson", "expectation"),
        default="permutation",
        help="permutation: events alone; poisson: against population; expectation: against what each "
        "place and day lets expect",
    )
    parser.add_argument(
        "--expected",
        type=Path,
        help="CSV place,day,expected for the model expectation; without it each place's mean before "
        "the windows times the county's weekday",
    )
    parser.add_argument(
        "--neighbours",
        type=Path,
        help="CSV place,neighbour: also search shapes grown along neighbours, not circles alone",
    )
    parser.add_argument("--planar", action="store_true", help="x,y are planar, not degrees of longitude, latitude")
    parser.add_argument("--share", type=float, default=0.5, help="largest share of population or events in a zone")
    parser.add_argument("--radius", type=float, help="largest radius (km for degrees)")
    parser.add_argument("--longest", type=int, default=7, help="longest window in days")
    parser.add_argument("--retrospective", action="store_true", help="windows anywhere, not only up to the last day")
    parser.add_argument("--replicas", type=int, default=999, help="Monte Carlo replicas (ends early when p is large)")
    parser.add_argument("--seed", type=int, default=1, help="of the replicas; same seed, same answer")
    return parser


def _scan(options: argparse.Namespace) -> int:
    """Read, scan, write."""
    names, x, y, people = _places(options.places)
    if not options.planar:
        _on_earth(options.places, names, x, y)
    counts, first = _events(options.events, names)
    lost = _without_fallbacks(names, x, y, counts)
    keep = ~lost
    known = set(names)
    names = [name for name, kept in zip(names, keep, strict=True) if kept]
    x, y, counts = x[keep], y[keep], counts[keep]
    if options.model == "poisson" and people is None:
        raise SpaceError(f"{options.places}: the Poisson model needs the column population.")
    weight = counts.sum(axis=1) if options.model == "permutation" or people is None else people[keep]
    found = _zones(options, names, known, x, y, weight)
    days = counts.shape[1]
    longest = min(options.longest, days)
    windows = (scan.retrospective if options.retrospective else scan.prospective)(days, longest)
    print(f"{len(names)} places, {days} days, {int(counts.sum())} events", file=sys.stderr)
    chosen = {"replicas": options.replicas, "seed": options.seed}
    if options.model == "poisson":
        result = scan.poisson(counts, np.outer(weight, np.ones(days)), found, windows, **chosen)
    elif options.model == "expectation":
        means = _given(options.expected, names, first, days) if options.expected else _usual(counts, longest, first)
        result = scan.expectation(counts, means, found, windows, **chosen)
    else:
        result = scan.permutation(counts, found, windows, **chosen)
    _write(options.out, result, names, first)
    print(f"{len(result.clusters)} clusters from {result.maxima.size} replicas → {options.out}", file=sys.stderr)
    return 0


def _on_earth(file: Path, names: list[str], x: NDArray, y: NDArray) -> None:
    """Refuses degrees that are none."""
    for column, values, most in (("x", x, 180), ("y", y, 90)):
        bad = np.flatnonzero(np.abs(values) > most)
        if bad.size:
            raise SpaceError(
                f"{file}, column {column}: {values[bad[0]]:g} of place “{names[bad[0]]}” is no degree of longitude (x) "
                "or latitude (y); with --planar they are taken as planar."
            )


def _zones(
    options: argparse.Namespace, names: list[str], known: set[str], x: NDArray, y: NDArray, weight: NDArray
) -> zones.Zones:
    """Circles, and with neighbours also grown shapes; `known` places may have been left out of `names`."""
    circles = zones.circles(x, y, weight=weight, degrees=not options.planar, share=options.share, radius=options.radius)
    if options.neighbours is None:
        return circles
    index = {name: i for i, name in enumerate(names)}
    beside: list[set[int]] = [set() for _ in names]
    for line, row in _rows(options.neighbours, ("place", "neighbour")):
        for column in ("place", "neighbour"):
            if row[column] not in known:
                raise SpaceError(
                    f"{options.neighbours} row {line}, column {column}: “{row[column]}” is not among the places."
                )
        if not (row["place"] in index and row["neighbour"] in index):
            continue
        one, other = index[row["place"]], index[row["neighbour"]]
        beside[one].add(other)
        beside[other].add(one)
    across, up = (x, y) if options.planar else (KM * x * np.cos(np.radians(y.mean())), KM * y)
    lists = [sorted(others - {i}) for i, others in enumerate(beside)]
    return zones.joined(circles, zones.grown(across, up, lists, weight=weight, share=options.share))


def _given(file: Path, names: list[str], first: datetime.date, days: int) -> NDArray:
    """Expected events (places, days) of a file; every cell must be there."""
    index = {name: i for i, name in enumerate(names)}
    means = np.full((len(names), days), np.nan)
    for line, row in _rows(file, ("place", "day", "expected")):
        day = _day(file, line, row["day"]) - first.toordinal()
        value = _number(file, line, row, "expected")
        if value <= 0:
            raise SpaceError(f"{file} row {line}, column expected: {row['expected']} is not above 0.")
        if row["place"] in index and 0 <= day < days:
            if not np.isnan(means[index[row["place"]], day]):
                raise SpaceError(f"{file} row {line}: “{row['place']}” on {row['day']} has an expectation already.")
            means[index[row["place"]], day] = value
    lost = np.argwhere(np.isnan(means))
    if lost.size:
        place, day = lost[0]
        raise SpaceError(
            f"{file}: {names[place]} on {first + datetime.timedelta(days=int(day))} has no row, column expected; "
            f"{len(lost)} cells are missing."
        )
    return means


def _usual(counts: NDArray, longest: int, first: datetime.date) -> NDArray:
    """Each place's mean before the windows times the county's factor of the weekday."""
    before = counts.shape[1] - longest
    if before < LEARNED:
        raise SpaceError(
            f"The model expectation learns from the days before the windows and needs {LEARNED}; there are {before}. "
            "Give --expected, more days or a smaller --longest."
        )
    weekday = (np.arange(counts.shape[1]) + first.weekday()) % 7
    totals = counts[:, :before].sum(axis=0)
    factor = np.array([totals[weekday[:before] == day].mean() for day in range(7)])
    factor = np.maximum(factor / max(factor.mean(), 1e-12), 0.05)
    mean = (counts[:, :before].sum(axis=1) + 0.5) / before
    return np.outer(mean, factor[weekday])


def _rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line numbers, one at a time; refused when there is none or a needed column is missing."""
    some = False
    for line, row in tables.rows(file, needed, name=str(file)):
        some = True
        yield line, row
    if not some:
        raise SpaceError(f"{file}: there are no rows.")


def _day(file: Path, line: int, text: str) -> int:
    """Number of a date; a moment is refused, since its day depends on a clock."""
    try:
        return datetime.date.fromisoformat(text.strip()).toordinal()
    except ValueError:
        pass
    try:
        datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        raise SpaceError(f"{file} row {line}, column day: “{text}” is not a date (2026-11-21).") from None
    raise SpaceError(
        f"{file} row {line}, column day: “{text}” is a moment; write the date it was there, by one clock for all rows "
        "(zones and summer time decide which day a moment falls on)."
    )


def _number(file: Path, line: int, row: dict[str, str], column: str) -> float:
    """A finite number of a cell."""
    text = row[column]
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise SpaceError(f"{file} row {line}, column {column}: “{text}” is not a number.") from None
    if not np.isfinite(value):
        raise SpaceError(f"{file} row {line}, column {column}: “{text}” is not a number.")
    return value


def _places(file: Path) -> tuple[list[str], NDArray, NDArray, NDArray | None]:
    """Names, coordinates and, if there, population of the places."""
    rows = list(_rows(file, ("place", "x", "y")))
    seen: dict[str, int] = {}
    for line, row in rows:
        if row["place"] in seen:
            raise SpaceError(
                f"{file} row {line}, column place: “{row['place']}” is already in row {seen[row['place']]}."
            )
        seen[row["place"]] = line
    x = np.asarray([_number(file, line, row, "x") for line, row in rows])
    y = np.asarray([_number(file, line, row, "y") for line, row in rows])
    people = None
    if "population" in rows[0][1]:
        people = np.asarray([_number(file, line, row, "population") for line, row in rows])
        if people.min() < 0:
            raise SpaceError(f"{file} row {rows[int(people.argmin())][0]}, column population: it is negative.")
    return list(seen), x, y, people


def _events(file: Path, names: list[str]) -> tuple[NDArray, datetime.date]:
    """Counts (places, days) from the first to the last day seen; rows of one cell are summed as they are read, so a
    file larger than memory is read too, when its cells fit.
    """
    index = {name: i for i, name in enumerate(names)}
    cells: dict[tuple[int, int], int] = {}
    ends: dict[int, int] = {}  # the row a day was first seen in
    events, most = 0, (0.0, 0)
    for line, row in _rows(file, ("place", "day")):
        if row["place"] not in index:
            raise SpaceError(f"{file} row {line}, column place: “{row['place']}” is not among the places.")
        count = _number(file, line, row, "count") if "count" in row else 1.0
        if count < 0 or count != int(count):
            raise SpaceError(f"{file} row {line}, column count: “{row['count']}” is not a count.")
        cell = index[row["place"]], _day(file, line, row["day"])
        cells[cell] = cells.get(cell, 0) + int(count)
        ends.setdefault(cell[1], line)
        events, most = events + int(count), max(most, (count, line))
        if line % TELL == 0:
            print(f"{line:,} rows read", file=sys.stderr)
    first, last = min(ends), max(ends)
    _fits(file, len(names), ends, events, most)
    table = np.zeros((len(names), last - first + 1))
    for (place, day), count in cells.items():
        table[place, day - first] = count
    return table, datetime.date.fromordinal(first)


def _fits(file: Path, places: int, ends: dict[int, int], events: int, most: tuple[float, int]) -> None:
    """Refuses days and counts that can only be slips, and what does not fit into memory."""
    day = datetime.date.fromordinal
    first, last = min(ends), max(ends)
    if last - first > CENTURY:
        raise SpaceError(
            f"{file} row {ends[first]}, column day: {day(first)} lies more than a hundred years before {day(last)} "
            f"in row {ends[last]}; look for a slip."
        )
    if events * BYTES > memory.free():
        raise SpaceError(
            f"{file}: {events:,} events are more than fit into memory; most stand in row {most[1]}, column count: "
            f"{most[0]:,.0f}. Look for a slip."
        )
    need = places * (last - first + 1) * BYTES
    if need > memory.free():
        raise SpaceError(
            f"{file}: {places:,} places × {last - first + 1:,} days ({day(first)} to "
            f"{day(last)}) would need about {need / 1e9:.1f} GB of memory, "
            f"{memory.free() / 1e9:.1f} GB are free; give fewer days, or look for a slip in column day."
        )


def _without_fallbacks(names: list[str], x: NDArray, y: NDArray, counts: NDArray) -> NDArray[np.bool_]:
    """Places that are only a geocoder's default point; each is named on the terminal."""
    place, day = np.nonzero(counts)
    each = counts[place, day].astype(np.int64)
    place, day = np.repeat(place, each), np.repeat(day, each)
    points = fallback.fallbacks(x[place], y[place], period=day)
    lost = fallback.at_fallback(x, y, points)
    for point in points:
        who = ", ".join(name for i, name in enumerate(names) if x[i] == point.x and y[i] == point.y)
        print(
            f"Left out: {who} at {point.x:g} {point.y:g} holds {point.events} events ({point.share:.1%}), "
            "more than a real place can; a fallback coordinate.",
            file=sys.stderr,
        )
    return lost


def _write(file: Path, result: scan.Scan, names: list[str], first: datetime.date) -> None:
    """One row a place of a cluster."""

    def lines() -> Iterator[list[object]]:
        for number, cluster in enumerate(result.clusters, 1):
            days = [first + datetime.timedelta(days=d) for d in (cluster.first, cluster.last)]
            risk = "" if np.isnan(cluster.relative_risk) else f"{cluster.relative_risk:.4f}"
            tail = [cluster.observed, f"{cluster.expected:.4f}", risk, f"{cluster.statistic:.6f}", f"{cluster.p:.4g}"]
            for area in cluster.areas:
                yield [number, names[area], names[cluster.centre], *days, *tail]

    tables.write(file, COLUMNS, lines())
