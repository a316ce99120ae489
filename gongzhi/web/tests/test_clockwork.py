"""The clockwork: every job at its turn, a failing one stops nobody, a busy one goes on at once."""

from __future__ import annotations

import importlib
import os
import time

import pytest

from gongzhi.kit.moments import now
from gongzhi.web import clockwork
from gongzhi.web.clockwork import TIMETABLE, Clockwork, Job

CALLS: list[str] = []


def quiet(at):
    CALLS.append("quiet")
    return False


def busy(at):
    CALLS.append("busy")
    return len([c for c in CALLS if c == "busy"]) < 3


def failing(at):
    CALLS.append("failing")
    raise RuntimeError("the disk is full")


def job(name: str, every: float = 60) -> Job:
    return Job(name, every, f"{__name__}:{name}", "for a test")


def test_every_job_named_in_the_timetable_exists():
    for entry in TIMETABLE:
        module, _, function = entry.target.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
        assert entry.every > 0


@pytest.mark.django_db
def test_a_failing_job_stops_nobody_and_is_tried_again(caplog):
    CALLS.clear()
    work = Clockwork((job("failing", 0.01), job("quiet", 0.01)))
    work.turn()
    time.sleep(0.02)
    work.turn()
    assert CALLS == ["failing", "quiet", "failing", "quiet"]
    assert "failing failed and will be tried again" in caplog.text


def test_a_job_with_more_to_do_is_due_at_once_and_others_wait_their_time():
    CALLS.clear()
    work = Clockwork((job("busy"), job("quiet")))
    until = time.monotonic() + 2
    while CALLS.count("busy") < 3 and time.monotonic() < until:
        time.sleep(min(work.turn(), 0.1))
    assert CALLS.count("busy") == 3
    assert CALLS.count("quiet") == 1


def test_after_a_signal_no_further_job_begins():
    CALLS.clear()
    work = Clockwork((job("quiet"),))
    work.stop()
    work.turn()
    assert CALLS == []


@pytest.mark.django_db
def test_tidy_deletes_old_spooled_bodies_only(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path
    settings.PRINTED_DIR = tmp_path / "printed"
    old, new = tmp_path / "tmpold", tmp_path / "tmpnew"
    old.touch()
    new.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    clockwork.tidy(at=now())
    assert not old.exists()
    assert new.exists()
