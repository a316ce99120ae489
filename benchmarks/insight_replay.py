"""Histories replayed day by day through the product's own looks, in a process with a county's settings.

`practice` (GONGZHI_DIR: a practice county that was built): every receipt is fed to the charts of its minute with the
plan of its day, every ended day and week is judged, and what was raised is compared with the truth file. `boston`,
`council`, `pingshan`: counts by day, kind, quarter and source from the files of requests, without a county's tree.
Prints one line of JSON.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django
import numpy as np

django.setup()

from django.conf import settings  # noqa: E402

from gongzhi.cases.models import Voice  # noqa: E402
from gongzhi.insight import finding, minutes, nowhere, raising, rules, watching  # noqa: E402
from gongzhi.insight.asking import Warehouse  # noqa: E402
from gongzhi.insight.charts import Chart  # noqa: E402
from gongzhi.insight.counting import Counts  # noqa: E402
from gongzhi.insight.entering import Entries  # noqa: E402
from gongzhi.insight.habits import night as habits  # noqa: E402
from gongzhi.insight.judging import World  # noqa: E402
from gongzhi.insight.models import Finding, Looked, Nowhere, Watch  # noqa: E402
from gongzhi.insight.planning import midnight  # noqa: E402
from gongzhi.insight.warehouse import filling  # noqa: E402
from gongzhi.methods.space import fallback  # noqa: E402
from gongzhi.places import reads as places  # noqa: E402
from gongzhi.procedures import calendars  # noqa: E402
from gongzhi.rehearsal import arrivals  # noqa: E402
from gongzhi.rehearsal.models import Played  # noqa: E402

Cell = tuple[int, str, str, str]  # day, matter, division, source
Flags = np.ndarray[Any, np.dtype[np.bool_]]
BY = "benchmark"
SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[2] / "shared"))
BACK = 365  # days replayed, at most
SEEN = 5  # voices an event brings at least, to count among those that could be seen
REALLY = 1.4  # times as much as five weeks before, from which on the world brought more
LATE = 2  # days after an event's last within which it still counts as found


@dataclass(frozen=True)
class Planted:
    """An event of the truth file, with the moments of its voices."""

    matter: str
    village: str
    first: date
    days: int
    voices: list[datetime]


def practice() -> dict[str, Any]:
    """The practice county's last year."""
    for table in (Finding, Looked, Watch, Nowhere):
        table.objects.all().delete()
    zone, folder = places.county().zone, Path(settings.GONGZHI_DIR) / "warehouse"
    played = Played.objects.get()
    begun = time.monotonic()
    filling.refresh(folder, at=played.until, zone=zone)
    refreshed = time.monotonic() - begun
    fallen = len(nowhere.recognise(by=BY, at=played.until, folder=folder, zone=zone))
    last = played.until.astimezone(zone).date() - timedelta(days=1)
    world = finding.world_of(folder, last)
    first = max(world.counts.first + timedelta(days=finding.LEARNING), last - timedelta(days=BACK))
    receipts = _receipts(folder, first, last)
    charts: dict[str, list[object]] = {}
    spent: list[float] = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if world.number(day) >= finding.WATCHED:
            charts = _minutes(world, folder, day, receipts.get(day, []), charts, zone)
        begun = time.monotonic()
        finding.look(by=BY, at=midnight(day + timedelta(days=1), str(zone)), world=world, day=day)
        spent.append(time.monotonic() - begun)
    told = _against_truth(played, first, last)
    return told | {"refresh s": round(refreshed, 1), "s a judged day": statistics.median(spent), "fallbacks": fallen}


def _receipts(folder: Path, first: date, last: date) -> dict[date, list[minutes.Receipt]]:
    rows = Warehouse(folder).table("cases", first, last).order_by("received_at")
    got = rows.select("day", "received_at", "matter", "division", "source").to_pyarrow().to_pylist()
    found: dict[date, list[minutes.Receipt]] = {}
    for row in got:
        one = minutes.Receipt(row["received_at"], row["matter"], row["division"], row["source"])
        found.setdefault(row["day"], []).append(one)
    return found


def _minutes(
    world: World,
    folder: Path,
    day: date,
    receipts: list[minutes.Receipt],
    kept: dict[str, list[object]],
    zone: ZoneInfo,
) -> dict[str, list[object]]:
    """The charts of one day, from and to what is kept overnight."""
    plan = watching.plan(world, folder, day, zone=str(zone))
    working = calendars.calendar().is_working
    bank = minutes.Bank(plan, {key: Chart.of(row) for key, row in kept.items()}, lambda one: not working(one))
    for receipt in receipts:
        for seen in bank.feed(receipt, receipt.at):
            raising.keep(seen, by=BY, at=receipt.at, above=plan.above)
    return bank.standing(midnight(day + timedelta(days=1), str(zone)))


