"""A backup's way back, into an empty folder and an empty database: all of it, or nothing.

Django starts only after the keys lie in the folder: its settings would make new ones.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.keeping import keyring
from gongzhi.web.keeping.archive import Archive, inside
from gongzhi.web.keeping.telling import Progress, _

FILES = "folder/"
_IGNORED = "lost+found"  # a file system of its own is an empty folder too


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: rows, files, sealed facts, and what is wrong with the ledger (nothing, if all is well)."""

    rows: int
    files: int
    facts: int
    problems: tuple[str, ...]


def check(archive: Archive, passphrase: str | None, tell: Progress) -> None:
    """Read every part against the manifest; refuses the first that is not what was written.

    Sealed keys are opened when a passphrase is given."""
    for done, name in enumerate(archive.parts):
        for _piece in archive.pieces(name):
            pass
        tell(_("checking"), (done + 1) / len(archive.parts))
    if passphrase is not None or not keyring.is_sealed(archive):
        keyring.read(archive, passphrase)


def restore(archive: Archive, *, folder: Path, passphrase: str | None, tell: Progress) -> Restored:
    """Bring a backup back into `folder` and the database of the settings, then up to this version.

    Refuses a folder or database that holds anything, another engine, a passphrase that does not open the keys, a
    backup of a newer program, a damaged one; nothing is then left behind."""
    if folder.exists() and any(path.name != _IGNORED for path in folder.iterdir()):
        raise Refusal("folder_taken", N_("%(name)s is not empty; nothing was restored."), name=str(folder))
    keys = keyring.read(archive, passphrase)
    rows: Any = None
    try:
        keyring.lay(keys, folder / "keys")
        rows = _rows(archive)
        files = _files(archive, folder, tell)
        rows.bring_back(archive, tell)
        _bring_up_to_date()
    except BaseException:
        if rows is not None:
            rows.undo()
        _empty(folder)
        raise
    facts, problems = _ledger()
    return Restored(sum(archive.about["tables"].values()), files, facts, problems)


def _rows(archive: Archive) -> Any:
    """The part that restores rows, after it has seen that it can."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    from gongzhi.web.keeping import backup

    rows = backup.rows()
    if archive.about["engine"] != rows.ENGINE:
        other = _OTHER[archive.about["engine"]]
        raise Refusal("other_engine", other)
    unknown = {tuple(key) for key in archive.about["migrations"]} - set(MigrationLoader(None).disk_migrations)
    if unknown:
        raise Refusal(
            "backup_newer",
            N_("This backup was made by the newer version %(version)s; install that version first."),
            version=archive.about["version"],
        )
    rows.refuse_taken()
    return rows


def _files(archive: Archive, folder: Path, tell: Progress) -> int:
    names = archive.names(FILES)
    for done, name in enumerate(names):
        archive.extract(name, inside(folder, name.removeprefix(FILES)))
        tell(_("restoring files"), (done + 1) / len(names))
    return len(names)


def _bring_up_to_date() -> None:
    from gongzhi.web.preparing import prepare

    prepare()


def _ledger() -> tuple[int, tuple[str, ...]]:
    from gongzhi.ledger import checking, reads

    return reads.size(), tuple(str(problem) for problem in checking.check(now()))


def _empty(folder: Path) -> None:
    """The folder was empty, so all in it is ours."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and path.name != _IGNORED:
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file():
            path.unlink(missing_ok=True)


_OTHER = {
    "sqlite": N_("This backup is of SQLite: unset DATABASE_URL and restore it again."),
    "postgresql": N_("This backup is of PostgreSQL: set DATABASE_URL to an empty database and restore it again."),
}
