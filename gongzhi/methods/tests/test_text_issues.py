"""Hot issues: one trouble in many words is one issue; the hottest is the one that most different people raise."""

from __future__ import annotations

import math
import os
import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods.hot_commands import hot
from gongzhi.methods.text import issues, tables
from gongzhi.methods.text.phrases import Cutter
from gongzhi.methods.text.refusing import TextRefusal

TOLD = {
    "mixer": [
        "翠湖新城旁边的搅拌站半夜噪音大",
        "搅拌站粉尘污染翠湖新城小区",
        "翠湖新城搅拌站何时搬走",
        "投诉翠湖新城附近搅拌站",
    ],
    "parking": ["紫薇苑捆绑销售车位", "紫薇苑强制买车位违规", "买紫薇苑的房必须捆绑车位"],
    "bus": ["The bus 7 to Riverside never comes", "Riverside bus 7 is always late"],
    "": ["办理护照需要什么材料", "图书馆几点开门", "请增加公园的长椅", "where can I register my dog"],
}


def told(copies: int = 1) -> tuple[issues.Messages, dict[str, str]]:
    """Messages and the trouble behind each id."""
    rows = [(name, text) for name, many in TOLD.items() for text in many for _ in range(copies)]
    ids = [f"m{n:03}" for n in range(len(rows))]
    messages = issues.Messages(
        ids, [[text for _, text in rows]], np.arange(len(rows), dtype=float), people=[f"p{n}" for n in range(len(rows))]
    )
    return messages, dict(zip(ids, (name for name, _ in rows), strict=True))


def shuffled(messages: issues.Messages, seed: int) -> issues.Messages:
    order = list(range(len(messages.ids)))
    random.Random(seed).shuffle(order)
    return issues.Messages(
        [messages.ids[k] for k in order],
        [[field[k] for k in order] for field in messages.fields],
        messages.times[order],
        people=[messages.people[k] for k in order],
    )


def grouped(messages: issues.Messages) -> list[tuple[list[str], float]]:
    return [(sorted(messages.ids[at] for at in i.members), round(i.heat, 9)) for i in issues.find(messages)]


def test_find_fuses_wordings_and_keeps_troubles_apart() -> None:
    messages, truth = told()
    found = [{truth[messages.ids[at]] for at in issue.members} for issue in issues.find(messages)]
    sizes = [len(issue.members) for issue in issues.find(messages)]
    assert found == [{"mixer"}, {"parking"}, {"bus"}]
    assert sizes == [4, 3, 2]


def test_order_of_rows_does_not_matter() -> None:
    messages, _ = told()
    assert grouped(messages) == grouped(shuffled(messages, 3)) == grouped(shuffled(messages, 4))


def test_the_same_message_twice_is_one_issue_of_two() -> None:
    messages, truth = told(copies=2)
    for issue in issues.find(messages):
        assert len(issue.members) % 2 == 0
    members = [at for issue in issues.find(messages) for at in issue.members]
    assert len(members) == len(set(members)) == len(truth)


def test_one_person_writing_often_is_cooler_than_many_people() -> None:
    messages, _ = told()
    alone = issues.Messages(messages.ids, messages.fields, messages.times, people=["p"] * len(messages.ids))
    assert issues.heat(alone, range(4)) < issues.heat(messages, range(4))


def test_heat_known_answer_and_its_parts() -> None:
    messages = issues.Messages(
        ["a", "b", "c"],
        [["x", "x", "x"]],
        np.array([0.0, 99.0, 100.0]),
        people=["p", "q", "q"],
        places=["1", "2", "2"],
        likes=np.array([1.0, 2.0, 0.0]),
        answered=[True, False, False],
    )
    wanted = math.log(3) + 0.5 * math.log(4) + 0.5 * math.log(3) + 0.3 * math.log(2) + 0.2 * math.log(101) + 1 / 3
    assert issues.heat(messages, [0, 1, 2]) == pytest.approx(wanted)
    assert issues.heat(messages, [0, 1]) < wanted


def test_time_parts_what_words_join() -> None:
    texts = ["紫薇苑捆绑销售车位", "紫薇苑捆绑销售车位", "办理护照需要什么材料"]
    near = issues.Messages(["a", "b", "c"], [texts], np.array([0.0, 10.0, 5.0]))
    far = issues.Messages(["a", "b", "c"], [texts], np.array([0.0, 3650.0, 5.0]))
    assert len(issues.find(near)) == 1
    assert issues.find(far) == []


