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
    rows = [f"P{i},2026-05-{d:02d},{rng.poisson(2)}" for i in range(25) for d in range(1, 29)]
    return rows + [f"P7,2026-05-{d:02d},{more}" for d in (27, 28)]


@pytest.mark.parametrize("model", ["permutation", "poisson"])
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
    ],
)
def test_a_bad_row_is_named(tmp_path, capsys, row, sentence):
    assert run(_files(tmp_path, [row])) == 1
    assert sentence in capsys.readouterr().err
