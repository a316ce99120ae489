"""`gongzhi explain` on plain files."""

import csv

import numpy as np
import pytest

from gongzhi.methods.explain_commands import run


def _run(folder, what, text, *more):
    (folder / "in.csv").write_text(text)
    code = run([what, "--input", str(folder / "in.csv"), "--out", str(folder / "out.csv"), *more])
    return code, list(csv.DictReader((folder / "out.csv").open())) if code == 0 else []


def _weeks(extra):
    rng = np.random.default_rng(1)
    rows = []
    for week in range(1, 6):
        for part in ("noise,east", "noise,west", "road,east", "road,west", "water,east", "water,west"):
            rows.append(f"{week},{part},{rng.poisson(20) + extra * (week == 5 and part == 'noise,east')}")
    return "time,matter,place,count\n" + "\n".join(rows) + "\n"


def test_the_part_that_rose_comes_first_and_without_a_rise_none_is_found(tmp_path):
    code, rows = _run(tmp_path, "rise", _weeks(60))
    assert code == 0
    assert (rows[0]["value"], rows[0]["found"]) == ("noise × east", "1")
    assert float(rows[0]["rise_low"]) < 60 < float(rows[0]["rise_high"])
    assert {row["found"] for row in _run(tmp_path, "rise", _weeks(0))[1]} == {"0"}


def test_series_that_follow_each_other_are_associated(tmp_path):
    rng = np.random.default_rng(2)
    rate = np.exp(rng.normal(0, 0.3, 303))
    counts = [rng.poisson(40 * rate[2:302]), rng.poisson(40 * rate[:300]), rng.poisson(40, 300)]
    rows = [f"s{i},{t},{counts[i][t]}" for i in range(3) for t in range(300)]
    code, links = _run(tmp_path, "together", "series,time,observed\n" + "\n".join(rows) + "\n")
    assert code == 0
    assert [links[0][key] for key in ("kind", "first", "second", "lag", "found")] == [
        "association",
        "s0",
        "s1",
        "2",
        "1",
    ]
    assert sum(link["found"] == "1" for link in links) == 1


def test_hand_overs_show_who_returns_cases_to_whom(tmp_path):
    moves = "1,1,a,b\n1,2,b,a\n1,3,a,c\n2,1,a,b\n2,2,b,a\n2,3,a,c\n3,1,b,c\n"
    code, rows = _run(tmp_path, "handovers", "case,time,giver,taker\n" + moves)
    nodes = {row["node"]: row for row in rows}
    assert code == 0
    assert (nodes["a"]["returns"], nodes["a"]["with"], nodes["c"]["returns"]) == ("2", "b", "0")
    assert nodes["a"]["circle"] == nodes["b"]["circle"] == "1"
    assert nodes["c"]["circle"] == ""
    assert (nodes["c"]["came"], nodes["c"]["kept"]) == ("3", "1.0000")


@pytest.mark.parametrize(
    ("what", "text", "sentence"),
    [
        ("rise", "", "the file is empty; it needs a first row time,count"),
        ("rise", "time,count\n1,2\n", "there is no dimension"),
        ("rise", "time,matter,count\n1,a,x\n2,a,1\n3,a,1\n4,a,1\n5,a,1\n", "row 2, column count: “x”"),
        ("rise", "time,matter,count\n1,a,-2\n2,a,1\n3,a,1\n4,a,1\n5,a,1\n", "row 2, column count: “-2”"),
        ("rise", "time,matter,count\n1,a,2\n", "there are 1 periods"),
        ("rise", "time,matter,count\n2026-01-01,a,2\n3,a,2\n", "row 3, column time: “3” is not of the same kind"),
        ("together", "series,time,observed\na,1,2\na,2,2\n", "2 periods are too few"),
        ("handovers", "case,time,giver,taker\n1,1,,b\n", "row 2, column giver: it is empty"),
        ("handovers", "case,time,giver,taker\n1,noon,a,b\n", "row 2, column time: “noon”"),
        ("handovers", "case,time,giver,taker\n1,2026-01-01T08:00,a,b\n1,2026-01-01T08:00+08:00,b,a\n",
         "row 3, column time: “2026-01-01T08:00+08:00” is not of the same kind"),
        ("handovers", "case,time,giver,taker\n", "no other; there is nothing"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_row_and_column(tmp_path, capsys, what, text, sentence):
    assert _run(tmp_path, what, text)[0] == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        ("1,noise,east,", "1,noise,east,inf\n1,noise,east,", "row 2, column count: “inf” is not a whole number"),
        ("1,noise,east,", "1,noise, ,4\n1,noise,east,", "row 2, column place: it is empty"),
        ("\n3,", "\n30,", "column time: nothing lies between 2 and 4; write every period"),
    ],
)
def test_slips_in_a_rise_are_said(tmp_path, capsys, was, now, sentence):
    assert _run(tmp_path, "rise", _weeks(0).replace(was, now))[0] == 1
    assert sentence in capsys.readouterr().err


def test_months_are_periods_without_a_gap_and_a_month_left_out_is_said(tmp_path, capsys):
    months = [f"2026-{m:02d}-01" for m in range(1, 8)]
    rows = [f"{day},{part},9" for day in months for part in "ab"]
    assert _run(tmp_path, "rise", "time,matter,count\n" + "\n".join(rows) + "\n")[0] == 0
    rows = [row for row in rows if not row.startswith("2026-04")]
    assert _run(tmp_path, "rise", "time,matter,count\n" + "\n".join(rows) + "\n")[0] == 1
    assert "nothing lies between" in capsys.readouterr().err
