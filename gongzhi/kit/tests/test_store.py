import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gongzhi.kit.store import Store


def test_what_is_put_is_got_under_its_digest(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"photo")
    assert digest == hashlib.sha256(b"photo").hexdigest()
    assert store.has(digest)
    assert store.get(digest) == b"photo"
    assert store.path(digest).parent.parent.parent == tmp_path


def test_the_same_bytes_are_kept_once(tmp_path):
    store = Store(tmp_path)
    assert store.put(b"a") == store.put(b"a")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_changed_on_disk_is_not_handed_out(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"photo")
    store.path(digest).write_bytes(b"phot0")
    with pytest.raises(ValueError, match="changed on disk"):
        store.get(digest)


def test_a_missing_file_is_missing(tmp_path):
    store = Store(tmp_path)
    assert not store.has("0" * 64)
    with pytest.raises(FileNotFoundError):
        store.get("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_digests_are_names(tmp_path, name):
    with pytest.raises(ValueError):
        Store(tmp_path).path(name)


def test_a_failed_put_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        Store(tmp_path).put(b"photo")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_many_may_put_the_same_at_once(tmp_path):
    store = Store(tmp_path)
    threads = [threading.Thread(target=store.put, args=(b"x" * 10_000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get(hashlib.sha256(b"x" * 10_000).hexdigest()) == b"x" * 10_000
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_is_dropped_unless_it_was_put_again(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"photo")
    os.utime(store.path(digest), (1000, 1000))
    assert not store.drop(digest, before=1000)
    assert store.get(digest) == b"photo"
    assert store.drop(digest, before=1001)
    assert not store.has(digest)
    assert not store.drop(digest, before=1001)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_putting_again_says_that_a_file_is_wanted(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"photo")
    os.utime(store.path(digest), (1000, 1000))
    store.put(b"photo")
    assert store.part(int(digest[:2], 16))[digest] > 1000


def test_every_file_is_in_one_of_256_parts(tmp_path):
    store = Store(tmp_path)
    digests = {store.put(bytes([number])) for number in range(50)}
    assert {digest for part in range(256) for digest in store.part(part)} == digests


def test_a_wanted_file_survives_droppers_and_putters_at_once(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"photo")
    deeds = [lambda: store.drop(digest, before=1000), lambda: store.put(b"photo")]
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(lambda deed=deed: [deed() for _ in range(300)]) for deed in deeds * 2]
    assert sum(map(len, (one.result() for one in done))) == 1200
    assert store.get(digest) == b"photo"
