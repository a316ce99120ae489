"""Workers of the front, replaced one by one: an old one goes when its successor is ready, however long that takes.

granian gives a new worker a fixed time, 3.5 s, and stops the old one then. On a busy machine Django needs longer to
begin, and for some seconds nobody would listen. A worker says that it is ready by a small file; the server waits for
it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.server import MPServer

READY_WITHIN = 120.0  # seconds; a worker that needs longer has a fault of its own
_LOOK = 0.05


def ready(folder: Path) -> None:
    """This worker can answer. A full disk must not keep it from answering: then the server waits its time out."""
    with contextlib.suppress(OSError):
        _mark(folder, os.getpid()).touch()


class Server(MPServer):
    """granian's server, which lets a successor begin before the old worker ends. `folder` holds the workers' marks."""

    def __init__(self, *args: Any, folder: Path, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = folder
        self.renewing = False

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
        return worker

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
