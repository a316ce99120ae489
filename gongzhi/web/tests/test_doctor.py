"""The doctor: one line each, what is wrong and what to do; a fault is found, its healthy twin is not."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gongzhi.cases import intake
from gongzhi.cases.tests import cast
from gongzhi.kit import moments
from gongzhi.ledger import sealing
from gongzhi.web import beating, straits, supervision
from gongzhi.web.keeping import backup, house_checks, machine_checks
from gongzhi.web.keeping.findings import Check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.GONGZHI_DIR, settings.PRINTED_DIR, settings.RUN_DIR = tmp_path, tmp_path / "printed", tmp_path / "run"
    settings.RUN_DIR.mkdir()
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "is_served", lambda run_dir: True)


def told(check: Check) -> list[str]:
    return [f"{finding.what}: {finding.remedy}" for finding in check(moments.now())]


@pytest.mark.parametrize(
    ("origin", "hosts", "proxied", "expected"),
    [
        ("http://127.0.0.1:8000", ["127.0.0.1"], False, []),
        ("https://a.example", ["a.example"], True, []),
        ("https://a.example", ["b.example"], True, ["GONGZHI_HOSTS does not name a.example"]),
        ("https://a.example", ["*"], True, ["GONGZHI_HOSTS lets any name in"]),
        ("https://a.example", ["a.example"], False, ["GONGZHI_PROXIED is not set"]),
        ("http://a.example", ["a.example"], False, ["is not https"]),
    ],
)
def test_origin_hosts_and_proxy_must_fit_together(
    settings: Any, origin: str, hosts: list[str], proxied: bool, expected: list[str]
) -> None:
    settings.DEBUG, settings.ORIGIN, settings.ALLOWED_HOSTS, settings.PROXIED = False, origin, hosts, proxied
    found = told(machine_checks.settings_in_use)
    assert len(found) == len(expected)
    assert all(words in line for words, line in zip(expected, found, strict=True))


@pytest.fixture
def page(folder: Path) -> Path:
    cast.load_county()
    case = cast.say(at=moments.now() - timedelta(hours=1)).case
    file = folder / "printed" / "brief" / "zh" / "index.html"
    file.parent.mkdir(parents=True)
    file.write_text(f'<a href="/zh/cases/{case.number}/">井盖</a>')
    until = time.time() + 60
    os.utime(file, (until, until))
    return file


def test_a_printed_list_that_shows_a_withdrawn_case_is_found_until_it_is_gone_or_expired(page: Path) -> None:
    assert told(house_checks.printed_pages) == []
    text, until = page.read_text(), page.stat().st_mtime
    voice = cast.say(at=moments.now() - timedelta(hours=1)).voice
    other = page.with_name("index.html")
    other.write_text(text + f'<a href="/zh/cases/{voice.case.number}/">路灯</a>')
    os.utime(other, (until, until))
    assert told(house_checks.printed_pages) == []
    kept = other.read_text()
    intake.withdraw(by=voice.ref, at=moments.now(), voice=voice.id)
    other.write_text(kept)  # as if the verb had not dropped it
    os.utime(other, (until, until))
    assert [voice.case.number in line for line in told(house_checks.printed_pages)] == [True]
    os.utime(other, (1, 1))
    assert told(house_checks.printed_pages) == []


def test_a_clockwork_that_stands_still_or_a_job_that_keeps_failing_is_named(folder: Path, served: None) -> None:
    assert ["does not beat" in line for line in told(house_checks.clockwork)] == [True]
    beating.write(folder / "run", beating.Beat(time.time(), {"deliver": (time.time() - 600, "OSError")}))
    assert ["the job deliver has failed for 10 minutes (OSError)" in line for line in told(house_checks.clockwork)] == [
        True
    ]
    beating.write(folder / "run", beating.Beat(time.time()))
    assert told(house_checks.clockwork) == []


def test_a_backup_is_asked_for_and_told_when_it_is_old(folder: Path) -> None:
    assert "there is no backup yet" in told(machine_checks.backups)[0]
    made = backup.Made(folder / "x.tar", 1, 1, 1, sealed=True)
    backup._note(made, moments.now() - timedelta(hours=40))
    assert "40 hours old" in told(machine_checks.backups)[0]
    backup._note(made, moments.now() - timedelta(hours=30))
    assert told(machine_checks.backups) == []


def test_a_head_of_tomorrow_says_that_the_clock_was_set_back(folder: Path) -> None:
    cast.load_county()
    at = moments.now()
    cast.say(at=at)
    sealing.seal_once(at=at, holder="a")
    before = [line for line in told(machine_checks.clock) if "set back" in line]
    sealing.publish_head(at=at + timedelta(days=1))
    after = [line for line in told(machine_checks.clock) if "set back" in line]
    assert (before, len(after)) == ([], 1)


def test_a_beat_that_cannot_be_read_is_none_and_a_clock_set_back_makes_it_no_younger_than_now(folder: Path) -> None:
    assert beating.read(folder) is None
    (folder / beating.FILE).write_text('{"at": "soon"}')
    assert beating.read(folder) is None
    beating.write(folder, beating.Beat(1000.0, {"seal": (5.0, "OSError")}))
    beat = beating.read(folder)
    assert beat is not None
    assert (beat.age(1010.0), beat.age(900.0), beat.failing) == (10.0, 0.0, {"seal": (5.0, "OSError")})


def test_straits_are_told_from_faults_of_ours() -> None:
    from django.db import IntegrityError, OperationalError

    full, locked, fault = OperationalError("x"), OperationalError("x"), OperationalError("x")
    full.__cause__ = Exception("database or disk is full")
    locked.__cause__ = Exception("database is locked")
    fault.__cause__ = Exception("no such column: words")
    wrapped = RuntimeError("while answering")
    wrapped.__context__ = OSError(28, "No space left on device")
    assert straits.of(full) is straits.NO_ROOM
    assert straits.of(wrapped) is straits.NO_ROOM
    assert straits.of(locked) is straits.NOT_NOW
    assert [straits.of(error) for error in (fault, IntegrityError("x"), OSError(2, "x"), KeyError("x"), None)] == [
        None
    ] * 5
