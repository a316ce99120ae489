"""The index of words: bigrams made by the application, in FTS5 on SQLite and tsvector on PostgreSQL.

Keyed by `Case.seek`, which grows with time, so the newest matches come first and a page is a range. Only masked
words of the voice a case began with are in it; a withdrawn voice leaves it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from gongzhi.cases import noting
from gongzhi.kit import bigrams, moments
from gongzhi.ledger.rows import run_many

MONTH = timedelta(days=30)
_MONTHS = (1, 4, 16)  # how far back each stretch of a search goes


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
            spans = _spans(before)
            cursor.execute(
                " UNION ALL ".join(_span(*span, limit) for span in spans) + f" LIMIT {int(limit)}", [asked] * len(spans)
            )
        return [row[0] for row in cursor.fetchall()]


def _spans(before: int) -> list[tuple[int, int | None]]:
    """Stretches of time from the newest on, each much longer than the one before: from below, down to."""
    newest = min(before, noting.seek_at(moments.now()))
    ends = [newest - noting.span_of(months * MONTH) for months in _MONTHS]
    return list(zip([before, *ends], [*ends, None], strict=True))


def _span(before: int, down_to: int | None, limit: int) -> str:
    """One stretch. PostgreSQL's index of words knows no order: it would fetch and sort every case that ever said a
    word. Within a stretch it joins the words' places with those of the keys, and a stretch that is not needed is never
    begun. The numbers stand in the text, so that each is planned for what it is."""
    low = "" if down_to is None else f" AND seek >= {down_to}"
    return (
        "(SELECT seek FROM cases_search WHERE words @@ websearch_to_tsquery('simple', %s)"  # noqa: S608 - our numbers
        f" AND seek < {before}{low} ORDER BY seek DESC LIMIT {int(limit)})"
    )
