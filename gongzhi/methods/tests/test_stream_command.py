"""`gongzhi detect --method stream|bursts`: bursts planted in files of events, quiet twins, bad files in a sentence."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.methods.commands import detect
from gongzhi.methods.stream import bursts

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 1, 5, tzinfo=ZONE)


def run(tmp_path, lines, method, *words, head="series,time"):
    file = tmp_path / "events.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    words = ("--zone", "Asia/Shanghai", *words)
    code = detect(["--method", method, "--input", str(file), "--out", str(tmp_path / "out.csv"), *words])
    return code, list(csv.DictReader((tmp_path / "out.csv").open())) if code == 0 else []


def moments(extra):
    """Six weeks of two series, about eight events a day; `extra` events of one hour of the 40th day at 15:00."""
    rng = np.random.default_rng(4)
    rows = [("ab"[k % 2], BEGIN + timedelta(seconds=int(s))) for k, s in enumerate(rng.uniform(0, 42 * 86400, 340))]
    at = BEGIN + timedelta(days=40, hours=15)
    rows += [("a", at + timedelta(minutes=60 * k / max(extra, 1))) for k in range(extra)]
    return [f"{name},{when.isoformat()}" for name, when in sorted(rows, key=lambda row: row[1])]


def test_a_burst_is_told_within_its_hour_and_a_quiet_file_tells_nothing(tmp_path):
    code, rows = run(tmp_path, moments(25), "stream", "--last", "14", "--budget", "0.05")
    assert code == 0
    assert list(rows[0])[-1] == "since"
    told = [row for row in rows if row["time"].startswith("2026-02-14T15")]
    assert told[0]["series"] == "a"
    assert int(told[0]["upperbound"]) == int(told[0]["observed"]) - 1
    assert float(told[0]["observed"]) > 1.5 * float(told[0]["expected"])
    assert run(tmp_path, moments(0), "stream", "--last", "14", "--budget", "0.05") == (0, [])


def test_events_told_as_a_number_are_as_many_rows(tmp_path):
    one = run(tmp_path, moments(25), "stream", "--last", "14")[1]
    counted = [f"{line},1" for line in moments(25)]
    assert run(tmp_path, counted, "stream", "--last", "14", head="series,time,observed")[1] == one
    zeros = [cell for line in counted for cell in (line, f"{line[:-1]}0")]
    assert run(tmp_path, zeros, "stream", "--last", "14", head="series,time,observed")[1] == one


def entered(origin):
    """Forty days of six events from two offices in turn, and thirty on the last from `origin`."""
    days = [(BEGIN + timedelta(days=d)).date() for d in range(40)]
    lines = [f"a,{day},{'north' if k % 2 else 'south'}" for day in days for k in range(6)]
    offices = ["north", "south"] if origin == "all" else [origin]
    return [*lines, *(f"a,{days[-1]},{offices[k % len(offices)]}" for k in range(60))]


@pytest.mark.parametrize(("origin", "alarm", "bulk"), [("all", "1", ""), ("archive", "0", "archive")])
def test_a_pile_of_one_unusual_office_is_named_and_no_alarm_a_burst_of_all_is_one(tmp_path, origin, alarm, bulk):
    code, rows = run(tmp_path, entered(origin), "bursts", "--last", "3", head="series,time,origin")
    assert code == 0
    assert [(row["observed"], row["alarm"], row["bulk_entry"]) for row in rows] == [
        ("6", "0", ""), ("6", "0", ""), ("66", alarm, bulk),
    ]  # fmt: skip
    assert int(rows[-1]["upperbound"]) < 66


@given(st.floats(0.05, 40), st.sampled_from([1.0, 1.7, 4.0]), st.sampled_from([0.003, 0.02]))
def test_the_highest_usual_count_is_none_of_a_burst_and_one_more_is(mean, spread, alpha):
    bound = bursts.highest(mean, spread, alpha)
    assert bursts.tail(bound + 1, mean, spread) < alpha
    assert bound == 4 or bursts.tail(bound, mean, spread) >= alpha


@pytest.mark.parametrize(
    ("lines", "words", "sentence"),
    [
        ([], ("stream",), "no other"),
        (["a,2026-03-02"], ("stream",), "row 2, column time: 2026-03-02 is a day"),
        (["a,monday"], ("bursts",), "row 2, column time: “monday” is no moment"),
        (["a,2026-03-02T10:00", "a,2026-03-02T09:00"], ("stream",), "row 3, column time"),
        (["a,2026-03-02T10:00", "a,2026-03-02T11:00+08:00"], ("stream",), "row 3, column time: moments with"),
        ([",2026-03-02T10:00"], ("stream",), "row 2, column series: it is empty"),
        (["a,2026-03-02", "a,2026-03-04"], ("bursts",), "3 days are in the file"),
        (["a,2026-03-02T10:00"], ("stream", "--zone", "Mars"), "“Mars” is no zone"),
        (moments(0), ("stream", "--holidays", "QQ"), "no holidays of “QQ” are known"),
    ],
)  # fmt: skip
def test_a_bad_file_of_events_is_refused_in_a_sentence(tmp_path, capsys, lines, words, sentence):
    assert run(tmp_path, lines, words[0], *words[1:])[0] == 1
    assert sentence in capsys.readouterr().err
