"""SQLite lets one writer in at a time; others sleep and knock again, the later the longer, and some knock in vain.

Here a transaction first takes its place in a line: a lock among the threads of a process, then a lock on a file
among processes, which the kernel grants in order. So a writer goes on the moment the one before has committed,
nobody starves, and no time is slept away. Readers outside a transaction never wait.
"""

from __future__ import annotations

import fcntl
import os
import threading
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_THREADS = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper; a transaction holds the line from BEGIN IMMEDIATE to COMMIT or ROLLBACK."""

    _line: int | None = None
    _in_line = False

    def _start_transaction_under_autocommit(self) -> None:
        self._enter_line()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_line()
            raise

    def _commit(self) -> Any:
        done = super()._commit()  # type: ignore[misc] # when it fails Django rolls back, and the line is left there
        self._leave_line()
        return done

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_line()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._leave_line()
            if self._line is not None:
                os.close(self._line)
                self._line = None

    def _enter_line(self) -> None:
        if self._in_line:
            return
        seconds = self.settings_dict["OPTIONS"].get("timeout", 20)
        if not _THREADS.acquire(timeout=seconds):
            raise OperationalError("database is locked")
        try:
            if self._line is None:
                self._line = os.open(f"{self.settings_dict['NAME']}.line", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._line, fcntl.LOCK_EX)
        except BaseException:
            _THREADS.release()
            raise
        self._in_line = True

    def _leave_line(self) -> None:
        if not self._in_line:
            return
        self._in_line = False
        if self._line is not None:
            fcntl.flock(self._line, fcntl.LOCK_UN)
        _THREADS.release()
