"""The clockwork's beat: a small file that says when it last went round and which of its jobs keep failing.

Written by the clockwork every few seconds, read by the health address and the doctor. Without Django and without the
database, so that it tells of the clockwork also when the database is gone. It holds no text of an error, which may
quote a row: only its kind.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

EVERY = 5.0  # seconds between two beats
LATE = 90.0  # seconds without a beat after which the clockwork is taken for dead; a job may take one
FILE = "clockwork.json"


@dataclass(frozen=True, slots=True)
class Beat:
    """When the clockwork last went round (seconds since 1970) and {job: [since when, kind of error]} of what fails."""

    at: float
    failing: dict[str, tuple[float, str]] = field(default_factory=dict)

    def age(self, moment: float | None = None) -> float:
        """Seconds since it; a clock that was set back counts as no time."""
        return max(0.0, (time.time() if moment is None else moment) - self.at)


def write(folder: Path, beat: Beat) -> None:
    """Leave a beat. A full disk must not stop the clockwork: then the old one grows late, which is the truth."""
    fresh = folder / f".{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        fresh.write_text(json.dumps({"at": beat.at, "failing": beat.failing}))
        fresh.replace(folder / FILE)


def read(folder: Path) -> Beat | None:
    """The last beat; None when there never was one or it cannot be read."""
    try:
        told = json.loads((folder / FILE).read_text())
        return Beat(float(told["at"]), {name: (float(since), kind) for name, (since, kind) in told["failing"].items()})
    except (OSError, ValueError, TypeError, KeyError):
        return None
