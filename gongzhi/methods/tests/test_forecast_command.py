"""`gongzhi forecast` on plain files."""

import csv
import datetime

import numpy as np
import pytest

from gongzhi.methods.forecast_commands import run

FIRST = datetime.date(2025, 1, 6)


def _counts(folder, series=("a", "b"), length=120, step=1, level=9):
    rng = np.random.default_rng(1)
    rows = [f"{s},{FIRST + datetime.timedelta(days=step * i)},{rng.poisson(level)}"
            for s in series for i in range(length)]  # fmt: skip
    file = folder / "counts.csv"
    file.write_text("series,time,observed\n" + "\n".join(rows) + "\n")
    return file


def _run(folder, *more, out="f.csv", horizon=3):
    code = run(["--input", str(folder / "counts.csv"), "--horizon", str(horizon), "--out", str(folder / out), *more])
    return code, list(csv.DictReader((folder / out).open())) if code == 0 else []


def test_every_series_and_day_to_come_is_written_with_rising_quantiles(tmp_path):
    _counts(tmp_path)
    code, rows = _run(tmp_path, "--levels", "0.1,0.5,0.9")
    assert code == 0
    assert [(r["series"], r["time"]) for r in rows[:3]] == [
        ("a", "2025-05-06"),
        ("a", "2025-05-07"),
        ("a", "2025-05-08"),
    ]
    assert len(rows) == 6
    assert all(float(r["q0.1"]) < float(r["q0.5"]) < float(r["q0.9"]) for r in rows)


def test_whole_quantiles_are_whole_and_weeks_and_months_are_named(tmp_path):
    _counts(tmp_path, step=7)
    code, rows = _run(tmp_path, "--whole")
    assert code == 0
    assert rows[0]["time"] == str(FIRST + datetime.timedelta(days=7 * 120))
    assert all(float(r["q0.9"]).is_integer() for r in rows)
    months = [f"a,{y}-{m:02d}-01,{m}" for y in (2024, 2025) for m in range(1, 13)]
    (tmp_path / "counts.csv").write_text("series,time,observed\n" + "\n".join(months) + "\n")
    _, rows = _run(tmp_path)
    assert [r["time"] for r in rows] == ["2026-01-01", "2026-02-01", "2026-03-01"]


def test_a_hierarchy_adds_up_and_the_same_seed_gives_the_same_file(tmp_path):
    _counts(tmp_path)
    (tmp_path / "h.csv").write_text("series,parent\na,all\nb,all\n")
    _, rows = _run(tmp_path, "--hierarchy", str(tmp_path / "h.csv"), "--draws", "200")
    means = {(r["series"], r["time"]): float(r["mean"]) for r in rows}
    for when in {r["time"] for r in rows}:
        assert means["all", when] == pytest.approx(means["a", when] + means["b", when], abs=1e-3)
    _, again = _run(tmp_path, "--hierarchy", str(tmp_path / "h.csv"), "--draws", "200", out="g.csv")
    _, other = _run(tmp_path, "--hierarchy", str(tmp_path / "h.csv"), "--draws", "200", "--seed", "2", out="i.csv")
    assert rows == again != other


def test_covariates_need_every_period_to_come(tmp_path, capsys):
    _counts(tmp_path)
    days = [FIRST + datetime.timedelta(days=i) for i in range(123)]
    file = tmp_path / "c.csv"
    file.write_text("time,holiday\n" + "".join(f"{d},{int(d.day == 1)}\n" for d in days))
    assert _run(tmp_path, "--covariates", str(file))[0] == 0
    file.write_text("time,holiday\n" + "".join(f"{d},{int(d.day == 1)}\n" for d in days[:-1]))
    assert _run(tmp_path, "--covariates", str(file))[0] == 1
    assert "c.csv: there is no row for 2025-05-08" in capsys.readouterr().err


def test_holidays_of_a_country_are_learnt_and_foreseen(tmp_path, capsys):
    rng = np.random.default_rng(3)
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(639)]  # to 30 September 2025
    from holidays import country_holidays

    free = country_holidays("CN", years=[2024, 2025])
    rows = [f"{s},{day},{rng.poisson(5 if day in free else 30)}" for s in "abc" for day in days]
    (tmp_path / "counts.csv").write_text("series,time,observed\n" + "\n".join(rows) + "\n")
    first = [_run(tmp_path, *more, horizon=10)[1] for more in ((), ("--holidays", "CN"))]
    assert [row["time"] for row in first[0][:1]] == ["2025-10-01"]
    assert float(first[1][0]["mean"]) < 0.4 * float(first[0][0]["mean"])  # the first of October is a holiday
    assert float(first[1][8]["mean"]) > 0.8 * float(first[0][8]["mean"])  # the ninth is none
    assert _run(tmp_path, "--holidays", "ZZZ")[0] == 1
    assert "no holidays of “ZZZ” are known" in capsys.readouterr().err
    _counts(tmp_path, step=7)
    assert _run(tmp_path, "--holidays", "CN")[0] == 1
    assert "--holidays needs daily dates" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the file is empty"),
        ("series,time\na,1\n", "the column observed is missing"),
        ("series,time,observed\na,1,2\na,1,3\n", "row 3, column time: series a has 1 twice"),
        ("series,time,observed\na,1,2\na,3,3\n", "row 3, column time: series a jumps from 1 to 3"),
        ("series,time,observed\na,1,2\na,2,-3\n", "row 3, column observed: -3 is negative"),
        ("series,time,observed\na,1,2\na,2,3\nb,1,5\n", "series b ends at 1"),
        ("series,time,observed\na,9999-12-30,2\na,9999-12-31,3\n", "lie beyond the last day of the calendar"),
    ],
)
def test_bad_counts_are_refused_with_row_and_column_and_leave_no_file(tmp_path, capsys, text, sentence):
    (tmp_path / "counts.csv").write_text(text)
    assert _run(tmp_path)[0] == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("hierarchy", "series,parent\na,all\na,all\n", "row 3: “a” under “all” is said twice"),
        ("hierarchy", "series,parent\nzz,all\n", "“zz” is in the hierarchy, but there are no counts"),
        ("hierarchy", "series\na\n", "the column parent is missing"),
        ("covariates", "time,heat\n2025-01-06,warm\n", "row 2, column heat: “warm” is not a number"),
        ("covariates", "time,heat\n2025-01-06\n", "row 2: it has "),
    ],
)
def test_bad_side_files_are_refused_with_row_and_column(tmp_path, capsys, name, text, sentence):
    _counts(tmp_path)
    (tmp_path / "side.csv").write_text(text)
    assert _run(tmp_path, f"--{name}", str(tmp_path / "side.csv"))[0] == 1
    assert sentence in capsys.readouterr().err
