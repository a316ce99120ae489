"""A small served county that may be broken on purpose: its processes killed, its disk filled, its database locked.

Built from the skeleton by the command line, on SQLite or on a database of its own in a cluster of PostgreSQL.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gongzhi.ledger.verifying import Result, verify_receipt

START_WITHIN = 300.0


def free_port() -> int:
    """A port of the loopback nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def new_database(cluster_url: str, name: str) -> str:
    """An empty database in a running cluster; its URL."""
    import psycopg

    with psycopg.connect(cluster_url.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return cluster_url.rpartition("/")[0] + "/" + name


@dataclass
class House:
    """One county's folder and database, served or not."""

    folder: Path
    database_url: str = ""
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """The settings of service behind a proxy, and nothing of the test's own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_", "LC_"))}
        kept |= {"GONGZHI_DIR": str(self.folder), "GONGZHI_PROXIED": "1", "LANG": "C.UTF-8"}
        kept |= {"GONGZHI_ORIGIN": f"https://127.0.0.1:{self.port}"}
        return kept | ({"DATABASE_URL": self.database_url} if self.database_url else {}) | self.extra

    @property
    def log(self) -> Path:
        """Where what the served processes say is kept."""
        return self.folder.with_name(self.folder.name + ".log")

    def cli(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `gongzhi` on this county."""
        command = [sys.executable, "-m", "gongzhi.cli", *words, "--dir", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=self.env | env)

    def build(self, skeleton: Path) -> None:
        """Load the county's files (made when there are none yet)."""
        if not skeleton.exists():
            assert self.cli("county", "new", str(skeleton)).returncode == 0
        done = self.cli("county", "load", str(skeleton))
        assert done.returncode == 0, done.stderr

    def start(self, *, workers: int = 2) -> None:
        """Serve it, in a session of its own, and wait until it answers."""
        command = [sys.executable, "-m", "gongzhi.cli", "run", "--port", str(self.port), "--workers", str(workers)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--dir", str(self.folder)],
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait()

    def wait(self, seconds: float = START_WITHIN) -> None:
        """Until the health address says that all is well."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self.get("/health", timeout=5)[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"not served within {seconds} s:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> int:
        """An orderly end; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(300)
        self.process = None
        return code

    def wipe(self) -> None:
        """End whatever is left of it, by the session it was started in, and remove it."""
        if self.process is not None:
            for process in self.processes():
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def processes(self) -> list[psutil.Process]:
        """Everything alive that belongs to the session `run` was started in."""
        assert self.process is not None
        session = self.process.pid
        found = []
        for process in psutil.process_iter():
            try:
                if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.NoSuchProcess, ProcessLookupError):
                continue
        return found

    def part(self, *names: str) -> list[psutil.Process]:
        """The processes of parts: supervisor, front, worker, clockwork; not the children that end by themselves."""
        return [process for process in self.processes() if _part_of(process) in names]

    def get(self, path: str, *, timeout: float = 40, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """GET: status and body."""
        return self.ask("GET", path, None, timeout=timeout, headers=headers)

    def ask(
        self, method: str, path: str, body: bytes | None, *, timeout: float = 40, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request on a connection of its own, from a random address; OSError when there is no whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sender = ".".join(str(random.randint(1, 220)) for _ in range(4))
        sent = {"X-Forwarded-Proto": "https", "X-Forwarded-For": sender} | (headers or {})
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def say(self, words: str, **more: Any) -> dict[str, Any]:
        """Speak by the JSON door; the answer of a voice that was acknowledged, ConnectionError otherwise."""
        body = json.dumps({"words": words} | more).encode()
        status, answer = self.ask("POST", "/api/v1/voices", body, headers={"Content-Type": "application/json"})
        if status not in (200, 201):
            raise ConnectionError(f"{status}: {answer[:2000].decode(errors='replace')}")
        told: dict[str, Any] = json.loads(answer)
        return told

    def receipt(self, token: str) -> dict[str, Any] | None:
        """The receipt behind a secret link, or None when the county knows of none."""
        status, answer = self.get(f"/api/v1/receipts/{token}")
        return json.loads(answer) if status == 200 else None


@dataclass
class Proved:
    """What became of acknowledged voices: their receipts that are gone, and those that cannot be proved."""

    lost: list[str]
    unprovable: list[str]


def prove(house: House, acknowledged: Sequence[dict[str, Any]], *, within: float = 30.0) -> Proved:
    """Ask for every receipt again and check it as its owner would, with the county's public key, until all are
    proved or the time is up."""
    key = load_pem_public_key(next((house.folder / "keys").glob("ledger-*.pub")).read_bytes())
    until = time.monotonic() + within
    lost, waiting = [], list(acknowledged)
    while waiting and time.monotonic() < until:
        left = []
        for told in waiting:
            receipt = house.receipt(told["token"])
            if receipt is None or receipt["leaf"] != told["receipt"]["leaf"]:
                lost.append(told["number"])
            elif verify_receipt(receipt, None, key).result is not Result.inclusion:  # type: ignore[arg-type]
                left.append(told)
        waiting = left
        if waiting:
            time.sleep(0.5)
    return Proved(lost, [told["number"] for told in waiting])


def _part_of(process: psutil.Process) -> str:
    try:
        words = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
    if "gongzhi.cli run" in words:
        return "supervisor"
    if "gongzhi.web.clockwork" in words:
        return "clockwork"
    if "gongzhi.web.front" in words:
        return "worker" if _is_front(process.parent()) else "front"
    if "multiprocessing" in words and "resource_tracker" not in words:
        return "worker"
    return ""


def _is_front(parent: psutil.Process | None) -> bool:
    try:
        return parent is not None and "gongzhi.web.front" in " ".join(parent.cmdline())
    except psutil.NoSuchProcess:
        return False
