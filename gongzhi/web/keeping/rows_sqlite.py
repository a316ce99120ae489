"""The rows of a county on SQLite: one file, copied page by page while the county works (SQLite's backup API).

A read transaction held on the source keeps the copy to one moment and spares it from beginning again at every write.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.keeping import packing
from gongzhi.web.keeping.archive import Archive, Writer
from gongzhi.web.keeping.telling import Progress, _

ENGINE = "sqlite"
PART = "db.sqlite3.gz"
PAGES = 4096  # of one step of the copy: 16 MB
SYSTEM = "sqlite_"


def file() -> Path:
    """Where the database of this county lies."""
    return Path(settings.DATABASES["default"]["NAME"])


def keep(writer: Writer, work: Path, tell: Progress) -> dict[str, Any]:
    """Put the database into a backup as of this moment; tables with their rows, migrations, for the manifest.

    Refuses a database that is damaged: its copy would not come back."""
    copy = work / "db.sqlite3"
    with closing(sqlite3.connect(file(), timeout=60)) as source, closing(sqlite3.connect(copy)) as target:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on the source shows one moment
        source.backup(
            target,
            pages=PAGES,
            progress=lambda status, left, all_: tell(_("copying the database"), 1 - left / max(all_, 1)),
        )
        source.rollback()
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        wrong = target.execute("PRAGMA quick_check(1)").fetchone()[0]
        if wrong != "ok":
            raise Refusal(
                "database_damaged", N_("The database is damaged (%(why)s): restore an older backup."), why=wrong
            )
        told = {"tables": counts(target), "migrations": migrations(target)}
    packed, size = work / PART, copy.stat().st_size
    with copy.open("rb") as plain, packed.open("wb") as target_file:
        packing.pack(packing.read(plain, lambda share: tell(_("packing the database"), share), size), target_file)
    copy.unlink()
    writer.add_file(PART, packed)
    return told


def refuse_taken() -> None:
    """Refuses when a database is there already."""
    if file().exists():
        raise Refusal("database_taken", N_("%(name)s is not empty; nothing was restored."), name=str(file()))


def bring_back(archive: Archive, tell: Progress) -> None:
    """Write the database file of a backup."""
    pieces = packing.unpack(archive, PART, lambda share: tell(_("restoring the database"), share))
    handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target:
        for piece in pieces:
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())


def undo() -> None:
    """Remove what a restore that failed has written."""
    for suffix in ("", "-wal", "-shm", ".line"):
        Path(f"{file()}{suffix}").unlink(missing_ok=True)


def counts(database: sqlite3.Connection) -> dict[str, int]:
    """Rows of every table that has rows of its own (a virtual one keeps them in others)."""
    rows = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    )
    names = [name for (name,) in rows if not name.startswith(SYSTEM)]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def migrations(database: sqlite3.Connection) -> list[list[str]]:
    """Applied migrations as [application, name]."""
    return [list(row) for row in database.execute("SELECT app, name FROM django_migrations ORDER BY app, name")]
