"""The rows of a county on PostgreSQL: COPY of every table in one repeatable-read snapshot, by the county's own user.

No superuser and no pg_dump of the right version is needed. A restore makes the tables by the migrations the backup
had (they are only ever added), fills them in one transaction, and lets the ordinary migration bring them up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from gongzhi.kit.refusal import N_, Refusal
from gongzhi.web.keeping import packing
from gongzhi.web.keeping.archive import Archive, Writer
from gongzhi.web.keeping.telling import Progress, _

ENGINE = "postgresql"
FOLDER = "tables/"
_TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
)
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
    "AND attgenerated = '' ORDER BY attnum"
)
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1"


def keep(writer: Writer, work: Path, tell: Progress) -> dict[str, Any]:
    """Put every table into a backup as of this moment; tables, columns, sequences, migrations, for the manifest."""
    told: dict[str, Any] = {"tables": {}, "columns": {}}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        for done, table in enumerate(tables):
            columns = told["columns"][table] = _columns(cursor, table)
            packed = work / table
            with packed.open("wb") as file:
                told["tables"][table] = _copy_out(cursor, table, columns, file)
            writer.add_file(f"{FOLDER}{table}.copy.gz", packed)
            packed.unlink()
            tell(_("copying the database"), (done + 1) / len(tables))
        cursor.execute(_SEQUENCES)  # not part of the snapshot: at least as far as its rows
        told["sequences"] = {name: last for name, last in cursor.fetchall() if last is not None}
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        told["migrations"] = [list(row) for row in cursor.fetchall()]
    return told


def refuse_taken() -> None:
    """Refuses when the database holds any table."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        if cursor.fetchone():
            name = connection.settings_dict["NAME"]
            raise Refusal("database_taken", N_("%(name)s is not empty; nothing was restored."), name=name)


def bring_back(archive: Archive, tell: Progress) -> None:
    """Make the tables as they were and fill them: all of it or nothing."""
    tables = list(archive.about["tables"])
    with transaction.atomic():
        _make_tables(archive)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # the migrations have made them immediate
            quoted = [connection.ops.quote_name(table) for table in tables]
            for table in quoted:  # the ledger's own triggers would list every fact as not yet sealed
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {', '.join(quoted)}")
            for done, table in enumerate(tables):
                _copy_in(cursor, archive, table)
                tell(_("restoring the database"), (done + 1) / len(tables))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in quoted:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for name, last in archive.about["sequences"].items():
                cursor.execute("SELECT setval(%s::regclass, %s)", [connection.ops.quote_name(name), last])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def undo() -> None:
    """Nothing to do: the transaction took everything back."""


def _make_tables(archive: Archive) -> None:
    """Every migration the backup had, and none it had not."""
    applied = {tuple(pair) for pair in archive.about["migrations"]}
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    followed = {parent.key for key in applied for parent in graph.node_map[key].parents}
    executor.migrate(sorted(applied - followed))


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(_COLUMNS, [connection.ops.quote_name(table)])
    return [name for (name,) in cursor.fetchall()]


def _listed(columns: list[str]) -> str:
    return ", ".join(connection.ops.quote_name(column) for column in columns)


def _copy_out(cursor: Any, table: str, columns: list[str], file: Any) -> int:
    """One table as PostgreSQL's text format, gzipped; how many rows. A line is a row: line ends inside are escaped."""
    rows = 0

    def pieces(copy: Any) -> Iterator[bytes]:
        nonlocal rows
        for piece in copy:
            data = bytes(piece)
            rows += data.count(b"\n")
            yield data

    with cursor.copy(f"COPY {connection.ops.quote_name(table)} ({_listed(columns)}) TO STDOUT") as copy:
        packing.pack(pieces(copy), file)
    return rows


def _copy_in(cursor: Any, archive: Archive, table: str) -> None:
    columns = _listed(archive.about["columns"][table])
    pieces = packing.unpack(archive, f"{FOLDER}{table}.copy.gz", lambda share: None)
    copying = f"COPY {connection.ops.quote_name(table)} ({columns}) FROM STDIN"
    with closing(pieces), cursor.copy(copying) as copy:  # type: ignore[type-var]
        for piece in pieces:
            copy.write(piece)
