"""Ten million cases: sealed daily partitions taken into the warehouse, and the cockpit's questions asked of it.

The partitions are made of chance (three years, 807 organs, 2,000 villages, 120 matters) and delivered as a county
delivers them; what is measured is `delivering.take` and questions in Ibis on DuckDB with two threads, each the worst of
three, in processes of their own, with their peak memory. Rows a second from live tables are told apart, from the county
kept by `insight`. GONGZHI_BENCH_CASES sets another number of cases.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

CASES = int(os.environ.get("GONGZHI_BENCH_CASES", "10000000"))
DAYS, ORGANS, VILLAGES, MATTERS = 1096, 807, 2000, 120
FIRST = date(2024, 1, 1)
LAST = FIRST + timedelta(days=DAYS - 1)
SEED = 5
ASKED_TAKE, ASKED_QUESTION, ASKED_MEMORY = 60, 0.5, 2.0


def grow(folder: Path) -> None:
    """A delivery of CASES cases in DAYS days, without tallies: these are made when it is taken."""
    import numpy as np

    from gongzhi.insight.warehouse import grains, manifest
    from gongzhi.insight.warehouse.manifest import Manifest

    chance = np.random.default_rng(SEED)
    matters, villages, organs = _names()
    weight = chance.zipf(1.3, MATTERS).clip(max=60).astype(float)
    held: dict[str, dict[str, Any]] = {"cases": {}, "states": {}}
    each = CASES // DAYS
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        rows = _cases(chance, day, each, weight / weight.sum())
        key = day.isoformat()
        held["cases"][key] = manifest.keep(folder, "cases", key, grains.packed("cases", rows), each)
        opened = _open(chance, day, matters, villages, organs)
        held["states"][key] = manifest.keep(folder, "states", key, grains.packed("states", opened), opened.num_rows)
    (folder / "county").write_text("990101")
    fresh = Manifest(index=CASES, counted=LAST.isoformat(), grains=held)
    manifest.swap(folder, fresh, at=datetime.now(UTC), written=2 * DAYS)


def _names() -> tuple[Any, Any, Any]:
    """Matters, villages and organs."""
    import pyarrow as pa

    matters = pa.array([f"m{n:03d}" for n in range(MATTERS)])
    villages = pa.array([f"990101{1 + n // 100:03d}{201 + n % 100:03d}" for n in range(VILLAGES)])
    organs = pa.array([f"o{n:03d}" for n in range(ORGANS)])
    return matters, villages, organs


def _cases(chance: Any, day: date, each: int, weight: Any) -> Any:
    """The cases of a day; `weight` is the share of each matter."""
    import numpy as np
    import pyarrow as pa

    from gongzhi.insight.warehouse import grains

    matters, villages, organs = _names()
    sources = pa.array(["phone", "web", "chat", "counter", "paper"])
    states, outcomes = pa.array(["closed", "accepted"]), pa.array(["fixed", "answered", "partly", ""])
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1e6)
    seconds = np.sort(chance.integers(0, 86_400, each))
    received = midnight + seconds * 1_000_000
    waited = (chance.lognormal(11.5, 1.0, each) * 1e6).astype(np.int64)
    village, matter = chance.integers(0, VILLAGES, each), chance.choice(MATTERS, each, p=weight)
    fixed, rated = chance.random(each) < 0.97, chance.random(each) < 0.46
    moment = pa.timestamp("us", tz="UTC")
    place = villages.take(pa.array(village))
    columns = {
        "case": pa.array([row.hex() for row in _ids(chance, each)]),
        "day": pa.array([day] * each, pa.date32()),
        "hour": pa.array(seconds // 3600, pa.int8()),
        "received_at": pa.array(received, moment),
        "matter": matters.take(pa.array(matter)),
        "matter_by": pa.array(["suggested"] * each),
        "place": place,
        "division": place,
        "organ": organs.take(pa.array((matter * 37 + village // 100) % ORGANS)),
        "kind": pa.array(["report"] * each),
        "source": sources.take(pa.array(chance.choice(5, each, p=[0.4, 0.3, 0.15, 0.1, 0.05]))),
        "state": states.take(pa.array((~fixed).astype(int))),
        "outcome": outcomes.take(pa.array(np.where(fixed, chance.integers(0, 3, each), 3))),
        "voices": pa.array(1 + chance.poisson(0.1, each), pa.int32()),
        "urgent": pa.array(chance.random(each) < 0.02),
        "answered_at": pa.array(received + waited, moment, mask=~fixed),
        "in_time": pa.array(waited < 4e11, mask=~fixed),
        "closed_at": pa.array(received + waited, moment, mask=~fixed),
        "closed_day": pa.array((received + waited) // 86_400_000_000, pa.int32(), mask=~fixed).cast(pa.date32()),
        "grade": pa.array(chance.integers(1, 6, each), pa.int8(), mask=~rated),
        "solved": pa.array(chance.random(each) < 0.8, mask=~rated),
    }
    arrays = [columns.get(field.name, pa.nulls(each, field.type)) for field in grains.CASES]
    return pa.table(arrays, schema=grains.CASES)


def _ids(chance: Any, each: int) -> list[bytes]:
    data = chance.bytes(16 * each)
    return [data[n : n + 16] for n in range(0, 16 * each, 16)]


def _open(chance: Any, day: date, matters: Any, villages: Any, organs: Any, rows: int = 2500) -> Any:
    """Open states of an evening."""
    import pyarrow as pa

    from gongzhi.insight.rules import AGE_BANDS
    from gongzhi.insight.warehouse import grains

    matter, village = chance.integers(0, MATTERS, rows), chance.integers(0, VILLAGES, rows)
    columns = {
        "day": pa.array([day] * rows, pa.date32()),
        "matter": matters.take(pa.array(matter)),
        "place": villages.take(pa.array(village)),
        "organ": organs.take(pa.array((matter * 37 + village // 100) % ORGANS)),
        "age": pa.array(chance.choice(AGE_BANDS, rows), pa.int16()),
        "open": pa.array(1 + chance.poisson(8, rows), pa.int64()),
    }
    return pa.table([columns[name] for name in grains.STATES.names], schema=grains.STATES)


def take(folder: Path, delivery: Path) -> dict[str, Any]:
    """Take the delivery; seconds, rows, peak memory."""
    from gongzhi.insight.warehouse import delivering

    begun = time.perf_counter()
    done = delivering.take(folder, delivery, at=datetime.now(UTC))
    return {"seconds": time.perf_counter() - begun, "cases": done.cases, "parts": done.parts, "memory": _memory()}


def ask(folder: Path) -> dict[str, Any]:
    """Each question of the cockpit three times, the worst; what a process pays once before its first; peak memory."""
    begun = time.perf_counter()
    from gongzhi.insight.asking import Warehouse

    Warehouse(folder).table("states", LAST, LAST).count().to_pyarrow()
    once = time.perf_counter() - begun
    worst: dict[str, float] = {}
    for _ in range(3):
        for name, question in QUESTIONS.items():
            begun = time.perf_counter()
            found = question(Warehouse(folder)).to_pyarrow()
            worst[name] = max(worst.get(name, 0.0), time.perf_counter() - begun)
            if not found.num_rows:
                raise SystemExit(f"benchmarks: {name} found nothing")
    told = {name: round(value, 3) for name, value in worst.items()}
    return {"worst": told, "libraries loaded and a first question, s": round(once, 2), "memory": _memory()}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _lately(days: int) -> tuple[date, date]:
    return LAST - timedelta(days=days - 1), LAST


def _trend(house: Any) -> Any:
    rows = house.tallied(["matter"], *_lately(DAYS))
    return rows.group_by(day=rows.day.truncate("W"), matter=rows.matter).agg(n=rows.n.sum())


def _ranks(house: Any) -> Any:
    rows = house.tallied(["organ"], *_lately(90))
    found = rows.group_by("organ").agg(n=rows.n.sum(), kept=rows.kept.sum(), missed=rows.missed.sum())
    return found.mutate(share=found.kept / (found.kept + found.missed)).order_by("share")


def _place(house: Any) -> Any:
    rows = house.tallied(["matter", "town"], *_lately(365))
    mine = rows.filter(rows.town == "990101003")
    return mine.group_by("day", "matter").agg(n=mine.n.sum(), kept=mine.kept.sum())


def _open_now(house: Any) -> Any:
    rows = house.table("states", LAST, LAST)
    return rows.group_by("organ", "age").agg(open=rows.open.sum())


def _open_trend(house: Any) -> Any:
    rows = house.table("states", *_lately(90))
    return rows.group_by("day", "age").agg(open=rows.open.sum())


def _movers(house: Any) -> Any:
    rows = house.tallied(["matter"], *_lately(60))
    late = rows.day >= LAST - timedelta(days=29)
    found = rows.group_by("matter").agg(now=rows.n.sum(where=late), before=rows.n.sum(where=~late))
    return found.order_by(found.before - found.now)


def _channels(house: Any) -> Any:
    rows = house.tallied(["source"], *_lately(365))
    return rows.group_by("source").agg(n=rows.n.sum(), grades=rows.grades.sum(), rated=rows.rated.sum())


def _waits(house: Any) -> Any:
    rows = house.table("cases", *_lately(30)).mutate(
        wait=lambda t: t.answered_at.epoch_seconds() - t.received_at.epoch_seconds()
    )
    return rows.group_by("organ").agg(median=rows.wait.quantile(0.5), most=rows.wait.quantile(0.9))


def _heat(house: Any) -> Any:
    rows = house.tallied(["matter", "town"], *_lately(7))
    return rows.group_by("matter", "town").agg(n=rows.n.sum())


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "weeks of three years by matter": _trend,
    "807 organs by promises kept, 90 days": _ranks,
    "a town's year by day and matter": _place,
    "open now by organ and age": _open_now,
    "open by age, 90 days": _open_trend,
    "matters that rose in 30 days": _movers,
    "channels and grades of a year": _channels,
    "median and slow waits by organ, 30 days of cases": _waits,
    "matter by town, 7 days": _heat,
}


def _child(word: str, *folders: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.warehouse", word, *map(str, folders)]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "gongzhi.web.settings", "GONGZHI_DIR": str(folders[0].parent)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def measure() -> list[dict[str, Any]]:
    """The figures of the warehouse."""
    base = Path(tempfile.mkdtemp(prefix="gongzhi-bench-"))
    try:
        delivery, folder = base / "delivery", base / "warehouse"
        delivery.mkdir()
        _child("grow", delivery)
        taken = _child("take", folder, delivery)
        asked = _child("ask", folder)
        live = _live(base / "live")
    finally:
        shutil.rmtree(base, ignore_errors=True)
    worst = max(asked["worst"].items(), key=lambda one: one[1])
    memory = max(taken["memory"], asked["memory"])
    rows = [
        ("sealed daily partitions of 10,000,000 cases → warehouse, s", ASKED_TAKE, round(taken["seconds"], 1), taken),
        (f"slowest of {len(QUESTIONS)} cockpit questions at 10,000,000 cases, s", ASKED_QUESTION, worst[1], asked),
        ("peak memory of taking and asking, GiB", ASKED_MEMORY, round(memory, 2), {}),
    ]
    found = [
        {"figure": figure.replace("10,000,000", f"{CASES:,}"), "asked": f"≤ {most:g}", "value": value,
         "met": value <= most, "detail": detail}
        for figure, most, value, detail in rows
    ]  # fmt: skip
    return [*found, live] if live else found


def _live(folder: Path) -> dict[str, Any] | None:
    """Rows a second from the live tables of a practice county, where one is kept."""
    from benchmarks import insight, served

    kept = insight.practice()
    env = served.environment(kept, "sqlite")
    shutil.rmtree(kept / "warehouse", ignore_errors=True)
    prepare = [sys.executable, "-m", "gongzhi.web.preparing"]  # a kept county may be of an earlier version
    subprocess.run(prepare, check=True, env=env, stdout=subprocess.DEVNULL)
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "gongzhi.cli", "warehouse", "refresh"], check=True, env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    from gongzhi.insight.warehouse import manifest

    held = manifest.read(kept / "warehouse")
    cases, events = held.rows("cases"), held.rows("events")
    return {
        "figure": "case and event rows a second from live tables into the warehouse", "asked": "told",
        "value": round((cases + events) / seconds), "met": True,
        "detail": {"cases": cases, "events": events, "seconds": round(seconds, 1), "cases a s": round(cases / seconds)},
    }  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    word, *paths = sys.argv[1:]
    told = {"grow": grow, "take": take, "ask": ask}[word](*map(Path, paths))  # type: ignore[operator]
    print(json.dumps(told or {}))
