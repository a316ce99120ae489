"""The clockwork's turn of this room: analysis runs in a child process that ends; no server carries its weight."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import datetime, timedelta
from importlib.util import find_spec

from gongzhi.insight.models import Looked
from gongzhi.insight.standing_tables import Portrait
from gongzhi.places import reads as places

log = logging.getLogger("gongzhi.insight")
PATIENCE = 600.0  # seconds after a start before the first child
LONGEST = 1800.0  # seconds a child may take before it is ended; the next one goes on where it stopped
_began = time.monotonic()
_children: list[tuple[subprocess.Popen[bytes], float]] = []


def look(at: datetime) -> bool:
    """Start a child that refreshes the warehouse and judges the days that have ended; never waits for it.

    Nothing where the extra `analysis` is missing, while the last child is still at work, in the first minutes after
    a start (people come first), or when yesterday was judged already."""
    if find_spec("duckdb") is None or find_spec("scipy") is None or time.monotonic() - _began < PATIENCE:
        return False
    if judged(at):
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
    command = ["nice", sys.executable, "-m", "gongzhi.cli", "insight"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    _children.append((child, time.monotonic()))
    return False


def judged(at: datetime) -> bool:
    """Whether the day before this moment was worked out, or there is no county yet. A county too young to be judged
    has its standings drawn."""
    county = places.county_or_none()
    if county is None:
        return True
    yesterday = at.astimezone(county.zone).date() - timedelta(days=1)
    return Looked.objects.filter(day=yesterday).exists() or Portrait.objects.filter(until=yesterday).exists()
