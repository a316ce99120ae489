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
_MONTHS = (1, 4)  # how far back each stretch goes in which a word is expected


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


def matches(query: str, *, before: int, limit: int, rare: bool = False) -> list[int]:
    """The seeks of cases whose words hold all parts of the query, newest first, below `before`.

    `rare`: the asker knows already that few do. One statement, or two for words that are seldom said (PostgreSQL)."""
    asked = bigrams.query_text(query)
    if not asked:
        return []
    if connection.vendor == "sqlite":
        sql = "SELECT rowid FROM cases_search WHERE cases_search MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s"
        return _seeks(sql, [asked, before, limit])
    spans = [] if rare else _spans(before)
    found = _seeks(" UNION ALL ".join(_span(*span, limit) for span in spans) + f" LIMIT {int(limit)}",
                   [asked] * len(spans)) if spans else []  # fmt: skip
    if len(found) < limit:
        found += _seeks(_among_few(spans[-1][1] if spans else before, limit - len(found)), [asked])
    return found


def recent(before: int) -> int:
    """Down to here a search expects what it finds; what lies below was said by few."""
    return _spans(before)[-1][1]


def _seeks(sql: str, given: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [row[0] for row in cursor.fetchall()]


def _spans(before: int) -> list[tuple[int, int]]:
    """Stretches of time from the newest on, the second much longer than the first: from below, down to."""
    newest = min(before, noting.seek_at(moments.now()))
    ends = [newest - noting.span_of(months * MONTH) for months in _MONTHS]
    return list(zip([before, *ends], ends, strict=False))


def _span(before: int, down_to: int, limit: int) -> str:
    """One stretch. PostgreSQL's index of words knows no order: it would fetch and sort every case that ever said a
    word. Within a stretch it joins the words' places with those of the keys, or walks the keys, and a stretch that is
    not needed is never begun. The numbers stand in the text, so that each is planned for what it is."""
    return (
        "(SELECT seek FROM cases_search WHERE words @@ websearch_to_tsquery('simple', %s)"  # noqa: S608 - our numbers
        f" AND seek < {before} AND seek >= {down_to} ORDER BY seek DESC LIMIT {int(limit)})"
    )


def _among_few(before: int, limit: int) -> str:
    """All further back. Words that did not fill a page in months are seldom: all that said them are fetched by the
    index of words and sorted. The planner does not know that of a word and would walk the keys for years; a sum with
    nothing hides the keys from it."""
    return (
        "SELECT seek FROM cases_search WHERE words @@ websearch_to_tsquery('simple', %s)"  # noqa: S608 - our numbers
        f" AND seek + 0 < {before} ORDER BY seek + 0 DESC LIMIT {int(limit)}"
    )