def _against_truth(played: Played, first: date, last: date) -> dict[str, Any]:
    """What was found of what was planted, how late, and what was raised of which nothing was planted."""
    above, rises = raising.tree(), list(Finding.objects.filter(kind="rise").order_by("found_at"))
    events = [one for one in _planted() if first <= one.first <= last - timedelta(days=1) and one.voices]
    seeable = [one for one in events if len(one.voices) >= SEEN]
    hits = {id(one): [row for row in rises if _speaks_of(row, one, above)] for one in events}
    hours = [(hits[id(one)][0].found_at - min(one.voices)).total_seconds() / 3600 for one in seeable if hits[id(one)]]
    mine = {row.pk for rows in hits.values() for row in rows}
    others = [row for row in rises if row.pk not in mine]
    real = [row for row in others if _weather_or_season(row, played.seed, above)]
    months = ((last - first).days + 1) / 30
    return {
        "months": round(months, 1),
        "events": len(events),
        "seeable": len(seeable),
        "found": sum(bool(hits[id(one)]) for one in seeable),
        "found of all": sum(bool(rows) for rows in hits.values()),
        "found by": dict(Counter(hits[id(one)][0].grain for one in seeable if hits[id(one)])),
        "hours": round(statistics.median(hours), 1) if hours else None,
        "within a day": sum(hour <= 24 for hour in hours),
        "rises": len(rises),
        "weather or season": len(real),
        "weather over all": sum(not row.matter for row in real),
        "false a month": round((len(others) - len(real)) / months, 2),
        "false by": dict(Counter(row.grain for row in others if row not in real)),
        "named": dict(Counter(Finding.objects.exclude(kind="rise").values_list("kind", flat=True))),
        "false": [_line(row) for row in others if row not in real][:40],
        "missed": [f"{e.first} {e.matter} {e.village} {len(e.voices)}" for e in seeable if not hits[id(e)]][:40],
    }  # fmt: skip


def _line(row: Finding) -> str:
    place = f"{row.matter} {row.place} {row.channel}"
    return f"{row.grain} {row.first_day} {place} {row.observed}/{row.expected:.1f}"


def _planted() -> Iterator[Planted]:
    truth = Path(settings.GONGZHI_DIR) / "truth"
    numbers: dict[str, list[str]] = {}
    for line in (truth / "voices.jsonl").open():
        told = json.loads(line)
        if told["event"]:
            numbers.setdefault(told["event"], []).append(told["number"])
    wanted = [number for some in numbers.values() for number in some]
    said: dict[str, datetime] = {}
    for start in range(0, len(wanted), 500):
        part = Voice.objects.filter(number__in=wanted[start : start + 500]).values_list("number", "said_at")
        said.update(dict(part))
    for line in (truth / "events.json").open():
        told = json.loads(line)
        voices = [said[number] for number in numbers.get(told["name"], []) if number in said]
        yield Planted(told["matter"], told["village"], date.fromisoformat(told["first"]), told["days"], voices)


def _speaks_of(row: Finding, one: Planted, above: dict[str, str]) -> bool:
    """Whether a finding that did not stand before speaks of the event, by matter, place and time."""
    views = [(str(part[0]), str(part[1])) for part in row.parts] if row.grain == "scan" else [(row.matter, row.place)]
    in_time = row.last_day >= one.first and row.first_day <= one.first + timedelta(days=one.days + LATE)
    return in_time and any(rules.nested(view, (one.matter, one.village), above) for view in views)


def _weather_or_season(row: Finding, seed: int, above: dict[str, str]) -> bool:
    """Whether the world really brought more: the weather of one of its days, or a month that turned not long before."""
    days = [row.first_day + timedelta(days=n) for n in range(-1, (row.last_day - row.first_day).days + 1)]
    for day in days:
        if not row.matter and _of_all(seed, day) >= REALLY * _of_all(seed, day - timedelta(days=35), calm=True):
            return True
        sky = arrivals.WEATHER[arrivals.weather(seed, day)]
        if any(by > 1 and _near(matter, row.matter, above) for matter, by in sky.items()):
            return True
        for matter, months in arrivals.SEASONS.items():
            before = (day - timedelta(days=35)).month
            if _near(matter, row.matter, above) and months.get(day.month, 1) >= REALLY * months.get(before, 1):
                return True
    return False


def _of_all(seed: int, day: date, *, calm: bool = False) -> float:
    """What season and weather (`calm`: fair weather) let the world bring of all matters together, in a thousand."""
    sky = arrivals.WEATHER["fair" if calm else arrivals.weather(seed, day)]
    bent = {*arrivals.SHARES, *arrivals.SEASONS, *sky}
    return 1000 + sum(
        arrivals.SHARES.get(matter, 0)
        * (arrivals.SEASONS.get(matter, {}).get(day.month, 1) * sky.get(matter, 1) - 1)
        for matter in bent
    )  # fmt: skip


