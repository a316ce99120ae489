"""Every trouble the doctor knows is provoked here once: it is told in one line with what to do, its twin is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder

from gongzhi.cases.tests import cast
from gongzhi.channels import outbox
from gongzhi.channels.models import Message
from gongzhi.insight.routing.tables import RouterVersion
from gongzhi.kit import moments
from gongzhi.ledger import guards, sealing
from gongzhi.ledger import keys as signing
from gongzhi.ledger.models import Fact
from gongzhi.places import keeping
from gongzhi.web import beating, doctor, supervision
from gongzhi.web.keeping import backup, machine_checks
from gongzhi.web.keeping.findings import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A served, well-kept county."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.GONGZHI_DIR, settings.PRINTED_DIR, settings.RUN_DIR = tmp_path, tmp_path / "printed", tmp_path / "run"
    settings.KEYS_DIR = tmp_path / "keys"
    settings.MASTER_KEY_FILE, settings.LEDGER_KEY_FILE = tmp_path / "keys/master.key", tmp_path / "keys/ledger.key"
    settings.RUN_DIR.mkdir()
    settings.KEYS_DIR.mkdir(mode=0o700)
    (settings.KEYS_DIR / "django.key").write_text("x" * 64)
    (settings.KEYS_DIR / "django.key").chmod(0o600)
    settings.DEBUG, settings.ORIGIN, settings.ALLOWED_HOSTS = False, "http://127.0.0.1:8000", ["127.0.0.1"]
    monkeypatch.setattr(supervision, "is_served", lambda run_dir: True)
    monkeypatch.setattr(machine_checks, "ROOM_ON_DISK", 1)
    monkeypatch.setattr(machine_checks, "NODES_ON_DISK", 1)
    monkeypatch.setattr(machine_checks, "_keeps_no_time", lambda: False)
    beating.write(settings.RUN_DIR, beating.Beat(moments.now().timestamp()))
    cast.load_county()
    signing.signer()
    sealing.seal_once(at=moments.now(), holder="a")
    backup._note(backup.Made(tmp_path / "x.tar", 1, 1, 1, sealed=True), moments.now())
    return tmp_path


def debug(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.DEBUG = True


def letters_from_nowhere(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example", "gongzhi@localhost"


def little_room(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machine_checks, "ROOM_ON_DISK", 10**18)


def few_names(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    if not os.statvfs(folder).f_files:
        pytest.skip("this file system counts no names")
    patch.setattr(machine_checks, "NODES_ON_DISK", 10**18)


def an_unapplied_migration(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    MigrationRecorder.Migration.objects.filter(app="sensors").order_by("-id")[:1].get().delete()


def an_open_key(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.MASTER_KEY_FILE.write_bytes(b"k" * 32)
    settings.MASTER_KEY_FILE.chmod(0o644)


def a_cut_key(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.MASTER_KEY_FILE.write_bytes(b"k" * 20)
    settings.MASTER_KEY_FILE.chmod(0o600)


def no_county(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    from gongzhi.places.models import County

    County.objects.all().delete()
    keeping.forget()


def a_head_of_tomorrow(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    sealing.publish_head(at=moments.now() + timedelta(days=1))


def a_changed_fact(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    with guards.lifted():
        row = Fact.objects.order_by("id")[0]
        Fact.objects.filter(id=row.id).update(by="post:" + "0" * 32)


def a_page_of_a_hidden_case(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    number = cast.say(at=moments.now(), allows_public=False).case.number
    sealing.seal_once(at=moments.now(), holder="a")
    file = folder / "printed" / "exact" / "zh" / "cases" / number / "index.html"
    file.parent.mkdir(parents=True)
    file.write_text("x")


def held_pages(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    hold = folder / "printed" / "holds" / "x"
    hold.parent.mkdir(parents=True)
    hold.write_text("")
    os.utime(hold, (1, 1))


def no_beat(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    (settings.RUN_DIR / beating.FILE).unlink()


def a_sealer_that_sleeps(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    cast.say(at=moments.now() - timedelta(minutes=5))


def an_unset_gateway(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST = ""
    _letter("email")


def a_gateway_that_refuses(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST = "mail.example"
    _letter("email")
    Message.objects.update(failed_at=moments.now(), last_error="SMTP 550", tries=1)


def unposted_paper(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    _letter("print", at=moments.now() - timedelta(days=4))


def an_old_backup(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    backup._note(backup.Made(folder / "x.tar", 1, 1, 1, sealed=True), moments.now() - timedelta(days=3))


def a_lost_router(folder: Path, settings: Any, patch: pytest.MonkeyPatch) -> None:
    at = moments.now()
    RouterVersion.objects.create(number=3, at=at, until=at, examples=200, matters=["lamp"], sha256="0" * 64, size=1)


def _letter(adapter: str, at: Any = None) -> None:
    outbox.put(
        at=at or moments.now(), adapter=adapter, address="lin@example.org", about="case:" + "a" * 32, language="en",
        template="people/messages/password_reset", context={"name": "x", "county": "y"}, key="k",
    )  # fmt: skip


Provoke = Callable[[Path, Any, pytest.MonkeyPatch], None]
TROUBLES: list[tuple[str, Provoke, str, str]] = [
    ("settings", debug, "GONGZHI_DEBUG is on", "unset it"),
    ("settings", letters_from_nowhere, "letters are sent from gongzhi@localhost", "set GONGZHI_EMAIL"),
    ("disk", little_room, "MB are free", "make room"),
    ("disk", few_names, "more files", "file system"),
    ("database", an_unapplied_migration, "1 migrations are not applied", "gongzhi run"),
    ("keys", an_open_key, "master.key can be read by others", "chmod 600"),
    ("keys", a_cut_key, "master.key is damaged", "restore it from a backup"),
    ("county", no_county, "no county is loaded", "gongzhi county load"),
    ("clock", a_head_of_tomorrow, "it was set back", "timedatectl"),
    ("ledger", a_changed_fact, "", "restore the database"),
    ("printed pages", a_page_of_a_hidden_case, "which is not public", "rm "),
    ("printed pages", held_pages, "held back from printing", "tidy"),
    ("clockwork", no_beat, "the clockwork does not beat", "gongzhi stop and gongzhi run"),
    ("clockwork", a_sealer_that_sleeps, "the oldest unsealed fact waits", "gongzhi reload"),
    ("messages", an_unset_gateway, "1 wait, 0 were given up this week (No mail server is set", "set it up"),
    ("messages", a_gateway_that_refuses, "0 wait, 1 were given up this week (SMTP 550)", "mend what the reason names"),
    ("messages", unposted_paper, "1 wait", "print and post them"),
    ("router", a_lost_router, "router-3.bin is missing", "gongzhi router learn"),
    ("backup", an_old_backup, "72 hours old", "nightly"),
]  # fmt: skip


def found() -> dict[str, list[Finding]]:
    at = moments.now()
    return {name: list(check(at)) for name, check in doctor.CHECKS}


def test_a_well_kept_county_has_no_finding() -> None:
    assert {name: said for name, said in found().items() if said} == {}


@pytest.mark.parametrize(("name", "provoke", "what", "remedy"), TROUBLES, ids=[row[1].__name__ for row in TROUBLES])
def test_each_trouble_is_told_in_one_line_that_says_what_to_do(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, provoke: Provoke, what: str, remedy: str
) -> None:
    provoke(folder, settings, monkeypatch)
    said = [f"{one.what}: {one.remedy}" for one in found()[name]]
    assert any(what in line and remedy in line for line in said), said
    assert all("\n" not in line for line in said)


def test_every_check_of_the_doctor_has_a_trouble_here() -> None:
    assert {row[0] for row in TROUBLES} == {name for name, _check in doctor.CHECKS}


def test_what_a_real_county_gave_up_for_an_unset_gateway_is_wrong_and_in_a_practice_county_a_note(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    an_unset_gateway(folder, settings, monkeypatch)
    assert [one.is_note for one in found()["messages"]] == [True], "it only waits"
    Message.objects.update(failed_at=moments.now(), last_error="x", tries=1)
    assert [one.is_note for one in found()["messages"]] == [True]
    assert doctor.doctor([]) == 0
    from gongzhi.places.models import County

    County.objects.update(practice=False)
    keeping.forget()
    assert [one.is_note for one in found()["messages"]] == [False]
    assert doctor.doctor([]) == 1
    assert "wrong  messages: E-mail: 0 wait, 1 were given up" in capsys.readouterr().out


def test_it_speaks_the_terminal_s_language(
    folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    a_gateway_that_refuses(folder, settings, monkeypatch)
    doctor.doctor([])
    line = next(line for line in capsys.readouterr().out.splitlines() if "SMTP 550" in line)
    assert "电子邮件" in line
    assert "wait" not in line
