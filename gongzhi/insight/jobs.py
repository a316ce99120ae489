"""The clockwork's turn of this room: analysis runs in a child process that ends; no server carries its weight."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import datetime
from importlib.util import find_spec

log = logging.getLogger("gongzhi.insight")
LONGEST = 1800.0  # seconds a child may take before it is ended; the next one goes on where it stopped
_children: list[tuple[subprocess.Popen[bytes], float]] = []


def look(at: datetime) -> bool:
    """Start a child that refreshes the warehouse and judges the days that have ended; never waits for it.

    Nothing where the extra `analysis` is missing, or while the last child is still at work."""
    if find_spec("duckdb") is None or find_spec("scipy") is None:
        return False
    while _children:
        child, began = _children[-1]
        if child.poll() is None and time.monotonic() - began < LONGEST:
            return False
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.returncode:
            log.error("gongzhi insight ended with %d; run it by hand to see why", child.returncode)
        _children.pop()
    command = [sys.executable, "-m", "gongzhi.cli", "insight"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    _children.append((child, time.monotonic()))
    return False
