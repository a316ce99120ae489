"""Rows of other systems' files come in whole, once, with everything strange about them said."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from gongzhi.cases.models import Case, Entry, Matter, Voice
from gongzhi.kit import coords
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people.models import Organ
from gongzhi.places import keeping
from gongzhi.places.models import County, Division, Grid
from gongzhi.procedures import calendars
from gongzhi.procedures.models import Clock
from gongzhi.web.importing import commands, drafting, excel, playing, profile, records, scanning, shapes, tables

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HEAD = ["key", "opened", "closed", "type", "words", "office", "street", "lon", "lat", "status"]
PROFILE = """
profile: town
language: en
tz: America/New_York
id: key
opened: opened
closed: closed
words: "{type}: {words}"
matter: [type]
organ: office
place: [street]
state: {column: status, closed: {Closed: fixed}}
coordinates: {lon: lon, lat: lat}
county: {code: "990198", name_zh: 测试县}
"""


def row(key: object, **given: str) -> list[str]:
    usual = {
        "opened": "2024-03-04 09:00:00",
        "closed": "2024-03-05 09:00:00",
        "type": "Lamp",
        "words": "dark",
        "office": "Light",
        "street": "East",
        "lon": f"118.{key}" if str(key).isdigit() else "118.1",
        "lat": "36.1",
        "status": "Closed",
    }
    return [str(key), *(usual | given).values()]


def file_of(folder: Path, rows: list[list[str]], name: str = "rows.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, *rows])
    return path


@pytest.fixture
def how(tmp_path: Path) -> profile.Profile:
    (tmp_path / "town.yaml").write_text(PROFILE, encoding="utf-8")
    return profile.load(str(tmp_path / "town.yaml"))


@pytest.fixture
def house(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    settings.GONGZHI_DIR = tmp_path / "house"
    settings.GONGZHI_DIR.mkdir()
    keeping.forget()
    monkeypatch.setattr(commands, "prepare", lambda: None)  # the test's database is migrated already


def imported(file: Path, how: profile.Profile, *areas: Path) -> playing.Tally:
    return commands.cases(file, how, areas, at=AT)


@pytest.mark.usefixtures("house")
def test_a_row_becomes_a_case_with_its_organ_place_and_end(tmp_path: Path, how: profile.Profile) -> None:
    tally = imported(file_of(tmp_path, [row(11), row(12, status="Open", closed="")]), how)
    case = Case.objects.get(state="closed")
    assert (tally.new, tally.rejected.total()) == (2, 0)
    assert case.received_at == datetime(2024, 3, 4, 14, tzinfo=UTC)
    assert case.closed_at == datetime(2024, 3, 5, 14, tzinfo=UTC)
    assert (case.outcome, case.in_time, case.title) == ("fixed", True, "Lamp: dark")
    assert case.division == "990198001000"
    assert case.organ.startswith("o")
    assert (case.lon, case.lat) == (118.11, 36.1)
    assert Case.objects.get(state="left_open").holder == f"organ:{case.organ}"
    kinds = Fact.objects.filter(about=case.ref).order_by("noted_at", "id").values_list("kind", flat=True)
    assert list(kinds) == ["case.received", "case.closed"]


@pytest.mark.usefixtures("house")
def test_nobody_is_called_about_what_is_long_past(tmp_path: Path, how: profile.Profile) -> None:
    live = how.model_copy(update={"take_over": "all"})
    imported(file_of(tmp_path, [row(11, status="Open", closed="")]), live)
    assert Case.objects.get().state == "received"
    clock = Clock.objects.get()
    assert None not in (clock.rung_near_at, clock.rung_overdue_at, clock.rung_ladder_at)


@pytest.mark.usefixtures("house")
def test_what_the_file_leaves_open_is_nobodys_promise(tmp_path: Path, how: profile.Profile) -> None:
    tally = imported(file_of(tmp_path, [row(11, status="Open", closed="")]), how)
    case, clock = Case.objects.get(), Clock.objects.get()
    assert (case.state, tally.traps["left_open"]) == ("left_open", 1)
    assert clock.stopped_at == case.received_at + timedelta(milliseconds=1)
    kinds = Fact.objects.filter(about=case.ref).order_by("noted_at", "id").values_list("kind", flat=True)
    assert list(kinds) == ["case.received", "case.left_open"]


@pytest.mark.usefixtures("house")
def test_the_last_days_of_a_file_are_taken_as_live_work(tmp_path: Path, how: profile.Profile) -> None:
    still = {"status": "Open", "closed": ""}
    days = [row(n, opened=f"2024-03-{n:02} 09:00:00", **still) for n in (1, 19, 20)]
    tally = imported(file_of(tmp_path, days), how.model_copy(update={"take_over": "1d"}))
    assert (tally.traps["left_open"], tally.traps["taken_live"]) == (1, 2)
    assert Case.objects.get(state="left_open").received_at.day == 1


def test_a_span_to_take_over_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal, match="take-over"):
        commands._span("a month")


@pytest.mark.usefixtures("house")
def test_the_example_county_carries_its_banner_and_no_sign_ins(tmp_path: Path, how: profile.Profile) -> None:
    imported(file_of(tmp_path, [row(11)]), how)
    county = County.objects.get()
    assert not county.practice
    assert county.banner_en == "Example from real data"
    assert "真实" in county.banner_zh


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("country", "told", "resting", "working"),
    [
        ("US-MA", "It keeps the holidays of US-MA.", [date(2024, 4, 15), date(2024, 7, 4)], [date(2024, 10, 1)]),
        ("US-NY", "It keeps the holidays of US-NY.", [date(2024, 7, 4)], [date(2024, 4, 15)]),
        ("CN", "It keeps the holidays of CN.", [date(2024, 10, 1)], [date(2024, 7, 4), date(2024, 9, 29)]),
        ("", "It keeps weekends and no holidays", [date(2024, 7, 6)], [date(2024, 7, 4), date(2024, 10, 1)]),
    ],
)
def test_an_example_county_rests_when_its_own_country_does(
    country: str,
    told: str,
    resting: list[date],
    working: list[date],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "resting.yaml"
    path.write_text(PROFILE.replace("county: {", f"county: {{holidays: '{country}', "), encoding="utf-8")
    rows = [row(1, opened="2019-03-04 09:00:00", closed="2019-03-05 09:00:00"), row(2)]
    with translation.override("en"):
        imported(file_of(tmp_path, rows), profile.load(str(path)))
    assert told in capsys.readouterr().out
    calendar = calendars.calendar()
    assert [calendar.is_working(day) for day in (*resting, *working)] == [False] * len(resting) + [True] * len(working)
    assert not any(calendar.is_provisional(date(year, 6, 3)) for year in range(2019, 2025)), "no year of the file"


def test_a_profile_whose_country_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yaml"
    path.write_text(PROFILE.replace("county: {", "county: {holidays: Utopia, "), encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        profile.load(str(path))
    assert "holidays" in str(refused.value.params["why"])


@pytest.mark.usefixtures("house")
def test_importing_twice_changes_nothing(tmp_path: Path, how: profile.Profile) -> None:
    file = file_of(tmp_path, [row(n) for n in range(10, 30)] + [row(10), row("")])
    imported(file, how)
    before = (Case.objects.count(), Entry.objects.count(), Fact.objects.count())
    again = imported(file, how)
    assert (again.new, again.already, again.rejected.total()) == (0, 20, 2)
    assert again.adds_up()
    assert (Case.objects.count(), Entry.objects.count(), Fact.objects.count()) == before


@pytest.mark.usefixtures("house")
def test_what_was_stopped_goes_on_from_its_bookmark(
    tmp_path: Path, how: profile.Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(tmp_path, [row(n) for n in range(10, 20)] + [row(10), row("", words="x")] + [row(30), row(31)])
    monkeypatch.setattr(playing, "BATCH", 4)
    found = scanning.scan(file, how, at=AT)
    commands.example.load(tmp_path / "c", how, found, [], at=AT)

    def stop(rows: int) -> None:
        if rows == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        playing.Play(file, how, found, at=AT).run(stop)
    assert Case.objects.count() == 8
    play = playing.Play(file, how, found, at=AT)
    tally = play.run(lambda rows: None)
    assert (tally.rows, tally.new, tally.already) == (14, 12, 0)
    assert dict(tally.rejected) == {"key_twice": 1, "key_missing": 1}
    lines = play.mark.rejects.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["12", "key_twice", "10"], ["13", "key_missing", ""]]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"closed": "2024-03-01 00:00:00"}, "closed_before_opened"),
        ({"opened": "2031-03-01 00:00:00"}, "date_impossible"),
        ({"opened": "1899-12-30 00:00:00"}, "date_impossible"),
        ({"opened": "2024-02-30 00:00:00"}, "date_misread"),
        ({"opened": ""}, "date_missing"),
        ({"type": "", "words": " "}, "words_missing"),
        ({"words": "x" * 10_001}, "refused"),
    ],
)
def test_a_row_that_cannot_be_believed_is_told_with_its_line(
    tmp_path: Path, how: profile.Profile, given: dict[str, str], reason: str
) -> None:
    file = file_of(tmp_path, [row(11), row(12, **given), row(13)])
    tally = imported(file, how)
    (rejects,) = (tmp_path / "house" / "import").glob("*.rejected.csv")
    assert (tally.new, dict(tally.rejected)) == (2, {reason: 1})
    assert rejects.read_text(encoding="utf-8").splitlines()[1].startswith(f"3,{reason},")
    assert tally.adds_up()


@pytest.mark.usefixtures("house")
def test_a_torn_row_is_rejected_and_the_next_is_read(tmp_path: Path, how: profile.Profile) -> None:
    file = file_of(tmp_path, [row(11), ["12", "half"], row(13)])
    assert dict(imported(file, how).rejected) == {"row_torn": 1}


@pytest.mark.usefixtures("house")
def test_a_fallback_coordinate_is_no_place(
    tmp_path: Path, how: profile.Profile, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(n) for n in range(100, 200)] + [row(n, lon="118.5", lat="36.5") for n in range(300, 340)]
    tally = imported(file_of(tmp_path, rows), how)
    assert tally.traps["fallback_pin"] == 40
    assert not Case.objects.filter(lon=118.5).exists()
    assert Case.objects.filter(division="990198000000", lon=None).count() == 40
    assert "28.6" in capsys.readouterr().out


@pytest.mark.usefixtures("house")
def test_a_busy_corner_is_no_fallback(tmp_path: Path, how: profile.Profile) -> None:
    rows = [row(n, lon="118.5") for n in range(100, 140)] + [row(n, lon="118.6") for n in range(140, 170)]
    assert scanning.scan(file_of(tmp_path, rows), how, at=AT).fallback is None


@pytest.mark.usefixtures("house")
def test_canaries_of_personal_data_are_nowhere_in_the_clear(tmp_path: Path, how: profile.Profile) -> None:
    canaries = ["13912345678", "lin.qing@example.org", "110101199003070070"]
    rows = [row(n, words=f"call me at {canary}") for n, canary in enumerate(canaries, 11)]
    tally = imported(file_of(tmp_path, rows), how)
    kept = json.dumps(
        [list(model.objects.values()) for model in (Case, Voice, Entry, Fact)], default=str, ensure_ascii=False
    )
    assert tally.masked == 3
    assert not [canary for canary in canaries if canary in kept]


@pytest.mark.usefixtures("house")
def test_an_organ_the_county_does_not_know_leaves_the_case_with_the_responsible_one(
    tmp_path: Path, how: profile.Profile
) -> None:
    imported(file_of(tmp_path, [row(11)]), how)
    tally = imported(file_of(tmp_path, [row(12, office="Moon Office"), row(13, office="")], "more.csv"), how)
    assert (tally.traps["organ_unknown"], tally.traps["organ_missing"]) == (1, 1)
    assert Case.objects.values("organ").distinct().count() == 1


def square(lon: float, lat: float) -> list[list[list[float]]]:
    edge = 0.05
    corners = [(lon, lat), (lon + edge, lat), (lon + edge, lat + edge), (lon, lat + edge), (lon, lat)]
    return [[list(corner) for corner in corners]]


def areas_of(path: Path, squares: dict[str, list[list[list[float]]]]) -> Path:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": drawn}}
        for name, drawn in squares.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.usefixtures("house")
def test_polygons_place_the_pins_even_when_outlines_overlap(tmp_path: Path, how: profile.Profile) -> None:
    areas = areas_of(tmp_path / "a.geojson", {"East": square(118.10, 36.08), "West": square(118.14, 36.08)})
    imported(file_of(tmp_path, [row(11), row(18, street="Nowhere"), row(40)]), how, areas)
    assert Grid.objects.count() == 2
    grids = dict(Case.objects.values_list("lon", "grid"))
    names = dict(Grid.objects.values_list("code", "name_zh"))
    assert [names.get(grids[lon], "") for lon in (118.11, 118.18, 118.4)] == ["East", "West", ""]


def test_polygons_of_gcj02_are_recognised_and_taken_back(tmp_path: Path) -> None:
    true = {"a": square(114.0, 22.5), "b": square(114.2, 22.6)}
    shifted = {
        name: [[list(coords.wgs84_to_gcj02(*corner)) for corner in ring] for ring in drawn]
        for name, drawn in (true | {"c": square(114.3, 22.7)}).items()
    }
    files = [areas_of(tmp_path / "true.geojson", true), areas_of(tmp_path / "other.geojson", shifted)]
    found, noticed = shapes.read(files, profile.Shapes())
    assert noticed == ["other.geojson"]
    added = next(shape for shape in found if shape.path == ("c",)).area.centroid
    assert coords.metres(added.x, added.y, 114.325, 22.725) < 1


def test_polygons_beside_each_other_by_any_other_offset_are_refused(tmp_path: Path) -> None:
    files = [areas_of(tmp_path / f"{lon}.geojson", {"a": square(lon, 22.5)}) for lon in (114.0, 114.02)]
    with pytest.raises(Refusal, match="mixed"):
        shapes.read(files, profile.Shapes())


def test_a_list_of_divisions_names_towns_and_villages(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,above\n东镇,\n东村,东镇\n", encoding="utf-8")
    found, _noticed = shapes.read([path], profile.Shapes())
    assert [shape.path for shape in found] == [("东镇",), ("东镇", "东村")]


def test_a_csv_in_gb18030_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("编号;内容\n1;路灯不亮\n".encode("gb18030"))
    assert list(tables.rows(path)) == [(2, {"编号": "1", "内容": "路灯不亮"})]


def test_an_excel_workbook_is_read_without_any_extra(tmp_path: Path) -> None:
    path, main = tmp_path / "book.xlsx", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>when</t></is></c></row>'
    cells += '<row r="3"><c r="A3"><v>7</v></c><c r="C3" s="1"><v>45355.5</v></c></row>'
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
        )
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}"><si><t>key</t></si></sst>')
        book.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        )
    assert list(excel.lines(path)) == [(1, ["key", "", "when"]), (3, ["7", "", datetime(2024, 3, 4, 12)])]


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_text("no")
    with pytest.raises(Refusal, match="Excel"):
        tables.columns(path)


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        tables.rows(file_of(tmp_path, []), {"key", "moon"})
    assert refused.value.params["columns"] == "moon"


@pytest.mark.parametrize("name", profile.shipped())
def test_every_shipped_profile_can_be_used(name: str) -> None:
    assert profile.load(name).profile == name


@pytest.mark.parametrize(
    "line", ["moon: 1", "kinds: {a: shouting}", "tz: Moon/Base", "matter: []", "answer_without: ['(']"]
)
def test_a_faulty_profile_is_refused_with_its_key(tmp_path: Path, line: str) -> None:
    key = line.partition(":")[0]
    lines = [old for old in PROFILE.splitlines() if not old.startswith(f"{key}:")]
    (tmp_path / "p.yaml").write_text("\n".join([*lines, line]), encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        profile.load(str(tmp_path / "p.yaml"))
    assert refused.value.code == "profile_faulty"


def test_a_draft_fits_the_file_it_was_drafted_from(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = ["unique_key,created_date,closed_date,complaint_type,agency,borough,latitude,longitude,status"]
    lines += [f"{n},03/0{n}/2024 09:00:00 AM,,Lamp,Light,East,36.1,118.1,Closed" for n in range(1, 5)]
    path.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "draft.yaml").write_text(drafting.draft(path), encoding="utf-8")
    drafted = profile.load(str(tmp_path / "draft.yaml"))
    assert (drafted.id, drafted.opened, drafted.organ) == ("unique_key", "created_date", "agency")
    assert drafted.dates == ["%m/%d/%Y %I:%M:%S %p"]
    assert drafted.state is not None
    assert scanning.scan(path, drafted, at=AT).first == datetime(2024, 3, 1, 1, tzinfo=UTC)


def packed(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "file_blank"),
        ("packed.csv.gz", b"\x1f\x8b\x08\x00abc", "file_no_table"),
        ("zipped.csv", packed("a.csv", b"a,b"), "file_no_table"),
        ("noise.csv", b"key,words\n\x00\x01\x02", "file_no_table"),
        ("told.json", b'{"a": [1, 2]}', "file_no_table"),
        ("page.csv", b"<html><body>moved</body></html>", "file_no_table"),
        ("cell.csv", b"key\n" + b"x" * 10_000_001, "table_misread"),
        ("damaged.parquet", b"PAR1damagedPAR1", "parquet_misread"),
        ("no_sheet.xlsx", packed("a.txt", b"x"), "excel_misread"),
        ("odd.xlsx", packed("xl/worksheets/sheet1.xml", b"<x"), "excel_misread"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        list(tables.rows(path))
    assert refused.value.code == code
    assert refused.value.params["file"] == name
    if code != "table_misread":
        with pytest.raises(Refusal):
            drafting.draft(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig", "gb18030"])
def test_a_table_that_excel_saved_as_unicode_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "unicode.txt"
    path.write_bytes("编号\t内容\n1\t路灯\n".encode(encoding))
    assert list(tables.rows(path)) == [(2, {"编号": "1", "内容": "路灯"})]


@pytest.mark.usefixtures("house")
def test_the_ends_of_all_calendars_are_impossible_dates(tmp_path: Path, how: profile.Profile) -> None:
    ends = ["0001-01-01 00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59", "9999-12-31"]
    rows = [row(n, opened=end) for n, end in enumerate(ends)] + [row("late", closed=ends[2]), row("good")]
    tally = imported(file_of(tmp_path, rows), how)
    assert tally.rejected == {"date_impossible": 5}
    assert tally.new == 1


@pytest.mark.parametrize("day", [date.min, date.max, datetime.min, datetime.max])
def test_the_ends_of_all_calendars_in_a_typed_column_are_impossible_too(day: date, how: profile.Profile) -> None:
    reader = records.Reader(how, at=AT, codes=records.Codes(), fallback=None)
    with pytest.raises(records.Rejected) as rejected:
        reader.moment(day)
    assert rejected.value.reason == "date_impossible"


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"- a\n- b\n", b"", b"42", b"[" * 5_000, b"!!python/object/apply:os.system ['id']"],
)
def test_a_profile_that_is_none_is_refused_with_the_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.yaml"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        profile.load(str(path))
    assert refused.value.code == "profile_faulty"
    assert refused.value.params["why"]


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000, ""])
def test_a_path_that_is_none_is_an_unknown_profile(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        profile.load(name)
    assert refused.value.code == "profile_unknown"


@pytest.mark.parametrize(
    "content",
    [
        b"[1, 2]", b'{"type": "FeatureCollection"}', b'{"features": [null]}', b"[" * 100_000, b"\xff\xfe",
        b'{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Polygon", "coordinates": "x"}}]}',
        b'{"features": [{"properties": {"name": "A"}, "geometry": '
        b'{"type": "Polygon", "coordinates": [[[NaN, 1], [2, 3], [1, 1]]]}}]}',
    ],
)  # fmt: skip
def test_places_that_are_none_are_refused_in_one_sentence(tmp_path: Path, content: bytes, how: profile.Profile) -> None:
    path = tmp_path / "places.geojson"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        shapes.read([path], how.shapes)
    assert refused.value.code == "places_misread"
    assert "NoneType" not in str(refused.value.params["why"])


@pytest.mark.usefixtures("house")
def test_a_telephone_typed_as_a_place_becomes_no_place(tmp_path: Path, how: profile.Profile) -> None:
    rows = [row(1), row(2, street="718-681-8958"), row(3, type="call 13800138000"), row(4, office="a@example.org")]
    assert imported(file_of(tmp_path, rows), how).new == 4
    names = [*Division.objects.values_list("name_zh", flat=True), *Organ.objects.values_list("name_zh", flat=True)]
    names += Matter.objects.values_list("name_zh", flat=True)
    assert "East" in names
    assert not any(sign in " ".join(names) for sign in ("718", "138", "@"))


@pytest.mark.usefixtures("house")
def test_how_it_ended_is_read_from_a_sentence_and_signs_are_cut_from_the_answer(tmp_path: Path) -> None:
    text = PROFILE + 'answer: words\nanswer_without: ["^Case Closed [0-9-]+ "]\n'
    text += "outcome: {column: words, has: {Duplicate of: duplicate, Resolved: fixed, Invalid: no_ground}}\n"
    (tmp_path / "p.yaml").write_text(text.replace("Closed: fixed", "Closed: answered"), encoding="utf-8")
    told = ["Case Closed 2024-03-05 Resolved lamp changed", "Duplicate of 17, Resolved", "Invalid", "Noted"]
    rows = [row(n, words=words) for n, words in enumerate(told, 11)]
    imported(file_of(tmp_path, rows), profile.load(str(tmp_path / "p.yaml")))
    outcomes = Case.objects.order_by("lon").values_list("outcome", flat=True)
    assert list(outcomes) == ["fixed", "duplicate", "no_ground", "answered"]
    answers = Entry.objects.filter(kind="answered").values_list("public_text", flat=True)
    assert "Resolved lamp changed" in answers


@pytest.mark.usefixtures("house")
def test_what_the_other_system_did_not_keep_is_said(tmp_path: Path, how: profile.Profile) -> None:
    imported(file_of(tmp_path, [row(11), row(12, closed="")]), how)
    texts = [entry.public_text for entry in Entry.objects.filter(kind="answered").order_by("case__lon")]
    assert texts[0] == "The earlier system kept no words of the answer."
    assert "neither the answer nor when this ended" in texts[1]


@pytest.mark.usefixtures("house")
def test_a_title_that_repeats_the_kind_is_said_once(tmp_path: Path, how: profile.Profile) -> None:
    imported(file_of(tmp_path, [row(11, words="lamp"), row(12, words="lamp is dark")]), how)
    assert set(Case.objects.values_list("title", flat=True)) == {"Lamp", "Lamp: lamp is dark"}


@pytest.mark.usefixtures("house")
def test_closed_without_saying_how_is_answered_and_not_fixed(tmp_path: Path, how: profile.Profile) -> None:
    imported(file_of(tmp_path, [row(11)]), how.model_copy(update={"state": None}))
    assert Case.objects.get().outcome == "answered"


@pytest.mark.usefixtures("house")
def test_a_row_that_does_not_say_when_it_ended_is_in_time_for_nobody(tmp_path: Path, how: profile.Profile) -> None:
    rows = [row(11), row(12, closed=""), row(13, closed="", status="Closed late"), row(14, status="Closed late")]
    text = PROFILE.replace("closed: {Closed: fixed}", "closed: {Closed: fixed, Closed late: fixed}")
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    silent = imported(file_of(tmp_path, rows), profile.load(str(tmp_path / "p.yaml")))
    assert list(Case.objects.order_by("lon").values_list("in_time", flat=True)) == [True, None, None, True]
    assert (silent.traps["end_unknown"], silent.traps["in_time_unknown"]) == (2, 2)


@pytest.mark.usefixtures("house")
def test_what_the_other_system_says_of_its_own_limit_is_believed(tmp_path: Path, how: profile.Profile) -> None:
    rows = [row(11), row(12, closed=""), row(13, closed="", status="Closed late"), row(14, status="Closed late")]
    text = PROFILE.replace("closed: {Closed: fixed}", "closed: {Closed: fixed, Closed late: fixed}")
    text += "in_time: {column: status, missed: [Closed late]}\n"
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    tally = imported(file_of(tmp_path, rows), profile.load(str(tmp_path / "p.yaml")))
    assert list(Case.objects.order_by("lon").values_list("in_time", flat=True)) == [True, None, False, False]
    reasons = Entry.objects.filter(kind="answered").order_by("case__lon").values_list("reason", flat=True)
    assert list(reasons) == ["in_time", "unknown", "told_late", "late"]
    assert (tally.traps["end_unknown"], tally.traps["in_time_unknown"]) == (2, 1)
