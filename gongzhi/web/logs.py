"""Logs without personal data: no secret link, query string or value of a row reaches a log line."""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

from gongzhi.kit.masking import mask

# A token of 128 bits in base64url is 22 signs; case numbers and place codes are shorter or digits only.
_SECRET = re.compile(r"(/(?:v|voices|receipts|set-up|reset/key)/)[^/\s?\"']{8,}")
_QUERY = re.compile(r"\?[^\s\"']+")


def without_secrets(text: str) -> str:
    """The line with tokens in paths and whole query strings replaced by an ellipsis."""
    return _QUERY.sub("?…", _SECRET.sub(r"\1…", text))


class WithoutSecrets(logging.Filter):
    """Rewrites a record's message before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secrets(record.getMessage())
        record.args = ()
        return True


class Line(logging.Formatter):
    """Tells where it broke and what kind of error it was, without the values errors like to quote.

    PostgreSQL adds the whole refused row to its message ("DETAIL: Failing row contains ..."), words and all; so of a
    message only its first line is kept, masked and at most 200 characters."""

    def formatException(  # noqa: N802 - the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Every exception of the chain, the first cause first."""
        told: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            told.insert(0, "".join(traceback.format_tb(error.__traceback__)) + _said(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(told)


def _said(error: BaseException) -> str:
    first = without_secrets(str(error).partition("\n")[0])
    return f"{type(error).__qualname__}: {mask(first).text[:200]}"
