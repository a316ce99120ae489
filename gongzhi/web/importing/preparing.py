"""Rows of a file made ready to be written, batch by batch: read, judged, masked, sealed, spelled as the database takes
them. A large file is prepared by processes of their own, so that the one that writes does nothing else.
"""

from __future__ import annotations

import gc
import pickle
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context

from django.conf import settings
from django.db import connection, transaction

from gongzhi.cases import many
from gongzhi.cases.many import Ready, Story
from gongzhi.kit.refusal import Refusal
from gongzhi.web.importing import working
from gongzhi.web.importing.profile import Profile
from gongzhi.web.importing.records import Codes, Reader, Rejected
from gongzhi.web.importing.tables import Row

Rows = list[tuple[int, Row]]
WORKERS = 2
AHEAD = 2  # batches that wait ready for each worker


@dataclass(frozen=True, slots=True)
class How:
    """All a process needs to read rows as the first one does."""

    profile: Profile
    at: datetime
    fallback: tuple[float, float] | None
    live_since: datetime | None = None  # open rows from then on are live work


@dataclass(slots=True)
class Batch:
    """What became of some rows: parts ready to be written, rows rejected (line, reason, key, value), traps noticed."""

    parts: list[Ready] = field(default_factory=list)
    rejected: list[tuple[int, str, str, str]] = field(default_factory=list)
    traps: Counter[str] = field(default_factory=Counter)

    def write(self) -> None:
        """Write all parts in one transaction."""
        with transaction.atomic():
            for part in self.parts:
                part.write()


@contextmanager
def unswept() -> Iterator[None]:
    """Without the search for rings of dead objects: among millions of short-lived rows it costs a third of the time
    and finds none; what nobody names any more is freed all the same."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def prepare(reader: Reader, rows: Rows) -> Batch:
    """Make rows ready whose keys were judged before."""
    with unswept():
        return _prepare(reader, rows)


def _prepare(reader: Reader, rows: Rows) -> Batch:
    batch, told = Batch(), []
    reader.traps = batch.traps
    for line, row in rows:
        try:
            told.append((line, reader.read(row)))
        except Rejected as rejected:
            batch.rejected.append((line, rejected.reason, reader.text(row.get(reader.profile.id)), rejected.value))
    _ready(batch, told)
    return batch


def _ready(batch: Batch, told: list[tuple[int, Story]]) -> None:
    """Stories as rows; when a rule of the house refuses one, halves are tried until it alone is left."""
    if not told:
        return
    try:
        batch.parts.append(many.prepare_many([story for _line, story in told]))
    except Refusal as refusal:
        if len(told) == 1:
            line, story = told[0]
            batch.rejected.append((line, "refused", str(story.voice.form_key), refusal.code))
            return
        half = len(told) // 2
        _ready(batch, told[:half])
        _ready(batch, told[half:])


def _done(rows: Rows, ready: Future[Batch]) -> tuple[Rows, Batch]:
    return rows, ready.result()


class Alone:
    """Prepares the batches of a small file where they are written."""

    def __init__(self, how: How, codes: Codes) -> None:
        self.reader = Reader(how.profile, at=how.at, codes=codes, fallback=how.fallback, live_since=how.live_since)

    def prepared(self, batches: Iterable[Rows]) -> Iterator[tuple[Rows, Batch]]:
        """Each batch, ready, beside its rows."""
        return ((rows, self.again(rows)) for rows in batches)

    def again(self, rows: Rows) -> Batch:
        """A batch, with numbers drawn anew. Keys are judged by who writes, who sees the whole file."""
        return prepare(self.reader, rows)

    def close(self) -> None:
        """Nothing to end."""


class Workers:
    """Prepares batches in processes of their own, in the order of the file, a few ahead of who writes."""

    def __init__(self, how: How) -> None:
        kept = {"GONGZHI_DIR": settings.GONGZHI_DIR, "MASTER_KEY_FILE": settings.MASTER_KEY_FILE}
        database = {"NAME": connection.settings_dict["NAME"]}
        given = (pickle.dumps(how), kept, database)
        self.pool = ProcessPoolExecutor(WORKERS, get_context("spawn"), initializer=working.begin, initargs=given)

    def prepared(self, batches: Iterable[Rows]) -> Iterator[tuple[Rows, Batch]]:
        """Each batch, ready, beside its rows; asks for the next one only when there is room."""
        waiting: deque[tuple[Rows, Future[Batch]]] = deque()
        try:
            for rows in batches:
                waiting.append((rows, self.pool.submit(working.work, rows)))
                if len(waiting) >= WORKERS * AHEAD:
                    yield _done(*waiting.popleft())
            while waiting:
                yield _done(*waiting.popleft())
        finally:
            for _rows, left in waiting:
                left.cancel()

    def again(self, rows: Rows) -> Batch:
        """A batch anew, with other numbers drawn."""
        return self.pool.submit(working.work, rows).result()

    def close(self) -> None:
        """End the processes."""
        self.pool.shutdown(cancel_futures=True)
