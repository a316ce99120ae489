"""Printed pages: public pages kept as files, served before Django is reached.

A page is printed when it is first asked for and dropped when what it shows changes. Two kinds lie apart:
`exact/` holds pages of one thing, valid until dropped; `brief/` holds lists and numbers, valid for some seconds
(the file's modification time is the moment it expires).

The promise is DESIGN §4.9: from the moment a withdrawal is acknowledged, the page is never served again. It is
kept by a lock and a hold. A verb that changes a page takes the page's lock, lays a *hold* and removes the files,
all before it commits; the hold is lifted after the commit. The printer takes the same lock, and under it prints
only when there is no hold and the thing, read again, is still what was rendered. So a page can appear neither
between removal and commit nor after it; a process killed in between leaves a hold, and the page is rendered
afresh for each reader until the hold is cleared (`clear_holds`).

A list has nothing to read again. A request therefore begins by noting the *turn* of its path (`begin`); laying and
lifting a hold begin the next turn; and what was rendered in an earlier turn is shown to its reader and not kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from gongzhi.look.printable import is_printable

LANGUAGES = ("zh", "en")
LOCKS = 64  # pages share locks by hash; a lock is held for microseconds


@dataclass(frozen=True, slots=True)
class Offer:
    """A response that may be kept: for how long, and how to ask whether it still holds."""

    lasts: float | None
    still: Callable[[], bool] | None


def offer(
    request: HttpRequest,
    response: HttpResponse,
    *,
    lasts: float | None = None,
    still: Callable[[], bool] | None = None,
) -> HttpResponse:
    """Allow a public page to be kept.

    `lasts`: seconds it may be served without asking again; None for a page of one thing, which then needs
    `still`, a read that says whether the thing is public and unchanged since the page was rendered.
    """
    if lasts is None and still is None:
        raise ValueError("an exact page needs `still`")
    if request.method == "GET" and not request.META.get("QUERY_STRING") and response.status_code == 200:
        response.printed = Offer(lasts, still)  # type: ignore[attr-defined]
    return response


def begin(request: HttpRequest) -> None:
    """Note, before anything is read for a page, which turn its path has come to; `keep` compares it."""
    if request.method == "GET" and is_printable(request.path):
        request.printing = _turn(request.path)  # type: ignore[attr-defined]


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Write an offered response to its file, unless the page is on hold or something was dropped meanwhile."""
    wanted: Offer | None = getattr(response, "printed", None)
    begun: bytes | None = getattr(request, "printing", None)
    if wanted is None or begun is None or response.cookies or not is_printable(request.path):
        return
    with _locked(request.path):
        if _on_hold(request.path) or _turn(request.path) != begun:
            return
        if wanted.still is not None and not wanted.still():
            return
        _write(_file(request.path, brief=wanted.lasts is not None), response.content, wanted.lasts)


def drop(*paths: str) -> None:
    """Remove the printed pages of `paths` (without language, e.g. `cases/990101-26-…/`) inside a transaction.

    Call it in the verb that changes what they show, before it commits. Until the commit nobody can print them.
    """
    whole = [f"/{lang}/{path}" for path in paths for lang in LANGUAGES]
    holds = [_drop_one(path) for path in whole]

    def lift() -> None:
        for path, hold in zip(whole, holds, strict=True):
            with _locked(path):
                _next_turn(path)
                hold.unlink(missing_ok=True)

    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(lift, robust=True)
    else:
        lift()


def clear_holds(*, older_than: float, now: float | None = None) -> int:
    """Clear holds that a killed process or a rolled-back verb left; their pages go with them. Returns how many.

    `older_than` is in seconds and must exceed the longest transaction.
    """
    moment = time.time() if now is None else now
    cleared = 0
    for hold in _holds().iterdir():
        try:
            if moment - hold.stat().st_mtime < older_than:
                continue
            path = hold.read_text()
        except FileNotFoundError:
            continue
        with _locked(path):
            _next_turn(path)
            _remove(path)
            hold.unlink(missing_ok=True)
        cleared += 1
    return cleared


def sweep(*, now: float | None = None) -> int:
    """Delete brief pages that expired over a minute ago. Returns how many."""
    moment = time.time() if now is None else now
    gone = 0
    for file in (settings.PRINTED_DIR / "brief").rglob("index.html*"):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < moment - 60:
                file.unlink()
                gone += 1
    return gone


def _file(path: str, *, brief: bool) -> Path:
    return settings.PRINTED_DIR / ("brief" if brief else "exact") / path.strip("/") / "index.html"


def _drop_one(path: str) -> Path:
    hold = Path(_folder("holds"), f"{_digest(path)}.{uuid.uuid4().hex}")
    with _locked(path):
        hold.write_text(path)
        _next_turn(path)
        _remove(path)
    return hold


def _turn(path: str) -> bytes:
    """The present turn of a path (shared by those with the same lock); empty before the first drop."""
    with contextlib.suppress(FileNotFoundError), open(_turn_file(path), "rb") as file:
        return file.read()
    return b""


def _next_turn(path: str) -> None:
    """Begin another turn, under the lock. A random name, so that no clock that steps back brings one back.

    Written in place: a rename over a file, or one made empty first, waits for the disk on ext4 (2 ms, and a verb drops
    pages while it keeps all other writers waiting). Whoever reads half of it reads a name that is no turn at all."""
    opened = os.open(_turn_file(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(opened, uuid.uuid4().bytes, 0)
    finally:
        os.close(opened)


def _turn_file(path: str) -> str:
    return f"{_folder('turns')}/{_number(path)}"


def _remove(path: str) -> None:
    for brief in (False, True):
        file = str(_file(path, brief=brief))
        for name in (file, f"{file}.gz"):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(name)


def _write(file: Path, content: bytes, lasts: float | None) -> None:
    """Both forms by atomic rename; the plain one last, because its presence is what makes the page exist."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for target, data in ((file.with_suffix(".html.gz"), gzip.compress(content, 6, mtime=0)), (file, content)):
        fresh = target.with_name(f"{target.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}")
        try:
            fresh.write_bytes(data)
            if lasts is not None:
                until = time.time() + lasts
                os.utime(fresh, (until, until))
            fresh.replace(target)
        except OSError:
            fresh.unlink(missing_ok=True)  # a full disk is not filled with halves of pages
            raise


def _digest(path: str) -> str:
    return hashlib.blake2b(path.encode(), digest_size=12).hexdigest()


def _holds() -> Path:
    return Path(_folder("holds"))


def _folder(name: str) -> str:
    """As text: a verb comes here a dozen times while it keeps all other writers waiting."""
    folder = f"{settings.PRINTED_DIR}/{name}"
    if not os.path.isdir(folder):
        os.makedirs(folder, exist_ok=True)
    return folder


def _on_hold(path: str) -> bool:
    prefix = _digest(path) + "."
    return any(name.startswith(prefix) for name in os.listdir(_holds()))


def _number(path: str) -> int:
    return int(_digest(path)[:4], 16) % LOCKS


@contextmanager
def _locked(path: str) -> Iterator[None]:
    with open(f"{_folder('locks')}/{_number(path)}", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
