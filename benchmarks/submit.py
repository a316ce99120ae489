"""The resident's last click: the final form's POST and the same by JSON, for a minute, on both databases.

Served behind a declared proxy, as in service; senders' addresses differ, since the house slows one that sends very
many. Each text is composed afresh from parts, each form has its own key, pins lie anywhere in the county.
"""

from __future__ import annotations

import json
import random
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from benchmarks import machine, served, wrk

SECONDS = 60
CONNECTIONS = 16
ASKED_CPU_MS = 6.0
ASKED_RATE = 250
PREPARED = 40_000
PEER = "FixMyStreet 157 ms, Signalen 95 ms CPU"

THINGS = ["路灯", "井盖", "下水道", "垃圾箱", "健身器材", "公交站牌", "水管", "电线", "围墙", "广告牌", "路面", "护栏"]
STATES = [
    "坏了",
    "破了",
    "堵住了",
    "歪倒了",
    "没有人管",
    "丢了一块",
    "漏得厉害",
    "挡住了路",
    "晚上看不见",
    "很久没有修",
]
SINCE = ["三天了", "上个星期起", "下雨以后", "从昨天晚上", "半个月了", "一直这样", "今天早上发现", "前天大风以后"]
WHERE = ["村口小卖部旁边", "学校门前", "菜市场东头", "老桥北边", "卫生室对面", "公园西门", "十字路口", "小区三号楼后面"]
ASKS = [
    "请派人来看看。",
    "希望快点修好。",
    "老人孩子走路不安全。",
    "麻烦你们了。",
    "能不能给个说法？",
    "打过电话没有人来。",
]

SCRIPT = """
local file = io.open(%(bodies)s, "r")
local bodies = {}
for line in file:lines() do bodies[#bodies + 1] = line end
local i = 0
request = function()
  i = i + 1
  local body = bodies[i]
  if body == nil then i = 1; body = bodies[1] end
  return wrk.format("POST", "%(path)s", {
    ["Content-Type"] = "%(type)s",
    ["Accept-Encoding"] = "gzip",
    ["X-Forwarded-Proto"] = "https",
    ["X-Forwarded-For"] = string.format("%%d.%%d.%%d.7", 11 + i %% 80, (i / 80) %% 250, (i / 20000) %% 250),
    ["Origin"] = "%(origin)s"
  }, body)
end
"""


def words(chance: random.Random) -> str:
    """A short report; 46,000 ways before the house number."""
    parts = (chance.choice(WHERE), chance.choice(THINGS), chance.choice(STATES), chance.choice(SINCE))
    return f"{parts[0]}的{parts[1]}{parts[2]}，{parts[3]}，在{chance.randint(1, 400)}号附近。{chance.choice(ASKS)}"


def bodies(kind: str, pins: list[tuple[float, float]], seed: int) -> list[str]:
    """One body a line."""
    chance = random.Random(f"{kind} {seed}")  # a key sent before would be the same voice again
    lines = []
    for _ in range(PREPARED):
        lon, lat = chance.choice(pins)
        key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        if kind == "form":
            fields = {
                "step": "check",
                "go": "send",
                "words": words(chance),
                "place": f"{lon:.6f},{lat:.6f}",
                "kind": "report",
                "key": key,
                "allows_public": "on",
            }
            lines.append(urllib.parse.urlencode(fields))
        else:
            place = {"lon": round(lon, 6), "lat": round(lat, 6)}
            body = {"words": words(chance), "place": place, "allows_public": True, "form_key": key}
            lines.append(json.dumps(body, ensure_ascii=False))
    return lines


def pins_in_county(url: str) -> list[tuple[float, float]]:
    """One point in each of the county's own grids, by its public map: the middle of the ring's corners."""
    asked = urllib.request.Request(url + "/api/v1/places/990101000000/grids", headers={"X-Forwarded-Proto": "https"})
    rings = [f["geometry"]["coordinates"][0] for f in json.loads(urllib.request.urlopen(asked).read())["features"]]
    return [tuple(sum(corner[axis] for corner in ring) / len(ring) for axis in (0, 1)) for ring in rings]


def measure() -> list[dict[str, Any]]:
    """Form and JSON on SQLite and PostgreSQL."""
    rows = []
    for database in ("sqlite", "postgres"):
        with served.county(database=database, size="small", proxied=True) as county:
            pins = pins_in_county(county.url)
            for kind in ("form", "json"):
                result = machine.median_of(_run(county, kind, pins))
                rows += _rows(database, kind, result)
    return rows


def _run(county: served.Served, kind: str, pins: list[tuple[float, float]]) -> Any:
    seeds = iter(range(100, 200))

    def run() -> dict[str, Any]:
        file = Path(county.folder, f"bodies-{kind}")
        file.write_text("\n".join(bodies(kind, pins, next(seeds))) + "\n")
        script = SCRIPT % {
            "bodies": wrk.lua_string(file),
            "path": "/zh/speak/" if kind == "form" else "/api/v1/voices",
            "type": "application/x-www-form-urlencoded" if kind == "form" else "application/json",
            "origin": county.origin,
        }
        before = machine.cpu(county.processes())
        result = wrk.load(county.url, seconds=SECONDS, connections=CONNECTIONS, script=script)
        time.sleep(3)  # the sealer's last turn belongs to the cost
        after = machine.cpu(county.processes())
        by_process = {name: round(after[name] - before.get(name, 0), 2) for name in after}
        result["cpu_ms"] = round(sum(by_process.values()) / max(result["n"], 1) * 1000, 3)
        result["cpu_by_process_s"] = by_process
        return result

    return run


def _rows(database: str, kind: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    fine = result["refused"] == 0 and result["broken"] == 0
    return [
        {
            "figure": f"CPU ms a submission, all processes ({kind}, {database})",
            "asked": f"≤ {ASKED_CPU_MS:.0f}",
            "value": result["cpu_ms"],
            "met": result["cpu_ms"] <= ASKED_CPU_MS and fine,
            "peer": PEER,
            "detail": result,
        },
        {
            "figure": f"submissions a second for {SECONDS} s ({kind}, {database})",
            "asked": f"≥ {ASKED_RATE}",
            "value": result["per_second"],
            "met": result["per_second"] >= ASKED_RATE and fine,
            "detail": {"p50_ms": result["p50_ms"], "p99_ms": result["p99_ms"]},
        },
    ]
