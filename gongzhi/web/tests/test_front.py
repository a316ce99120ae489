"""The front under a real server: every request ends in one whole answer, and half a request is nobody's word."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gongzhi.web.front import GZIP, _is_known

# A stand-in for Django: what the front does with an answer, whole or long or broken, does not depend on who gives it.
APPLICATION = """
from gongzhi.web.front import Front

class Whole(list):
    def close(self): pass

class Long:
    streaming = True
    def __init__(self, pieces, broken=False): self.pieces, self.broken = pieces, broken
    def __iter__(self):
        yield from self.pieces
        if self.broken: raise RuntimeError("in the middle")
    def close(self): pass

def answer(environ, start):
    path = environ["PATH_INFO"]
    if path.endswith("/broken"): raise RuntimeError("before anything was said")
    start("200 OK", [("Content-Type", "text/plain")])
    if path == "/long": return Long([b"b" * 5000] * 1000)
    if path == "/half": return Long([b"a" * 100], broken=True)
    if path == "/words": return Whole([b"w" * 2000])
    body = environ["wsgi.input"].read()
    with open("seen", "ab") as seen: seen.write(body + b";")
    return Whole([b"%d" % len(body)])

app = Front()
app.__rsgi_init__ = lambda loop: setattr(app, "wsgi", answer)
"""
Ask = Callable[..., bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("front")
    (made / "served.py").write_text(APPLICATION)
    return made


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    words = ["--interface", "rsgi", "--host", "127.0.0.1", "--port", str(number), "--no-ws", "served:app"]
    environment = os.environ | {"GONGZHI_DIR": str(folder / "county"), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *words], cwd=folder, env=environment, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", number)).close()
            break
        except OSError:
            time.sleep(0.1)
    yield number
    process.terminate()
    process.wait(20)


@pytest.fixture
def ask(port: int) -> Ask:
    """Send a request line with headers; everything that comes back until the server closes."""

    def asked(line: str, *headers: str, body: bytes = b"", leave: bool = False) -> bytes:
        head = "\r\n".join((line + " HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""))
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(head.encode() + body)
            if leave:
                connection.shutdown(socket.SHUT_WR)
                return b""
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
            return b"".join(parts)

    return asked


@pytest.mark.parametrize("path", ["/broken", "/half"])
def test_what_breaks_below_django_is_told_in_both_languages(ask: Ask, path: str) -> None:
    answer = ask(f"GET {path}")
    assert answer.startswith(b"HTTP/1.1 500")
    assert "这里出了故障".encode() in answer
    assert b"Something here is broken" in answer
    assert b"RuntimeError" not in answer


def test_an_overlong_address_is_told_so_in_both_languages_and_to_programs_in_json(ask: Ask) -> None:
    for line in ("GET /zh/cases/?q=" + "x" * 8_000, "POST /zh/" + "x" * 9_000):
        answer = ask(line)
        assert answer.startswith(b"HTTP/1.1 414")
        assert "这个网址太长".encode() in answer
        assert b"This address is too long" in answer
    for language, sentence in (("en", "This address is too long"), ("zh", "这个网址太长")):
        answer = ask("GET /api/v1/" + "x" * 9_000, f"Accept-Language: {language}")
        assert b"application/problem+json" in answer
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert (told["status"], told["code"]) == (414, "address_too_long")
        assert told["sentence"].startswith(sentence)
    assert ask("GET /words?" + "x" * 7_000).startswith(b"HTTP/1.1 200")


def test_a_program_is_told_in_json_when_something_breaks_below_django(ask: Ask) -> None:
    answer = ask("GET /api/broken", "Accept-Language: en")
    assert answer.startswith(b"HTTP/1.1 500")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "broken"


def test_a_long_answer_arrives_whole(ask: Ask) -> None:
    assert ask("GET /long").count(b"b" * 1000) >= 4_900


def test_slow_readers_of_long_answers_keep_no_thread(ask: Ask, port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(12)]
    for connection in slow:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    time.sleep(0.5)
    begun = time.monotonic()
    assert b"200 OK" in ask("GET /words")
    assert time.monotonic() - begun < 2
    for connection in slow:
        connection.close()


def test_half_a_form_never_reaches_django(ask: Ask, folder: Path) -> None:
    ask("POST /", "Content-Length: 50", body=b"words=half", leave=True)
    assert ask("POST /", "Content-Length: 11", body=b"words=whole").endswith(b"11")
    assert b"half" not in (folder / "seen").read_bytes()


def test_two_lengths_are_refused(ask: Ask) -> None:
    assert b" 400 " in ask("POST /", "Content-Length: 3", "Content-Length: 4", body=b"abcd").splitlines()[0]


def test_an_answer_is_compressed_for_those_who_take_it(ask: Ask) -> None:
    head, _, body = ask("GET /words", "Accept-Encoding: br, gzip;q=0.5").partition(b"\r\n\r\n")
    assert gzip.decompress(body) == b"w" * 2000
    assert b"vary: Accept-Encoding" in head
    plain = ask("GET /words", "Accept-Encoding: br, gzip;q=0")
    assert plain.endswith(b"w" * 2000)
    assert b"vary: Accept-Encoding" in plain


@pytest.mark.parametrize(
    ("asked", "takes"),
    [("gzip", True), ("br,gzip", True), ("gzip;q=0.001", True), ("gzip;q=0", False), ("gzip; q=0.000", False),
     ("xgzip", False), ("", False)],
)  # fmt: skip
def test_who_takes_gzip(asked: str, takes: bool) -> None:
    found = GZIP.search(asked)
    assert (found is not None and float(found[1] or 1) > 0) is takes


@pytest.mark.parametrize(
    ("asked", "known"),
    [('W/"a"', True), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False), ('"ab"', False)],
)
def test_tags_are_compared_weakly_and_in_lists(asked: str, known: bool) -> None:
    assert _is_known(asked, 'W/"a"') is known
