"""Both kinds of mailbox do the same: a Maildir on this machine, and a folder of a real IMAP server."""

from __future__ import annotations

import imaplib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gongzhi.channels import mailboxes
from gongzhi.channels.tests import imapserver

RAW = b"From: a@b.cn\r\nSubject: %d\r\n\r\nhello\r\n"
Put = Callable[[bytes], None]


@pytest.fixture(scope="module")
def imap() -> Iterator[str]:
    with imapserver.running() as address:
        if address is None:
            if os.environ.get("CI") == "true":
                pytest.fail("Dovecot is not installed")
            pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd")
        yield address


@pytest.fixture(params=["maildir", "imap"])
def box(request: Any, tmp_path: Path) -> Iterator[tuple[str, Put]]:
    """The setting of an empty mailbox, and how a letter gets into it."""
    if request.param == "maildir":
        (tmp_path / "new").mkdir()
        yield f"maildir://{tmp_path}", lambda raw: _deliver(tmp_path, raw)
        return
    address = request.getfixturevalue("imap")
    port = urlsplit(address).port or 0
    server = imaplib.IMAP4("127.0.0.1", port, timeout=10)
    server.login("county", "s3cret")
    server.select("INBOX")
    for number in server.search(None, "ALL")[1][0].split():
        server.store(number.decode(), "+FLAGS", r"(\Deleted)")
    server.expunge()

    def put(raw: bytes) -> None:
        server.append("INBOX", "", "", raw)

    yield address, put
    server.logout()


def _deliver(folder: Path, raw: bytes) -> None:
    number = len(list((folder / "new").iterdir()))
    path = folder / "new" / f"{number}.test"
    path.write_bytes(raw)
    os.utime(path, (number, number))


def subjects(box: str, limit: int = 10) -> list[bytes | None]:
    with mailboxes.opened(box) as opened:
        return [letter.raw and letter.raw.split(b"\r\n")[1] for letter in opened.letters(limit)]


def test_letters_come_oldest_first_and_stay_until_they_were_dealt_with(box: tuple[str, Put]) -> None:
    address, put = box
    for number in range(3):
        put(RAW % number)
    assert subjects(address, 2) == [b"Subject: 0", b"Subject: 1"]
    with mailboxes.opened(address) as opened:
        for letter in opened.letters(2):
            opened.done(letter.key)
    assert subjects(address) == [b"Subject: 2"]


def test_what_is_refused_leaves_the_box_and_is_kept_aside(box: tuple[str, Put], tmp_path: Path) -> None:
    address, put = box
    put(RAW % 7)
    with mailboxes.opened(address) as opened:
        for letter in opened.letters(5):
            opened.aside(letter.key)
    assert subjects(address) == []
    refused = address.replace("INBOX", "Refused") if address.startswith("imap") else f"{address}/.Refused"
    assert b"Subject: 7" in subjects(refused)


def test_a_letter_larger_than_anything_we_read_is_not_read(box: tuple[str, Put], monkeypatch: Any) -> None:
    address, put = box
    put(RAW % 1 + b"x" * 5000)
    monkeypatch.setattr(mailboxes, "LARGEST", 1000)
    assert subjects(address) == [None]


def test_a_wrong_password_is_an_error_of_the_server(imap: str) -> None:
    with pytest.raises(imaplib.IMAP4.error), mailboxes.opened(imap.replace("s3cret", "guess")):
        pass


def test_a_folder_that_is_not_there_is_an_error_of_the_server(imap: str) -> None:
    with pytest.raises(imaplib.IMAP4.error), mailboxes.opened(imap.replace("INBOX", "Nothing")):
        pass
