"""Triggers that make the ledger insert-only and list each new fact for the sealer, on both engines.

They stop mistakes and careless hands. Whoever owns the database can drop them: then `checking.check` finds
what was changed. `lifted` exists for tests that tamper on purpose and for emptying a test database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("ledger_fact", "ledger_leaf", "ledger_subtree", "ledger_head")

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"""
_SQLITE_LIST = """
CREATE TRIGGER ledger_fact_listed AFTER INSERT ON ledger_fact
BEGIN INSERT INTO ledger_unsealed (fact_id) VALUES (NEW.id); END"""
_POSTGRES_FUNCTIONS = """
CREATE OR REPLACE FUNCTION ledger_insert_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE FUNCTION ledger_list_fact() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO ledger_unsealed (fact_id) VALUES (NEW.id); RETURN NULL; END $$"""
_POSTGRES = """
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_insert_only()"""
_POSTGRES_LIST = """
CREATE TRIGGER ledger_fact_listed AFTER INSERT ON ledger_fact
FOR EACH ROW EXECUTE FUNCTION ledger_list_fact()"""


def install(on: BaseDatabaseWrapper) -> None:
    """Put the triggers on; safe to repeat. A later migration that rebuilds a table calls it again."""
    remove(on)
    with on.cursor() as cursor:
        if on.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTIONS)
            for table in TABLES:
                cursor.execute(_POSTGRES.format(table=table))
            cursor.execute(_POSTGRES_LIST)
            return
        for table in TABLES:
            for verb in ("update", "delete"):
                cursor.execute(_SQLITE.format(table=table, verb=verb))
        cursor.execute(_SQLITE_LIST)


def remove(on: BaseDatabaseWrapper) -> None:
    """Take the triggers off."""
    with on.cursor() as cursor:
        if on.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}")
            cursor.execute("DROP TRIGGER IF EXISTS ledger_fact_listed ON ledger_fact")
            return
        for table in TABLES:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        cursor.execute("DROP TRIGGER IF EXISTS ledger_fact_listed")


@contextmanager
def lifted() -> Iterator[None]:
    """The ledger without its guards, for a tampering test or for emptying a test database."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)
