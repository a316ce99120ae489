"""Logs without personal data: no secret link, query string or value of a row reaches a log line.

A line is text for people, or one JSON object for programs; both say the same.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from gongzhi.kit.masking import mask

# A token of 128 bits in base64url is 22 signs; case numbers and place codes are shorter or digits only.
_SECRET = re.compile(r"(/(?:v|voices|receipts|set-up|reset/key)/)[^/\s?\"']{8,}")
_QUERY = re.compile(r"\?[^\s\"']+")
_STRAY = re.compile(r"(: /(?:zh|en|api|open311|static)?)\S*")
FORMS = ("line", "json")
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configuration(form: str) -> dict[str, Any]:
    """What Django, the front and the supervisor log by: warnings to standard error, in one of the two forms."""
    if form not in FORMS:
        raise SystemExit(f"GONGZHI_LOG must be line or json, not {form!r}.")
    line = {"()": "gongzhi.web.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line, "json": {"()": "gongzhi.web.logs.Json"}},
        "filters": {"secrets": {"()": "gongzhi.web.logs.WithoutSecrets"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form, "filters": ["secrets"]}},
        "loggers": {"_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def without_secrets(text: str) -> str:
    """The line with tokens in paths and whole query strings replaced by an ellipsis, personal data masked."""
    return mask(_QUERY.sub("?…", _SECRET.sub(r"\1…", text))).text


class WithoutSecrets(logging.Filter):
    """Rewrites a record's message before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secrets(record.getMessage())
        if getattr(record, "status_code", 0) == 404:  # an address nobody made may hold anything somebody typed
            record.msg = _STRAY.sub(r"\1…", record.msg)
        record.args = ()
        return True


class Line(logging.Formatter):
    """Tells where it broke and what kind of error it was, without the values errors like to quote.

    PostgreSQL adds the whole refused row to its message ("DETAIL: Failing row contains ..."), words and all; so of a
    message only its first line is kept, masked and at most 200 characters."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the name is logging's
        """Every exception of the chain, the first cause first."""
        return "\n".join("".join(traceback.format_tb(error.__traceback__)) + _said(error) for error in _chain(ei[1]))


class Json(logging.Formatter):
    """The same as one JSON object: when (UTC), how grave, who, what, and of an error its kinds and places."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "name": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            chain = _chain(record.exc_info[1])
            told["error"] = [_said(error) for error in chain]
            told["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(chain[-1].__traceback__)]
        return json.dumps(told, ensure_ascii=False)


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and what caused it, the first cause first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _said(error: BaseException) -> str:
    first = without_secrets(str(error).partition("\n")[0])
    return f"{type(error).__qualname__}: {first[:200]}"
