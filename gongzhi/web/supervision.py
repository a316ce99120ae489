"""`gongzhi run`, `reload`, `stop`: one command starts everything, one process watches the others.

The supervisor does not load Django; it starts the front (granian and its workers), the clockwork and the listener to
sensors, starts again what dies, and passes signals on. Preparation (migrations, static files) happens once before, in
a process that ends.
"""

from __future__ import annotations

import argparse
import errno
import logging
import logging.config
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from gongzhi.web import kin

LOG = logging.getLogger("gongzhi.supervisor")
STOP_WITHIN = 35.0  # seconds granted to requests in hand


class Child:
    """One watched process."""

    def __init__(self, name: str, words: list[str]) -> None:
        self.name = name
        self.words = words
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it as its own process, which ends when this one does."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", *self.words],
            preexec_fn=partial(kin.end_with_parent, os.getpid()),
        )

    def watch(self) -> None:
        """Start it again when it has died, at most once in two seconds."""
        if self.process is not None and self.process.poll() is not None and time.monotonic() > self.started + 2:
            LOG.warning("%s ended with %s; starting it again", self.name, self.process.returncode)
            self.start()

    def signal(self, number: int) -> None:
        """Pass a signal on, if it lives."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def end(self, until: float) -> None:
        """Wait for it to end; after `until` (monotonic seconds) it is killed."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Front, clockwork and, where sensors speak by MQTT, who listens to them: kept alive."""

    def __init__(self, address: str, port: int, workers: int, run_dir: Path, *, listens: bool = False) -> None:
        self.pid_file = run_dir / "gongzhi.pid"
        self.front = Child("front", ["gongzhi.web.front", address, str(port), str(workers)])
        self.others = [Child("clockwork", ["gongzhi.web.clockwork"])]
        if listens:
            self.others.append(Child("sensors", ["gongzhi.cli", "sensors", "listen"]))
        self.stopping = False
        self.reloading = False

    def serve(self) -> int:
        """Run until SIGTERM or SIGINT; SIGHUP replaces workers under the kept socket."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._reload)
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self.pid_file.write_text(str(os.getpid()))
        for child in (self.front, *self.others):
            child.start()
        try:
            while not self.stopping:
                time.sleep(0.2)
                self._pass_reload_on()
                for child in (self.front, *self.others):
                    child.watch()
        finally:
            until = time.monotonic() + STOP_WITHIN
            for child in (self.front, *self.others):
                child.signal(signal.SIGTERM)
            for child in (self.front, *self.others):
                child.end(until)
            self.pid_file.unlink(missing_ok=True)
        return 0

    def _pass_reload_on(self) -> None:
        """The front replaces its workers one by one; the others end and are started again."""
        if self.reloading:
            self.reloading = False
            self.front.signal(signal.SIGHUP)
            for child in self.others:
                child.signal(signal.SIGTERM)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _reload(self, number: int, frame: FrameType | None) -> None:
        self.reloading = True


def prepare(*words: str) -> bool:
    """Bring the database and the static files to this version; done in a process that ends, to give memory back.

    False when it said why this county cannot be served. With `--served` only static files are brought."""
    command = [sys.executable, "-m", "gongzhi.web.preparing", *words]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own module


def serve(*, address: str, port: int, workers: int) -> int:
    """Prepare, then serve the county in GONGZHI_DIR until stopped. Returns the exit code."""
    from gongzhi.web import settings

    if closed := _closed(address, port):
        print(f"gongzhi: {closed}", file=sys.stderr)
        return 1
    if _pid(settings.RUN_DIR) is not None:
        print("gongzhi: this county is being served already; `gongzhi stop` ends that.", file=sys.stderr)
        return 1
    if not prepare():
        return 1
    print(
        f"gongzhi: serving {settings.GONGZHI_DIR.name} at http://{address}:{port}/  (Ctrl+C stops)",
        flush=True,
    )
    logging.config.dictConfig(settings.LOGGING)
    return Supervisor(address, port, workers, settings.RUN_DIR, listens=bool(settings.MQTT)).serve()


def run(argv: Sequence[str]) -> int:
    """`gongzhi run [--dir D] [--address A] [--port P] [--workers N]`."""
    parser = argparse.ArgumentParser(prog="gongzhi run", description="Serve the county in a folder.")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port (default 8000)")
    parser.add_argument("--workers", type=int, default=2, help="front processes (default 2)")
    words = parser.parse_args(list(argv))
    return serve(address=words.address, port=words.port, workers=words.workers)


def reload(argv: Sequence[str]) -> int:
    """`gongzhi reload [--dir D]`: new code, static files and settings, no request refused.

    1 when nothing is served, or when the new code wants another database: then the old goes on."""
    return _send(argv, "reload", signal.SIGHUP)


def stop(argv: Sequence[str]) -> int:
    """`gongzhi stop [--dir D]`: requests in hand are finished first."""
    return _send(argv, "stop", signal.SIGTERM)


def _send(argv: Sequence[str], word: str, number: int) -> int:
    from gongzhi.web import settings

    argparse.ArgumentParser(prog=f"gongzhi {word}").parse_args(list(argv))
    pid = _pid(settings.RUN_DIR)
    if pid is None:
        print("gongzhi: nothing is being served from this folder.", file=sys.stderr)
        return 1
    if word == "reload" and not prepare("--served"):
        return 1
    os.kill(pid, number)
    while word == "stop" and _pid(settings.RUN_DIR) is not None:
        time.sleep(0.1)
    return 0


def is_served(run_dir: Path) -> bool:
    """Whether a supervisor is at work for the county whose run/ folder this is."""
    return _pid(run_dir) is not None


def _pid(run_dir: Path) -> int | None:
    try:
        pid = int((run_dir / "gongzhi.pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return pid


def _closed(address: str, port: int) -> str:
    """Why nobody can listen there, in a sentence; empty when one can."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OverflowError:
            return f"{port} is no port; choose a --port from 1 to 65535."
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"{address}:{port} is in use by another program; choose another --port."
            return f"nobody can listen on {address}:{port} ({error.strerror}); choose another --address or --port."
    return ""
