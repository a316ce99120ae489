"""A county built by the command line and served by `gongzhi run`, with the settings of service."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import machine
from tests import cluster


@dataclass
class Served:
    """A served county: where, and which processes carry it (PostgreSQL's included)."""

    url: str
    origin: str
    folder: Path
    pid: int
    postgres: int | None

    def processes(self) -> list[psutil.Process]:
        """Everything whose CPU and memory counts."""
        found = machine.family(self.pid)
        if self.postgres:
            found += machine.family(self.postgres)
        return found


@contextmanager
def county(*, database: str, size: str, seed: int = 11, proxied: bool = False) -> Iterator[Served]:
    """Build and serve one county; `database` is sqlite or postgres, `proxied` as behind nginx with TLS."""
    folder = Path(tempfile.mkdtemp(prefix="gongzhi-bench-"))
    try:
        env = environment(folder, database)
        command = [sys.executable, "-m", "gongzhi.cli", "demo", "--dir", str(folder)]
        build = [*command, "--size", size, "--seed", str(seed), "--build-only"]
        subprocess.run(build, check=True, env=env, stdout=subprocess.DEVNULL)
        with serving(folder, env, proxied=proxied) as served:
            yield served
    finally:
        cluster.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path, database: str) -> dict[str, str]:
    """The settings of a county in `folder`; on postgres its own cluster is started (and left running)."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_"))}
    env |= {"GONGZHI_DIR": str(folder)}
    return env | {"DATABASE_URL": cluster.start(folder)} if database == "postgres" else env


@contextmanager
def serving(folder: Path, env: dict[str, str], *, proxied: bool = False) -> Iterator[Served]:
    """Serve the county that stands in `folder` by `gongzhi run`, until the block ends."""
    port = _free_port()
    origin = f"{'https' if proxied else 'http'}://127.0.0.1:{port}"
    env = env | {"GONGZHI_ORIGIN": origin, "GONGZHI_PROXIED": str(int(proxied))}
    postgres = None
    if "DATABASE_URL" in env:
        postgres = int((cluster.home(folder) / "postmaster.pid").read_text().splitlines()[0])
    run = [sys.executable, "-m", "gongzhi.cli", "run", "--dir", str(folder), "--port", str(port)]
    process = subprocess.Popen(run, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        yield Served(f"http://127.0.0.1:{port}", origin, folder, process.pid, postgres)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(url: str, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except OSError:
            time.sleep(0.3)
    raise SystemExit(f"benchmarks: {url} did not answer within {seconds} s")
