"""Taking the ledger's triggers off for a moment, and putting the same ones back.

The triggers stand in the migration that makes each table. They refuse every UPDATE and DELETE on facts, leaves, blocks,
subtrees and heads, and list each new fact for the sealer. They stop mistakes and careless hands; whoever owns the
database can drop them, and then `checking.check` finds what was changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'",
    "postgresql": (
        "SELECT tgname, relname, pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger "
        "JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND relname LIKE 'ledger%'"
    ),
}


@contextmanager
def lifted() -> Iterator[None]:
    """The ledger without its guards: for a test that tampers, and for emptying a test database."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        triggers = cursor.fetchall()
        for name, table, _ in triggers:
            suffix = f" ON {quote(table)}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {quote(name)}{suffix}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _, _, definition in triggers:
                cursor.execute(definition)
