"""The index of words: bigrams made by the application, in FTS5 on SQLite and tsvector on PostgreSQL.

Keyed by `Case.seek`, which grows with time, so the newest matches come first and a page is a range. Only masked
words of the voice a case began with are in it; a withdrawn voice leaves it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from gongzhi.kit import bigrams
from gongzhi.ledger.rows import run_many


def add(*, seek: int, words: str) -> None:
    """Put the words of a case in."""
    add_many([(seek, words)])


def add_many(rows: Sequence[tuple[int, str]]) -> None:
    """Put the words of many cases in, as (seek, words)."""
    made: list[tuple[Any, ...]] = [(seek, bigrams.index_text(words)) for seek, words in rows]
    if connection.vendor == "sqlite":
        run_many("INSERT INTO cases_search(rowid, words) VALUES (%s, %s)", made)
    else:
        run_many("INSERT INTO cases_search(seek, words) VALUES (%s, to_tsvector('simple', %s))", made)


def remove(*, seek: int, words: str) -> None:
    """Take the words of a case out; they must be the same that were put in (the index keeps no text)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "INSERT INTO cases_search(cases_search, rowid, words) VALUES ('delete', %s, %s)",
                [seek, bigrams.index_text(words)],
            )
        else:
            cursor.execute("DELETE FROM cases_search WHERE seek = %s", [seek])


def matches(query: str, *, before: int, limit: int) -> list[int]:
    """The seeks of cases whose words hold all parts of the query, newest first, below `before`."""
    asked = bigrams.query_text(query)
    if not asked:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT rowid FROM cases_search WHERE cases_search MATCH %s AND rowid < %s"
                " ORDER BY rowid DESC LIMIT %s",
                [asked, before, limit],
            )
        else:
            cursor.execute(
                "SELECT seek FROM cases_search WHERE words @@ websearch_to_tsquery('simple', %s) AND seek < %s"
                " ORDER BY seek DESC LIMIT %s",
                [asked, before, limit],
            )
        return [row[0] for row in cursor.fetchall()]
