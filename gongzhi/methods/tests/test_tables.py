"""The shared reader of plain files: slips are said with row and column, nothing is dropped, large files are refused."""

import csv
import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods import memory
from gongzhi.methods.tables import BadTable, encoding, fault_said, months, read_counts, rows, step, write

HEAD = "series,time,observed\n"


def _file(folder, text, coded="utf-8"):
    file = folder / "counts.csv"
    file.write_bytes(text.encode(coded))
    return file


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.lists(st.integers(0, 10**6), min_size=2, max_size=12), min_size=1, max_size=4),
    first=st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 1, 1)), days=st.sampled_from([1, 7, 10]),
    mixed=st.booleans(),
)  # fmt: skip
def test_what_is_written_is_read_back_whole_and_in_order(tmp_path_factory, counts, first, days, mixed):
    lines = [(f"街道 {k}", first + datetime.timedelta(days=days * t), value)
             for k, one in enumerate(counts) for t, value in enumerate(one)]  # fmt: skip
    if mixed:  # series may be written in turns
        lines.sort(key=lambda line: line[1])
    file = tmp_path_factory.mktemp("t") / "c.csv"
    write(file, ("series", "time", "observed"), lines)
    got = {series.name: series for series in read_counts(file)}
    assert sorted(got) == [f"街道 {k}" for k in range(len(counts))]
    for k, one in enumerate(counts):
        assert got[f"街道 {k}"].counts.tolist() == one
        assert step(got[f"街道 {k}"]) == days


@pytest.mark.parametrize("coded", ["utf-8", "utf-8-sig", "gb18030"])
def test_names_are_read_in_either_encoding(tmp_path, coded):
    file = _file(tmp_path, HEAD + "噪声,1,4\n噪声,2,5\n", coded)
    assert read_counts(file)[0].name == "噪声"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + "a,1,\n", "row 2, column observed: it is empty; write 0"),
        (HEAD + ",1,2\n", "row 2, column series: it is empty"),
        (HEAD + "a,1,nan\n", "row 2, column observed: nan is not a whole number"),
        (HEAD + "a,1,1e300\n", "row 2, column observed: 1e300 is more than can be counted"),
        (HEAD + "a,99999999999999999999,1\n", "row 2, column time: 99999999999999999999 is no number of a period"),
        (HEAD + "a,2026-03-29T02:30+01:00,1\n", "row 2, column time: “2026-03-29T02:30+01:00” is a moment"),
        (HEAD + "a,2026-03-29 02:30,1\n", "row 2, column time: “2026-03-29 02:30” is a moment"),
        (HEAD + "a,2026-02-30,1\n", "row 2, column time: “2026-02-30” is neither"),
        (HEAD + "a,1,1\nb,1,1\na,3,1\n", "row 4, column time: series a jumps from 1 to 3"),
        (HEAD + "a,1,1\na,2,1\na,1,7\n", "row 4, column time: series a has 1 twice, first in row 2"),
        (HEAD + "a,2,1\na,3,1\na,1,7\n", "row 4, column time: 1 comes after 3; sort series a by time"),
        (HEAD + "a,2026-01-31,1\na,2026-02-28,2\na,2026-04-30,3\n", "series a jumps from 2026-02-28 to 2026-04-30"),
        ("series,time,observed,time\na,1,1,1\n", "row 1: the column time is there twice"),
        ("\n", "the file is empty"),
    ],
)
def test_a_slip_is_said_with_row_and_column(tmp_path, text, sentence):
    with pytest.raises(BadTable) as told:
        read_counts(_file(tmp_path, text))
    assert sentence in str(told.value)


def test_bytes_of_no_encoding_are_named_by_row_and_column(tmp_path):
    file = tmp_path / "c.csv"
    file.write_bytes(HEAD.encode() + b"a,1,2\nb,2,\xff\xff\n")
    with pytest.raises(BadTable, match="row 3, column 3 is neither UTF-8 nor GB 18030"):
        encoding(file)
    file.write_bytes(HEAD.encode() + b"a,1,2\n")
    assert encoding(file) == "utf-8-sig"


def test_a_letter_cut_by_the_end_of_a_chunk_is_no_fault(tmp_path):
    text = HEAD + "a" * ((1 << 20) - len(HEAD) - 1) + "噪,1,2\n"
    assert encoding(_file(tmp_path, text)) == "utf-8-sig"
    assert encoding(_file(tmp_path, text, "gb18030")) == "gb18030"


@pytest.mark.parametrize(
    ("days", "monthly"),
    [
        (["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"], True),
        (["2025-01-15", "2025-02-15", "2025-03-15"], True),
        (["2025-01-01", "2025-01-29", "2025-02-26", "2025-03-26"], False),  # every fourth week
        (["2025-01-01", "2025-01-02"], False),
    ],
)
def test_months_are_told_from_every_fourth_week(tmp_path, days, monthly):
    assert months([datetime.date.fromisoformat(day) for day in days]) == monthly
    series = read_counts(_file(tmp_path, HEAD + "".join(f"a,{day},1\n" for day in days)))[0]
    assert (step(series) == 0) == monthly


def test_a_file_larger_than_memory_is_refused_before_it_is_read(tmp_path):
    file = _file(tmp_path, HEAD + "a,1,2\n")
    assert len(read_counts(file)) == 1
    with file.open("r+b") as held:
        held.truncate(memory.free() * 2)  # no byte of it is on the disk
    with pytest.raises(BadTable, match=r"GB of memory, .* are free; split it by series"):
        read_counts(file)


