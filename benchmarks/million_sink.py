"""Where copied rows go: whole columns straight into SQLite or PostgreSQL, with indexes made once at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Row = Sequence[Any]


class Sqlite:
    """Rows into the county's file, without a journal: when it breaks, the folder is thrown away."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def write(self, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Insert rows; the trigger of the ledger lists new facts for the sealer."""
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        self.raw.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)

    def search(self, rows: Iterable[tuple[int, str]]) -> None:
        """Words into the index, in order of time."""
        self.raw.executemany("INSERT INTO cases_search(rowid, words) VALUES (?, ?)", rows)


class Postgres:
    """Rows by COPY; keys are not checked meanwhile, as they come from rows that were."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def write(self, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        """Insert rows; new facts are put on the sealer's list as the trigger would."""
        if table != "ledger_fact":
            self._copy(table, names, rows)
            return
        kept = list(rows)
        self._copy(table, names, kept)
        at = list(names).index("id")
        self._copy("ledger_unsealed", ("fact_id",), ((row[at],) for row in kept))

    def search(self, rows: Iterable[tuple[int, str]]) -> None:
        """Words into the index, in order of time."""
        self.cursor.execute("CREATE TEMP TABLE fresh (seek bigint, words text)")
        self._copy("fresh", ("seek", "words"), rows)
        self.cursor.execute("INSERT INTO cases_search SELECT seek, to_tsvector('simple', words) FROM fresh")
        self.cursor.execute("DROP TABLE fresh")

    def _copy(self, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
        columns = ", ".join(f'"{name}"' for name in names)
        with self.cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def sink(tables: Sequence[str]) -> Iterator[Sqlite | Postgres]:
    """Write into the county's database; indexes of `tables` are taken off first and made again at the end."""
    from django.db import connection

    if connection.vendor == "sqlite":
        yield from _sqlite(str(connection.settings_dict["NAME"]), tables)
    else:
        yield from _postgres(connection, tables)


def _sqlite(name: str, tables: Sequence[str]) -> Iterator[Sqlite]:
    from django.db import connection

    connection.close()
    raw = sqlite3.connect(name, isolation_level=None)
    for words in ("journal_mode=DELETE", "journal_mode=OFF", "synchronous=OFF", "cache_size=-4000000"):
        raw.execute(f"PRAGMA {words}").fetchall()
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?"
    indexes = [row for table in tables for row in raw.execute(asked, [table]).fetchall()]
    raw.execute("BEGIN")
    for index, _ in indexes:
        raw.execute(f'DROP INDEX "{index}"')
    yield Sqlite(raw)
    for _, sql in indexes:
        raw.execute(sql)
    raw.execute("COMMIT")
    raw.execute("PRAGMA journal_mode=WAL").fetchall()
    raw.close()


def _postgres(connection: Any, tables: Sequence[str]) -> Iterator[Postgres]:
    searched = [*tables, "cases_search"]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(%s) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
            [searched],
        )
        indexes = cursor.fetchall()
        for index, _ in indexes:
            cursor.execute(f'DROP INDEX "{index}"')
        yield Postgres(cursor)
        for _, sql in indexes:
            cursor.execute(sql)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")  # the sealer comes next
