"""From the last of the voices that make a finding to the finding on the page of findings, in a county as served.

A practice county is built, looked at and planned by `gongzhi insight`, then served by `gongzhi run`. For each trial
nine people say within seconds that the same thing is wrong in one village; a leader who is signed in asks for the page
of findings again and again.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from typing import Any

from benchmarks import served, submit

TRIALS = 4
VOICES = 9
WAIT = 60.0
HEADERS = {"X-Forwarded-Proto": "https"}
WORDS = (
    "停水三天了，家里没有水用",
    "楼道里暖气不热，老人受冻",
    "停电了，整栋楼都没有电",
    "工地半夜还在浇混凝土，吵得睡不着",
)


def delays() -> list[float]:
    """Seconds from the answer to the last voice until the finding stands on the page, for each trial."""
    with served.county(database="sqlite", size="small", proxied=True) as county:
        env = served.environment(county.folder, "sqlite")
        command = [sys.executable, "-m", "gongzhi.cli", "insight"]
        subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(5)  # the clockwork takes the plan and stands at the newest fact
        leader, pins = signed_in(county), submit.pins_in_county(county.url)
        return [trial(county, leader, WORDS[n % len(WORDS)], pins[n * 37 % len(pins)], n) for n in range(TRIALS)]


def trial(
    county: served.Served, leader: urllib.request.OpenerDirector, words: str, pin: tuple[float, float], number: int
) -> float:
    """Seconds from the answer to the last voice until a finding more stands on the page; WAIT for none."""
    before = _shown(county, leader)
    for n in range(VOICES):
        fields = {
            "step": "check",
            "go": "send",
            "words": f"{words}，第{n + 1}户",
            "place": f"{pin[0]:.6f},{pin[1]:.6f}",
            "kind": "report",
            "key": str(uuid.uuid4()),
            "allows_public": "on",
        }
        sender = {"X-Forwarded-For": f"11.{number}.{n}.7", "Origin": county.origin}
        data = urllib.parse.urlencode(fields).encode()
        with contextlib.suppress(OSError):  # the answer sends on to an https address
            urllib.request.urlopen(urllib.request.Request(f"{county.url}/zh/speak/", data, HEADERS | sender)).read()
    begun = time.monotonic()
    while time.monotonic() - begun < WAIT:
        if _shown(county, leader) - before:
            return time.monotonic() - begun
        time.sleep(0.1)
    return WAIT


def _shown(county: served.Served, leader: urllib.request.OpenerDirector) -> set[str]:
    page = leader.open(urllib.request.Request(f"{county.url}/zh/desk/findings/", headers=HEADERS)).read().decode()
    return set(re.findall(r"/desk/findings/([0-9a-f-]{36})/", page))


def signed_in(county: served.Served) -> urllib.request.OpenerDirector:
    """The demo's leader, with her session."""
    kept = json.loads((county.folder / "demo.json").read_text())["sign_ins"]
    account = next(row for row in kept if row["role"] == "leader")
    jar = http.cookiejar.CookieJar()
    jar.set_policy(http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https")))
    door = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"{county.url}/zh/accounts/login/"
    page = door.open(urllib.request.Request(address, headers=HEADERS)).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    asked = {"login": account["username"], "password": account["password"]}
    if token:
        asked["csrfmiddlewaretoken"] = token[1]
    data = urllib.parse.urlencode(asked).encode()
    more = {"Referer": f"{county.origin}/zh/accounts/login/", "Origin": county.origin}
    with contextlib.suppress(OSError):  # it sends on to an https address nobody answers; the session is set by then
        door.open(urllib.request.Request(address, data, HEADERS | more)).read()
    return door


def measure() -> list[dict[str, Any]]:
    """The figure of the delay."""
    found = delays()
    return [
        {
            "figure": f"seconds from the last of {VOICES} voices to their finding on the page, slowest of {TRIALS}",
            "asked": "≤ 10",
            "value": round(max(found), 2),
            "met": max(found) <= 10,
            "detail": {"each": [round(one, 2) for one in found], "median": round(statistics.median(found), 2)},
        }
    ]
