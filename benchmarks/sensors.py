"""Readings a second, each on disk before it is acknowledged: one a transaction, 500 a transaction (as many as the
listener takes at once), and by HTTP as data arrays of 500. Half of the sensors have a rule that is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks import served

SENSORS, SINGLE, BATCH, BATCHES = 100, 1_000, 500, 40
ASKED = 1_000  # a thousand sensors of a county, one reading each second
TAKE = """
import json, sys, time, django
django.setup()
from datetime import timedelta
from gongzhi.kit.moments import now
from gongzhi.sensors import loading, reading
from gongzhi.sensors.rules import Reading
n, single, batch, batches = json.loads(sys.argv[1])
begun = now() - timedelta(days=1)
rows = [{"code": f"s-{i}", "name_zh": f"仪{i}", "organ": "gov", "place": "990199001201", "quantity": "noise", "low": 0,
         "high": 140, "interval": 60} for i in range(n)]
loading.load_sensors(by="import:bench", at=begun, rows=rows)
loading.load_rules(by="import:bench", at=begun, rows=[
    {"sensor": f"s-{i}", "code": "loud", "kind": "above", "threshold": 90, "seconds": 60, "matter": "other"}
    for i in range(0, n, 2)])
made = [Reading(f"s-{i % n}", begun + timedelta(seconds=i // n), 40 + i % 7) for i in range(single + batch * batches)]
def send(rows):
    assert all(answer is None for answer in reading.take(by="bench", at=now(), readings=rows, organ="gov"))
first, rest = made[:single], made[single:]
begin = time.perf_counter()
for one in first:
    send([one])
alone = single / (time.perf_counter() - begin)
begin = time.perf_counter()
for start in range(0, len(rest), batch):
    send(rest[start:start + batch])
print(json.dumps([alone, len(rest) / (time.perf_counter() - begin)]))
"""


def measure() -> list[dict[str, Any]]:
    """In one process without a door, then over HTTP."""
    with tempfile.TemporaryDirectory(prefix="gongzhi-bench-") as name:
        folder = Path(name)
        env = served.environment(folder, "sqlite") | {"GONGZHI_DIR": str(folder)}
        _gongzhi(env, "county", "new", str(folder / "new"))
        _gongzhi(env, "county", "load", str(folder / "new"))
        words = json.dumps([SENSORS, SINGLE, BATCH, BATCHES])
        env["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
        told = subprocess.run(
            [sys.executable, "-c", TAKE, words], env=env, check=True, capture_output=True, text=True
        ).stdout
        alone, together = json.loads(told)
        key = (
            _gongzhi(env, "sensors", "key", "new", "gov", "bench", "--per-hour", "1000000").split("key  ")[1].split()[0]
        )
        with served.serving(folder, env) as county:
            door = _door(county.url, key)
    return [
        _row("one reading a transaction", alone, asked=0),
        _row(f"{BATCH} readings a transaction", together, asked=ASKED),
        _row(f"data arrays of {BATCH} by HTTP", door, asked=ASKED),
    ]


def _row(what: str, value: float, *, asked: int) -> dict[str, Any]:
    return {
        "figure": f"readings a second on disk before they are acknowledged: {what}",
        "asked": f"≥ {asked:,}" if asked else "stated",
        "value": round(value),
        "met": value >= asked,
        "detail": {"sensors": SENSORS, "with_a_rule": SENSORS // 2, "cpus": os.cpu_count()},
    }


def _gongzhi(env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "gongzhi.cli", *words]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def _door(url: str, key: str) -> float:
    begun, sent = time.time(), 0
    begin = time.perf_counter()
    for number in range(BATCHES):
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begun - 600 + number * 10))
        arrays = [
            {
                "Datastream": {"@iot.id": f"s-{sensor}"},
                "components": ["phenomenonTime", "result"],
                "dataArray": [[f"{at}.{step}Z", 40.5] for step in range(BATCH // SENSORS)],
            }
            for sensor in range(SENSORS)
        ]
        request = urllib.request.Request(
            f"{url}/sensorthings/v1.1/CreateObservations",
            data=json.dumps(arrays).encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        assert not any(line.startswith("error") for line in told), told[:3]
        sent += len(told)
    return sent / (time.perf_counter() - begin)