def _near(matter: str, told: str, above: dict[str, str]) -> bool:
    """Whether a matter is the one told of, in it, or told of as its parent (not as all matters together)."""
    return bool(told) and (rules.holds(told, matter, above) or rules.holds(matter, told, above))


def _turned(cells: list[Cell], resting: Flags, seed: int) -> tuple[list[Cell], Flags]:
    """The same days in another order, each with all that came in on it and whether it rested; weekdays stay."""
    chance, to = np.random.default_rng(seed), np.arange(resting.size)
    for weekday in range(7):
        to[weekday::7] = chance.permutation(to[weekday::7])
    rests = np.empty_like(resting)
    rests[to] = resting
    return [(int(to[cell[0]]), *cell[1:]) for cell in cells], rests


def boston(turned: int = 0) -> dict[str, Any]:
    """January to July 2015: kinds by neighbourhood and source; points as they were given."""
    import pyarrow.parquet as pq

    columns = ["opened_at", "TYPE", "neighborhood", "Source", "lat", "lon"]
    rows = pq.read_table(_data("requests/boston311_2015_jan_jul.parquet"), columns=columns).to_pylist()
    rows = [row for row in rows if row["opened_at"] and row["lat"] is not None]
    first = min(row["opened_at"] for row in rows).date()
    day = np.array([(row["opened_at"].date() - first).days for row in rows])
    x, y = np.array([row["lon"] for row in rows]), np.array([row["lat"] for row in rows])
    found, since = [], 0
    for until in range(finding.LEARNING, int(day.max()), 7):  # looked for week by week, as it would be
        early = day <= until
        found = fallback.fallbacks(x[early], y[early], period=day[early])
        if found:
            since = until
            break
    lost = fallback.at_fallback(x, y, found)
    quarters = sorted({row["neighborhood"] or "" for row in rows})
    codes = [f"250025001{quarters.index(row['neighborhood'] or '') + 1:03d}" for row in rows]
    cells = [
        (int(n), row["TYPE"], "250025000000" if gone else code, row["Source"])
        for n, row, code, gone in zip(day, rows, codes, lost, strict=True)
    ]
    resting = _america(first, int(day.max()) + 1)
    if turned:
        cells, resting = _turned(cells, resting, turned)
    told = _replayed(
        first,
        cells,
        resting,
        seconds=[
            _second(row["opened_at"]) + 86400 * (cell[0] - int(n))
            for row, cell, n in zip(rows, cells, day, strict=True)
        ],
    )
    told["fallback"] = [[round(one.y, 4), round(one.x, 4), round(one.share, 3)] for one in found]
    told["fallback on day"], told["at it"] = since, round(float(lost.mean()), 3)
    return told | {"known": _known("boston", first)}


def council() -> dict[str, Any]:
    """New York's council 2016: kinds by district and by the office that typed them in."""
    import pyarrow.parquet as pq

    table = pq.read_table(_data("requests/nyc_council_2015_2019h1.parquet"))
    rows = table.select(["opened_on", "descriptor", "account"]).to_pylist()
    first, end = date(2015, 7, 1), date(2017, 1, 15)
    cells = [
        ((row["opened_on"] - first).days, "snow" if "snow" in (row["descriptor"] or "").lower() else "else",
         "360061000000", row["account"] or "")
        for row in rows if row["opened_on"] and first <= row["opened_on"] < end
    ]  # fmt: skip
    return _replayed(first, cells) | {"known": _known("nyc_council", first)}