def test_keywords_come_with_voices_that_hold_them() -> None:
    messages, _ = told()
    for issue in issues.find(messages):
        assert issue.keywords
        for word, voices in issue.keywords:
            assert voices
            assert all(word in messages.fields[0][at].lower() for at in voices)


def test_uncovered_names_issues_no_matter_covers() -> None:
    messages, _ = told()
    found = issues.find(messages)
    sure = np.full(len(messages.ids), 0.9, np.float32)
    sure[list(found[1].members)] = 0.2
    assert issues.uncovered(sure, found) == [found[1]]


def test_days_reads_common_forms_and_zones() -> None:
    assert issues.days(["1970-01-02", "1970/1/2 6:00"], "time", Path("f")) == pytest.approx([1, 1.25])
    summer = ["1970-01-02T06:00:00+08:00", "1970-01-02T06:00:00+09:00"]
    assert issues.days(summer, "time", Path("f")) == pytest.approx([1.25 - 8 / 24, 1.25 - 9 / 24])
    with pytest.raises(TextRefusal, match="row 3, column time: “1970-01-02” has no zone and the rows before have one"):
        issues.days([summer[0], "1970-01-02"], "time", Path("f"))
    with pytest.raises(TextRefusal, match="row 2, column time"):
        issues.days(["1970-13-02"], "time", Path("f"))


def test_empty_and_blank_messages_make_no_issue() -> None:
    assert issues.find(issues.Messages([], [[]], np.zeros(0))) == []
    assert issues.find(issues.Messages(["a", "b"], [["", " "]], np.zeros(2))) == []


def test_real_messages_of_one_trouble_come_together(tmp_path: Path) -> None:
    shared = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[4] / "shared"))
    file = shared / "data/china/teddy_c3_hot_messages.parquet"
    if not file.exists():
        pytest.skip("needs the shared hot messages")
    out = tmp_path / "o.csv"
    words = ["--id", "msg_id", "--text", "title,body", "--time", "time", "--out", str(out)]
    assert hot([str(file), *words]) == 0
    found = tables.read(out)
    source = tables.read(file)
    about = {i for i, t in zip(source["msg_id"], source["title"], strict=True) if "丽发" in t and "搅拌" in t}
    rank = next(r for r, i in zip(found["rank"], found["id"], strict=True) if i in about)
    members = {i for r, i in zip(found["rank"], found["id"], strict=True) if r == rank}
    assert int(rank) <= 10
    assert len(members & about) >= 0.9 * len(about)


def written(folder: Path, rows: list[str]) -> Path:
    (folder / "m.csv").write_text("msg_id,title,body,time,likes\n" + "".join(row + "\n" for row in rows))
    return folder / "m.csv"


def asked(folder: Path, rows: list[str], *more: str) -> tuple[int, set[str]]:
    out = folder / "o.csv"
    words = ["--id", "msg_id", "--text", "title,body", "--time", "time", "--out", str(out), *more]
    code = hot([str(written(folder, rows)), *words])
    return code, set(tables.read(out)["id"]) if code == 0 else set()


ROWS = [f"m{k},{text},,2026-03-{k + 1:02d},1" for k, text in enumerate(t for many in TOLD.values() for t in many)]


