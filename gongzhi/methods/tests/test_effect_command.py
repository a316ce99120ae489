"""`gongzhi effect` on plain files."""

import csv
import datetime

import pytest

from gongzhi.methods.effect_commands import run
from gongzhi.methods.simulator.measures import measures

FIRST = datetime.date(2023, 1, 2)
WEEKS = [str(FIRST + datetime.timedelta(days=7 * i)) for i in range(156)]


def _file(folder, effect, units=8):
    counts = measures(1, effect=effect, seed=21, units=units).counts[0]
    rows = [f"s{u},{WEEKS[t]},{counts[u, t]}" for u in range(units) for t in range(156)]
    (folder / "counts.csv").write_text("series,time,observed\n" + "\n".join(rows) + "\n")


def _run(folder, design, *more, start=WEEKS[104], treated="s0"):
    code = run(["--input", str(folder / "counts.csv"), "--design", design, "--treated", treated, "--start", start,
                "--out", str(folder / "out.csv"), *more])  # fmt: skip
    if code:
        return code, {}
    with (folder / "out.csv").open() as file:
        return code, {row["what"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("design", ["its", "did", "synthetic"])
def test_a_planted_effect_is_told_with_interval_checks_and_line(tmp_path, design):
    _file(tmp_path, -0.8)
    line = tmp_path / "line.csv"
    code, rows = _run(tmp_path, design, "--level-only", "--line", str(line))
    assert code == 0
    assert rows["verdict"]["value"] == "worked"
    assert float(rows["change"]["low"]) < float(rows["change"]["value"]) < float(rows["change"]["high"]) < 0
    assert rows["pre-trend"]["value"] == "stood"
    assert [row["time"] for row in csv.DictReader(line.open())] == WEEKS
    _file(tmp_path, 0.0)
    assert _run(tmp_path, design, "--level-only")[1]["verdict"]["value"] == "no evidence"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"treated": "nobody"}, "column series: “nobody” is not there"),
        ({"start": "2031-01-01"}, "column time: 2031-01-01 is no period of series s0"),
        ({"start": WEEKS[3]}, "3 periods lie before the measure"),
    ],
)
def test_what_is_not_in_the_file_is_said(tmp_path, capsys, words, sentence):
    _file(tmp_path, 0.0)
    assert _run(tmp_path, "did", **words)[0] == 1
    assert sentence in capsys.readouterr().err


def test_series_over_other_periods_and_too_few_of_them_are_refused(tmp_path, capsys):
    _file(tmp_path, 0.0)
    with (tmp_path / "counts.csv").open("a") as file:
        file.write(f"late,{WEEKS[0]},3\nlate,{WEEKS[1]},3\n")
    assert _run(tmp_path, "did")[0] == 1
    assert "series late runs from" in capsys.readouterr().err
    _file(tmp_path, 0.0, units=2)
    assert _run(tmp_path, "synthetic")[0] == 1
    assert "1 untreated series are in the file" in capsys.readouterr().err
