"""A warehouse that is killed, damaged or shared says right numbers afterwards, and what happened in a sentence."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.db import connection

from gongzhi.cases import reads as cases
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.insight import commands
from gongzhi.insight.adding import keeping
from gongzhi.insight.adding.mapping import Asked
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly import counts
from gongzhi.insight.signals import judging as signals
from gongzhi.insight.signals.tables import Searched
from gongzhi.insight.tests import life
from gongzhi.insight.warehouse import delivering, filling, manifest
from gongzhi.ledger import sealing
from gongzhi.sensors.models import Reading, Sensor

KILLS = 6
# Everything is loaded once; each line it reads is a folder that a child of it refreshes, five facts a round.
NURSERY = """
import os, sys
import django; django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from datetime import datetime
from pathlib import Path
from gongzhi.insight.tests import life
from gongzhi.insight.warehouse import filling
filling.CHUNK = 5
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        filling.refresh(Path(line.strip()), at=datetime.fromisoformat(sys.argv[2]), zone=life.ZONE)
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """A process whose children refresh a warehouse on this test's own database."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "gongzhi.web.settings"}
    command = [sys.executable, "-c", NURSERY, str(connection.settings_dict["NAME"]), cast.later(days=9).isoformat()]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.django_db(transaction=True)
def test_a_refresh_killed_at_random_moments_is_whole_after_each_and_right_in_the_end(
    tmp_path: Path, nursery: subprocess.Popen[str]
) -> None:
    cast.load_county()
    for n in range(18):
        said = life.voice(cast.later(hours=9 * n), words=["停水三天了", cast.WORDS][n % 2])
        if n % 2:
            life.finish(said, cast.later(hours=9 * n + 5))
    while sealing.seal_once(at=cast.later(days=9), holder="test"):
        pass
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    chance = random.Random(20)
    indexes = []

    for _ in range(KILLS):
        _killed(nursery, broken, chance.uniform(0.02, 0.4))
        held = manifest.read(broken)
        indexes.append(held.index)
        assert manifest.damaged(broken, held) == []
        house = Warehouse(broken)
        assert house.table("tallies").n.sum().to_pyarrow().as_py() in (None, held.rows("cases"))
        assert house.tallied(["organ"]).n.sum().to_pyarrow().as_py() in (None, held.rows("cases"))

    assert indexes == sorted(indexes)  # nothing that was taken in is ever lost
    life.refresh(broken, cast.later(days=9))
    life.refresh(whole, cast.later(days=9))
    assert life.digests(broken) == life.digests(whole)
    assert Warehouse(whole).table("cases").count().execute() == Case.objects.count()


def _killed(nursery: subprocess.Popen[str], folder: Path, after: float) -> None:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    print(folder, file=nursery.stdin, flush=True)
    child = int(nursery.stdout.readline())
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):  # on a fast machine it may have come to its end before
        os.kill(child, 9)
    assert nursery.stdout.readline() == "ended\n"


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("grain", ["cases", "events", "tallies", "sums", "states", "added", "searches", "readings"])
def test_a_damaged_partition_of_any_grain_is_found_named_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], grain: str
) -> None:
    folder = _lived(tmp_path)
    right = life.digests(folder)
    monkeypatch.setattr(commands, "folder", lambda: folder)
    day = _damage(folder, grain)

    assert commands.warehouse(["check"]) == 1
    assert day in capsys.readouterr().out
    assert filling.heal(folder, at=cast.later(days=3), zone=life.ZONE) == [(grain, day)]

    assert commands.warehouse(["check"]) == 0
    assert life.digests(folder) == right


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("grain", ["cases", "tallies"])
def test_a_refresh_that_meets_a_damaged_day_names_it_and_what_to_do(tmp_path: Path, grain: str) -> None:
    folder = _lived(tmp_path)
    (day,) = [_damage(folder, grain)]
    life.voice(cast.later(hours=1))
    while sealing.seal_once(at=cast.later(days=3), holder="test"):
        pass

    with pytest.raises(filling.Refusal) as refused:
        filling.refresh(folder, at=cast.later(days=3), zone=life.ZONE)

    assert refused.value.code == "warehouse_damaged"
    assert (refused.value.params["grain"], refused.value.params["day"][:7]) == (grain, day[:7])
    assert "rebuild" in refused.value.sentence


@pytest.mark.usefixtures("county")
def test_a_manifest_cut_in_half_is_made_anew_with_everything(tmp_path: Path) -> None:
    folder = _lived(tmp_path)
    right = life.digests(folder)
    text = (folder / manifest.NAME).read_text()
    (folder / manifest.NAME).write_text(text[: len(text) // 2])

    assert filling.heal(folder, at=cast.later(days=3), zone=life.ZONE) == [("manifest", "")]

    assert life.digests(folder) == right


@pytest.mark.usefixtures("county")
def test_what_other_counties_delivered_outlives_a_rebuild_and_is_no_day_of_this_county(tmp_path: Path) -> None:
    folder = _lived(tmp_path)
    at = cast.later(days=3)
    delivering.deliver(folder, tmp_path / "handed", county="990102", first=date.min, last=date.max, at=at)
    delivering.take(folder, tmp_path / "handed", at=at)
    before = life.digests(folder)
    _damage(folder, "cases")

    filling.heal(folder, at=at, zone=life.ZONE)

    assert life.digests(folder) == before
    life.refresh(folder, cast.later(days=5))
    states = Warehouse(folder).table("states", date(2026, 11, 20), date(2026, 11, 20))
    assert states.open.sum().to_pyarrow().as_py() == Case.objects.exclude(state="closed").count()
    assert counts.span_of(Warehouse(folder), cast.later(days=5), life.ZONE, 60) is not None


@pytest.mark.usefixtures("county")
def test_a_case_that_moves_to_the_matter_it_was_split_off_to_is_counted_once_under_the_new_one(tmp_path: Path) -> None:
    said = life.voice(cast.AT)
    life.voice(cast.AT, words="停水三天了")
    life.refresh(tmp_path, cast.later(days=1))
    Case.objects.filter(pk=said.case.pk).update(
        matter_id="water"
    )  # the tree changed; its facts come with the next move
    life.finish(said, cast.later(days=1))

    life.refresh(tmp_path, cast.later(days=2))

    house = Warehouse(tmp_path)
    by_hand = dict.fromkeys(cases_by_matter(), 0) | cases_by_matter()
    for rows in (house.tallied(["matter"]), house.tallied(["matter", "division"])):
        got = rows.group_by("matter").agg(n=rows.n.sum()).to_pyarrow().to_pylist()
        assert {row["matter"]: row["n"] for row in got} == by_hand
    assert manifest.read(tmp_path).rows("cases") == 2


def cases_by_matter() -> dict[str, int]:
    found: dict[str, int] = {}
    for row in cases.batch("case", list(Case.objects.values_list("pk", flat=True))):
        found[row.values["matter_id"]] = found.get(row.values["matter_id"], 0) + 1
    return found


def _lived(tmp_path: Path) -> Path:
    """Some cases, one of them ended, and a table of a user."""
    folder = tmp_path / "warehouse"
    _signals()
    for n in range(3):
        said = life.voice(cast.later(hours=20 * n), words=[cast.WORDS, "停水三天了"][n % 2])
    life.finish(said, cast.later(hours=50))
    life.refresh(folder, cast.later(days=3))
    file = tmp_path / "calls.csv"
    file.write_text("date,n\n2026-10-01,3\n2026-11-02,4\n")
    keeping.add(folder, "calls", file, Asked(), at=cast.AT, zone=life.ZONE)
    return folder


def _signals() -> None:
    """Two days on which a word was searched for and a sensor measured."""
    day = cast.AT.astimezone(life.ZONE).date()
    Sensor.objects.create(
        code="level-1", name_zh="古洲桥水位", name_en="Guzhou bridge", organ="water", division=cast.VILLAGE,
        quantity="water_level", unit="m", low=-5, high=20, interval=3600, upkeep="sensor", health="ok",
        health_since=cast.AT, valid_from=cast.AT - timedelta(days=90),
    )  # fmt: skip
    for n in range(2):
        Searched.objects.create(day=day + timedelta(days=n), word="停水", area=cast.COUNTY, people=12 + n)
        at = cast.AT + timedelta(days=n)
        Reading.objects.create(sensor_id="level-1", at=at, value=2.0 + n, noted_at=at)


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("grain", ["searches", "readings"])
def test_where_a_grain_of_signals_is_missing_the_others_are_asked_all_the_same(tmp_path: Path, grain: str) -> None:
    folder = _lived(tmp_path)
    whole = _sources(folder)
    held = manifest.read(folder)
    kept = {name: days for name, days in held.grains.items() if name != grain}
    manifest.swap(folder, replace(held, grains=kept), at=cast.AT, written=1)

    less = _sources(folder)
    signals.look(by="t", at=cast.AT, warehouse=Warehouse(folder), day=cast.AT.astimezone(life.ZONE).date())
    life.refresh(folder, cast.later(days=3))

    assert whole == {"calls": 2, "searches": 2, "readings": 2}
    assert less == {name: n for name, n in whole.items() if name != grain}
    assert _sources(folder) == whole  # taken in again from the live tables


def _sources(folder: Path) -> dict[str, int]:
    """How many days each further source tells of."""
    found: dict[str, set[date]] = {}
    for row in Warehouse(folder).daily().to_pyarrow().to_pylist():
        found.setdefault(row["source"], set()).add(row["day"])
    return {source: len(days) for source, days in found.items()}


def _damage(folder: Path, grain: str) -> str:
    """One byte of the last partition of a grain turned, and its end cut; its day."""
    days = manifest.read(folder).grains[grain]
    day = max(own for own in days if "@" not in own or grain == "added")
    file = folder / days[day].file
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.write_bytes(bytes(data[:-9]))
    return day
