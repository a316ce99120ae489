"""The front: one RSGI application on one port, before Django.

It answers by itself what needs no database: printed pages, static files, event streams. Everything else it hands
to Django's WSGI callable in a small pool of threads, after the whole request body has arrived, so that a slow
phone occupies a task and never a thread. Nothing kept in memory here matters: caches are checked against the
file on every request.
"""

from __future__ import annotations

import asyncio
import errno
import gzip
import io
import json
import logging
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from gongzhi.kit.moments import now
from gongzhi.look import modes, printable
from gongzhi.web import kin, settings, workers
from gongzhi.web.files import Files, Served
from gongzhi.web.live import Live

THREADS = 4
WAITING = 256  # requests that may wait for a thread before new ones are told to come back
BODY_LIMIT = 64_000_000  # above every limit a view judges, so that the view can answer in a sentence
BODY_DEADLINE = 180.0
ADDRESS_LIMIT = 8_000  # signs of path and query; the longest address of ours has some hundred
SPOOL_OVER = 262_144
PIECE = 65_536
PIECE_DEADLINE = 60.0
GZIP = re.compile(r"(?:^|[,\s])gzip\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*(?:,|$)")
MODE = "/mode.css"
MODE_SECONDS = 5.0  # after which a county's new accent is seen
COOKIE_MODE = re.compile(rf"(?:^|;\s*){modes.COOKIE}=([a-z-]+)")
COMPRESSIBLE = ("text/", "application/json", "image/svg+xml", "application/xml", "application/problem+json")


Head = dict[str, Any]
Spool = tempfile.SpooledTemporaryFile[bytes]
Long = tuple[Head, Spool]
LOG = logging.getLogger("gongzhi.web")


class BodyRefused(Exception):
    """The body was too large (413), did not arrive in time (408), not whole (400), or found no room here (507)."""

    def __init__(self, status: int) -> None:
        self.status = status


class Front:
    """The RSGI application; granian calls it once per request."""

    def __init__(self) -> None:
        self.files = Files(settings.PRINTED_DIR, settings.STATIC_ROOT)
        self.live = Live(settings.RUN_DIR / "pulse")
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="django")
        self.waiting = 0
        self.sheets: dict[modes.Mode, tuple[float, Served]] = {}
        self.wsgi: Callable[..., Iterable[bytes]] | None = None
        self.afterwards: Callable[[datetime], int] | None = None  # small writes that no reader waits for
        parent = multiprocessing.parent_process()
        if parent is not None and parent.pid is not None:  # before Django is loaded: a worker may end while it begins
            kin.end_with_parent(parent.pid, by=signal.SIGKILL)  # nobody else would end one that hangs in its stopping
        settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Django starts before the first request, in the worker that will use it."""
        from gongzhi.web.wsgi import application

        self.wsgi = application  # and Django is set up: its rooms can be loaded
        from gongzhi.insight.signals.searches import write_ripe

        self.afterwards = write_ripe
        loop.add_signal_handler(workers.LEAVE, workers.leave_door)
        workers.ready(settings.RUN_DIR)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """At the end, what threads have begun is finished before the server is taken down under them."""
        self.pool.shutdown(wait=True)

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.proto != "http":
            proto.close(400)
            return
        if len(scope.path) + len(scope.query_string or "") > ADDRESS_LIMIT:
            _say(scope, proto, 414, TOO_LONG)
            return
        if scope.method in ("GET", "HEAD"):
            served = self._sheet(scope) if scope.path == MODE else None
            if served is None and not scope.query_string:
                served = self.files.find(scope.path)
            if served is not None:
                self._file(scope, proto, served)
                return
            if scope.path == "/live":
                await self.live.stream(proto)
                return
        await self._django(scope, proto)

    def _sheet(self, scope: Any) -> Served | None:
        """The mode sheet is asked for with every page and has ten texts; each is kept for some seconds."""
        kept = self.sheets.get(_mode(scope))
        return kept[1] if kept is not None and kept[0] > time.monotonic() else None

    def _file(self, scope: Any, proto: Any, served: Served) -> None:
        headers = served.headers
        if _is_known(scope.headers.get("if-none-match", ""), served.etag):
            proto.response_empty(304, headers)
        elif served.gz is not None and _takes_gzip(scope):
            proto.response_bytes(200, served.gz_headers, served.gz if scope.method == "GET" else b"")
        else:
            proto.response_bytes(200, headers, served.plain() if scope.method == "GET" else b"")

    async def _django(self, scope: Any, proto: Any) -> None:
        if self.waiting >= WAITING:  # before a body is taken in for nothing
            _say(scope, proto, 503, BUSY, ("retry-after", "2"))
            return
        try:
            body, size = await _spool(scope, proto)
        except BodyRefused as refused:
            _say(scope, proto, refused.status, REFUSED[refused.status], ("connection", "close"))
            return
        with body:
            if self.waiting >= WAITING:  # others came while this one arrived
                _say(scope, proto, 503, BUSY, ("retry-after", "2"))
                return
            self.waiting += 1
            try:
                loop = asyncio.get_running_loop()
                long = await loop.run_in_executor(self.pool, self._answer, scope, proto, (body, size))
            finally:
                self.waiting -= 1
        if long is not None:
            await _send(proto, *long)

    def _answer(self, scope: Any, proto: Any, body: tuple[Any, int]) -> Long | None:
        """In a thread of the pool: whatever breaks below Django's own handlers, the reader gets an answer."""
        try:
            head, content = self._call(scope, body)
        except Exception:
            LOG.exception("The answer to %s %s broke.", scope.method, scope.path)
            _say(scope, proto, 500, BROKEN, ("cache-control", "no-store"))
            return None
        if isinstance(content, bytes):
            _answer(scope, head, content, proto)
            if self.afterwards is not None:
                self.afterwards(now())
            return None
        return head, content

    def _call(self, scope: Any, body: tuple[Any, int]) -> tuple[Head, bytes | Spool]:
        """What Django answers: in one piece, or spooled when it comes in many."""
        head: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            head["status"] = int(status[:3])
            head["headers"] = [(name.lower(), value) for name, value in headers]

        assert self.wsgi is not None
        response = self.wsgi(_environ(scope, *body), start_response)
        try:
            if getattr(response, "streaming", False):
                return head, _spooled(response)
            content = b"".join(response)
            if scope.path == MODE and head["status"] == 200:
                tag = dict(head["headers"])["etag"]  # the same from every process
                sheet = Served(content, None, "text/css; charset=utf-8", "private, no-cache", (0, 0), tag)
                self.sheets[_mode(scope)] = (time.monotonic() + MODE_SECONDS, sheet)
            return head, content
        finally:
            cast(Any, response).close()


