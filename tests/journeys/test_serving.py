"""Serving: what slow, broken and impatient clients see, against the real front."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import re
import signal
import socket
import sqlite3
import time
import urllib.parse
import urllib.request

import psutil
import pytest


def address(site) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(site.url)
    return parts.hostname, parts.port


def get(site, path: str, headers: dict[str, str] | None = None, method: str = "GET"):
    connection = http.client.HTTPConnection(*address(site), timeout=60)
    connection.request(method, path, headers=headers or {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_the_root_leads_to_the_visitors_language(site):
    chinese, _ = get(site, "/", {"Accept-Language": "zh-CN,zh;q=0.9"})
    english, _ = get(site, "/", {"Accept-Language": "en-GB"})
    assert (chinese.status, chinese.headers["Location"]) == (302, "/zh/")
    assert english.headers["Location"] == "/en/"


def test_a_printed_page_has_an_etag_and_answers_304_and_gzip(site):
    get(site, "/zh/")
    first, plain = get(site, "/zh/")
    packed, body = get(site, "/zh/", {"Accept-Encoding": "gzip"})
    again, nothing = get(site, "/zh/", {"If-None-Match": first.headers["ETag"]})
    assert gzip.decompress(body) == plain
    assert packed.headers["Content-Encoding"] == "gzip"
    assert (again.status, nothing) == (304, b"")


def test_printed_and_rendered_pages_carry_the_same_protection(site):
    printed, _ = get(site, "/zh/")
    rendered, _ = get(site, "/zh/speak/")
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"):
        assert printed.headers[name]
        assert printed.headers[name] == rendered.headers[name]


def test_head_has_no_body(site):
    for path in ("/zh/", "/zh/speak/", "/health"):
        response, body = get(site, path, method="HEAD")
        assert (response.status, body) == (200, b"")


def test_a_page_answers_while_sixty_uploads_stall_and_sixty_streams_are_open(site):
    held = []
    for _ in range(60):
        upload = socket.create_connection(address(site))
        upload.sendall(b"POST /zh/speak/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\nwords=")
        held.append(upload)
        stream = socket.create_connection(address(site), timeout=60)
        stream.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        held.append(stream)
    try:
        response, _ = get(site, "/zh/speak/")
        assert response.status == 200
        assert b"text/event-stream" in held[-1].recv(4096)
    finally:
        for connection in held:
            connection.close()


def test_a_body_far_too_large_is_refused_in_both_languages_before_it_is_sent(site):
    connection = socket.create_connection(address(site), timeout=60)
    connection.sendall(b"POST /zh/speak/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n")
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    assert answer.status == 413
    assert "64 MB" in answer.read().decode()
    connection.close()


def test_a_chunked_body_is_read_whole(site):
    connection = http.client.HTTPConnection(*address(site), timeout=60)
    fields = urllib.parse.urlencode({"step": "words", "words": "村口的路灯坏了三天"}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request(
        "POST", "/zh/speak/", body=iter([fields[:20], fields[20:]]), headers=headers, encode_chunked=True
    )
    response = connection.getresponse()
    page = response.read().decode()
    assert response.status == 200
    assert "村口的路灯坏了三天" in page


@pytest.mark.parametrize(
    "path", ["/zh/" + "a" * 3000 + "/", "/zh/%00/", "/static/%2e%2e/keys/master.key", "/zh/cases/%FF/"]
)
def test_strange_addresses_get_an_answer_and_never_a_file(site, path):
    response, body = get(site, path)
    assert response.status in (400, 404)
    assert b"Traceback" not in body


def workers(supervisor: int) -> set[int]:
    """The processes behind the front, by their ids."""
    found = set()
    for front in psutil.Process(supervisor).children():
        if "gongzhi.web.front" not in words(front):
            continue
        for one in front.children():
            if words(one) and "resource_tracker" not in words(one):
                found.add(one.pid)
    return found


def words(process: psutil.Process) -> str:
    """What a process was begun with; nothing of one that is just ending."""
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def settled(site, old: set[int]) -> None:
    """Until the old workers have gone and two others serve; every page asked meanwhile is answered."""
    pid, until = int((site.folder / "run" / "gongzhi.pid").read_text()), time.monotonic() + 240
    while old & (serving := workers(pid)) or len(serving) != 2:
        assert get(site, "/zh/speak/")[0].status == 200
        assert time.monotonic() < until, "the old workers are still there"


def test_reload_refuses_no_request(site):
    settled(site, set())
    pid = int((site.folder / "run" / "gongzhi.pid").read_text())
    old = workers(pid)
    os.kill(pid, signal.SIGHUP)
    settled(site, old)
    assert get(site, "/zh/speak/")[0].status == 200


def test_reload_brings_the_static_files_of_new_code(site):
    (collected,) = (site.folder / "static" / "cases").glob("desk.*.js")
    collected.unlink()
    settled(site, set())
    before = workers(int((site.folder / "run" / "gongzhi.pid").read_text()))
    done = site.cli("reload")
    assert done.returncode == 0, done.stderr
    assert get(site, f"/static/cases/{collected.name}")[0].status == 200
    settled(site, before)


def test_reload_leaves_a_version_that_changes_the_database_to_a_new_start(site):
    settled(site, set())
    served = workers(int((site.folder / "run" / "gongzhi.pid").read_text()))
    with sqlite3.connect(site.folder / "db.sqlite3", timeout=60) as database:
        last = database.execute("SELECT * FROM django_migrations ORDER BY id DESC LIMIT 1").fetchone()
        database.execute("DELETE FROM django_migrations WHERE id = ?", last[:1])
    try:
        done = site.cli("reload")
    finally:
        with sqlite3.connect(site.folder / "db.sqlite3", timeout=60) as database:
            database.execute("INSERT INTO django_migrations VALUES (?, ?, ?, ?)", last)
    assert done.returncode == 1
    assert "changes the database" in done.stderr
    assert workers(int((site.folder / "run" / "gongzhi.pid").read_text())) == served


def test_a_second_server_on_the_same_folder_or_port_is_told_why(site):
    same_port = site.cli("run", "--port", str(address(site)[1]))
    same_folder = site.cli("run", "--port", "1")
    assert same_port.returncode == 1
    assert "in use" in same_port.stderr
    assert same_folder.returncode == 1


def test_sealed_facts_reach_open_pages(site):
    stream = socket.create_connection(address(site), timeout=60)
    stream.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    sealed = int((site.folder / "run" / "pulse").read_text())
    fields = {"step": "check", "words": f"桥头的护栏松了 {time.time()}", "place": ""}
    urllib.request.urlopen(site.url + "/zh/speak/", urllib.parse.urlencode(fields).encode(), timeout=60).read()
    told, until = b"", time.monotonic() + 180
    while max((int(number) for number in re.findall(rb"data: (\d+)\n", told)), default=0) <= sealed:
        told += stream.recv(4096)
        assert time.monotonic() < until, told
    stream.close()


def test_doctor_finds_a_served_county_well(site):
    done = site.cli("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_mode_sheet_follows_the_cookie_and_answers_304(site):
    plain, light = get(site, "/mode.css")
    _, dark = get(site, "/mode.css", {"Cookie": "a=b; mode=dark-elder"})
    _, dark_again = get(site, "/mode.css", {"Cookie": "mode=dark-elder"})
    _, light_again = get(site, "/mode.css", {"Cookie": "mode=<script>"})
    unchanged, _ = get(site, "/mode.css", {"If-None-Match": get(site, "/mode.css")[0].headers["ETag"]})
    assert b"24px" in dark
    assert (dark_again, light_again) == (dark, light)
    assert unchanged.status == 304
    assert "private" in plain.headers["Cache-Control"]


@pytest.mark.parametrize("head", ["", "Cookie: mode=路灯\r\nReferer: http://路灯/\r\n"])
def test_chinese_that_was_not_encoded_is_read_all_the_same(site, head):
    """Simple programs and old phones send it as it is; `http.client` refuses to, so the request is written by hand."""
    with socket.create_connection(address(site), timeout=60) as line:
        line.sendall(f"GET /zh/cases/?q=路灯 HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 200 ")
    assert 'value="路灯"' in answer


def test_searches_are_written_down_after_the_pages_have_left(site):
    words = ("路灯", "积水", "噪音", "井盖")
    for n in range(60):  # two workers write twenty together each
        response, _ = get(site, f"/zh/cases/?q={urllib.parse.quote(words[n % 4])}{'%20' * (n // 4)}")
        assert response.status == 200

    until = time.monotonic() + 90
    while searched(site) < 20:
        assert time.monotonic() < until, f"{searched(site)} searches were written down"
        time.sleep(0.1)


def searched(site) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{site.folder}/db.sqlite3?mode=ro", uri=True)) as database:
        return database.execute("SELECT coalesce(sum(searches), 0) FROM insight_searchday").fetchone()[0]
