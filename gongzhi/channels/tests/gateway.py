"""A provider of text messages on loopback: takes them by HTTP, or answers, stalls and drips as a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Taken:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


Answer = tuple[int, Any]


class _Door(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        self._take()

    do_GET = do_PUT = do_POST  # noqa: N815

    def _take(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "json" in self.headers.get("Content-Type", ""):
            body = json.loads(raw)
        else:
            body = dict(parse_qsl(raw.decode() or urlsplit(self.path).query))
        taken = Taken(self.command, self.path, dict(self.headers), body)
        self.server.taken.append(taken)
        if self.server.stall:
            self.server.freed.wait(self.server.stall)
        status, answer = self.server.answer(taken)
        text = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", f"{self.server.url}elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        for place in range(0, len(text), 1 if self.server.drip else len(text) or 1):
            if self.server.drip:
                time.sleep(self.server.drip)
            self.wfile.write(text[place : place + (1 if self.server.drip else len(text))])
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Gateway(ThreadingHTTPServer):
    """`taken` is what arrived; `answer` says what to answer; `stall` and `drip` are seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.taken: list[Taken] = []
        self.stall = self.drip = 0.0
        self.freed = threading.Event()
        self.answer: Callable[[Taken], Answer] = self.take

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    @property
    def numbers(self) -> list[str]:
        """Which idempotence keys it was asked to send, each once."""
        return list(dict.fromkeys(one.headers.get("Idempotency-Key", "") for one in self.taken))

    def take(self, taken: Taken) -> Answer:
        """A message taken; the same idempotence key gets the same number again."""
        return 200, {"code": "0", "data": {"msgId": f"gw-{self.numbers.index(taken.headers['Idempotency-Key']) + 1}"}}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""

    def __enter__(self) -> Gateway:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.freed.set()
        self.shutdown()
        self.server_close()


PROFILE = """
url = "{url}send"
timeout = 0.5
[headers]
Idempotency-Key = "{{id}}"
Authorization = "Bearer {{secret}}"
[body]
mobile = "{{phone}}"
content = "{{text}}"
ext = [{{ tag = "{{id}}" }}]
[success]
field = "code"
values = ["0"]
never = ["bad_number"]
id = "data.msgId"
[report]
id = "msgId"
status = "stat"
delivered = ["DELIVRD"]
undelivered = ["UNDELIV"]
[inbound]
phone = "mobile"
text = "content"
id = "smsId"
"""


def profile_file(folder: Path, gateway: Gateway, *change: tuple[str, str]) -> str:
    """The path of a profile for this gateway; `change` replaces texts of it."""
    text = PROFILE.format(url=gateway.url)
    for old, new in change:
        text = text.replace(old, new)
    path = folder / f"sms-{len(list(folder.iterdir()))}.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)