def _mode(scope: Any) -> modes.Mode:
    """The mode a request's cookie names."""
    found = COOKIE_MODE.search(scope.headers.get("cookie", ""))
    return modes.read(found[1] if found else None)


def _takes_gzip(scope: Any) -> bool:
    """Whether the reader takes gzip; `gzip;q=0` says no (RFC 9110 section 12.5.3)."""
    found = GZIP.search(scope.headers.get("accept-encoding", "").lower())
    return found is not None and float(found[1] or 1) > 0


def _is_known(asked: str, etag: str) -> bool:
    """Whether a list of tags names this one; compared weakly (RFC 9110 section 13.1.2)."""
    plain = etag.removeprefix("W/")
    return bool(asked) and any(tag.strip().removeprefix("W/") in (plain, "*") for tag in asked.split(","))


def _say(scope: Any, proto: Any, status: int, text: str, *headers: tuple[str, str]) -> None:
    """An answer of the front's own: a sentence in both languages, for a program in the one it asks for."""
    kind = "text/plain; charset=utf-8"
    if scope.path.startswith("/api/"):
        kind = "application/problem+json"
        chinese, english = text.strip().split("\n")
        sentence = english if scope.headers.get("accept-language", "")[:2].lower() == "en" else chinese
        told = {"type": "about:blank", "title": sentence, "status": status, "code": CODES[status], "sentence": sentence}
        text = json.dumps(told | {"field": None}, ensure_ascii=False)
    proto.response_str(status, [("content-type", kind), *printable.HEADERS, *headers], text)


def _answer(scope: Any, head: Head, content: bytes, proto: Any) -> None:
    headers = head["headers"]
    kind = next((value for name, value in headers if name == "content-type"), "")
    encoded = any(name == "content-encoding" for name, _ in headers)
    if len(content) > 800 and kind.startswith(COMPRESSIBLE) and not encoded:
        headers = [*headers, ("vary", "Accept-Encoding")]
        if _takes_gzip(scope):
            content = gzip.compress(content, 4, mtime=0)
            headers = [pair for pair in headers if pair[0] != "content-length"] + [("content-encoding", "gzip")]
    if scope.method == "HEAD" or not content:
        proto.response_empty(head["status"], headers)
    else:
        proto.response_bytes(head["status"], headers, content)


def _spooled(pieces: Iterable[bytes]) -> Spool:
    """A long answer (a file, an export) taken from Django at once, so that a slow reader keeps no thread."""
    spool = _new_spool()
    try:
        for piece in pieces:
            spool.write(piece)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


async def _send(proto: Any, head: Head, spool: Spool) -> None:
    """A long answer piece by piece, as fast as its reader reads; one that stops reading is given up."""
    with spool:
        transport = proto.response_stream(head["status"], head["headers"])
        while piece := spool.read(PIECE):
            async with asyncio.timeout(PIECE_DEADLINE):
                await transport.send_bytes(piece)


