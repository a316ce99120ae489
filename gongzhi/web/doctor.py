"""`gongzhi doctor`: looks at one county's folder and says in one line each what is wrong and what to do."""

from __future__ import annotations

import argparse
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from gongzhi.kit.moments import now
from gongzhi.ledger import checking
from gongzhi.ledger import reads as ledger
from gongzhi.places import reads as places

ROOM_ON_DISK = 1_000_000_000  # bytes below which photos and backups begin to fail
SEALER_LATE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong (`what`) and what to do about it (`remedy`)."""

    what: str
    remedy: str


def settings_and_keys(at: datetime) -> Iterator[Complaint]:
    """Debug is off, secret files belong to their owner alone."""
    if settings.DEBUG:
        yield Complaint("GONGZHI_DEBUG is on", "unset it: tracebacks show what residents wrote")
    for file in (settings.MASTER_KEY_FILE, settings.LEDGER_KEY_FILE, settings.KEYS_DIR / "django.key"):
        if not file.exists():
            yield Complaint(f"{file.name} is missing", "restore it from your backup; without it texts stay closed")
        elif stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Complaint(f"{file.name} can be read by others", f"chmod 600 {file}")


def disk(at: datetime) -> Iterator[Complaint]:
    """Enough room for a week of photos."""
    free = shutil.disk_usage(settings.GONGZHI_DIR).free
    if free < ROOM_ON_DISK:
        yield Complaint(f"only {free // 1_000_000} MB are free", "make room, or move files/ to a larger disk")


def database(at: datetime) -> Iterator[Complaint]:
    """The database is at this version of the program."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Complaint(f"{len(plan)} migrations are not applied", "start with `gongzhi run`, which applies them")


def county(at: datetime) -> Iterator[Complaint]:
    """A county is loaded."""
    if places.county_or_none() is None:
        yield Complaint("no county is loaded", "gongzhi county load FOLDER")


def sealed_ledger(at: datetime) -> Iterator[Complaint]:
    """Every fact is where and what it was when it was sealed; the sealer keeps up."""
    for problem in checking.check(at):
        yield Complaint(str(problem), "restore the database from a backup made before; tell the auditor which fact")
    lag = ledger.lag(at)
    if lag > SEALER_LATE:
        yield Complaint(f"the oldest unsealed fact waits for {lag:.0f} s", "is the clockwork running? `gongzhi run`")


CHECKS: tuple[tuple[str, Callable[[datetime], Iterator[Complaint]]], ...] = (
    ("settings and keys", settings_and_keys),
    ("disk", disk),
    ("database", database),
    ("county", county),
    ("ledger", sealed_ledger),
)


def doctor(argv: Sequence[str]) -> int:
    """`gongzhi doctor [--dir D]`: 0 when all is well, 1 when something needs a hand."""
    argparse.ArgumentParser(prog="gongzhi doctor").parse_args(list(argv))
    at = now()
    found = 0
    for name, check in CHECKS:
        complaints = list(check(at))
        found += len(complaints)
        print(f"well   {name}" if not complaints else f"wrong  {name}")
        for complaint in complaints:
            print(f"       {complaint.what}: {complaint.remedy}")
        if name == "database" and complaints:
            return 1  # the tables the next checks read may not exist yet
    return 1 if found else 0
