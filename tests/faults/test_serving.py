"""Stopping drains, health tells the truth, and no log line holds anything a person said."""

from __future__ import annotations

import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.house import House, prove

New = Callable[..., House]
CANARIES = ("金丝雀红旗渠", "13955550199", "canary-mail@example.org", "11010519491231002X", "Kanarienvogel")
TOLD = "金丝雀红旗渠，电话13955550199，身份证11010519491231002X，canary-mail@example.org，Kanarienvogel"


def test_stop_finishes_the_request_in_hand(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    place.start(workers=1)
    body = json.dumps({"words": "停下来的时候正在说的话"}).encode()
    head = (
        f"POST /api/v1/voices HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\nX-Forwarded-Proto: https\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    slow = socket.create_connection(("127.0.0.1", place.port), timeout=40)
    slow.sendall(head + body[:10])
    time.sleep(0.5)
    stopping = threading.Thread(target=lambda: place.cli("stop"))
    stopping.start()
    time.sleep(1.5)
    slow.sendall(body[10:])
    answer = b""
    while piece := slow.recv(65536):
        answer += piece
    stopping.join()
    assert answer.startswith(b"HTTP/1.1 201")
    assert place.process is not None
    assert place.process.wait(40) == 0
    assert place.part("front") == []
    place.process = None


class Crowd:
    """People who read and speak one after another; what was answered, acknowledged, refused and broken off."""

    def __init__(self, place: House, count: int = 6) -> None:
        self.place = place
        self.acknowledged: list[dict[str, object]] = []
        self.answers: list[int] = []
        self.broken: list[str] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._go, args=(number,)) for number in range(count)]

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def reach(self, more: int, *, within: float = 60.0) -> None:
        """Wait until so many further requests were answered."""
        wanted, until = len(self.answers) + more, time.monotonic() + within
        while len(self.answers) < wanted and time.monotonic() < until:
            time.sleep(0.02)
        assert len(self.answers) >= wanted, self.broken[-3:]

    def _go(self, number: int) -> None:
        said = 0
        while not self.stopping.is_set():
            said += 1
            try:
                if number % 2:
                    self.answers.append(self.place.get("/zh/speak/")[0])
                else:
                    self.acknowledged.append(self.place.say(f"第{number}个人的第{said}句话", matter="road-damage"))
                    self.answers.append(201)
            except OSError as error:
                self.broken.append(f"{type(error).__name__}: {error}")
                time.sleep(0.05)


def test_reload_under_load_refuses_nobody(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    place.start()
    workers = {process.pid for process in place.part("worker")}
    with Crowd(place) as crowd:
        for _ in range(3):
            crowd.reach(30)
            assert place.cli("reload").returncode == 0
        crowd.reach(60)
        until = time.monotonic() + 60
        while workers & {process.pid for process in place.part("worker")} and time.monotonic() < until:
            time.sleep(0.2)
        crowd.reach(30)
    assert not workers & {process.pid for process in place.part("worker")}, "the old workers went"
    assert crowd.broken == []
    assert set(crowd.answers) == {200, 201}
    proved = prove(place, crowd.acknowledged)
    assert (proved.lost, proved.unprovable) == ([], [])


def test_stop_under_load_finishes_what_it_took(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    place.start()
    with Crowd(place) as crowd:
        crowd.reach(40)
        assert place.stop() == 0
        crowd.stopping.set()
    answered = set(crowd.answers)
    assert answered <= {200, 201}, "whoever was let in was answered as ever"
    assert not any("HTTP" in one or "IncompleteRead" in one for one in crowd.broken), "no answer was cut in the middle"
    place.start()
    proved = prove(place, crowd.acknowledged)
    assert (proved.lost, proved.unprovable) == ([], [])


def test_health_names_what_is_missing_and_liveness_asks_nothing(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    place.start(workers=1)
    status, told = place.get("/health")
    assert (status, json.loads(told)["ok"]) == (200, True)
    clockwork = place.part("clockwork")[0]
    clockwork.send_signal(signal.SIGSTOP)
    beat = place.folder / "run" / "clockwork.json"
    kept = json.loads(beat.read_text())
    beat.write_text(json.dumps(kept | {"at": kept["at"] - 3600}))  # an hour without a beat, without waiting for it
    status, told = place.get("/health")
    assert (status, json.loads(told)["reason"]) == (503, "clockwork")
    doctor = place.cli("doctor")
    assert "the clockwork does not beat" in doctor.stdout
    assert place.get("/health/live")[0] == 200
    clockwork.send_signal(signal.SIGCONT)
    place.wait()


def test_no_log_line_holds_what_people_said_whatever_door_they_came_by_and_whatever_broke(
    house: New, skeleton: Path, engine: str
) -> None:
    place = house(GONGZHI_LOG="json")
    place.build(skeleton)
    place.start(workers=1)
    told = place.say(TOLD, contact={"kind": "email", "address": "canary-mail@example.org"}, allows_public=True)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    words = ("words=" + TOLD).encode()
    doors = (
        ("POST", "/zh/speak/", b"step=check&go=next&" + words, form),
        ("POST", "/open311/v2/requests.xml", b"service_code=none&description=" + TOLD.encode(), form),
        ("POST", "/api/v1/voices", words, {"Content-Type": "application/json"}),
        ("POST", f"/api/v1/voices/{told['token']}/rating", words, {"Content-Type": "application/json"}),
        ("GET", "/zh/cases/?q=Kanarienvogel", None, {}),
        ("GET", "/zh/Kanarienvogel-13955550199/", None, {}),
        ("GET", f"/zh/v/{told['token'][:-1]}x/", None, {}),
        ("POST", "/zh/accounts/login/", b"login=canary-mail@example.org&password=Kanarienvogel", form),
        ("GET", "/sensorthings/v1.1/Observations", None, {"Authorization": "Bearer Kanarienvogel"}),
    )
    for method, path, body, headers in doors:
        place.ask(method, path, body, headers=headers)
    _break(place)
    for method, path, body, headers in doors:
        place.ask(method, path, body, headers=headers)
    place.stop()
    log = place.log.read_text()
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(event["level"] == "error" and event.get("error") for event in events), "something did break"
    assert all({"at", "level", "name", "process", "message"} <= set(event) for event in events)
    plain = [line for line in log.splitlines() if not line.startswith("{")]
    assert all(re.match(r"gongzhi: ", line) for line in plain), plain[:5]
    everything = log + "".join(file.read_text(errors="replace") for file in (place.folder / "run").iterdir())
    assert [word for word in (*CANARIES, told["token"]) if word in everything] == []


def _break(place: House) -> None:
    """Take away a table every voice needs, so that errors quote what was being written."""
    if place.database_url:
        import psycopg

        with psycopg.connect(place.database_url.replace("postgres://", "postgresql://")) as other:
            other.execute("ALTER TABLE cases_voice RENAME COLUMN words TO gone")
            other.execute("ALTER TABLE cases_case ADD CONSTRAINT broken CHECK (title = '') NOT VALID")
        return
    import sqlite3

    with sqlite3.connect(place.folder / "db.sqlite3", timeout=30) as other:
        other.execute("ALTER TABLE cases_voice RENAME COLUMN words TO gone")