def test_side_files_are_refused_by_their_name_and_read_line_by_line(tmp_path):
    file = tmp_path / "side.csv"
    file.write_text('place,note\na,"two\nlines"\nb,x\n')
    assert list(rows(file, ("place",))) == [(3, {"place": "a", "note": "two\nlines"}), (4, {"place": "b", "note": "x"})]
    with pytest.raises(BadTable, match=r"side\.csv row 1: the column day is missing; there are place, note"):
        list(rows(file, ("day",), name=file.name))
    with pytest.raises(BadTable, match=r"none\.csv: No such file"):
        list(rows(tmp_path / "none.csv", ("day",)))


def test_nothing_is_left_of_a_file_whose_rows_fail(tmp_path):
    def broken():
        yield [1]
        raise BadTable("no")

    with pytest.raises(BadTable):
        write(tmp_path / "out.csv", ["a"], broken())
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "out.csv", ["a"], [[1], [2]])
    assert list(csv.reader((tmp_path / "out.csv").open())) == [["a"], ["1"], ["2"]]
    with pytest.raises(FileNotFoundError) as told:
        write(tmp_path / "nowhere" / "out.csv", ["a"], [])
    assert "there is no such folder" in fault_said("gongzhi x", tmp_path, told.value)


def test_a_million_rows_take_less_memory_than_is_asked_for(tmp_path):
    import tracemalloc

    file = _file(tmp_path, HEAD + "".join(f"{s},{t},{t % 9}\n" for s in range(20) for t in range(1000)))
    read_counts(file)
    tracemalloc.start()
    got = read_counts(file)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.sum([len(series.counts) for series in got]) == 20_000
    assert most < 12 * file.stat().st_size


def _packed(folder, columns, name="counts.parquet"):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), folder / name)
    return folder / name


@settings(max_examples=20, deadline=None)
@given(
    counts=st.lists(st.integers(0, 10**6), min_size=2, max_size=30),
    kind=st.sampled_from(["date", "moment", "text", "whole"]), name=st.sampled_from(["a.parquet", "a.csv"]),
)  # fmt: skip
def test_parquet_says_the_same_as_the_csv_of_its_rows(tmp_path_factory, counts, kind, name):
    folder = tmp_path_factory.mktemp("p")
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=k) for k in range(len(counts))]
    times = {
        "date": days, "moment": [datetime.datetime.combine(day, datetime.time()) for day in days],
        "text": [str(day) for day in days], "whole": list(range(len(counts))),
    }[kind]  # fmt: skip
    packed = _packed(folder, {"series": ["街"] * len(counts), "time": times, "observed": counts}, name)
    written = times if kind == "whole" else days
    write(folder / "b.csv", ("series", "time", "observed"), [("街", *row) for row in zip(written, counts, strict=True)])
    one, other = read_counts(packed)[0], read_counts(folder / "b.csv")[0]
    assert (one.name, one.times, one.dates) == (other.name, other.times, other.dates)
    assert one.counts.tolist() == other.counts.tolist()


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"observed": [4, None]}, "row 3, column observed: it is empty; write 0"),
        ({"observed": [4.0, float("nan")]}, "row 3, column observed: it is empty"),
        ({"observed": [4.0, 2.5]}, "row 3, column observed: 2.5 is not a whole number"),
        ({"time": [1, 1]}, "row 3, column time: series a has 1 twice, first in row 2"),
        ({"time": [datetime.datetime(2026, 3, 2, 9, 30)] * 2}, "“2026-03-02 09:30:00” is a moment"),
        ({"series": [b"\xc4\xe3", b"\xff\xff"]}, "row 3, column series is neither UTF-8 nor GB 18030"),
    ],
)
def test_slips_in_parquet_are_said_as_in_csv(tmp_path, columns, sentence):
    file = _packed(tmp_path, {"series": ["a", "a"], "time": [1, 2], "observed": [3, 4], **columns})
    with pytest.raises(BadTable) as told:
        read_counts(file)
    assert sentence in str(told.value)


def test_what_is_no_parquet_or_lacks_a_column_is_said(tmp_path):
    file = tmp_path / "broken.parquet"
    file.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(BadTable, match="no Parquet file, or its end is missing"):
        read_counts(file)
    with pytest.raises(BadTable, match=r"row 1: the column observed is missing; there are series, time"):
        read_counts(_packed(tmp_path, {"series": ["a"], "time": [1]}))
    whole = _packed(tmp_path, {"series": ["a"] * 9, "time": list(range(9)), "observed": [1] * 9})
    whole.write_bytes(whole.read_bytes()[:-30])
    with pytest.raises(BadTable, match="no Parquet file"):
        read_counts(whole)


@pytest.mark.parametrize(("mark", "said"), [(";", "semicolons"), ("\t", "tabs")])
def test_cells_that_are_not_set_apart_by_commas_are_recognised(tmp_path, mark, said):
    with pytest.raises(BadTable, match=f"by commas here, not by {said}"):
        read_counts(_file(tmp_path, HEAD.replace(",", mark) + "a;1;2\n"))


def test_a_quotation_mark_left_open_is_named_as_what_it_may_be(tmp_path):
    with pytest.raises(BadTable, match="perhaps a quotation mark is not closed"):
        read_counts(_file(tmp_path, HEAD + 'a,1,2\n"b,1,2\n' + "b,2,2\n" * 40_000))
