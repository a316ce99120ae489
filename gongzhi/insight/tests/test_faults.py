"""Bad input and faults: clear sentences, right numbers, no traceback."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.insight import commands, finding, nowhere
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.models import Finding, Nowhere
from gongzhi.insight.tests import life
from gongzhi.insight.warehouse import delivering, filling, grains, manifest
from gongzhi.insight.warehouse.manifest import Manifest
from gongzhi.kit.refusal import Refusal

DAY = date(2026, 11, 16)


def rows(folder: Path, grain: str) -> list[dict]:
    return Warehouse(folder).table(grain).to_pyarrow().to_pylist()


@pytest.mark.usefixtures("county")
def test_a_refresh_killed_before_its_manifest_is_swapped_has_changed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.voice(cast.AT)
    life.refresh(tmp_path, cast.later(days=1))
    before = (tmp_path / manifest.NAME).read_bytes()
    said = life.voice(cast.later(hours=1), words="停水三天了", code=cast.OTHER_GRID)

    def killed(*_more: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(filling.manifest, "swap", killed)
        life.refresh(tmp_path, cast.later(days=1))

    assert (tmp_path / manifest.NAME).read_bytes() == before
    assert len(rows(tmp_path, "cases")) == 1
    life.refresh(tmp_path, cast.later(days=1))
    assert said.case.id.hex in {row["case"] for row in rows(tmp_path, "cases")}


def test_a_process_killed_while_it_writes_partitions_leaves_the_old_warehouse_readable(tmp_path: Path) -> None:
    """A real process, killed at once by the system, wherever it stands."""
    part = _partition(tmp_path, DAY, 3)
    manifest.swap(tmp_path, Manifest(grains={"cases": {DAY.isoformat(): part}}), at=cast.AT, written=1)
    code = (
        "import sys;from pathlib import Path;from gongzhi.insight.warehouse import manifest\n"
        "n=0\n"
        "while True:\n"
        " n+=1;manifest.keep(Path(sys.argv[1]),'cases','2026-11-17',b'x'*n,1);print(n,flush=True)\n"
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "gongzhi.web.settings"}
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=env) as child:
        assert child.stdout is not None
        for _ in range(random.Random(7).randrange(2, 9)):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)

    assert manifest.damaged(tmp_path, manifest.read(tmp_path)) == []
    assert Warehouse(tmp_path).table("cases").count().execute() == 3


@pytest.mark.usefixtures("county")
def test_a_damaged_partition_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    life.voice(cast.AT)
    monkeypatch.setattr(commands, "folder", lambda: tmp_path)
    life.refresh(tmp_path, cast.later(days=1))
    file = tmp_path / manifest.read(tmp_path).files("cases")[0]
    file.write_bytes(file.read_bytes()[:-20])

    assert commands.warehouse(["check"]) == 1

    told = capsys.readouterr().out
    assert "2026-11-16" in told
    assert "rebuild" in told
    assert commands.warehouse(["rebuild"]) == 0
    assert commands.warehouse(["check"]) == 0


@pytest.mark.usefixtures("county")
def test_clocks_of_two_machines_apart_give_no_negative_times(tmp_path: Path) -> None:
    """The machine that accepts is 20 minutes behind the one that received."""
    life.finish(life.voice(cast.later(minutes=20)), cast.AT)
    life.voice(cast.later(hours=3), words="停水三天了", code=cast.OTHER_GRID)

    life.refresh(tmp_path, cast.later(hours=1))  # it is told an hour that lies before the last voice

    assert all(row["dwell"] is None or row["dwell"] >= 0 for row in rows(tmp_path, "events"))
    assert len(rows(tmp_path, "cases")) == Case.objects.count()


@pytest.mark.usefixtures("county")
def test_a_reader_sees_one_manifest_whole_while_days_are_swapped_under_it(tmp_path: Path) -> None:
    """Each swap writes the same number into two days; a reader that sees two numbers has seen half a swap."""
    days = [DAY, DAY + timedelta(days=1)]

    def swapped(count: int) -> None:
        named = {day.isoformat(): _partition(tmp_path, day, count) for day in days}
        manifest.swap(tmp_path, Manifest(grains={"cases": named}), at=cast.AT, written=2)

    swapped(1)
    seen: list[set[int]] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            cases = Warehouse(tmp_path).table("cases")
            found = cases.group_by("day").agg(n=cases.count()).to_pyarrow()["n"].to_pylist()
            seen.append(set(found))

    reader = threading.Thread(target=read)
    reader.start()
    for count in range(2, 12):
        swapped(count)
    over.set()
    reader.join()

    assert seen
    assert all(len(found) == 1 for found in seen)


@pytest.mark.usefixtures("county")
def test_an_empty_county_on_its_first_day_is_told_so_and_plans_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "folder", lambda: tmp_path)

    assert commands.warehouse(["refresh"]) == 0
    assert commands.warehouse(["show"]) == 0
    assert finding.plan_minutes(tmp_path, DAY, zone=life.ZONE) is False

    assert "Traceback" not in capsys.readouterr().err
    assert not Finding.objects.exists()


@pytest.mark.usefixtures("county")
def test_a_coordinate_where_a_system_puts_what_it_cannot_find_is_named_and_counts_for_the_county(
    tmp_path: Path,
) -> None:
    chance = random.Random(3)
    for n in range(60):
        said = life.voice(cast.later(days=n // 3, minutes=n))
        lost = n % 2 == 0
        lon, lat = (121.5, 30.5) if lost else (121.4 + chance.random() / 10, 30.4 + chance.random() / 10)
        Case.objects.filter(pk=said.case.pk).update(lon=lon, lat=lat)
    at = cast.later(days=21)
    life.refresh(tmp_path, at)

    found = nowhere.recognise(by="clockwork", at=at, folder=tmp_path, zone=life.ZONE)

    assert [(row.lon, row.lat, row.events) for row in found] == [(121.5, 30.5, 30)]
    row = Finding.objects.get()
    assert (row.kind, row.state, row.reason) == ("fallback", "explained", "data_fault")
    county = cast.GRID[:6].ljust(12, "0")
    told = [one["division"] for one in rows(tmp_path, "cases")]
    assert told.count(county) == 30
    assert nowhere.recognise(by="clockwork", at=at, folder=tmp_path, zone=life.ZONE) == []
    assert Nowhere.objects.count() == 1
    late = life.voice(cast.later(days=21))
    Case.objects.filter(pk=late.case.pk).update(lon=121.5, lat=30.5)
    life.refresh(tmp_path, cast.later(days=22))
    assert next(one for one in rows(tmp_path, "cases") if one["case"] == late.case.id.hex)["division"] == county


def test_a_district_of_807_organs_is_taken_whole_and_every_organ_is_counted(tmp_path: Path) -> None:
    delivery, folder = tmp_path / "delivery", tmp_path / "warehouse"
    named = {}
    for n in range(3):
        day = DAY + timedelta(days=n)
        named[day.isoformat()] = _partition(delivery, day, 1614, organs=807)
    (delivery / delivering.CODE).write_text("990101")
    manifest.swap(delivery, Manifest(grains={"cases": named}, counted="2026-11-18"), at=cast.AT, written=3)

    done = delivering.take(folder, delivery, at=cast.AT)

    assert done.cases == 3 * 1614
    tallies = Warehouse(folder).table("tallies")
    found = tallies.group_by("organ").agg(n=tallies.n.sum()).to_pyarrow()["n"].to_pylist()
    assert (len(found), set(found)) == (807, {6})


def test_a_delivery_with_one_changed_byte_is_refused_and_nothing_of_it_is_taken(tmp_path: Path) -> None:
    delivery, folder = tmp_path / "delivery", tmp_path / "warehouse"
    named = {(DAY + timedelta(days=n)).isoformat(): _partition(delivery, DAY + timedelta(days=n), 5) for n in range(3)}
    (delivery / delivering.CODE).write_text("990101")
    manifest.swap(delivery, Manifest(grains={"cases": named}, counted="2026-11-18"), at=cast.AT, written=3)
    broken = delivery / named["2026-11-17"].file
    data = bytearray(broken.read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(bytes(data))

    with pytest.raises(Refusal) as refused:
        delivering.take(folder, delivery, at=cast.AT)

    assert (refused.value.code, refused.value.params["day"]) == ("delivery_damaged", "2026-11-17")
    assert Warehouse(folder).table("cases").count().execute() == 0


@pytest.mark.usefixtures("county")
def test_what_a_county_delivers_is_what_its_warehouse_holds_and_two_counties_stand_side_by_side(tmp_path: Path) -> None:
    own, one, other, wide = (tmp_path / name for name in ("own", "one", "other", "wide"))
    for n in range(4):
        life.voice(cast.later(days=n))
    life.refresh(own, cast.later(days=5))
    span = {"first": date.min, "last": date.max, "at": cast.later(days=5)}
    delivering.deliver(own, one, county="990101", **span)
    delivering.deliver(own, other, county="990102", **span)

    delivering.take(wide, one, at=cast.later(days=6))
    delivering.take(wide, other, at=cast.later(days=6))
    delivering.take(wide, one, at=cast.later(days=6))  # the same again changes nothing

    for grain in ("cases", "events", "states", "tallies"):
        assert len(rows(wide, grain)) == 2 * len(rows(own, grain))
    with pytest.raises(Refusal) as refused:
        delivering.deliver(own, one, county="990101", **span)
    assert refused.value.code == "delivery_exists"


def test_a_delivery_that_does_not_say_whose_it_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        delivering.take(tmp_path / "warehouse", tmp_path / "delivery", at=cast.AT)

    assert refused.value.code == "delivery_unnamed"


def _partition(folder: Path, day: date, count: int, organs: int = 1) -> manifest.Part:
    """So many cases of one day, each organ its share."""
    ids = np.random.default_rng(day.toordinal() * 10_000 + count).bytes(16 * count)
    cases = [
        {"case": ids[16 * n : 16 * n + 16].hex(), "day": day, "hour": 9, "received_at": cast.AT, "matter": "manhole",
         "place": cast.GRID, "division": cast.GRID[:12], "organ": f"o{n % organs}", "source": "web", "voices": 1}
        for n in range(count)
    ]  # fmt: skip
    content = grains.table("cases", cases)
    return manifest.keep(folder, "cases", day.isoformat(), grains.packed("cases", content), count)
