"""Brings a county's folder to this version of the program: folders, database, static files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def prepare() -> None:
    """Folders with owner-only rights, migrations, collected static files; nothing when all is current."""
    from django.conf import settings
    from django.core.management import call_command

    from gongzhi.look import printed

    os.umask(0o077)
    for folder in (settings.PRINTED_DIR, settings.SPOOL_DIR, settings.RUN_DIR, settings.FILES_DIR):
        folder.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    printed.clear_holds(older_than=0)


def while_served() -> int:
    """Static files of new code beside the old ones, for `gongzhi reload`; 1 when it wants another database first."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    os.umask(0o077)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("gongzhi: this version changes the database; stop, make a backup and run it again.", file=sys.stderr)
        return 1
    call_command("collectstatic", interactive=False, verbosity=0)
    return 0


def main(argv: Sequence[str]) -> int:
    """`python -m gongzhi.web.preparing [--served]`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    import django

    django.setup()
    if "--served" in argv:
        return while_served()
    prepare()
    return _tell_of_lost_keys()


def _tell_of_lost_keys() -> int:
    """1 when a key that was in use is gone or damaged: then nothing is served until it is restored."""
    from gongzhi.web.keeping import machine_checks

    lost = list(machine_checks.lost_keys())
    for finding in lost:
        print(f"gongzhi: {finding.what}: {finding.remedy}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
