"""Judging an ended day of further signals: words searched for more than usual, sensors out of the ordinary.

A word fewer than ten looked for is unknown, so its past days count as nine: what is found is found against the highest
past there can have been. A sensor's day is its mean hour against the line through its last eight weeks (Theil 1950 and
Sen 1968, doi 10.1080/01621459.1968.10480934: a median of slopes, which no single flood bends), with the median distance
from it for spread and a tail as heavy as Student's with four degrees of freedom; both directions count. Of a table that
a user added, counts are judged like words and levels like sensors, on the days it tells of. The share of the budget of
false findings is dealt out evenly over all words, sensors and series of tables known lately.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, poisson
from scipy.stats import t as student

from gongzhi.insight import raising, rules
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding
from gongzhi.insight.raising import Seen
from gongzhi.places import reads as places

Reals = NDArray[np.float64]
PAST = 56  # days a day is compared with
LEARNING = 21  # of them needed
HIDDEN = rules.SMALLEST_CELL - 1  # searchers a day may have had of a word that is not known
HOURS = 12  # of a day a sensor must have measured
SERIES = 300  # of users' tables, the largest
LEAST = 3  # of a table's counts: fewer on a day are never found
FREEDOM = 4  # degrees of the tail of a sensor
NORMAL = 1.4826  # from a median distance to a standard deviation
SUBJECT = 60  # signs a finding keeps of what it is about
DRAWN = 28  # days of a curve
Curve = tuple[tuple[str, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Strange:
    """A signal's day that stands out: what it was, what was usual and seldom passed, how likely by chance."""

    kind: str
    subject: str
    place: str
    value: float
    usual: float
    upper: float
    p: float
    curve: Curve = ()
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Late:
    """What judging a table late did: the days looked at, what was raised or continued, series (name, place) left out
    since larger ones take all of `SERIES`."""

    days: tuple[date, ...]
    found: tuple[Finding, ...]
    left: tuple[tuple[str, str], ...]


def look(*, by: str, at: datetime, warehouse: Warehouse, day: date, budget: float = rules.BUDGET) -> list[Finding]:
    """Judge one ended day of all signals; what was raised or continued. The same day again changes nothing."""
    return _judge(by=by, at=at, warehouse=warehouse, day=day, budget=budget)


def look_late(*, by: str, at: datetime, warehouse: Warehouse, name: str, days: Sequence[date]) -> Late:
    """Judge one table on days that were judged before its rows came: the same share of the budget, dealt out over all
    that is known of the day now."""
    found = [row for day in days for row in _judge(by=by, at=at, warehouse=warehouse, day=day, only=name)]
    left = {(series, place) for day in days for source, series, place in unjudged(warehouse, day) if source == name}
    unique = list({row.pk: row for row in found}.values())
    return Late(tuple(days), tuple(unique), tuple(sorted(left)))


def _judge(
    *, by: str, at: datetime, warehouse: Warehouse, day: date, budget: float = rules.BUDGET, only: str = ""
) -> list[Finding]:
    words, sensors, tables = searched(warehouse, day), measured(warehouse, day), tabled(warehouse, day)
    alive = len(words) + len(sensors) + len(tables)
    if not alive:
        return []
    alpha = rules.given("signal", budget) / 30 / alive
    strange: list[Strange | None] = []
    if not only:
        strange += [judge_word(key, row, day) for key, row in words.items()]
        strange += [judge_sensor(key, row, day) for key, row in sensors.items()]
    strange += [judge_series(key, row) for key, row in tables.items() if only in ("", key[0])]
    found = [one for one in strange if one is not None and one.p < alpha]
    return [
        row
        for one in sorted(found, key=lambda one: one.p)
        if (row := raising.keep(_seen(one, day, one.p * alive * 30), by=by, at=at, above={}))
    ]