def test_messages_outside_a_time_are_left_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(tmp_path, ROWS)[1] >= {"m0", "m1", "m2", "m3"}
    found = asked(tmp_path, ROWS, "--since", "2026-03-03", "--until", "2026/3/12")[1]
    assert {"m2", "m3"} <= found
    assert not found & {"m0", "m1", "m11", "m12"}
    assert "4 messages outside --since and --until are left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "more", "sentence"),
    [
        ([*ROWS, "m9,x,,,1"], (), "row 15, column time: it is empty; every message needs a time"),
        ([*ROWS, "m9,x,,2026-03-09,-4"], ("--since", "2026-03-03"), "row 15, column likes: “-4” is not a number of 0"),
        (ROWS, ("--since", "spring"), "--since: “spring” is no time"),
        (ROWS, ("--until", "2026-03-09T10:00+08:00"), "without a zone, as the file's times are"),
        ([*ROWS, '"m9,x,,2026-03-09', "m10,y"], (), "perhaps a quotation mark is not closed"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[str], more: tuple[str, ...], sentence: str
) -> None:
    assert asked(tmp_path, rows, *more)[0] == 1
    assert sentence in capsys.readouterr().err


def test_where_memory_ends_is_said_by_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongzhi.methods import memory

    monkeypatch.setattr(memory, "free", lambda: 1000)
    assert asked(tmp_path, ROWS)[0] == 1
    assert "messages up to row 14 need about" in capsys.readouterr().err


def sent(*texts: tuple[str, int]) -> issues.Messages:
    """Each text as often as said, in turn, by different people."""
    rows = [text for text, times in texts for _ in range(times)]
    ids = [f"m{n:04}" for n in range(len(rows))]
    return issues.Messages(ids, [rows], np.arange(len(rows)) / 10, people=ids)


TROUBLES = (
    *(
        "街路灯不亮下夜班害怕",
        "村水管裂了满街都是水",
        "巷子里野狗追着孩子跑",
        "门外烧烤摊油烟呛人",
        "桥头信号灯坏了总堵车",
    ),
    *(
        "园里秋千断了没人修",
        "站台没有雨棚老人淋雨",
        "坡上大树要倒压着电线",
        "河沟发臭夏天不敢开窗",
        "市场缺斤少两没人管",
    ),
)
OTHERS = tuple((f"{place}{trouble}", 1) for place in "东西南北中前后" for trouble in TROUBLES)


@pytest.mark.parametrize("copies", [8, 60, 400])
def test_a_text_many_sent_is_one_issue_of_the_same_text_and_keeps_its_words(copies: int) -> None:
    found = issues.find(sent(("渣土车半夜从松岭镇樵夫村过，吵得睡不着", copies), *OTHERS), fewest=3)

    issue = next(one for one in found if len(one.members) == copies)
    assert issue.same == copies
    assert issue.title.startswith("渣土车")
    assert issue.keywords[0][0] in ("渣土车半夜从松岭镇樵夫村过", "吵得睡不着")
    assert all(one.same == 1 for one in found if one is not issue)


def test_the_same_text_with_other_signs_and_spaces_is_the_same_and_one_in_other_words_is_not() -> None:
    found = issues.find(
        sent(("停水三天了！", 2), ("停水 三天了", 2), ("停水三天了，老人没法做饭", 1), *OTHERS), fewest=3
    )

    (issue,) = [one for one in found if "停水" in one.title]
    assert (len(issue.members), issue.same) == (5, 4)


def test_copies_do_not_change_what_the_others_say() -> None:
    alone = issues.find(sent(*OTHERS), fewest=3)
    assert sorted(len(one.members) for one in alone) == [7] * len(TROUBLES)  # of words a tenth share, all the same
    beside = issues.find(sent(*OTHERS, ("祝工作顺利身体健康", 80)), fewest=3)

    assert {one.title for one in alone} <= {one.title for one in beside}
    assert len(beside) == len(alone) + 1


def test_words_of_an_issue_begin_and_end_where_words_do() -> None:
    when = ("昨夜", "凌晨", "这几天", "夏天", "入秋后", "周末", "每晚")
    where = ("超市", "学校", "桥头", "村口", "菜场", "车站", "河边")
    ends = ("吵人", "扬尘大", "很多", "不断", "撞坏树", "乱停", "闯红灯")
    texts = [f"{place}{time}渣土车{end}" for place, time, end in zip(where, when, ends, strict=True)][:6]

    found = issues.find(sent(*((text, 1) for text in texts), *OTHERS), fewest=4)

    words = {word for one in found for word, _rows in one.keywords}
    assert "渣土车" in words
    assert not {"渣土", "土车"} & words


def test_known_words_are_never_cut_inside() -> None:
    texts = ["樵夫村好", "樵夫很多", "村好大", "好村", "夫村"] * 3
    plain, knowing = Cutter(texts * 2), Cutter(texts * 2, known=["樵夫村"])

    assert "樵夫村" in knowing.words("在樵夫村好")
    assert all("樵夫村" in "".join(one.words("在樵夫村好")) for one in (plain, knowing))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="水路灯不亮了的村，。 ab", max_size=20), min_size=1, max_size=12), st.integers(0, 11))
def test_whatever_is_cut_is_put_together_again_and_phrases_stand_in_their_text(texts: list[str], at: int) -> None:
    cutter, text = Cutter(texts), texts[at % len(texts)]

    for run in re.findall("[\u3400-\u9fff]+", text):
        assert "".join(cutter.words(run)) == run
    for phrase, (left, right) in cutter.phrases(text).items():
        assert f"{left}{phrase}{right}" in text.lower() if left or right else phrase in text.lower()
