"""Files the front serves: always what lies on disk now, never anything outside, expired lists renewed by one."""

from __future__ import annotations

import gzip
import os
import time

import pytest

from gongzhi.web.files import Files


@pytest.fixture
def files(tmp_path):
    (tmp_path / "printed").mkdir()
    (tmp_path / "static").mkdir()
    return Files(tmp_path / "printed", tmp_path / "static")


def put(files: Files, kind: str, path: str, text: str, expires: float | None = None) -> str:
    file = f"{files.printed}/{kind}{path}index.html"
    os.makedirs(os.path.dirname(file), exist_ok=True)
    fresh = file + ".new"
    with open(fresh, "w") as opened:
        opened.write(text)
    if expires is not None:
        os.utime(fresh, (expires, expires))
    os.replace(fresh, file)
    return file


def test_a_printed_page_is_served_compressed_and_whole(files):
    put(files, "exact", "/zh/cases/x/", "案" * 1000)
    served = files.find("/zh/cases/x/")
    assert gzip.decompress(served.gz).decode() == "案" * 1000
    assert served.plain().decode() == "案" * 1000
    assert ("cache-control", "no-cache") in served.headers


def test_a_replaced_page_is_seen_at_once_with_another_etag(files):
    put(files, "exact", "/zh/a/", "old words, somewhat longer")
    old = files.find("/zh/a/")
    put(files, "exact", "/zh/a/", "new")
    new = files.find("/zh/a/")
    assert new.plain() == b"new"
    assert new.etag != old.etag


def test_a_removed_page_is_never_served_from_memory(files):
    file = put(files, "exact", "/zh/a/", "words")
    assert files.find("/zh/a/") is not None
    os.unlink(file)
    assert files.find("/zh/a/") is None


def test_an_expired_list_goes_to_one_reader_for_renewal_and_to_others_as_it_is(files):
    put(files, "brief", "/zh/week/", "numbers", expires=time.time() - 1)
    assert files.find("/zh/week/") is None
    assert files.find("/zh/week/").plain() == b"numbers"
    put(files, "brief", "/zh/week/", "newer", expires=time.time() + 9)
    assert files.find("/zh/week/").plain() == b"newer"


def test_a_long_expired_list_is_served_to_nobody(files):
    put(files, "brief", "/zh/week/", "numbers", expires=time.time() - 3600)
    assert files.find("/zh/week/") is None
    assert files.find("/zh/week/") is None


@pytest.mark.parametrize("path", ["/static/../secret", "/static//etc/passwd", "/zh/../secret/", "/static/a\0b"])
def test_nothing_outside_is_served(files, path, tmp_path):
    (tmp_path / "secret").write_text("key")
    assert files.find(path) is None


def test_only_hashed_static_names_may_be_kept_for_ever(files, tmp_path):
    (tmp_path / "static" / "a.0123456789ab.css").write_text("a{}")
    (tmp_path / "static" / "a.css").write_text("a{}")
    assert "immutable" in dict(files.find("/static/a.0123456789ab.css").headers)["cache-control"]
    assert dict(files.find("/static/a.css").headers)["cache-control"] == "no-cache"


def test_memory_is_bounded(files, monkeypatch):
    monkeypatch.setattr("gongzhi.web.files.MEMORY", 10_000)
    for n in range(50):
        put(files, "exact", f"/zh/{n}/", os.urandom(500).hex())
        files.find(f"/zh/{n}/")
    assert files.kept_bytes <= 10_000
    assert sum(s.size for s in files.kept.values()) == files.kept_bytes
