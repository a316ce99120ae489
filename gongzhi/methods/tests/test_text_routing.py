"""Routing: learns from few texts, is sure only when it may be, and is the same whatever the order of rows."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from gongzhi.methods.hot_commands import hot
from gongzhi.methods.text import files, grams, routing, tables
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.methods.text_commands import route

THINGS = {
    "道路": ["路灯不亮", "路面破损", "井盖缺失", "红绿灯坏了", "street light broken", "pothole in the road"],
    "学校": ["学校补课收费", "老师体罚学生", "食堂饭菜太差", "幼儿园招生", "school bus is late", "teacher shouted"],
    "劳动": ["拖欠工资不发", "加班没有补贴", "社保没有缴纳", "合同到期被辞退", "wages not paid", "unpaid overtime"],
}
FRAMES = ["请问{}怎么办", "我们这里{}，请处理", "反映{}的问题", "{}已经很久了", "about: {} again"]


def sample() -> tuple[list[str], list[str]]:
    """Ninety texts in three labels."""
    pairs = [(frame.format(thing), k) for k, many in THINGS.items() for thing in many for frame in FRAMES]
    random.Random(7).shuffle(pairs)
    return [text for text, _ in pairs], [label for _, label in pairs]


def trained(texts: list[str], labels: list[str]) -> routing.Model:
    return routing.train(routing.learn_space([texts]), [texts], labels, names=("text",))


@pytest.fixture(scope="module")
def model() -> routing.Model:
    return trained(*sample())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("东街路灯不亮三天了", "道路"),
        ("东街的老师体罚学生", "学校"),
        ("东街工厂拖欠工资", "劳动"),
        ("The street light near us is broken", "道路"),
        ("The wages are still not paid", "劳动"),
    ],
)
def test_route_follows_the_words_that_matter(model: routing.Model, text: str, label: str) -> None:
    assert model.route([[text]])[0][0] == label


def test_probabilities_sum_to_one_and_grow_with_evidence(model: routing.Model) -> None:
    found = model.probabilities([["路灯不亮", "嗯", "路灯不亮，路面破损，井盖缺失"]])
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert found[0].max() > found[1].max()


def test_route_says_unsure_for_scripts_and_texts_it_never_saw(model: routing.Model) -> None:
    said = model.route([["Ω≈ç√∫", "", "ꦲꦏ꧀ꦱꦫ", "路灯不亮，路面破损"]], unsure_below=0.8)
    assert [label for label, _ in said] == [routing.UNSURE] * 3 + ["道路"]


def test_order_of_rows_does_not_matter() -> None:
    texts, labels = sample()
    one, other = trained(texts, labels), trained(texts[::-1], labels[::-1])
    assert [a for a, _ in one.route([texts])] == [a for a, _ in other.route([texts])]


def test_width_case_and_digits_do_not_matter(model: routing.Model) -> None:
    same = model.probabilities([["ＷＡＧＥＳ not paid 12", "wages NOT  paid 97"]])
    assert np.allclose(same[0], same[1])


def test_scores_are_the_rows_times_the_table() -> None:
    texts, _ = sample()
    idf, table = grams.rarity(texts), np.random.default_rng(1).random((grams.CELLS, 3), np.float32)
    assert np.allclose(grams.rows(texts, idf) @ table, grams.scores(texts, idf, table), atol=1e-4)


def test_repeated_letters_fill_no_buffer() -> None:
    idf = np.ones(grams.CELLS, np.float32)
    rows = grams.rows(["a 1 " * 5000, "字" * 9000, "𠀀" * 3000, "\ud800"], idf)
    assert np.allclose(rows.multiply(rows).sum(axis=1), 1, atol=1e-4)


def test_words_of_a_label_teach_what_no_text_said() -> None:
    texts, labels = sample()
    space = routing.learn_space([[*texts, "公积金提取"]])
    plain = routing.train(space, [texts], labels, names=("text",))
    taught = routing.train(space, [texts], labels, names=("text",), words={"劳动": ["公积金 提取"]})
    at = taught.labels.index("劳动")
    assert taught.margins([["公积金提取"]])[0, at] > plain.margins([["公积金提取"]])[0, at]


def test_learn_more_turns_an_answer_and_keeps_the_others(model: routing.Model) -> None:
    assert model.route([["校车晚点"]])[0][0] == "学校"
    more = routing.learn_more(model, [["校车晚点", "校车超速"]], ["道路", "道路"], passes=10)
    texts, labels = sample()
    assert more.route([["校车晚点"]])[0][0] == "道路"
    assert routing.macro_f1(labels, [a for a, _ in more.route([texts])]) > 0.95


def test_learn_more_refuses_a_new_label(model: routing.Model) -> None:
    with pytest.raises(TextRefusal, match="Row 3 has the label “税务”"):
        routing.learn_more(model, [["一", "二"]], ["道路", "税务"])


@pytest.mark.parametrize("labels", [["道路", " "], ["道路", "道路"]])
def test_train_refuses_empty_and_single_labels(labels: list[str]) -> None:
    with pytest.raises(TextRefusal):
        trained(["一", "二"], labels)


def test_macro_f1_known_answer() -> None:
    assert routing.macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(2 / 3)
    assert routing.macro_f1(["a", "a", "b"], ["a", "a", "a"]) == pytest.approx(0.4)


def test_a_saved_model_answers_the_same_and_a_changed_one_is_refused(model: routing.Model, tmp_path) -> None:
    file = tmp_path / "m"
    mark = files.save(model, file)
    texts, _ = sample()
    assert files.load(file).route([texts]) == model.route([texts])
    assert files.save(files.load(file), tmp_path / "again") == mark
    with np.load(file) as held:
        parts = dict(held)
    parts["bias"] = parts["bias"] + 1
    with file.open("wb") as out:
        np.savez(out, **parts)
    with pytest.raises(TextRefusal, match="damaged"):
        files.load(file)


def test_load_runs_no_pickle(tmp_path) -> None:
    file = tmp_path / "m.npz"
    parts = {name: np.array([{}], dtype=object) for name in ("cells", "idf", "table", "bias", "about")}
    np.savez(file, allow_pickle=True, **parts)
    with pytest.raises(TextRefusal):
        files.load(file)
    file.write_bytes(json.dumps({}).encode())
    with pytest.raises(TextRefusal):
        files.load(file)


def written(path, header, rows, encoding="utf-8"):
    path.write_text("\n".join([",".join(header), *(",".join(row) for row in rows)]) + "\n", encoding=encoding)
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_shell_trains_predicts_and_scores(tmp_path, capsys, encoding: str) -> None:
    texts, labels = sample()
    texts = [text.replace(",", " ") for text in texts]
    rows = [(str(n), t, k) for n, (t, k) in enumerate(zip(texts, labels, strict=True))]
    file, words = written(tmp_path / "l.csv", ("id", "text", "kind"), rows, encoding), tmp_path / "w.csv"
    written(
        words, ("top", "branch", "leaf"), [("劳动", "社会保险", "医保"), ("学校", "招生", "学区"), ("道路", "桥", "灯")]
    )
    model, out = str(tmp_path / "m"), str(tmp_path / "out.csv")
    train = ["train", file, "--text", "text", "--label", "kind", "--unlabelled", str(words), "--model", model]
    assert route(train) == 0
    assert route(["predict", model, file, "--id", "id", "--text", "text", "--out", out]) == 0
    assert route(["score", out, file, "--id", "id", "--label", "kind"]) == 0
    said = capsys.readouterr()
    assert "3 labels with words" in said.err
    assert float(said.out.split("macro-F1 ")[1].split()[0]) > 0.95
    assert list(tables.read(tmp_path / "out.csv")) == ["id", "label", "probability"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"id,text\n1,a\n", "has no column “time”"),
        (b"id,text,time\n1,a\n", "row 2 has 2 fields where 3 columns are named"),
        (b"id,text,time\n1,a,\xff\xff\n", "row 2, column 3 is neither UTF-8"),
        (b"id,text,time\n1,a,2020-01-05\n2,b,soon\n", "row 3, column time: “soon” is no time"),
        (b"id,id,time\n1,a,2020-01-05\n", "names the column “id” twice"),
    ],
)
def test_shell_refuses_bad_files_with_one_sentence(tmp_path, capsys, content: bytes, words: str) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(content)
    out = tmp_path / "o.csv"
    assert hot([str(file), "--id", "id", "--text", "text", "--time", "time", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [("1", "a", "2020-01-05T08:00+08:00"), ("2", "b", "2020-01-05 09:00")],
            "row 3, column time: “2020-01-05 09:00” h",
        ),
        ([("1", "a", "2020-01-05"), ("", "b", "2020-01-06")], "row 3, column id is empty"),
    ],
)
def test_hot_refuses_mixed_zones_and_empty_ids(tmp_path, capsys, rows, words) -> None:
    file, out = written(tmp_path / "f.csv", ("id", "text", "time"), rows), str(tmp_path / "o.csv")
    assert hot([file, "--id", "id", "--text", "text", "--time", "time", "--out", out]) == 1
    assert words in capsys.readouterr().err


def test_hot_keeps_both_rows_of_an_id_and_says_so(tmp_path, capsys) -> None:
    rows = [("1", "翠湖新城搅拌站噪音", "2020-01-05"), ("1", "翠湖新城搅拌站噪音", "2020-01-06")]
    file, out = written(tmp_path / "f.csv", ("id", "text", "time"), rows), tmp_path / "o.csv"
    assert hot([file, "--id", "id", "--text", "text", "--time", "time", "--out", str(out)]) == 0
    assert "row 3, column id: “1” stands in row 2 too" in capsys.readouterr().err
    assert tables.read(out)["id"] == ["1", "1"]


def test_score_refuses_what_would_be_counted_twice_or_not_at_all(tmp_path, capsys) -> None:
    truth = written(tmp_path / "t.csv", ("id", "kind"), [("1", "道路"), ("2", "学校")])
    cases = {
        "row 3, column id: “1” is there twice": [("1", "道路", "0.9"), ("1", "学校", "0.9"), ("2", "学校", "0.9")],
        "no prediction for “2” and 0 more": [("1", "道路", "0.9")],
        "“high” is no probability": [("1", "道路", "0.9"), ("2", "学校", "high")],
    }
    for words, rows in cases.items():
        said = written(tmp_path / "p.csv", ("id", "label", "probability"), rows)
        assert route(["score", said, truth, "--id", "id", "--label", "kind"]) == 1
        assert words in capsys.readouterr().err
    said = written(tmp_path / "p.csv", ("id", "label", "probability"), [("2", "学校", "0.9"), ("1", "unsure", "0.3")])
    assert route(["score", said, truth, "--id", "id", "--label", "kind"]) == 0
    told = capsys.readouterr().out
    assert "texts 2  unsure 1" in told
    assert "macro-F1 0.5000" in told
    assert "probability 0.90  right 1.00  texts 1" in told


def test_reliability_known_answer_and_its_twin() -> None:
    told, right = [0.95] * 10 + [0.55] * 10, [True] * 9 + [False] + [True] * 6 + [False] * 4
    bins = routing.reliability(told, right)
    assert bins == [(pytest.approx(0.55), 0.6, 10), (pytest.approx(0.95), 0.9, 10)]
    assert routing.calibration_error(bins) == pytest.approx(0.05)
    assert routing.calibration_error(routing.reliability(told, [not r for r in right])) > 0.3


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_are_streamed_in_parts_that_make_up_the_whole(tmp_path, suffix) -> None:
    rows = [(str(n), f"路灯 {n}") for n in range(1050)]
    file = tmp_path / f"f.{suffix}"
    if suffix == "csv":
        written(file, ("id", "text"), rows)
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"id": [a for a, _ in rows], "text": [b for _, b in rows]}), file, row_group_size=300)
    parts = list(tables.batches(file, ["text", "id"], size=100))
    assert max(len(ids) for _, ids in parts) <= 100
    assert [one for _, ids in parts for one in ids] == [a for a, _ in rows] == tables.read(file)["id"]
    with pytest.raises(TextRefusal, match="has no column “kind”"):
        list(tables.batches(file, ["kind"]))


def test_a_table_larger_than_memory_is_refused_before_it_is_read(tmp_path) -> None:
    from gongzhi.methods import memory

    file = tmp_path / "f.csv"
    written(file, ("id", "text"), [("1", "a")])
    with file.open("r+b") as held:
        held.truncate(memory.free() * 2)
    with pytest.raises(TextRefusal, match="GB of memory"):
        tables.read(file)


def test_new_topics_are_named_with_keywords_and_voices(tmp_path, capsys) -> None:
    texts, labels = sample()
    known = written(tmp_path / "l.csv", ("text", "kind"), list(zip(texts, labels, strict=True)))
    model = str(tmp_path / "m")
    assert route(["train", known, "--text", "text", "--label", "kind", "--model", model]) == 0
    fresh = ["ПриветΩ 飞碟降落湖心岛", "湖心岛飞碟降落 ΩΩ", "路灯不亮 路面破损", "路灯不亮 井盖缺失"]
    rows = [(f"m{n}", text, f"2020-01-0{n + 1}") for n, text in enumerate(fresh)]
    file, new = written(tmp_path / "f.csv", ("id", "text", "time"), rows), tmp_path / "new.csv"
    words = [file, "--id", "id", "--text", "text", "--time", "time", "--out", str(tmp_path / "o.csv")]
    assert hot([*words, "--model", model, "--new", str(new)]) == 0
    told = tables.read(new)
    assert len(told["issue"]) == 1
    assert "飞碟" in told["title"][0]
    assert "飞碟降落" in told["keywords"][0]
    assert set(told["voices"][0].split()) == {"m0", "m1"}
    assert float(told["covered"][0]) < 0.5
    assert hot([*words, "--new", str(new)]) == 2
    assert "--new needs --model" in capsys.readouterr().err


def test_shell_answers_an_empty_table_with_an_empty_table(tmp_path) -> None:
    file, out = written(tmp_path / "f.csv", ("id", "text", "time"), []), tmp_path / "o.csv"
    assert hot([file, "--id", "id", "--text", "text", "--time", "time", "--out", str(out)]) == 0
    assert out.read_text().splitlines() == ["issue,rank,heat,title,id,same"]
