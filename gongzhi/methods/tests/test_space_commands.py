"""`gongzhi scan` on plain files."""

import csv

import numpy as np
import pytest

from gongzhi.methods.space_commands import run


def _files(folder, events):
    places = [f"P{i},{i % 5},{i // 5},100" for i in range(25)]
    (folder / "places.csv").write_text("place,x,y,population\n" + "\n".join(places) + "\n")
    (folder / "events.csv").write_text("place,day,count\n" + "\n".join(events) + "\n")
    return ["--events", f"{folder}/events.csv", "--places", f"{folder}/places.csv", "--out", f"{folder}/out.csv",
            "--planar", "--share", "0.3"]  # fmt: skip


def _events(more):
    rng = np.random.default_rng(1)
    rows = [f"P{i},2026-04-{d:02d},{rng.poisson(2)}" for i in range(25) for d in range(1, 31)]
    rows += [f"P{i},2026-05-{d:02d},{rng.poisson(2)}" for i in range(25) for d in range(1, 29)]
    return rows + [f"P7,2026-05-{d:02d},{more}" for d in (27, 28)]


@pytest.mark.parametrize("model", ["permutation", "poisson", "expectation"])
def test_a_cluster_is_written_with_its_days_and_without_it_p_is_large(tmp_path, model):
    lines = []
    for more in (12, 0):
        assert run([*_files(tmp_path, _events(more)), "--model", model]) == 0
        lines.append(next(csv.DictReader((tmp_path / "out.csv").open())))
    assert (lines[0]["place"], lines[0]["first"], lines[0]["last"]) == ("P7", "2026-05-27", "2026-05-28")
    assert float(lines[0]["p"]) < 0.01 < float(lines[1]["p"])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("P99,2026-05-01,1", "row 2, column place: “P99” is not among"),
        ("P1,5 May,1", "row 2, column day: “5 May” is not a date"),
        ("P1,2026-05-01,-2", "row 2, column count: “-2” is not a count"),
        ("P1,2026-05-01,x", "row 2, column count: “x” is not a number"),
        ("P1,2026-03-29T02:30:00+01:00,1", "row 2, column day: “2026-03-29T02:30:00+01:00” is a moment"),
        ("P1,2026-05-01", "row 2: it has "),
        ("P1,2026-05-01,1000000000000", "most stand in row 2, column count: 1,000,000,000,000. Look for a slip"),
        ("P1,0026-05-01,1\nP1,2026-05-01,1", "row 2, column day: 0026-05-01 lies more than a hundred years before"),
    ],
)
def test_a_bad_row_is_named(tmp_path, capsys, row, sentence):
    assert run(_files(tmp_path, [row])) == 1
    assert sentence in capsys.readouterr().err


def test_shapes_grown_along_neighbours_are_searched_too(tmp_path):
    words = _files(tmp_path, _events(12))
    beside = [f"P{i},P{i + 1}" for i in range(24) if i % 5 < 4] + [f"P{i},P{i + 5}" for i in range(20)]
    (tmp_path / "beside.csv").write_text("place,neighbour\n" + "\n".join(beside) + "\n")
    assert run([*words, "--neighbours", f"{tmp_path}/beside.csv"]) == 0
    assert next(csv.DictReader((tmp_path / "out.csv").open()))["place"] == "P7"


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [
        ("--neighbours", "place,neighbour\nP1,P77\n", "row 2, column neighbour: “P77” is not among"),
        ("--expected", "place,day,expected\nP1,2026-04-01,0\n", "row 2, column expected: 0 is not above 0"),
        ("--expected", "place,day,expected\nP1,2026-04-01,2\n", "has no row, column expected"),
        ("--expected", "place,day,expected\nP1,2026-04-01,2\nP1,2026-04-01,3\n", "row 3: “P1” on 2026-04-01 has"),
        ("--expected", "place,day\nP1,2026-04-01\n", "the column expected is missing"),
    ],
)
def test_a_bad_helping_file_is_named(tmp_path, capsys, name, rows, sentence):
    (tmp_path / "more.csv").write_text(rows)
    assert run([*_files(tmp_path, _events(0)), "--model", "expectation", name, f"{tmp_path}/more.csv"]) == 1
    assert sentence in capsys.readouterr().err


def test_a_given_expectation_is_used(tmp_path):
    words = _files(tmp_path, _events(0))
    days = [f"2026-04-{d:02d}" for d in range(1, 31)] + [f"2026-05-{d:02d}" for d in range(1, 29)]
    for usual, sure in ((2.0, False), (0.5, True)):
        rows = [f"P{i},{day},{usual}" for i in range(25) for day in days]
        (tmp_path / "expected.csv").write_text("place,day,expected\n" + "\n".join(rows) + "\n")
        assert run([*words, "--model", "expectation", "--expected", f"{tmp_path}/expected.csv"]) == 0
        first = next(csv.DictReader((tmp_path / "out.csv").open()))
        assert (float(first["p"]) <= 0.01) == sure


def test_rows_of_one_cell_are_summed_in_any_order(tmp_path):
    whole = _events(12)
    assert run(_files(tmp_path, whole)) == 0
    want = (tmp_path / "out.csv").read_text()
    parts = [f"{place},{day},1" for place, day, count in (row.split(",") for row in whole) for _ in range(int(count))]
    empty = [row for row in whole if row.endswith(",0")]
    assert run(_files(tmp_path, [*reversed(parts), *empty])) == 0
    assert (tmp_path / "out.csv").read_text() == want


def test_a_slip_in_a_date_that_would_fill_the_memory_is_said(tmp_path, capsys):
    words = _files(tmp_path, [*_events(0), "P1,0206-05-01,1"])
    with (tmp_path / "places.csv").open("a") as file:
        file.writelines(f"far{i},{i},9,1\n" for i in range(50_000))
    assert run(words) == 1
    assert (
        "row 1454, column day: 0206-05-01 lies more than a hundred years before 2026-05-28" in capsys.readouterr().err
    )


def test_degrees_that_are_none_and_numbers_out_of_range_are_refused(tmp_path, capsys):
    words = [word for word in _files(tmp_path, _events(0)) if word != "--planar"]
    (tmp_path / "places.csv").write_text("place,x,y\n" + "".join(f"P{i},{i},{22 + i * 9}\n" for i in range(25)))
    assert run(words) == 1
    assert "column y: 94 of place “P8” is no degree" in capsys.readouterr().err
    for more in (["--replicas", "-5"], ["--longest", "0"], ["--share", "7"]):
        with pytest.raises(SystemExit):
            run([*words, *more])
        assert "--replicas is at least 9" in capsys.readouterr().err