def _new_spool() -> Spool:
    return tempfile.SpooledTemporaryFile(max_size=SPOOL_OVER, dir=str(settings.SPOOL_DIR))


async def _spool(scope: Any, proto: Any) -> tuple[Any, int]:
    """The whole body and its size: in memory while small, in a file beyond; bounded in size and in total time."""
    if scope.method in ("GET", "HEAD"):
        return io.BytesIO(), 0
    promised = scope.headers.get("content-length")
    if int(promised or 0) > BODY_LIMIT:
        raise BodyRefused(413)
    body = _new_spool()
    size = 0
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            async for chunk in proto:
                size += len(chunk)
                if size > BODY_LIMIT:
                    raise BodyRefused(413)
                body.write(chunk)
        if promised is not None and size != int(promised):
            raise BodyRefused(400)  # the sender left: half a form must not be taken for what somebody said
    except TimeoutError:
        body.close()
        raise BodyRefused(408) from None
    except OSError as error:
        body.close()
        raise (BodyRefused(507) if error.errno == errno.ENOSPC else error) from None
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body, size


def _environ(scope: Any, body: Any, size: int) -> dict[str, Any]:
    """PEP 3333's environ from an RSGI scope. Client address: the proxy's word only where a proxy is declared."""
    server, _, port = (scope.server or "127.0.0.1:8000").rpartition(":")
    client = (scope.client or "").rpartition(":")[0]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": _wsgi(scope.query_string or ""),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority
    for name, told in scope.headers.items():
        key, value = name.upper().replace("-", "_"), _wsgi(told)
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[key] = value
        elif key != "PROXY" and "_" not in name:
            known = environ.get(f"HTTP_{key}")
            joint = "; " if key == "COOKIE" else ","
            environ[f"HTTP_{key}"] = f"{known}{joint}{value}" if known and key != "HOST" else value
    if settings.PROXIED and environ.get("HTTP_X_FORWARDED_FOR"):
        environ["REMOTE_ADDR"] = environ["HTTP_X_FORWARDED_FOR"].rpartition(",")[2].strip()
    if "CONTENT_LENGTH" not in environ and size:
        environ["CONTENT_LENGTH"] = str(size)  # a chunked body, complete by now
    return environ


def _wsgi(text: str) -> str:
    """Text as PEP 3333 wants it: its bytes, each as one sign. Simple programs send Chinese without encoding it."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


BUSY = (
    "现在来的人很多。请过两三秒再试，您写的内容还在上一页。\n"
    "Many people are here just now. Try again in two seconds; what you wrote is still on the page before.\n"
)
TOO_LARGE = (
    "这次发送超过 64 MB，没有收下。请少附几张照片，再发一次；您写的内容还在上一页。\n"
    "This is over 64 MB and was not taken. Send fewer photos; what you wrote is still on the page before.\n"
)
TOO_SLOW = (
    "三分钟内没有收完。请少附照片，或换一处信号好的地方再发；您写的内容还在上一页。\n"
    "It did not arrive within three minutes. Send fewer photos or try where the signal is better.\n"
)

CUT_OFF = (
    "没有收完整，所以没有收下。请返回上一页，再发一次。\n"
    "It did not arrive whole and was not taken. Go back to the page before and send it once more.\n"
)
BROKEN = (
    "这里出了故障，是我们的问题，已经记下。请过几分钟再试，急事请打电话。\n"
    "Something here is broken. It is our fault and has been noted. Try again in a few minutes, or call us.\n"
)
TOO_LONG = (
    "这个网址太长，读不了。请从首页重新进入；要写的话请写在页面上的格子里。\n"
    "This address is too long to be read. Start from the front page; what you want to say fits into the page itself.\n"
)
NO_ROOM = (
    "我们这里暂时没有地方存放新的内容，没有收下。您写的还在上一页，请晚些再发；急事请打电话。\n"
    "There is no room left here to keep anything new. What you wrote is still on the page before; send it later.\n"
)
REFUSED = {400: CUT_OFF, 408: TOO_SLOW, 413: TOO_LARGE, 507: NO_ROOM}
CODES = {
    400: "cut_off", 408: "too_slow", 413: "too_large", 414: "address_too_long",
    500: "broken", 503: "busy", 507: "no_room",
}  # fmt: skip

app = Front()


def main() -> None:
    """`python -m gongzhi.web.front ADDRESS PORT WORKERS`: serve until told to stop; SIGHUP replaces the workers."""
    from granian.constants import Interfaces

    address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    workers.Server(
        "gongzhi.web.front:app",
        folder=settings.RUN_DIR,
        address=address,
        port=port,
        interface=Interfaces.RSGI,
        workers=count,
        websockets=False,
        backlog=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_access=False,
        log_dictconfig=settings.LOGGING,
        process_name=None,
    ).serve()


if __name__ == "__main__":
    os.umask(0o077)
    main()