def searched(warehouse: Warehouse, day: date) -> dict[tuple[str, str], Reals]:
    """(area, word) → people a day over the past and the day itself, unknown days as nine; nothing while counting is
    younger than three weeks."""
    held = warehouse.manifest.span("searches")
    if held is None or (day - held[0]).days < LEARNING:
        return {}
    length = min(PAST, (day - held[0]).days) + 1
    first = day - timedelta(days=length - 1)
    found: dict[tuple[str, str], Reals] = {}
    for row in warehouse.table("searches", first, day).to_pyarrow().to_pylist():
        series = found.setdefault((row["area"], row["word"]), np.full(length, float(HIDDEN)))
        series[(row["day"] - first).days] = row["people"]
    return found


def judge_word(key: tuple[str, str], row: Reals, day: date) -> Strange | None:
    """One word in one area against its own past; None for a day on which fewer than ten looked for it."""
    past, now = row[:-1], float(row[-1])
    if now <= HIDDEN:
        return None
    mean, upper, p = _tail(past, now)
    first = day - timedelta(days=row.size - 1)
    shown = range(max(0, row.size - 1 - DRAWN), row.size)
    curve = tuple(((first + timedelta(days=n)).isoformat(), float(row[n]), round(mean, 1), upper) for n in shown)
    return Strange("searched", key[1], key[0], now, mean, upper, p, curve)


def _tail(past: Reals, now: float) -> tuple[float, float, float]:
    """The mean of past counts, what is seldom passed, and how likely as many as now are by chance."""
    mean = max(float(past.mean()), 0.5 / past.size)
    spread = max(1.0, float(past.var(ddof=1)) / mean) * (1 + 1 / past.size)
    shape = mean / (spread - 1)
    p = float(nbinom.sf(now - 1, shape, 1 / spread)) if spread > 1 + 1e-9 else float(poisson.sf(now - 1, mean))
    return mean, float(nbinom.ppf(0.95, shape, 1 / spread)), p


def tabled(warehouse: Warehouse, day: date) -> dict[tuple[str, str, str], tuple[bool, Sequence[date], Reals]]:
    """(table, series, place) → whether it counts, its days and values, the day itself last; only of tables that tell of
    this day and of three weeks before, and the largest `SERIES` of them. A day without a row of a table that counts is
    a day without anything."""
    told, found = _rows_of_tables(warehouse, day)
    series: dict[tuple[str, str, str], tuple[bool, Sequence[date], Reals]] = {}
    for (source, name, place, counts), values in _largest(found)[:SERIES]:
        begun = min(told[source])
        days = [begun + timedelta(days=n) for n in range((day - begun).days + 1)] if counts else sorted(values)
        if day in told[source] and days[-1] == day and len(days) > LEARNING:
            series[source, name, place] = counts, days, np.array([values.get(one, 0.0) for one in days])
    return series


def unjudged(warehouse: Warehouse, day: date) -> list[tuple[str, str, str]]:
    """(table, series, place) that are not judged on this day, since larger ones take all of `SERIES`."""
    told, found = _rows_of_tables(warehouse, day)
    return [key[:3] for key, _values in _largest(found)[SERIES:] if day in told[key[0]]]


_Values = dict[tuple[str, str, str, bool], dict[date, float]]


def _largest(found: _Values) -> list[tuple[tuple[str, str, str, bool], dict[date, float]]]:
    return sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))


def _rows_of_tables(warehouse: Warehouse, day: date) -> tuple[dict[str, set[date]], _Values]:
    """The days each table tells of in the eight weeks up to a day, and the value of each of its series by day."""
    told: dict[str, set[date]] = {}
    found: _Values = {}
    if not warehouse.added():
        return told, found
    rows = warehouse.table("added", day - timedelta(days=PAST), day)
    keys = ["source", "series", "place", "how", "day"]
    got = rows.group_by(keys).agg(n=rows.n.sum(), total=rows.total.sum()).to_pyarrow().to_pylist()
    for row in got:
        told.setdefault(row["source"], set()).add(row["day"])
        counts = row["how"] == "sum"
        value = row["total"] if counts else row["total"] / row["n"]
        found.setdefault((row["source"], row["series"], row["place"], counts), {})[row["day"]] = value
    return told, found


