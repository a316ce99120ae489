"""What people look for in a county of a million cases, 807 organs and 30,000 signed-in posts, on both databases.

Over HTTP, one after the other, each address once: the staff's inbox (every queue of many posts), their list, the public
search (frequent, rare and no words; place, matter, state; many pages deep). Then the receipt with its proof and the
case's pages, beside the same in a county of ten thousand (million_flat). Statements are counted in a second pass inside
the program (million_ask). The counties are prepared ones, see district; home, week and place pages are told in the
detail.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from benchmarks import district, machine, served

ASKED_MS, ASKED_STATEMENTS, FLAT = 40, 10, 1.25
ROUNDS = 3
SEED = 3
FREQUENT = ("路灯", "请", "老人", "小区", "垃圾", "坏了", "晚上")
MIDDLE = ("路灯 坏了", "井盖 老人", "噪音 晚上", "停水", "学校 门口", "lamp", "漏水 小区", "施工 扬尘")
RARE = ("幽兰芬芳", "zebra", "龙卷风 冰雹")
QUEUES = ("new", "mine", "near", "overdue", "waiting", "helping", "dispatch", "all")


@dataclass
class Door:
    """One connection kept open; `ms` collects how long answers took, by what was asked for."""

    url: str
    ms: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open = http.client.HTTPConnection(str(urlsplit(self.url).netloc), timeout=60)

    def get(self, what: str, path: str, session: str = "") -> str:
        """The page; anything but 200 stops the measurement."""
        headers = {"X-Forwarded-Proto": "https", "Accept-Encoding": "identity"}
        if session:
            headers["Cookie"] = f"sessionid={session}"
        begun = time.perf_counter()
        self._open.request("GET", path, headers=headers)
        answer = self._open.getresponse()
        text = answer.read().decode()
        self.ms.setdefault(what, []).append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise SystemExit(f"benchmarks: {path} answered {answer.status}")
        return text


def searches(seed: int, rare: list[str]) -> list[str]:
    """Different addresses of the public search: words by how common they are, each filter, and both."""
    chance = random.Random(seed)
    found = [{"q": word} for word in (*FREQUENT, *MIDDLE, *RARE, *rare)]
    towns = [f"990101{number:03d}000" for number in (1, 2, 3, 101, 103)]
    matters = ["street-waste", "trees", "city", "food-safety", "pension", "policy-question"]
    states = ["received", "in_hand", "asked", "answered", "closed"]
    found += [{"place": town} for town in towns] + [{"matter": one} for one in matters] + [{"state": s} for s in states]
    for _ in range(40):
        asked = {"q": chance.choice([*FREQUENT, *MIDDLE, "", ""]), "place": chance.choice([*towns, ""])}
        asked |= {"matter": chance.choice([*matters, "", ""]), "state": chance.choice([*states, "", ""])}
        found.append(asked)
    unique = {urlencode({k: v for k, v in one.items() if v}) for one in found}
    return sorted(unique)


def following(page: str) -> str:
    """The cursor of the next page; empty at the end."""
    told = re.search(r"[?&;]after=([^&\"]+)", page)
    return told[1] if told else ""


def ask(door: Door, workers: dict[str, Any], rare: list[str], seed: int) -> None:
    """Everything once; `seed` varies what the public search is asked, since a page asked twice is printed."""
    chance = random.Random(seed)
    for query in searches(seed, rare):
        page, path = door.get("public search", f"/zh/cases/?{query}&again={seed}"), f"/zh/cases/?{query}"
        for _ in range(2):
            if cursor := following(page):
                page = door.get("public search", f"{path}&after={cursor}&again={seed}")
    for _ in range(20):  # deep: anywhere in six years
        deep = _seek(chance.random())
        door.get("public search", f"/zh/cases/?q={quote(chance.choice(FREQUENT))}&after={deep}")
        door.get("public search", f"/zh/cases/?after={deep}")
    clerks = chance.sample(workers["clerks"], 12)
    sessions = [one["session"] for one in clerks] + list(workers["roles"].values())
    for session in sessions:
        if door_shut(door, session):
            continue
        for queue in ("", *QUEUES):
            page = door.get("inbox", f"/zh/desk/?queue={queue}", session)
            if cursor := following(page):
                door.get("inbox", f"/zh/desk/?queue={queue}&after={cursor}", session)
        for query in chance.sample(searches(seed, rare), 6):
            door.get("staff list", f"/zh/desk/list/?{query}", session)
            door.get("staff list", f"/zh/desk/list/?{query}&after={_seek(chance.random())}", session)


def door_shut(door: Door, session: str) -> bool:
    """Whether this post has no inbox (an administrator reads no cases)."""
    door._open.request("GET", "/zh/desk/", headers={"X-Forwarded-Proto": "https", "Cookie": f"sessionid={session}"})
    answer = door._open.getresponse()
    answer.read()
    return answer.status != 200


def _seek(share: float) -> str:
    """A cursor that far back in the last six years."""
    digits, text = "0123456789abcdefghijklmnopqrstuvwxyz", ""
    left = int(time.time() - 1_577_836_800 - share * 4.9 * 365 * 86_400) * 1000 << 22
    while left:
        left, rest = divmod(left, 36)
        text = digits[rest] + text
    return text


def look(door: Door, known: dict[str, Any]) -> None:
    """The receipt with its proof, the page under the secret link, the public case, the case on the desk."""
    for one in known["cases"]:
        receipt = json.loads(door.get("receipt with proof", f"/api/v1/receipts/{one['token']}"))
        if "proof" not in receipt:
            raise SystemExit("benchmarks: a receipt has no proof")
        door.get("page of the secret link", f"/zh/v/{one['token']}/")
        door.get("case on the desk", f"/zh/desk/cases/{one['case']}/", known["session"])
        if one["public"]:
            door.get("public case", f"/zh/cases/{one['number']}/")


def pages(door: Door) -> None:
    """Pages that count: home, the week, a town."""
    for path in ("/zh/", "/en/", "/zh/week/", "/en/week/"):
        door.get(path.rstrip("/").rpartition("/")[2] or "home", path)
    for town in (1, 2, 3, 101, 103):
        door.get("place", f"/zh/places/990101{town:03d}000/")


def known(folder: Any, database: str, size: str) -> dict[str, Any]:
    """What million_ask tells from inside: some cases with their links, words only one case has, statements."""
    env = served.environment(folder, database) if database == "sqlite" else _environment(folder)
    words = [sys.executable, "-m", "benchmarks.million_ask", *(["count"] if size == "million" else [])]
    done = subprocess.run(words, env=env, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def _environment(folder: Any) -> dict[str, str]:
    """The settings of a county whose cluster runs already."""
    from tests import cluster

    port = (cluster.home(folder) / "postmaster.pid").read_text().splitlines()[3]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_"))}
    return env | {"GONGZHI_DIR": str(folder), "DATABASE_URL": f"postgres://gongzhi@127.0.0.1:{port}/postgres"}


def measure() -> list[dict[str, Any]]:
    """Both engines: the million alone, then beside ten thousand."""
    from benchmarks import million_flat

    rows: list[dict[str, Any]] = []
    for database in district.ENGINES:
        rows += _rows(database, _one(database, "million")) + million_flat.rows(database)
    return rows


def _everything(door: Door, told: dict[str, Any], workers: dict[str, Any]) -> None:
    for nth in range(ROUNDS):
        ask(door, workers, told["rare"], SEED + nth + int(time.time()))
    pages(door)


def _one(database: str, size: str) -> dict[str, Any]:
    with district.county(database, size) as county:
        told = known(county.folder, database, size)
        door = Door(county.url)
        look(Door(county.url), told | {"cases": told["cases"][:10]})  # the programs have started
        before = machine.cpu(county.processes())
        _everything(door, told, district.workers(county.folder))
        after = machine.cpu(county.processes())
        used = {name: round(after[name] - before.get(name, 0), 2) for name in after}
        counted = {what: spread(ms) for what, ms in door.ms.items()}
        weight = district.weight(county.folder)
        return {"ms": counted, "cpu_by_process_s": used, "bytes": weight, **_kept(told), "made": _made(database, size)}


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    return {"statements": told["statements"], "counts": told["counts"]}


def _made(database: str, size: str) -> dict[str, Any]:
    return district.made(database, size)


def spread(ms: list[float]) -> dict[str, float]:
    """How many, and of their milliseconds the middle, the slow and the slowest."""
    ms = sorted(ms)
    named = {"n": len(ms), "p50_ms": statistics.median(ms), "p95_ms": ms[int(len(ms) * 0.95)], "most_ms": ms[-1]}
    return {name: round(value, 2) for name, value in named.items()}


def _rows(database: str, large: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for what in ("inbox", "public search", "staff list"):
        p50, statements = large["ms"][what]["p50_ms"], large["statements"][what]
        found.append(
            {
                "figure": f"p50 ms of the {what} at 1,000,000 cases ({database})",
                "asked": f"≤ {ASKED_MS}",
                "value": p50,
                "met": p50 <= ASKED_MS,
                "detail": large["ms"][what]
                | {"made": large["made"], "bytes": large["bytes"], "other pages": large["ms"]},
            }
        )
        found.append(
            {
                "figure": f"most SQL statements of the {what} ({database})",
                "asked": f"≤ {ASKED_STATEMENTS}",
                "value": statements,
                "met": statements <= ASKED_STATEMENTS,
                "detail": large["counts"],
            }
        )
    return found
