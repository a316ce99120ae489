"""A user's own file becomes a table of the warehouse: what can be read is counted, what cannot is told and kept."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.insight import commands
from gongzhi.insight.adding import keeping, mapping
from gongzhi.insight.adding.mapping import Asked
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.tests import life
from gongzhi.insight.warehouse import filling, manifest
from gongzhi.kit.refusal import Refusal
from gongzhi.places.models import Division

pytestmark = pytest.mark.usefixtures("county")
NOTHING = Asked()
FIRST = date(2026, 9, 28)
WEATHER = "date,village,rain_mm,wind\n2026-10-01,{0},0.5,3\n2026-10-01,{1},12.25,7\n2026-10-02,{0},,4\n"
CALLS = "time;channel\n2026-10-01 08:15;phone\n2026-10-01 08:40;phone\n2026-10-02 23:59;web\n2026-10-03 00:01;web\n"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the warehouse lies; its tables lie beside it."""
    return tmp_path / "warehouse"


def put(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def add(folder: Path, file: Path, name: str = "weather", asked: Asked = NOTHING) -> keeping.Added:
    return keeping.add(folder, name, file, asked, at=cast.AT, zone=life.ZONE)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return Warehouse(folder).table(name).order_by(["day", "hour", "place", "series"]).to_pyarrow().to_pylist()


def test_levels_by_village_are_averaged_by_day(folder: Path, tmp_path: Path) -> None:
    text = WEATHER.format(cast.VILLAGE, cast.OTHER_VILLAGE) + f"2026-10-01,{cast.VILLAGE},1.5,5\n"

    done = add(folder, put(tmp_path / "weather.csv", text))

    assert done.table.mapping == mapping.Mapping("date", ("village",), "", ("rain_mm", "wind"), "mean")
    day = date(2026, 10, 1)
    found = Warehouse(folder).daily(day, day, "weather").to_pyarrow().to_pylist()
    assert {(row["series"], row["place"]): row["value"] for row in found} == {
        ("rain_mm", cast.VILLAGE): 1.0,
        ("wind", cast.VILLAGE): 4.0,
        ("rain_mm", cast.OTHER_VILLAGE): 12.25,
        ("wind", cast.OTHER_VILLAGE): 7.0,
    }


def test_events_count_one_each_by_category_in_the_county_s_hours(folder: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "calls.csv", CALLS + "2026-10-02T23:30:00Z;web\n")

    done = add(folder, file, "calls")

    assert (done.table.mapping.series, done.table.mapping.values, done.table.mapping.how) == ("channel", (), "sum")
    assert [(row["day"].day, row["hour"], row["series"], row["total"]) for row in rows(folder, "calls")] == [
        (1, 8, "phone", 2.0),
        (2, 23, "web", 1.0),
        (3, 0, "web", 1.0),
        (3, 7, "web", 1.0),  # 23:30 in Greenwich
    ]


def test_a_row_that_cannot_be_read_is_named_by_row_and_column_and_kept_with_its_reason(
    folder: Path, tmp_path: Path
) -> None:
    good = "".join(f"2026-10-{day:02},{cast.VILLAGE},{day}\n" for day in range(1, 10))
    bad = f"yesterday,{cast.VILLAGE},3\n2026-10-11,Atlantis,3\n2026-10-12,{cast.VILLAGE},many\n2026-10-13,,3\n1,2\n"
    file = put(tmp_path / "counts.csv", "date,village,count\n" + good + bad)

    done = add(folder, file, "counts")

    assert (done.table.good, done.table.bad) == (9, 5)
    assert [keeping.said(one) for one in done.refused] == [
        "Row 11, column date: “yesterday” is no date and no moment.",
        "Row 12, column village: “Atlantis” is no place of this county, by code or by name.",
        "Row 13, column count: “many” is no number.",
        "Row 14, column village: it is empty.",
        "Row 15: it has not as many cells as the first row.",
    ]
    with (keeping.home(folder) / "counts" / keeping.REFUSED).open(encoding="utf-8-sig", newline="") as kept:
        told = list(csv.reader(kept))
    assert [row[:2] for row in told[1:]] == [
        ["11", "date"], ["12", "village"], ["13", "count"], ["14", "village"], ["15", ""],
    ]  # fmt: skip
    assert told[2][3:] == ["2026-10-11", "Atlantis", "3"]


def test_a_file_of_which_more_than_half_cannot_be_read_changes_nothing(folder: Path, tmp_path: Path) -> None:
    add(folder, put(tmp_path / "calls.csv", CALLS), "calls")
    before = rows(folder, "calls")
    file = put(tmp_path / "calls.csv", "time;channel\nx;a\ny;b\n2026-10-01;c\n")

    with pytest.raises(Refusal) as refused:
        add(folder, file, "calls", Asked(time="time"))

    assert refused.value.code == "half_unreadable"
    assert "2 of 3" in refused.value.sentence % refused.value.params
    assert rows(folder, "calls") == before


def test_the_same_file_again_changes_nothing_and_a_grown_one_only_its_months(folder: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "calls.csv", CALLS)
    add(folder, file, "calls")
    before = (folder / manifest.NAME).read_bytes()

    assert add(folder, file, "calls").changed == 0
    assert (folder / manifest.NAME).read_bytes() == before

    put(file, CALLS + "2026-11-01 10:00;phone\n")
    assert keeping.again(folder, "calls", at=cast.AT, zone=life.ZONE).changed == 1
    assert sum(row["total"] for row in rows(folder, "calls")) == 5


def test_a_table_stands_beside_the_grains_and_is_forgotten_whole(folder: Path, tmp_path: Path) -> None:
    life.voice(cast.AT)
    life.refresh(folder, cast.later(days=1))
    add(folder, put(tmp_path / "calls.csv", CALLS), "calls")
    add(folder, put(tmp_path / "more.csv", CALLS), "more")

    keeping.drop(folder, "calls", at=cast.AT)

    assert Warehouse(folder).added() == ["more"]
    assert [table.name for table in keeping.tables(folder)] == ["more"]
    assert Warehouse(folder).table("cases").count().execute() == 1
    with pytest.raises(Refusal) as refused:
        Warehouse(folder).table("calls")
    assert refused.value.code == "table_unknown"
    with pytest.raises(Refusal):
        keeping.drop(folder, "calls", at=cast.AT)


def test_a_rebuild_and_a_restored_backup_bring_the_tables_back(folder: Path, tmp_path: Path) -> None:
    life.voice(cast.AT)
    file = put(tmp_path / "calls.csv", CALLS)
    add(folder, file, "calls")
    before = rows(folder, "calls")
    file.unlink()  # the county keeps a copy

    filling.rebuild(folder, at=cast.later(days=1), zone=life.ZONE)

    assert rows(folder, "calls") == before
    assert manifest.damaged(folder, manifest.read(folder)) == []


def test_a_span_of_days_reads_these_days_alone(folder: Path, tmp_path: Path) -> None:
    text = "date,n\n" + "".join(f"{FIRST + timedelta(days=n)},{n}\n" for n in range(60))
    add(folder, put(tmp_path / "counts.csv", text), "counts")

    got = Warehouse(folder).table("counts", date(2026, 10, 5), date(2026, 10, 7)).to_pyarrow().to_pylist()

    assert sorted(row["day"].day for row in got) == [5, 6, 7]


def test_places_are_found_by_code_name_point_and_by_what_a_merged_village_was_called(
    folder: Path, tmp_path: Path
) -> None:
    village = Division.objects.get(code=cast.VILLAGE)
    text = f"date,where,n\n2026-10-01,{village.name_zh},1\n2026-10-01,{cast.VILLAGE},2\n2026-10-01,{cast.TOWN[:9]},4\n"
    file = put(tmp_path / "counts.csv", text, "gb18030")

    add(folder, file, "counts", Asked(place=("where",)))

    assert {row["place"]: row["total"] for row in rows(folder, "counts")} == {cast.VILLAGE: 3.0, cast.TOWN: 4.0}
    Division.objects.filter(code=cast.VILLAGE).update(valid_to=date(2026, 11, 1))  # merged into its neighbour
    assert add(folder, file, "counts", Asked(place=("where",))).changed == 0


def test_parquet_says_what_the_same_csv_says(folder: Path, tmp_path: Path) -> None:
    text = WEATHER.format(cast.VILLAGE, cast.OTHER_VILLAGE)
    names, *values = csv.reader(text.splitlines())
    columns = list(zip(*values, strict=True))
    table = pa.table(
        {
            names[0]: pa.array([date.fromisoformat(day) for day in columns[0]]),
            names[1]: pa.array(columns[1]),
            names[2]: pa.array([float(one) if one else None for one in columns[2]]),
            names[3]: pa.array([int(one) for one in columns[3]]),
        }
    )
    pq.write_table(table, tmp_path / "weather.parquet")

    add(folder, put(tmp_path / "weather.csv", text), "written")
    add(folder, tmp_path / "weather.parquet", "stored")

    told = [[{**row, "source": ""} for row in rows(folder, name)] for name in ("written", "stored")]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("name", "text", "asked", "code"),
    [
        ("cases", CALLS, NOTHING, "table_name"),
        ("Calls!", CALLS, NOTHING, "table_name"),
        ("calls", CALLS, Asked(time="when"), "column_unknown"),
        ("calls", "a,b\nx,y\n", NOTHING, "no_time"),
        ("calls", "", NOTHING, "file_unreadable"),
        ("calls", "time,time\n1,2\n", NOTHING, "file_unreadable"),
        ("calls", "time,words\n" + "".join(f"2026-10-01,w{n}\n" for n in range(600)), Asked(series="words"),
         "too_many_series"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_table_is_refused_in_a_sentence(
    folder: Path, tmp_path: Path, name: str, text: str, asked: Asked, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        add(folder, put(tmp_path / "file.csv", text), name, asked)

    assert refused.value.code == code
    assert refused.value.sentence % refused.value.params
    assert keeping.tables(folder) == []


def test_the_commands_add_list_read_again_and_forget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "folder", lambda: tmp_path / "warehouse")
    file = str(put(tmp_path / "calls.csv", CALLS + ";phone\n"))

    assert commands.warehouse(["add", "calls", file, "--draft"]) == 0
    assert commands.warehouse(["tables"]) == 0
    assert "channel" in capsys.readouterr().out
    assert commands.warehouse(["add", "calls", file, "--time", "time", "--series", "channel", "--value", "-"]) == 0
    assert "Row 6, column time: it is empty." in capsys.readouterr().err
    assert commands.warehouse(["tables"]) == 0
    assert "calls: 4 rows, 1 refused" in capsys.readouterr().out
    assert commands.warehouse(["refresh", "calls"]) == 0
    assert "as before" in capsys.readouterr().out
    assert commands.warehouse(["drop", "calls"]) == 0
    assert commands.warehouse(["refresh", "calls"]) == 1
    assert "no table calls" in capsys.readouterr().err


EVENTS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 23), st.sampled_from("abc"), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whatever_a_file_counts_is_counted_once(tmp_path_factory: pytest.TempPathFactory, events: list[tuple]) -> None:
    base = tmp_path_factory.mktemp("events")
    text = "".join(f"{FIRST + timedelta(days=day)} {hour:02}:30,{kind},{n}\n" for day, hour, kind, n in events)
    asked = Asked(time="time", place=("-",), series="kind", values=("n",), how="sum")

    add(base / "warehouse", put(base / "events.csv", "time,kind,n\n" + text), "mine", asked)

    by_hand: Counter[tuple[date, str]] = Counter()
    for day, _hour, kind, n in events:
        by_hand[FIRST + timedelta(days=day), kind] += n
    daily = Warehouse(base / "warehouse").daily(source="mine").to_pyarrow().to_pylist()
    assert {(row["day"], row["series"]): row["value"] for row in daily} == {key: float(n) for key, n in by_hand.items()}


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-03-02", 2), ("2026/3/2", 2), ("2026年3月2日", 2), ("20260302", 2), ("2026-03-02T10:00+08:00", 2),
     ("2026/3/2 10:00", 2), ("7", None), ("", None), ("2026-13-01", None), ("tomorrow", None)],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: int | None) -> None:
    found = mapping.day_of(text)

    assert (found.day if found else None) == day
