"""`gongzhi backup [--dir D] [--to FILE]` and `gongzhi restore FILE --dir D`; `restore FILE --check` only reads."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.keeping import keyring
from gongzhi.web.keeping.archive import Archive
from gongzhi.web.keeping.telling import _, refused, to_terminal

_PLAIN = N_(
    "Careful: this file holds the keys in the clear. Whoever has it can read every original text and sign in the "
    "county's name. Keep it where only you can reach it, or seal the keys with --passphrase-file."
)
_SEALED = N_(
    "The keys in it are sealed. Without the passphrase every original text stays closed for ever: keep the "
    "passphrase in two places, and not beside the backup."
)


def backup(argv: Sequence[str]) -> int:
    """Back the county up while it is served. 0 done, 1 refused."""
    parser = argparse.ArgumentParser(prog="gongzhi backup", description="Back a county up, also while it is served.")
    parser.add_argument("--to", type=Path, metavar="FILE", help="a file that does not exist yet (in backups/)")
    _add_passphrase(parser)
    words = parser.parse_args(list(argv))
    from gongzhi.web.keeping import backup as backups

    at = now()
    os.umask(0o077)
    try:
        passphrase = keyring.passphrase_of(words.passphrase_file) if words.passphrase_file else None
        target = words.to or backups.default_file(at)
        made = backups.make(at=at, target=target, passphrase=passphrase, tell=to_terminal())
    except (Refusal, OSError) as error:
        return _sorry("backup", error)
    told = {"file": made.file, "rows": made.rows, "files": made.files, "size": f"{made.size / 1e6:.1f}"}
    print(_("%(file)s: %(rows)s rows, %(files)s files, %(size)s MB.") % told)
    print(_(_SEALED if made.sealed else _PLAIN), file=sys.stderr)
    return 0


def restore(argv: Sequence[str]) -> int:
    """Restore a backup into an empty folder, or check it. 0 done, 1 refused or the ledger is not as it was sealed."""
    parser = argparse.ArgumentParser(prog="gongzhi restore", description="Restore a backup into an empty folder.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--check", action="store_true", help="read it against its checksums; restore nothing")
    _add_passphrase(parser)
    words = parser.parse_args(list(argv))
    os.umask(0o077)
    try:
        passphrase = keyring.passphrase_of(words.passphrase_file) if words.passphrase_file else None
        archive = Archive(words.file)
        return _check(archive, passphrase) if words.check else _restore(archive, passphrase)
    except (Refusal, OSError) as error:
        return _sorry("restore", error)


def _check(archive: Archive, passphrase: str | None) -> int:
    from gongzhi.web.keeping import restore as restores

    restores.check(archive, passphrase, to_terminal())
    about = archive.about
    told = {"at": about["made_at"][:19], "version": about["version"], "parts": len(archive.parts)}
    print(_("Whole: made %(at)s UTC by version %(version)s, %(parts)s parts are what was written.") % told)
    if keyring.is_sealed(archive) and passphrase is None:
        print(_("Its keys are sealed; give --passphrase-file to try the passphrase too."))
    return 0


def _restore(archive: Archive, passphrase: str | None) -> int:
    from gongzhi.web.keeping import restore as restores

    folder = Path(os.environ.get("GONGZHI_DIR") or "data").resolve()
    done = restores.restore(archive, folder=folder, passphrase=passphrase, tell=to_terminal())
    print(_("Restored %(rows)s rows and %(files)s files.") % {"rows": done.rows, "files": done.files})
    for problem in done.problems:
        print(problem, file=sys.stderr)
    if done.problems:
        print(_("The ledger in this backup is not as it was sealed. Tell the auditor; try an older backup."))
        return 1
    print(_("The ledger is as it was sealed: %(facts)s facts.") % {"facts": done.facts})
    print(_("To serve it: gongzhi run --dir %(folder)s") % {"folder": folder})
    return 0


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="a file whose text seals the keys")


def _sorry(word: str, error: Refusal | OSError) -> int:
    why = refused(error) if isinstance(error, Refusal) else f"{error.filename or ''}: {error.strerror or error}"
    print(f"gongzhi {word}: {why}", file=sys.stderr)
    return 1
