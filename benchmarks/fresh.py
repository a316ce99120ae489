"""How soon a change stands on a case's public page, and whether a withdrawn one is ever served again, under load.

Each trial speaks, lets readers print the page, joins the case (a change), waits until the page differs, withdraws, and
goes on reading: by itself, by three readers who never stop, and by wrk on two hundred other pages at the same time.
"""

from __future__ import annotations

import json
import random
import statistics
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import pages, served, submit, wrk

TRIALS = 300
ASKED_SECONDS = 2.0
READERS = 3
READS_AFTER = 20
WAIT = 10.0  # seconds after which a page that did not change counts as never fresh


@dataclass
class Watched:
    """The page the readers read now, and what they saw: when each read began, and with which status it ended."""

    path: str = ""
    seen: list[tuple[str, float, int]] = field(default_factory=list)
    over: bool = False


def measure() -> list[dict[str, Any]]:
    """One county behind a declared proxy, since so many voices come from one machine."""
    with served.county(database="sqlite", size="tiny", proxied=True) as county:
        others = Path(county.folder, "others")
        others.write_text("\n".join(pages.public_pages(county.url, 200, headers=HEADERS)) + "\n")
        script = LOAD % (wrk.lua_string(others), 5)
        stop, load = threading.Event(), []
        thread = threading.Thread(target=_keep_loading, args=(county.url, script, stop, load))
        thread.start()
        try:
            told = _trials(county.url)
        finally:
            stop.set()
            thread.join()
        return _rows(told, load)


HEADERS = {"X-Forwarded-Proto": "https"}
LOAD = pages.SCRIPT.replace(
    '["Accept-Encoding"] = "gzip"', '["Accept-Encoding"] = "gzip", ["X-Forwarded-Proto"] = "https"'
)


def _keep_loading(url: str, script: str, stop: threading.Event, load: list[dict[str, Any]]) -> None:
    while not stop.is_set():
        load.append(wrk.load(url, seconds=5, connections=16, script=script))


def _trials(url: str) -> dict[str, Any]:
    watched = Watched()
    readers = [threading.Thread(target=_read_on, args=(url, watched)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    chance, fresh, late, ends = random.Random(3), [], 0, {}
    try:
        for number in range(TRIALS):
            said = _post(url, "/api/v1/voices", number, _voice(chance))
            path = watched.path = f"/zh/cases/{said['number']}/"
            before = [_get(url, path)[1] for _ in range(3)][-1]
            _post(url, f"/api/v1/cases/{said['number']}/voices", number, {"words": submit.words(chance)})
            fresh.append(_until_fresh(url, path, before))
            _post(url, f"/api/v1/voices/{said['token']}/withdraw", number, None)
            ends[path] = time.monotonic()
            late += sum(_get(url, path)[0] == 200 for _ in range(READS_AFTER))
            late += said["number"].encode() in _get(url, "/zh/cases/")[1]
    finally:
        watched.over = True
        for reader in readers:
            reader.join()
    late += sum(status == 200 and begun > ends.get(path, float("inf")) for path, begun, status in watched.seen)
    return {"fresh": fresh, "late": late, "reads": len(watched.seen) + TRIALS * (READS_AFTER + 1)}


def _read_on(url: str, watched: Watched) -> None:
    while not watched.over:
        path, begun = watched.path, time.monotonic()
        if path:
            watched.seen.append((path, begun, _get(url, path)[0]))
        time.sleep(0.002)


def _until_fresh(url: str, path: str, before: bytes) -> float:
    begun = time.monotonic()
    while _get(url, path)[1] == before:
        if time.monotonic() - begun > WAIT:
            return WAIT
    return time.monotonic() - begun


def _voice(chance: random.Random) -> dict[str, Any]:
    return {
        "words": submit.words(chance),
        "allows_public": True,
        "form_key": str(uuid.UUID(int=chance.getrandbits(128))),
    }


def _get(url: str, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, headers=HEADERS), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def _post(url: str, path: str, number: int, body: Any) -> Any:
    """A program's call from an address of its own."""
    sender = {"X-Forwarded-For": f"11.{number // 250}.{number % 250}.7", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else b""
    request = urllib.request.Request(url + path, data, HEADERS | sender, method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def _rows(told: dict[str, Any], load: list[dict[str, Any]]) -> list[dict[str, Any]]:
    fresh = sorted(told["fresh"])
    shape = {
        "trials": len(fresh),
        "median_s": round(statistics.median(fresh), 4),
        "p99_s": round(fresh[int(len(fresh) * 0.99) - 1], 4),
        "pages_a_second_meanwhile": round(statistics.mean(each["per_second"] for each in load), 1),
        "reads_of_the_pages": told["reads"],
    }
    return [
        {
            "figure": f"seconds until a changed case's page is fresh, worst of {len(fresh)} under load",
            "asked": f"≤ {ASKED_SECONDS:.0f}",
            "value": round(fresh[-1], 3),
            "met": fresh[-1] <= ASKED_SECONDS,
            "detail": shape,
        },
        {
            "figure": f"pages served after a withdrawal was acknowledged, of {len(fresh)} under load",
            "asked": "0",
            "value": told["late"],
            "met": told["late"] == 0,
            "detail": shape,
        },
    ]
