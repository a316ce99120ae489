"""Workers of the front, replaced one by one: an old one goes when its successor is ready, however long that takes.

granian gives a new worker a fixed time, 3.5 s, and stops the old one then. On a busy machine Django needs longer to
begin, and for some seconds nobody would listen. A worker says that it is ready by a small file; the server waits for
it.

Each worker listens with a socket of its own on the same port, and one that ends closes what it has just accepted and
not yet read. So it is told before: from then on Linux leads every new caller to the youngest socket, the old worker
reads what is at its door, and only then it ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.server import MPServer

READY_WITHIN = 120.0  # seconds; a worker that needs longer has a fault of its own
_LOOK = 0.05
_PARTING = 0.5  # seconds between the last caller at an old worker's door and its end
LEAVE = signal.SIGUSR1  # what a worker is told before it ends
_MANY = "FRONT_WORKERS"
_ATTACH = 51  # SO_ATTACH_REUSEPORT_CBPF, socket(7), which Python does not name
_RETURN = 0x06  # BPF_RET | BPF_K: the program's answer is a constant, the place of a socket in its group


def ready(folder: Path) -> None:
    """This worker can answer. A full disk must not keep it from answering: then the server waits its time out."""
    with contextlib.suppress(OSError):
        _mark(folder, os.getpid()).touch()


def leave_door() -> None:
    """Lead every new caller to the youngest worker's socket; where the system cannot, all goes on as before.

    Sockets of a port stand in the order in which they began to listen. While one worker is replaced there is one more
    than workers, and the youngest is last; later that place is empty and Linux spreads callers as ever (socket(7))."""
    program = ctypes.create_string_buffer(struct.pack("@HBBI", _RETURN, 0, 0, int(os.environ.get(_MANY, "0"))))
    for file in Path("/proc/self/fd").glob("*"):  # nothing on a system that has no such folder
        if not file.is_socket():  # fromfd leaves its copy of anything else open
            continue
        with contextlib.suppress(OSError), socket.fromfd(int(file.name), socket.AF_INET, socket.SOCK_STREAM) as one:
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                one.setsockopt(socket.SOL_SOCKET, _ATTACH, struct.pack("@HP", 1, ctypes.addressof(program)))


class Server(MPServer):
    """granian's server, which lets a successor begin before the old worker ends. `folder` holds the workers' marks."""

    def __init__(self, *args: Any, folder: Path, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = folder
        self.renewing = False
        os.environ[_MANY] = str(self.workers)

    def _respawn_workers(self, *args: Any, **kwargs: Any) -> None:
        self.renewing = True
        for left in self.folder.glob("ready.*"):  # of workers that began without being waited for
            left.unlink(missing_ok=True)
        try:
            super()._respawn_workers(*args, **kwargs)
        finally:
            self.renewing = False

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> Any:
        worker = super()._spawn_worker(*args, **kwargs)
        if self.renewing:
            worker.start = self._waiting(worker, worker.start)  # type: ignore[method-assign]
        worker.terminate = self._parting(worker, worker.terminate)  # type: ignore[method-assign]
        return worker

    def _parting(self, worker: Any, end: Callable[[], None]) -> Callable[[], None]:
        def terminate() -> None:
            if self.renewing and worker.is_alive():
                os.kill(worker.inner.pid, LEAVE)
                time.sleep(_PARTING)
            end()

        return terminate

    def _waiting(self, worker: Any, begin: Callable[[], None]) -> Callable[[], None]:
        def start() -> None:
            begin()
            mark, until = _mark(self.folder, worker.inner.pid), time.monotonic() + READY_WITHIN
            while not mark.exists() and worker.is_alive() and not self.interrupt_signal and time.monotonic() < until:
                time.sleep(_LOOK)
            mark.unlink(missing_ok=True)

        return start


def _mark(folder: Path, pid: int) -> Path:
    return folder / f"ready.{pid}"