def judge_series(key: tuple[str, str, str], row: tuple[bool, Sequence[date], Reals]) -> Strange | None:
    """One series of a table: counts against their own past, levels like a sensor's days."""
    source, name, place = key
    counts, days, values = row
    subject = (source if name == source else f"{source} · {name}")[:SUBJECT]
    lying = places.within(place or places.county().code.ljust(12, "0"))[:12]
    if not counts:
        found = judge_sensor((subject, ""), (days, values), days[-1])
        return replace(found, kind="table", place=lying) if found else None
    now = float(values[-1])
    if now < LEAST:
        return None
    mean, upper, p = _tail(values[:-1], now)
    shown = list(zip(days, values, strict=True))[-DRAWN - 1 :]
    curve = tuple((one.isoformat(), float(value), round(mean, 1), upper) for one, value in shown)
    return Strange("table", subject, lying, now, mean, upper, p, curve)


def measured(warehouse: Warehouse, day: date) -> dict[tuple[str, str], tuple[Sequence[date], Reals]]:
    """(sensor, division) → its days with their mean hour, the day itself last; only sensors that measured that day long
    enough, and on three weeks of days before."""
    rows = warehouse.table("readings", day - timedelta(days=PAST), day)
    got = (
        rows.group_by(["sensor", "division", "day"])
        .agg(hours=rows.hour.nunique(), mean=(rows["mean"] * rows.n).sum() / rows.n.sum())
        .to_pyarrow()
        .to_pylist()
    )
    found: dict[tuple[str, str], list[tuple[date, float]]] = {}
    for row in sorted(got, key=lambda row: row["day"]):
        if row["hours"] >= HOURS:
            found.setdefault((row["sensor"], row["division"]), []).append((row["day"], float(row["mean"])))
    whole = {key: days for key, days in found.items() if days[-1][0] == day and len(days) > LEARNING}
    return {key: ([one for one, _value in days], np.array([v for _one, v in days])) for key, days in whole.items()}


def judge_sensor(key: tuple[str, str], row: tuple[Sequence[date], Reals], day: date) -> Strange | None:
    """One sensor's day against the line through its past; None where it never moved."""
    days, values = row
    when = np.array([(one - day).days for one in days], np.float64)
    usual, scale = line(when[:-1], values[:-1])
    if scale <= 0:
        return None
    now = float(values[-1])
    p = float(2 * student.sf(abs(now - usual) / scale, FREEDOM))
    high = now >= usual
    reach = float(student.ppf(0.95, FREEDOM)) * scale
    upper = usual + reach if high else usual - reach
    shown = slice(max(0, len(days) - DRAWN), None)
    curve = tuple(
        (one.isoformat(), round(float(value), 3), round(usual, 3), round(usual + reach, 3))
        for one, value in zip(days[shown], values[shown], strict=True)
    )
    curve = curve if float(values.min()) >= 0 else ()  # a drawing here begins at nothing
    return Strange("sensor", key[0], places.within(key[1]) if key[1] else "", now, usual, upper, p, curve)


def line(when: Reals, values: Reals) -> tuple[float, float]:
    """What a robust line through the past lets expect at time 0, and its standard deviation."""
    one, other = np.triu_indices(when.size, 1)
    slope = float(np.median((values[other] - values[one]) / (when[other] - when[one])))
    rest = values - slope * when
    usual = float(np.median(rest))
    scale = NORMAL * float(np.median(np.abs(rest - usual)))
    away = (0.0 - when.mean()) ** 2 / ((when - when.mean()) ** 2).sum()
    return usual, scale * float(1 + np.pi / 2 * (1 / when.size + away)) ** 0.5


def _seen(one: Strange, day: date, chance: float) -> Seen:
    """As a finding: people for a word; for a sensor and a table the figures stand in the evidence."""
    evidence: Mapping[str, str | int | float] = {}
    observed, expected, upper = round(one.value), one.usual, one.upper
    if one.kind != "searched":
        evidence = {"value": round(one.value, 3), "usual": round(one.usual, 3), "upper": round(one.upper, 3)}
        observed, expected, upper = 1, 0.0, 0.0
    return Seen(
        matter="", place=one.place, grain="signal", kind=one.kind, subject=one.subject, first=day, last=day,
        observed=observed, expected=expected, upper=upper, p=one.p, chance=chance,
        curve=one.curve, evidence=evidence,  # type: ignore[arg-type]
    )  # fmt: skip
