"""The public list as a table (CSV), as long as it is: read and written a page at a time, so that memory stays small.

Each row carries its key; asked for what comes after a key, the table goes on there, so that a broken download need not
begin again. What is read is what was public at that moment; nothing of it is kept.
"""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation

from gongzhi.cases import lists, straining
from gongzhi.cases.cards import CaseRow, Page
from gongzhi.cases.public import telling
from gongzhi.kit.moments import local
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.places import reads as places

PAGE = 500
SHORT = 5_000  # rows that are answered in one piece; longer tables are written one at a time
AN_HOUR = 120  # tables that one network may take within an hour
COLUMNS = (
    *("number", "received", "due", "closed", "state", "outcome", "matter", "matter_name", "place", "place_name"),
    *("office", "office_name", "voices", "words", "answer", "key"),
)
_one_long = threading.Lock()


def answer(request: HttpRequest, chosen: dict[str, Any], after: str, at: datetime) -> HttpResponseBase:
    """The table of a list from behind a key on. Refuses (429) whoever takes very many, (503) a second long one."""
    wait = straining.take(at=at, address=request.META.get("REMOTE_ADDR", ""), door="table", free=AN_HOUR)
    if wait:
        sentence = N_("Very many tables went to your network. Please take the next one in %(seconds)s seconds.")
        raise Refusal("too_many_tables", sentence, status=429, seconds=wait)
    pages = _pages(chosen, at, after)
    first, rows, ended = [_head()], 0, False
    while rows < SHORT and not ended:
        page = next(pages, None)
        ended = page is None
        rows += len(page.rows) if page else 0
        first.append(_lines(page.rows) if page else "")
    response: HttpResponseBase
    if ended:
        response = HttpResponse("".join(first), content_type="text/csv; charset=utf-8")
    else:
        response = StreamingHttpResponse(_Long("".join(first), pages), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


class _Long:
    """The pieces of a long table. Only one is written at a time: it holds a thread, and there are few of those."""

    def __init__(self, first: str, pages: Iterator[Page[CaseRow]]) -> None:
        if not _one_long.acquire(blocking=False):
            sentence = N_(
                "Somebody is just taking a long table. Please ask again in a minute, or narrow the list down."
            )
            raise Refusal("table_busy", sentence, status=503)
        self._release: Callable[[], None] | None = _one_long.release
        self._pieces = self._written(first, pages, translation.get_language() or "zh-hans")

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def _written(self, first: str, pages: Iterator[Page[CaseRow]], language: str) -> Iterator[bytes]:
        yield first.encode()
        while True:
            with translation.override(language):
                page = next(pages, None)
                piece = _lines(page.rows) if page else ""
            if page is None:
                return
            if piece:
                yield piece.encode()

    def close(self) -> None:
        """The answer went out or its reader went away."""
        self._pieces.close()  # type: ignore[attr-defined]
        if self._release is not None:
            self._release()
            self._release = None


def _pages(chosen: dict[str, Any], at: datetime, after: str) -> Iterator[Page[CaseRow]]:
    while True:
        page = lists.public_list(at, **chosen, after=after, limit=PAGE)
        yield page
        after = page.next
        if not after:
            return


def _head() -> str:
    practice = [["PRACTICE COUNTY: everything here is invented"]] if places.county().practice else []
    return "\ufeff" + _csv([*practice, list(COLUMNS)])


def _lines(rows: tuple[CaseRow, ...]) -> str:
    return _csv(
        [
            _tame(value)
            for value in (
                row.number, _stamp(row.received_at), _due(row), _stamp(row.closed_at), row.state, row.outcome,
                row.matter.code, telling.said(row.matter), row.place.code if row.place else "",
                telling.said(row.place, "path"), row.organ.code if row.organ else "", telling.said(row.organ),
                row.voices, row.words, row.answer, row.key,
            )
        ]
        for row in rows
    )  # fmt: skip


def _csv(rows: Any) -> str:
    """RFC 4180."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _tame(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _due(row: CaseRow) -> str:
    """The limit; empty for what another system left open and nobody took over, for which none ever ran."""
    return "" if row.state == "left_open" or row.outcome == "not_taken" else _stamp(row.due_at)


def _stamp(at: datetime | None) -> str:
    return "" if at is None else local(at, places.county().tz).isoformat(timespec="minutes")
