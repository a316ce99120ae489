"""Making a backup while the county is served.

The database first, then the files: a file is on the disk before its row is committed, so every file a row names is
there; a file too many does no harm.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from gongzhi.kit.moments import stamp, unstamp
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.ledger import reads as ledger
from gongzhi.places import reads as places
from gongzhi.web.keeping import keyring, rows_postgres, rows_sqlite
from gongzhi.web.keeping.archive import Writer
from gongzhi.web.keeping.telling import Progress, _

BACKUPS = "backups"
LATEST = "latest.json"
FILES = "folder/"
# Folders that are made anew from the rest, and what is kept by other parts of a backup.
MADE_ANEW = frozenset({"printed", "run", "spool", "static", "log", "warehouse", BACKUPS})
APART = frozenset({"keys"})
_DATABASES = ("db.sqlite3", "test.sqlite3")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: where, how large (bytes), how many rows and files are in it, whether keys are sealed."""

    file: Path
    size: int
    rows: int
    files: int
    sealed: bool


def rows() -> Any:
    """The part that keeps rows on the database in use."""
    return rows_postgres if connection.vendor == rows_postgres.ENGINE else rows_sqlite


def default_file(at: datetime) -> Path:
    """Where a backup goes when nobody says where: backups/ in the county's folder."""
    card = places.county_or_none()
    name = f"gongzhi-{card.code if card else 'county'}-{at:%Y%m%dT%H%M%SZ}.tar"
    return Path(settings.GONGZHI_DIR) / BACKUPS / name


def make(*, at: datetime, target: Path, passphrase: str | None, tell: Progress) -> Made:
    """Write a backup of the county to `target`, a file that does not exist yet.

    Refuses a place inside the county's folder that a later backup would copy, and a damaged database."""
    folder, target = Path(settings.GONGZHI_DIR), target.resolve()
    if target.is_relative_to(folder) and not target.is_relative_to(folder / BACKUPS):
        raise Refusal("backup_inside", N_("Put it outside the county's folder, or under its backups/."))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    writer = Writer(target)
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as work:
            told = rows().keep(writer, Path(work), tell)
        told["keys"] = keyring.put(writer, Path(settings.KEYS_DIR), passphrase)
        files = _add_files(writer, folder, tell)
        writer.finish(_about(at) | told)
    except BaseException:
        writer.give_up()
        raise
    made = Made(target, target.stat().st_size, sum(told["tables"].values()), files, passphrase is not None)
    _note(made, at)
    return made


def latest(folder: Path) -> datetime | None:
    """When the last backup of a county was made; None when none was."""
    try:
        return unstamp(json.loads((folder / BACKUPS / LATEST).read_text())["at"])
    except (OSError, ValueError, KeyError):
        return None


def _about(at: datetime) -> dict[str, Any]:
    card, head = places.county_or_none(), ledger.latest_head()
    return {
        "version": version("gongzhi"),
        "engine": rows().ENGINE,
        "made_at": stamp(at),
        "county": {"code": card.code, "name_zh": card.name_zh} if card else None,
        "head_at_end": {"size": head.size, "root": bytes(head.root).hex()} if head else None,
    }


def _add_files(writer: Writer, folder: Path, tell: Progress) -> int:
    """Every file that belongs to the county; how many. One that is removed at this moment is left out."""
    names, count = sorted(_files(folder)), 0
    for done, name in enumerate(names):
        try:
            writer.add_file(FILES + name, folder / name)
            count += 1
        except FileNotFoundError:
            continue
        tell(_("copying files"), (done + 1) / len(names))
    return count


def _files(folder: Path) -> Iterator[str]:
    """Paths of the files to keep, relative to the folder; half-written ones begin with a dot."""
    for path in folder.iterdir():
        if path.name in MADE_ANEW | APART or path.name.startswith((".", *_DATABASES)):
            continue
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                yield str(file.relative_to(folder))


def _note(made: Made, at: datetime) -> None:
    """Remember when, for the doctor."""
    folder = Path(settings.GONGZHI_DIR) / BACKUPS
    folder.mkdir(exist_ok=True, mode=0o700)
    fresh = folder / f".{LATEST}.{os.getpid()}"
    fresh.write_text(json.dumps({"at": stamp(at), "file": str(made.file), "size": made.size}))
    fresh.replace(folder / LATEST)
