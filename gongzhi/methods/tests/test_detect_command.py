"""`gongzhi detect`: whole files, and every bad one in a sentence with row and column."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from gongzhi.methods.commands import detect, of_table
from gongzhi.methods.counts import festivals
from gongzhi.methods.simulator import rough
from gongzhi.methods.tables import BadTable


def written(path, rows, head="series,time,observed"):
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def weekly(n=320, series="a"):
    return [f"{series},{t},{5 + t % 3}" for t in range(1, n + 1)]


def run(tmp_path, rows, *words, head="series,time,observed"):
    file = written(tmp_path / "counts.csv", rows, head)
    return detect(["--input", str(file), "--out", str(tmp_path / "alarms.csv"), *words])


def test_detect_writes_one_row_for_each_asked_period(tmp_path):
    rows = weekly()
    rows[-1] = "a,320,60"
    assert run(tmp_path, rows, "--method", "farrington", "--config", "noufaily", "--years", "4", "--last", "3") == 0
    out = list(csv.DictReader((tmp_path / "alarms.csv").open()))
    assert list(out[0]) == ["series", "time", "observed", "expected", "upperbound", "alarm"]
    assert [(row["time"], row["alarm"]) for row in out] == [("318", "0"), ("319", "0"), ("320", "1")]


@pytest.mark.parametrize(
    ("method", "config"),
    [
        ("ears", "C1"),
        ("ears", "C3"),
        ("bayes", "2"),
        ("rki", "3"),
        ("cdc", "stroup"),
        ("calibrated", "pair"),
        ("cusum", "rossi"),
        ("cusum", "anscombeNegBin-glm"),
        ("cusum", "standard-glm"),
        ("glr", "poisson"),
        ("glr", "negative-binomial"),
        ("glr", "negative-binomial-known"),
        ("outbreakp", "isotonic"),
        ("shiryaev-roberts", "double"),
    ],
)
def test_every_method_finds_a_burst_and_is_quiet_without(tmp_path, method, config):
    rows = weekly()
    words = ("--method", method, "--config", config, "--last", "1")
    assert run(tmp_path, rows, *words) == 0
    assert (tmp_path / "alarms.csv").read_text().endswith(",0\n")
    rows[-1] = "a,320,200"
    assert run(tmp_path, rows, *words) == 0
    assert (tmp_path / "alarms.csv").read_text().endswith(",1\n")


@pytest.mark.parametrize(
    ("rows", "head", "sentence"),
    [
        ([], "series,time,observed", "no other"),
        (["a,1,3"], "series,when,observed", "row 1: the column time is missing"),
        (["a,1,3", "a,2,-4"], "series,time,observed", "row 3, column observed: -4 is negative"),
        (["a,1,3", "a,2,1.5"], "series,time,observed", "row 3, column observed: 1.5 is not a whole number"),
        (["a,1,3", "a,2,many"], "series,time,observed", "row 3, column observed: “many” is not a number"),
        (
            ["a,1,3", "a,2,3", "a,2,4"],
            "series,time,observed",
            "row 4, column time: series a has 2 twice",
        ),
        (["a,2,3", "a,1,3"], "series,time,observed", "row 3, column time: 1 comes after 2"),
        (["a,1,3", "a,2,3", "a,5,3"], "series,time,observed", "row 4, column time: series a jumps from 2 to 5"),
        (["a,1,3", "a,2026-03-02,3"], "series,time,observed", "row 3, column time: dates and whole numbers"),
        (["a,monday,3"], "series,time,observed", "row 2, column time: “monday” is neither"),
        (["a,1"], "series,time,observed", "row 2: it has "),
        (["a,1,3,0"], "series,time,observed,population", "row 2, column population: 0 is not above 0"),
    ],
)
def test_a_bad_file_is_refused_with_row_and_column(tmp_path, capsys, rows, head, sentence):
    assert run(tmp_path, rows, head=head) == 1
    assert sentence in capsys.readouterr().err


def test_an_empty_and_an_absent_file_are_refused(tmp_path, capsys):
    (tmp_path / "empty.csv").write_text("")
    assert detect(["--input", str(tmp_path / "empty.csv"), "--out", str(tmp_path / "o.csv")]) == 1
    assert "the file is empty" in capsys.readouterr().err
    assert detect(["--input", str(tmp_path / "none.csv"), "--out", str(tmp_path / "o.csv")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_the_configurations_without_trend_and_without_weights_differ_from_the_usual_one_and_from_each_other(tmp_path):
    rows = [f"a,{t},{5 + t // 40 + (40 if t in (200, 210) else 0)}" for t in range(1, 321)]
    bounds = set()
    for config in ("noufaily", "noufaily-no-trend", "noufaily-no-weights"):
        assert run(tmp_path, rows, "--config", config, "--last", "1") == 0
        bounds.add((tmp_path / "alarms.csv").read_text().splitlines()[1])
    assert len(bounds) == 3


def test_too_short_a_past_is_said(tmp_path, capsys):
    assert run(tmp_path, weekly(100), "--last", "5") == 1
    assert "needs 263 periods" in capsys.readouterr().err


def test_a_series_too_young_is_named_beside_those_judged_and_alone_it_is_refused(tmp_path, capsys):
    assert run(tmp_path, [*weekly(320), "young,319,4", "young,320,4"]) == 0
    assert "1 of 2 series not judged: farrington needs 263 periods" in capsys.readouterr().err
    assert run(tmp_path, ["young,1,4", "young,2,4"]) == 1
    assert "no series can be judged: farrington needs 263 periods" in capsys.readouterr().err


def test_a_series_without_a_case_is_named_beside_those_a_chart_can_judge_and_alone_it_is_refused(tmp_path, capsys):
    empty = [f"none,{t},0" for t in range(1, 321)]
    assert run(tmp_path, [*weekly(320), *empty], "--method", "glr", "--last", "3") == 0
    assert "1 of 2 series not judged: series none has no case in the 317 periods" in capsys.readouterr().err
    assert len((tmp_path / "alarms.csv").read_text().splitlines()) == 4
    assert run(tmp_path, empty, "--method", "glr", "--last", "3") == 1
    assert "no series can be judged" in capsys.readouterr().err


def test_a_notebook_gives_an_arrow_table_and_gets_what_the_shell_writes(tmp_path):
    pa = pytest.importorskip("pyarrow")
    rows = [*weekly(320), *weekly(319, "b"), "b,320,90"]
    cells = [row.split(",") for row in rows]
    table = pa.table({"series": [c[0] for c in cells], "time": [int(c[1]) for c in cells],
                      "observed": [float(c[2]) for c in cells]})  # fmt: skip
    got = of_table(table, method="farrington", years=4, last=2).to_pylist()
    assert run(tmp_path, rows, "--years", "4", "--last", "2") == 0
    written_ = list(csv.DictReader((tmp_path / "alarms.csv").open()))
    assert [(row["series"], row["time"], str(row["observed"]), str(int(row["alarm"]))) for row in got] == [
        (row["series"], row["time"], row["observed"], row["alarm"]) for row in written_
    ]
    assert [float(row["upperbound"]) for row in written_] == [row["upperbound"] for row in got]
    assert [row["alarm"] for row in got] == [False, False, False, True]


def test_a_notebook_is_refused_in_the_sentences_of_the_shell():
    pa = pytest.importorskip("pyarrow")
    bad = pa.table({"series": ["a", "a"], "time": [1, 2], "observed": [3, -1]})
    with pytest.raises(BadTable, match="row 3, column observed: -1 is negative"):
        of_table(bad)
    with pytest.raises(ValueError, match="no option lst"):
        of_table(bad, lst=3)
    with pytest.raises(ValueError, match="--config of ears"):
        of_table(bad, method="ears", config="C9")
    with pytest.warns(UserWarning, match="1 of 2 series not judged"):
        of_table(pa.table({"series": ["a"] * 320 + ["b"] * 2, "time": [*range(320), 8, 9], "observed": [1] * 322}))


def many(burst):
    rows = [row for n in range(30) for row in weekly(series=f"s{n:02d}")]
    rows[319] = f"s00,320,{burst}"
    return rows


@pytest.mark.parametrize("words", [("--budget", "1"), ("--fdr", "0.1")])
def test_a_budget_over_all_series_tells_the_burst_and_nothing_else(tmp_path, capsys, words):
    for burst, told in ((60, 1), (6, 0)):
        assert run(tmp_path, many(burst), "--method", "calibrated", "--last", "4", *words) == 0
        out = list(csv.DictReader((tmp_path / "alarms.csv").open()))
        assert len(out) == 120
        assert [row["series"] for row in out if row["alarm"] == "1"] == ["s00"] * told
    assert "budget" not in words[0] or "1 false findings a month over 30 series" in capsys.readouterr().err


def test_a_budget_needs_believable_p_values(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(tmp_path, weekly(), "--method", "farrington", "--budget", "3")
    assert "--method calibrated" in capsys.readouterr().err


def festive():
    """Weeks from 6 January 2014 of about 30; two thirds less in the week of the Lunar New Year, whenever it is."""
    mondays = [date(2014, 1, 6) + timedelta(days=7 * week) for week in range(590)]
    free = {day + timedelta(days=k) for day in rough.NEW_YEARS for k in range(7)}
    shares = festivals.shares(mondays, free)
    return [
        f"a,{day},{round(30 * (1 - 0.7 * off)) + k % 3}"
        for k, (day, off) in enumerate(zip(mondays, shares, strict=True))
    ]


def test_holidays_of_a_country_are_expected_where_its_calendar_has_them(tmp_path):
    expected = []
    for words in ((), ("--holidays", "CN")):
        assert run(tmp_path, festive(), "--method", "calibrated", "--last", "15", *words) == 0
        rows = {row["time"]: float(row["expected"]) for row in csv.DictReader((tmp_path / "alarms.csv").open())}
        expected.append((rows["2025-01-27"], rows["2025-03-17"]))
    assert expected[1][0] < 0.75 * expected[0][0]
    assert expected[1][1] == pytest.approx(expected[0][1], rel=0.1)


def test_holidays_need_dates_and_a_country_that_is_known(tmp_path, capsys):
    assert run(tmp_path, weekly(), "--method", "calibrated", "--last", "3", "--holidays", "CN") == 1
    assert "--holidays needs dates" in capsys.readouterr().err
    assert run(tmp_path, festive(), "--method", "calibrated", "--last", "3", "--holidays", "QQ") == 1
    assert "no holidays of “QQ” are known" in capsys.readouterr().err
