"""Labels in a tree: a branch is as likely as its leaves together, and is the answer where no leaf is sure."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.methods.text import tree
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.methods.text_commands import route

LEAVES = ("道路 › 坑洼", "道路 › 路灯", "学校 › 招生", "学校 › 食堂")


class Told:
    """A router that says these probabilities."""

    labels = LEAVES

    def __init__(self, *rows):
        self.rows = np.array(rows, np.float32)

    def probabilities(self, _fields):
        return self.rows

    def route(self, _fields, unsure_below):
        raise AssertionError("a tree is asked for its branches")


def test_an_unsure_leaf_leaves_its_branch_and_an_unsure_branch_leaves_nothing():
    model = Told([0.7, 0.1, 0.1, 0.1], [0.45, 0.4, 0.1, 0.05], [0.3, 0.2, 0.3, 0.2])
    assert tree.route(model, [["a", "b", "c"]], 0.6) == [
        ("道路 › 坑洼", pytest.approx(0.7)), ("道路", pytest.approx(0.85)), ("unsure", pytest.approx(0.3)),
    ]  # fmt: skip
    assert [label for label, _ in tree.route(model, [["a", "b", "c"]], 0.3)] == [LEAVES[0], LEAVES[0], LEAVES[0]]


@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), st.floats(0.05, 1))
def test_an_answer_is_never_less_likely_than_asked_and_never_less_likely_than_the_best_leaf(weights, asked):
    leaves = np.array(weights) / sum(weights)
    label, p = tree.route(Told(leaves), [["a"]], asked)[0]
    assert label == "unsure" or p >= asked - 1e-6
    assert p >= leaves.max() - 1e-6


def test_columns_make_paths_and_a_label_with_the_mark_is_refused():
    assert tree.joined([["道路", "学校"], ["坑洼", "招生"]]) == [LEAVES[0], LEAVES[2]]
    with pytest.raises(TextRefusal, match="Row 3"):
        tree.joined([["道路", "学 › 校"], ["坑洼", "招生"]])


def test_what_is_right_is_counted_at_every_depth():
    said = [LEAVES[0], LEAVES[0], "学校", "unsure"]
    assert tree.by_depth([LEAVES[0], LEAVES[1], LEAVES[2], LEAVES[3]], said) == {1: (3, 3), 2: (2, 1)}
    assert tree.by_depth(["道路"], ["学校"]) == {}


def written(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return str(path)


def test_a_router_of_a_tree_is_trained_used_and_scored_from_the_shell(tmp_path, capsys):
    words = {
        LEAVES[0]: "路面坑洼积水难走",
        LEAVES[1]: "路灯不亮晚上漆黑",
        LEAVES[2]: "小学招生学位不够",
        LEAVES[3]: "食堂饭菜又冷又贵",
    }
    rows = [(str(k), f"{words[leaf]}{k}", *leaf.split(" › ")) for k, leaf in enumerate(LEAVES * 8)]
    rows.append(("3", rows[3][1], *LEAVES[3].split(" › ")))  # the same message twice, in both files
    file = written(tmp_path / "l.csv", ("id", "text", "label1", "label2"), rows)
    model, out = str(tmp_path / "m"), str(tmp_path / "p.csv")
    assert route(["train", file, "--text", "text", "--label", "label1,label2", "--model", model]) == 0
    assert route(["predict", model, file, "--id", "id", "--text", "text", "--out", out]) == 0
    assert route(["score", out, file, "--id", "id", "--label", "label1,label2"]) == 0
    said = capsys.readouterr().out
    assert "texts 33" in said
    assert "level 1  answered 33  right 1.0000" in said
    taxonomy = written(
        tmp_path / "t.csv", ("l1", "l2", "l3"), [(*leaf.split(" › "), words[leaf][:4]) for leaf in LEAVES]
    )
    more = ("--unlabelled", taxonomy, "--model", model)
    assert route(["train", file, "--text", "text", "--label", "label1,label2", *more]) == 0
    assert "4 labels with words" in capsys.readouterr().err
