"""The mailbox residents write to: a Maildir on this machine, or a folder of an IMAP account.

A letter is read, dealt with, and only then removed; what was not dealt with is there at the next look. What is refused
(mailing lists, answering machines) is put aside in the folder `Refused`, where a person may look.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LARGEST = 30_000_000  # bytes of one letter: five photos of a phone, encoded
SECONDS = 20  # for each answer of the server
REFUSED = "Refused"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the box. `raw` is None when it is larger than anything we read."""

    key: str
    raw: bytes | None


class Box(Protocol):
    """What both kinds of mailbox can do."""

    def letters(self, limit: int) -> Iterator[Letter]:
        """The oldest letters, one at a time."""

    def done(self, key: str) -> None:
        """Remove a letter that was dealt with."""

    def aside(self, key: str) -> None:
        """Put a letter into the folder of those refused."""


@contextlib.contextmanager
def opened(url: str) -> Iterator[Box]:
    """The mailbox of a setting: `maildir:///folder` or `imaps://user:password@host[:port]/folder`.

    `imap://` without TLS is for this machine alone. ImproperlyConfigured for anything else; OSError or
    imaplib.IMAP4.error when the server cannot be reached."""
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path:
        yield Maildir(Path(unquote(parts.path)))
        return
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.hostname and (parts.scheme == "imaps" or (parts.scheme == "imap" and local)):
        with _imap(parts.scheme == "imaps", parts.hostname, parts.port) as server:
            server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            yield Imap(server, unquote(parts.path.strip("/")) or "INBOX")
        return
    raise ImproperlyConfigured("GONGZHI_MAILBOX must be maildir:///folder or imaps://user:password@host/folder")


class Maildir:
    """One file a letter, in `new` and `cur`; delivered whole by the mail server, so nothing half is ever read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def letters(self, limit: int) -> Iterator[Letter]:
        """The oldest letters, one at a time."""
        files = [path for part in ("new", "cur") for path in (self.folder / part).glob("*") if path.is_file()]
        for path in sorted(files, key=lambda path: (path.stat().st_mtime, path.name))[:limit]:
            large = path.stat().st_size > LARGEST
            yield Letter(str(path.relative_to(self.folder)), None if large else path.read_bytes())

    def done(self, key: str) -> None:
        """Remove a letter that was dealt with."""
        (self.folder / key).unlink(missing_ok=True)

    def aside(self, key: str) -> None:
        """Put a letter into the folder of those refused."""
        refused = self.folder / f".{REFUSED}"
        for part in ("tmp", "new", "cur"):
            (refused / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self.folder / key, refused / "new" / Path(key).name)


class Imap:
    """A folder of an account (RFC 3501), by the unique numbers of its letters."""

    def __init__(self, server: imaplib.IMAP4, folder: str) -> None:
        self.server = server
        _check(server.select(f'"{folder}"'))

    def letters(self, limit: int) -> Iterator[Letter]:
        """The oldest letters, one at a time."""
        found = _check(self.server.uid("SEARCH", "UNDELETED"))
        for key in (found[0] or b"").split()[:limit]:
            uid = key.decode()
            size = re.search(rb"RFC822\.SIZE (\d+)", _joined(_check(self.server.uid("FETCH", uid, "(RFC822.SIZE)"))))
            if size is None:
                continue
            large = int(size[1]) > LARGEST
            yield Letter(uid, None if large else self._body(uid))

    def _body(self, uid: str) -> bytes:
        answer = _check(self.server.uid("FETCH", uid, "(BODY.PEEK[])"))
        return b"".join(part[1] for part in answer if isinstance(part, tuple))

    def done(self, key: str) -> None:
        """Remove a letter that was dealt with."""
        _check(self.server.uid("STORE", key, "+FLAGS", r"(\Deleted)"))
        self.server.expunge()

    def aside(self, key: str) -> None:
        """Put a letter into the folder of those refused."""
        self.server.create(REFUSED)  # says no when it is there
        _check(self.server.uid("COPY", key, REFUSED))
        self.done(key)


@contextlib.contextmanager
def _imap(sealed: bool, host: str, port: int | None) -> Iterator[imaplib.IMAP4]:
    server: imaplib.IMAP4
    if sealed:
        server = imaplib.IMAP4_SSL(host, port or 993, ssl_context=ssl.create_default_context(), timeout=SECONDS)
    else:
        server = imaplib.IMAP4(host, port or 143, timeout=SECONDS)
    try:
        yield server
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _check(answer: tuple[str, list]) -> list:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error("the mail server refused")
    return data


def _joined(parts: list) -> bytes:
    return b" ".join(part if isinstance(part, bytes) else part[0] for part in parts if part)