def pingshan() -> dict[str, Any]:
    """February to October 2018: kinds by street and community and source."""
    with open(_data("china/pingshan_events_2018_to_oct.csv"), encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    moments = [datetime.fromisoformat(row["CREATE_TIME"]).date() for row in rows]
    first = _steady(moments)
    streets = sorted({row["STREET_ID"] for row in rows})
    quarters = sorted({row["COMMUNITY_ID"] for row in rows})
    cells = [
        ((day - first).days, row["SUB_TYPE_NAME"],
         f"440310{streets.index(row['STREET_ID']) + 1:03d}{quarters.index(row['COMMUNITY_ID']) + 1:03d}",
         row["EVENT_SRC_NAME"])
        for row, day in zip(rows, moments, strict=True) if day >= first
    ]  # fmt: skip
    resting = _china(first, max(cell[0] for cell in cells) + 1)
    seconds = [_second(datetime.fromisoformat(row["CREATE_TIME"])) for row in rows]
    return _replayed(
        first, cells, resting, seconds=[one for one, day in zip(seconds, moments, strict=True) if day >= first]
    )


def _steady(days: list[date]) -> date:
    """The first day after the last gap of a week: before it the file has only single days."""
    each = sorted(set(days))
    gaps = [after for before, after in pairwise(each) if (after - before).days > 7]
    return gaps[-1] if gaps else each[0]


def _china(first: date, days: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Weekends and holidays of China with their make-up days."""
    special = {day.date: day.working for day in calendars.national(range(first.year, first.year + 2))}
    each = [first + timedelta(days=n) for n in range(days)]
    return np.array([not special.get(day, day.weekday() < 5) for day in each])


def _second(moment: datetime) -> int:
    """Seconds since 1970 of a moment without a zone."""
    return int(moment.replace(tzinfo=UTC).timestamp())


def _america(first: date, days: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Weekends and holidays of Massachusetts."""
    import holidays

    off = holidays.country_holidays("US", subdiv="MA", years=range(first.year, first.year + 3))
    each = [first + timedelta(days=n) for n in range(days)]
    return np.array([day.weekday() > 4 or day in off for day in each])


def _replayed(
    first: date, cells: list[tuple[int, str, str, str]], resting: Any = None, seconds: list[int] | None = None
) -> dict[str, Any]:
    """Every day judged in its turn; what was raised, by day. `seconds`: when each of the cells was entered."""
    Finding.objects.all().delete()
    days = max(cell[0] for cell in cells) + 1
    rest = np.array([(first + timedelta(days=n)).weekday() > 4 for n in range(days)]) if resting is None else resting
    counts = Counts.of(first, days, cells)
    single = zip(seconds or [], cells, strict=False)
    entries = Entries.of(counts, ((second, *cell) for second, cell in single)) if seconds else None
    world = World.of(counts, {}, rest, entries)
    begun = time.monotonic()
    for n in range(finding.LEARNING, days):
        day = first + timedelta(days=n)
        finding.look(by=BY, at=midnight(day + timedelta(days=1), "UTC"), world=world, day=day)
    rows = Finding.objects.order_by("first_day", "p")
    return {
        "cases": len(cells), "days": days - finding.LEARNING,
        "first judged": str(first + timedelta(days=finding.LEARNING)), "seconds": round(time.monotonic() - begun, 1),
        "kinds": dict(Counter(rows.values_list("kind", flat=True))), "habits": _habits(entries, first, days),
        "findings": [[r.kind, r.grain, str(r.first_day), str(r.last_day), r.matter, r.place, r.channel or r.source,
                      r.observed, round(r.expected, 1)] for r in rows],
    }  # fmt: skip


def _habits(entries: Entries | None, first: date, days: int) -> list[list[Any]]:
    """Habitual bulk entering as the page of the last day names it: matter, source, since, entries of eight weeks, share
    of them in goes, the largest go and its day."""
    found = habits.piles(entries, days - 1) if entries is not None else []
    return [
        [one.matter, one.source, str(first + timedelta(days=one.since)), one.entries,
         round(one.bundled / one.entries, 2), one.largest, str(first + timedelta(days=one.largest_day))]
        for one in found
    ]  # fmt: skip


def _known(file: str, first: date) -> list[list[Any]]:
    """The known bursts of one file that lie in the days judged: day, kind of truth, whether it stands as that."""
    out: list[list[Any]] = []
    with open(_data("requests/known_bursts.csv")) as known:
        rows = [row for row in csv.DictReader(known) if row["file"].startswith(file) and row["day"] != "spatial"]
    for row in rows:
        day = date.fromisoformat(row["day"])
        kind = "bulk_entry" if "bulk" in row["event"] else "rise"
        on = Finding.objects.filter(first_day__lte=day, last_day__gte=day)
        told = [one.matter for one in on.filter(kind=kind) if _of_series(one, row["series_filter"])]
        if day >= first + timedelta(days=finding.LEARNING) and day < date(2017, 1, 15):
            out.append([row["day"], row["event"], kind, bool(told)])
    return out


def _of_series(one: Finding, asked: str) -> bool:
    parts = [one.matter, *(str(part[0]) for part in one.parts)]
    if asked == "all" or "snow" in asked:
        return True if asked == "all" else "snow" in parts
    return asked.split("'")[1] in parts


def _data(name: str) -> Path:
    return SHARED / "data" / name


if __name__ == "__main__":
    played = {"practice": practice, "boston": boston, "council": council, "pingshan": pingshan}
    what, _colon, seed = sys.argv[1].partition(":")
    played["boston-turned"] = lambda: boston(turned=int(seed))
    print(json.dumps(played[what](), ensure_ascii=False, default=str))
