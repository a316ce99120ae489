"""The house in straits: a full disk, a locked database, a damaged key, a printer killed, a clock set back."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.house import House, prove

New = Callable[..., House]
DISK = "16m"
PHOTO = (
    b'--xx\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n'
    + b"\xff" * 900_000
    + b"\r\n--xx--\r\n"
)


# A full disk ---------------------------------------------------------------------------------------------------
@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB, of the machine's memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk of 16 MB beside this machine's own can be mounted: {mounted.stderr.strip()}")
    yield folder
    for _ in range(50):
        if subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\0")
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


def test_a_full_disk_is_told_in_a_sentence_loses_nothing_and_heals(
    house: New, skeleton: Path, small_disk: Path, engine: str
) -> None:
    place = house()
    place.folder = small_disk / "county"
    place.extra["TMPDIR"] = str(small_disk)
    place.build(skeleton)
    place.start(workers=1)
    acknowledged = [place.say(f"第{n}件事") for n in range(5)]
    refusal = ""
    with filled(small_disk):
        for n in range(400 if engine == "sqlite" else 5):
            try:
                acknowledged.append(place.say("空间满了的时候说的话" * 40 + str(n)))
            except ConnectionError as error:
                refusal = str(error)
                break
        status, told = place.ask(
            "POST", "/zh/speak/", PHOTO, headers={"Content-Type": "multipart/form-data; boundary=xx"}
        )
        assert (status, "没有地方" in told.decode()) == (507, True)
        assert place.get("/zh/")[0] == 200, "pages are read all the same"
        assert place.get("/zh/cases/")[0] == 200
        health, why = place.get("/health")
        assert (health, json.loads(why)["ok"]) == (503, False)
        if engine == "sqlite":  # PostgreSQL's own disk is another one
            assert refusal.startswith("507")
            assert json.loads(refusal.removeprefix("507: "))["code"] == "no_room"
            assert "没有地方" in refusal
    place.wait()
    acknowledged.append(place.say("又有地方了"))
    proved = prove(place, acknowledged)
    assert (proved.lost, proved.unprovable) == ([], [])


# A locked database ---------------------------------------------------------------------------------------------
@contextmanager
def locked(place: House) -> Iterator[None]:
    """Another connection holds what every voice needs."""
    if not place.database_url:
        with closing(sqlite3.connect(place.folder / "db.sqlite3", isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    import psycopg

    with psycopg.connect(place.database_url.replace("postgres://", "postgresql://")) as other:
        other.execute("LOCK TABLE cases_voice, ledger_fact IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def test_a_database_locked_for_ten_seconds_makes_people_wait_and_loses_no_voice(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    place.start()
    ends: list[dict[str, object] | str] = []

    def speak(number: int) -> None:
        try:
            ends.append(place.say(f"锁住的时候第{number}个人说的话"))
        except ConnectionError as error:
            ends.append(str(error))

    speakers = [threading.Thread(target=speak, args=(number,)) for number in range(12)]
    with locked(place):
        for speaker in speakers:
            speaker.start()
        time.sleep(10)
    for speaker in speakers:
        speaker.join(60)
    assert len(ends) == len(speakers)
    refused = [end for end in ends if isinstance(end, str)]
    assert all(end.startswith("503") and "再" in end for end in refused), refused
    proved = prove(place, [end for end in ends if isinstance(end, dict)])
    assert (proved.lost, proved.unprovable) == ([], [])
    assert place.say("锁开了")["number"]


def test_a_database_that_stays_locked_is_told_in_a_sentence_and_keeps_nothing(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    place.start()
    with locked(place), pytest.raises(ConnectionError) as refused:
        place.say("一直锁着", form_key="0195e0c0-0000-7000-8000-00000000aaaa")
    assert str(refused.value).startswith("503")
    assert json.loads(str(refused.value).removeprefix("503: "))["code"] == "not_now"
    place.wait()
    again = place.say("一直锁着", form_key="0195e0c0-0000-7000-8000-00000000aaaa")
    assert again["first"] is True, "what was refused was not kept in secret"


# A damaged key -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["master.key", "ledger.key"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_county_whose_key_is_damaged_or_gone_is_not_served_and_no_new_key_is_made(
    tmp_path: Path, name: str, damage: str
) -> None:
    place = House(tmp_path / "county")
    archive = Path(__file__).parent / "releases" / "0.1.0-sqlite.tar"
    assert place.cli("restore", str(archive)).returncode == 0
    key = place.folder / "keys" / name
    whole = key.read_bytes()
    key.unlink()
    if damage == "cut":
        key.write_bytes(whole[:20])
        key.chmod(0o600)
    refused = place.cli("run", "--port", str(place.port))
    told = place.cli("doctor", LANG="zh_CN.UTF-8")
    assert refused.returncode == 1
    assert f"{name} is {'damaged' if damage == 'cut' else 'missing'}" in refused.stderr
    assert told.returncode == 1
    assert "请从备份恢复" in told.stdout
    assert key.exists() is (damage == "cut")
    key.write_bytes(whole)
    key.chmod(0o600)
    assert place.cli("doctor").returncode == 0


# A damaged database ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["a page of the file", "a fact"])
def test_a_damaged_database_and_a_changed_fact_are_said_in_a_line(tmp_path: Path, what: str) -> None:
    place = House(tmp_path / "county")
    assert place.cli("restore", str(Path(__file__).parent / "releases" / "0.1.0-sqlite.tar")).returncode == 0
    assert place.cli("doctor").returncode == 0  # brings nothing up to date: only looks
    file = place.folder / "db.sqlite3"
    if what == "a fact":
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            names = other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_fact'")
            for (name,) in names.fetchall():
                other.execute(f'DROP TRIGGER "{name}"')
            other.execute("UPDATE ledger_fact SET by = 'post:00000000000000000000000000000000' WHERE rowid = 3")
    else:
        data = bytearray(file.read_bytes())
        for page in range(8, len(data) // 4096, 3):
            data[page * 4096 : page * 4096 + 600] = os.urandom(600)
        file.write_bytes(data)
    told = place.cli("doctor")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr + told.stdout
    wrong = [line for line in told.stdout.splitlines() if line.startswith("wrong")]
    remedy = "restore the database" if what == "a fact" else "restore the last backup"
    assert any(remedy in line for line in wrong), told.stdout


# A printer killed ----------------------------------------------------------------------------------------------
KILLED = """
import os, signal, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
django.setup()
from pathlib import Path
from django.test import Client
from gongzhi.kit.moments import now
number, token, when = sys.argv[1:]
die = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
ask = dict(HTTP_HOST="127.0.0.1", HTTP_X_FORWARDED_PROTO="https")
if when.startswith("rename"):
    true, count = Path.replace, [0]
    def replace(self, target):
        done = true(self, target)
        count[0] += "index.html" in str(target)
        if count[0] == int(when[-1]):
            die()
        return done
    Path.replace = replace
    Client().get(f"/zh/cases/{number}/", **ask)
