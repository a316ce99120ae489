"""A backup made while serving comes back whole: every table, every file, every proof; and so does that of a release."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.house import House, prove

RELEASES = Path(__file__).parent / "releases"
New = Callable[..., House]


def tables(house: House) -> dict[str, list[str]]:
    """Every row of every table, as text in an order that does not depend on where it lies."""
    if house.database_url:
        import psycopg

        with psycopg.connect(house.database_url.replace("postgres://", "postgresql://")) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            return {name: sorted(map(str, connection.execute(f'SELECT * FROM "{name}"'))) for (name,) in names}
    with sqlite3.connect(house.folder / "db.sqlite3") as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sqlite_sequence'")
        found = {}
        for (name,) in names.fetchall():
            found[name] = sorted(map(str, connection.execute(f'SELECT * FROM "{name}"')))
        return found


def files(house: House) -> dict[str, str]:
    """What must come back of the folder, by its digest, and with its rights."""
    kept = {}
    for folder in ("keys", "files", "heads", "county"):
        for path in (house.folder / folder).rglob("*"):
            if path.is_file():
                told = f"{path.stat().st_mode & 0o777:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
                kept[str(path.relative_to(house.folder))] = told
    return kept


def test_a_backup_made_while_people_speak_comes_back_with_every_table_and_every_proof(
    house: New, skeleton: Path, tmp_path: Path
) -> None:
    first, second, busy = house(), house(), tmp_path / "busy.tar"
    first.build(skeleton)
    first.start()
    before = [first.say(f"第{n}盏路灯不亮了", matter="road-damage", allows_public=True) for n in range(12)]
    (first.folder / "files" / "ab").mkdir(parents=True)
    (first.folder / "files" / "ab" / "photo").write_bytes(os.urandom(300_000))
    after, stop = [], threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            after.append(first.say(f"备份的时候又说了{len(after)}句"))

    speaker = threading.Thread(target=go_on)
    speaker.start()
    made = first.cli("backup", "--to", str(busy))
    stop.set()
    speaker.join()
    assert made.returncode == 0, made.stderr
    assert after
    assert first.cli("restore", str(busy), "--check").returncode == 0
    assert not prove(first, [*before, *after]).unprovable
    assert first.stop() == 0

    quiet = tmp_path / "quiet.tar"
    assert first.cli("backup", "--to", str(quiet)).returncode == 0
    back = second.cli("restore", str(quiet))
    assert back.returncode == 0, back.stderr
    assert tables(second) == tables(first)
    assert files(second) == files(first)
    second.start()
    proved = prove(second, [*before, *after])
    assert (proved.lost, proved.unprovable) == ([], [])
    assert second.say("恢复以后还能说话")["number"]

    third = house()
    assert third.cli("restore", str(busy)).returncode == 0
    third.start()
    proved = prove(third, before)  # acknowledged before the backup began
    assert (proved.lost, proved.unprovable) == ([], [])


def test_the_backup_of_the_release_before_is_restored_brought_up_to_date_and_proved(house: New, engine: str) -> None:
    name = {"sqlite": "sqlite", "postgres": "postgresql"}[engine]
    told = json.loads((RELEASES / f"0.1.0-{name}.json").read_text())
    place = house()
    back = place.cli("restore", str(RELEASES / f"0.1.0-{name}.tar"))
    assert back.returncode == 0, back.stderr
    well = place.cli("doctor")
    assert well.returncode == 0, well.stdout
    place.start()
    proved = prove(place, told["receipts"])
    assert (proved.lost, proved.unprovable) == ([], [])
    status, page = place.get("/zh/cases/")
    assert status == 200
    assert "北街的路面有个坑" in page.decode()
    voice = json.loads(place.get(f"/api/v1/voices/{told['receipts'][0]['token']}")[1])
    assert "坑已经补好" in json.dumps(voice, ensure_ascii=False)


def test_nothing_is_restored_over_anything_and_another_engine_is_named(house: New, engine: str, tmp_path: Path) -> None:
    mine, other = ("sqlite", "postgresql") if engine == "sqlite" else ("postgresql", "sqlite")
    taken = house()
    taken.folder.mkdir()
    (taken.folder / "letter").write_text("mine")
    refused = taken.cli("restore", str(RELEASES / f"0.1.0-{mine}.tar"))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert [path.name for path in taken.folder.iterdir()] == ["letter"]
    foreign = house()
    refused = foreign.cli("restore", str(RELEASES / f"0.1.0-{other}.tar"), LANG="zh_CN.UTF-8")
    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
    assert "备份" in refused.stderr
    assert not any(foreign.folder.iterdir())


def test_a_restore_into_a_database_that_holds_something_leaves_it_alone(house: New, engine: str) -> None:
    name = {"sqlite": "sqlite", "postgres": "postgresql"}[engine]
    first = house()
    archive = str(RELEASES / f"0.1.0-{name}.tar")
    assert first.cli("restore", archive).returncode == 0
    before = tables(first)
    if engine == "postgres":
        second = House(first.folder.with_name("second"), first.database_url)
        refused = second.cli("restore", archive)
        assert "not empty" in refused.stderr
        assert not any(second.folder.iterdir())
    assert first.cli("restore", archive).returncode == 1
    assert tables(first) == before


@pytest.mark.parametrize("where", [700, 20_000, -3_000, -200])
def test_a_byte_that_turned_over_is_found_and_nothing_is_restored(tmp_path: Path, where: int) -> None:
    data = bytearray((RELEASES / "0.1.0-sqlite.tar").read_bytes())
    end = len(data.rstrip(b"\0"))
    data[where if where > 0 else end + where] ^= 1
    bent = tmp_path / "bent.tar"
    bent.write_bytes(data)
    place = House(tmp_path / "place")
    assert place.cli("restore", str(bent), "--check").returncode == 1
    assert place.cli("restore", str(bent)).returncode == 1
    assert not place.folder.exists() or not any(place.folder.iterdir())


def test_a_backup_that_was_cut_off_is_no_backup(tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar"
    cut.write_bytes((RELEASES / "0.1.0-sqlite.tar").read_bytes()[:40_000])
    refused = House(tmp_path / "place").cli("restore", str(cut), "--check")
    assert refused.returncode == 1
    assert "no whole backup" in refused.stderr


def test_keys_sealed_under_a_passphrase_open_with_it_alone(tmp_path: Path) -> None:
    first, second = House(tmp_path / "first"), House(tmp_path / "second")
    assert first.cli("restore", str(RELEASES / "0.1.0-sqlite.tar")).returncode == 0
    right, wrong, short = (tmp_path / name for name in ("right", "wrong", "short"))
    right.write_text("correct horse battery\n")
    wrong.write_text("incorrect horse battery\n")
    short.write_text("horse\n")
    archive = tmp_path / "sealed.tar"
    assert first.cli("backup", "--to", str(archive), "--passphrase-file", str(short)).returncode == 1
    made = first.cli("backup", "--to", str(archive), "--passphrase-file", str(right))
    assert made.returncode == 0, made.stderr
    assert "Without the passphrase" in made.stderr
    with tarfile.open(archive) as tar:
        assert not [name for name in tar.getnames() if name.startswith("keys/")]
    key = (first.folder / "keys" / "master.key").read_bytes()
    assert key not in archive.read_bytes()
    assert second.cli("restore", str(archive), "--check").returncode == 0
    for words in ((), ("--passphrase-file", str(wrong))):
        refused = second.cli("restore", str(archive), *words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert not second.folder.exists() or not any(second.folder.iterdir())
    assert second.cli("restore", str(archive), "--passphrase-file", str(right)).returncode == 0
    assert (second.folder / "keys" / "master.key").read_bytes() == key


def test_a_backup_is_for_its_owner_alone_never_over_a_file_and_warns_of_open_keys(tmp_path: Path) -> None:
    first, archive = House(tmp_path / "first"), tmp_path / "one.tar"
    assert first.cli("restore", str(RELEASES / "0.1.0-sqlite.tar")).returncode == 0
    made = first.cli("backup", "--to", str(archive))
    assert "keys in the clear" in made.stderr
    assert archive.stat().st_mode & 0o077 == 0
    kept = archive.read_bytes()
    again = first.cli("backup", "--to", str(archive))
    inside = first.cli("backup", "--to", str(first.folder / "county" / "one.tar"))
    assert (again.returncode, inside.returncode) == (1, 1)
    assert archive.read_bytes() == kept
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_backup_of_a_newer_program_is_refused_by_its_migrations(tmp_path: Path) -> None:
    first, second, archive = House(tmp_path / "first"), House(tmp_path / "second"), tmp_path / "newer.tar"
    assert first.cli("restore", str(RELEASES / "0.1.0-sqlite.tar")).returncode == 0
    with sqlite3.connect(first.folder / "db.sqlite3") as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_later', '')")
    assert first.cli("backup", "--to", str(archive)).returncode == 0
    refused = second.cli("restore", str(archive))
    assert refused.returncode == 1
    assert "newer" in refused.stderr
    assert not any(second.folder.iterdir())
