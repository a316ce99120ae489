"""The clockwork's turn of this room: analysis runs in a child process that ends; no server carries its weight."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import datetime, timedelta
from importlib.util import find_spec
from uuid import UUID

from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.standing_tables import Portrait
from gongzhi.places import reads as places

log = logging.getLogger("gongzhi.insight")
PATIENCE = 600.0  # seconds after a start before the first child
LONGEST = 1800.0  # seconds a child may take before it is ended; the next one goes on where it stopped
EXPLAINS = 240.0  # the same for a child that explains what the minute has just raised
SOON = 12  # findings of the minute explained at one go, the newest
GROWN = 2  # times as many cases after which such a finding is explained again the same day
COMMAND = ["nice", sys.executable, "-m", "gongzhi.cli", "insight"]
_began = time.monotonic()
_children: list[tuple[subprocess.Popen[bytes], float]] = []
_explaining: list[tuple[subprocess.Popen[bytes], float]] = []
_explained: dict[UUID, int] = {}  # findings a child was started for, and the cases they then had


def look(at: datetime) -> bool:
    """Start a child that refreshes the warehouse and judges the days that have ended; never waits for it.

    Nothing where the extra `analysis` is missing, while the last child is still at work, in the first minutes after
    a start (people come first), or when yesterday was judged already."""
    if find_spec("duckdb") is None or find_spec("scipy") is None or time.monotonic() - _began < PATIENCE:
        return False
    if judged(at):
        return False
    if not _ended(_children, LONGEST):
        return False
    _start(_children)
    return False


def explain(at: datetime) -> bool:
    """Start a child that explains what the minute has just raised, and again when it has doubled; never waits for it.

    Nothing where the extra `analysis` is missing or while a child of this room is at work. It is tried once for each
    size of a finding: what cannot be explained is left to the night."""
    if find_spec("duckdb") is None or find_spec("scipy") is None:
        return False
    rows = fresh(at)
    grown = [row for row in rows if row.observed >= GROWN * _explained.get(row.pk, 0)]
    if not grown or not _ended(_children, LONGEST) or not _ended(_explaining, EXPLAINS):
        return False
    _explained.clear()
    _explained.update({row.pk: row.observed for row in rows})
    _start(_explaining, "--why")
    return False


def fresh(at: datetime) -> list[Finding]:
    """What the minute raised within a day and nobody decided away, the newest first."""
    rows = Finding.objects.filter(kind="rise", grain="minute", found_at__gt=at - timedelta(days=1))
    return list(rows.exclude(state="explained").order_by("-found_at")[:SOON])


def _ended(children: list[tuple[subprocess.Popen[bytes], float]], longest: float) -> bool:
    """Whether no child of this list is at work any more; one that takes too long is ended."""
    while children:
        child, began = children[-1]
        if child.poll() is None and time.monotonic() - began < longest:
            return False
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.returncode:
            log.error("gongzhi insight ended with %d; run it by hand to see why", child.returncode)
        children.pop()
    return True


def _start(children: list[tuple[subprocess.Popen[bytes], float]], *words: str) -> None:
    child = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    children.append((child, time.monotonic()))


def judged(at: datetime) -> bool:
    """Whether the day before this moment was worked out, or there is no county yet. A county too young to be judged
    has its standings drawn."""
    county = places.county_or_none()
    if county is None:
        return True
    yesterday = at.astimezone(county.zone).date() - timedelta(days=1)
    return Looked.objects.filter(day=yesterday).exists() or Portrait.objects.filter(until=yesterday).exists()