else:
    from django.db import transaction
    from gongzhi.cases import course, intake
    held = course.voice_of(token)
    with transaction.atomic():
        intake.withdraw(by=f"voice:{held.id.hex}", at=now(), voice=held.id)
        die()
"""


@pytest.mark.parametrize("when", ["rename1", "rename2", "before_commit"])
def test_a_printer_or_a_withdrawal_killed_half_way_leaves_no_page_that_should_not_be(
    house: New, skeleton: Path, when: str
) -> None:
    place = house()
    place.build(skeleton)
    place.start(workers=1)
    told = place.say("路口的井盖坏了，请来修。", matter="road-damage", allows_public=True)
    path = f"/zh/cases/{told['number']}/"
    if when == "before_commit":
        assert place.get(path)[0] == 200  # printed now
    else:
        for printed in (place.folder / "printed").rglob(f"{told['number']}/*"):
            printed.unlink()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, told["number"], told["token"], when], env=place.env, check=False
    )
    assert killed.returncode == -9
    status, page = place.get(path)
    assert (status, "井盖坏了" in page.decode()) == (200, True), "it is public still: nothing was acknowledged"
    status, _ = place.ask("POST", f"/api/v1/voices/{told['token']}/withdraw", b"")
    assert status == 204
    for _ in range(3):
        status, page = place.get(path)
        assert (status, "井盖坏了" in page.decode()) == (410, False)
    left = [file for file in (place.folder / "printed").rglob("*") if file.is_file() and told["number"] in str(file)]
    assert left == []
    assert "printed pages:" not in place.cli("doctor").stdout


# A clock set back ----------------------------------------------------------------------------------------------
BACK = """
import os, sys
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "gongzhi.web.settings"
django.setup()
from datetime import timedelta
from gongzhi.cases import intake, rules
from gongzhi.kit.moments import now
from gongzhi.ledger import checking, reads, sealing
at = now()
for step, holder in ((0, "a:1"), (-3600, "b:2"), (-7200, "c:3"), (5, "d:4")):
    moment = at + timedelta(seconds=step)
    intake.receive(by=rules.NEW_VOICE, at=moment, words=f"时钟拨了{step}秒")
    assert sealing.seal_once(at=moment, holder=holder) >= 1, step
assert reads.lag(at) == 0
print([str(problem) for problem in checking.check(at)])
"""


def test_a_clock_set_back_stops_neither_speaking_nor_sealing_and_the_doctor_sees_it(house: New, skeleton: Path) -> None:
    place = house()
    place.build(skeleton)
    done = subprocess.run(
        [sys.executable, "-c", BACK], env=place.env, capture_output=True, text=True, check=False, cwd=os.getcwd()
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    ahead = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'gongzhi.web.settings'; django.setup();"
        "from datetime import timedelta; from gongzhi.kit.moments import now; from gongzhi.ledger import sealing;"
        "sealing.publish_head(at=now() + timedelta(hours=2))"
    )
    assert subprocess.run([sys.executable, "-c", ahead], env=place.env, check=False).returncode == 0
    told = place.cli("doctor")
    assert told.returncode == 1
    assert "it was set back" in told.stdout
