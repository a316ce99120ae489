import pytest

from gongzhi.kit.danger import NUMBERS, Kind, danger

NOW = [
    "三号楼着火了，快来人",
    "居委会楼上着火了",
    "消防通道着火了",
    "交易市场起火",
    "未来城小区冒浓烟",
    "我不想活了",
    "有人持刀砍人",
    "孩子掉进河里",
    "我害怕他拿着刀在门口",
    "燃气泄漏，味道很大",
    "路口刚刚发生车祸",
    "我妈晕倒了没有呼吸",
    "老人走丢三个小时了",
    "发生火灾险情，请速来",
    "他想自杀怎么办",
    "没有路灯老人摔下楼",
    "我老公家暴，正在打我",
    "The house is on fire",
    "I can see the house is on fire",
    "My father is unconscious and not breathing",
    "a man with a knife is at the school gate",
    "I want to die",
]

NOT_NOW = [
    "楼道堆满杂物，存在火灾隐患",
    "没有发生火灾",
    "充电桩容易起火",
    "乱拉电线极易引发火灾",
    "建议开展火灾应急演练",
    "房价爆炸式增长",
    "This is a fire hazard",
    "去年这里发生过车祸",
    "小区路灯坏了",
    "沿着火车站走",
    "我们一起火锅",
    "落水管坏了",
    "请打我电话",
    "垃圾桶没有被打扫",
    "门被打开了",
    "担心孩子掉进河里",
    "以免行人触电",
    "做好防溺水工作",
    "the wires could cause an explosion",
    "There was a car crash here last year",
    "井盖坏了，容易造成行人摔下来",
    "河边没有护栏，怕小孩落水",
]


@pytest.mark.parametrize("words", NOW)
def test_words_of_danger_are_heard(words):
    found = danger(words)
    assert found is not None
    assert found.words in words
    assert found.numbers == NUMBERS[found.kind]


@pytest.mark.parametrize("words", NOT_NOW)
def test_hazards_drills_fears_and_figures_of_speech_are_left_out(words):
    assert danger(words) is None


@pytest.mark.parametrize(
    ("words", "kind", "number"),
    [
        ("三楼着火了", Kind.fire, "119"),
        ("老人昏迷不醒", Kind.medical, "120"),
        ("有人抢劫", Kind.police, "110"),
        ("刚才发生车祸", Kind.traffic, "122"),
        ("我想自杀", Kind.self_harm, "12356"),
        ("gas leak in building 3", Kind.fire, "119"),
        ("he is not breathing", Kind.medical, "120"),
    ],
)
def test_each_danger_has_its_number(words, kind, number):
    found = danger(words)
    assert found is not None
    assert found.kind is kind
    assert number in found.numbers


def test_self_harm_is_heard_before_all_else_and_also_in_a_fear():
    found = danger("楼下着火了，我担心她自杀")
    assert found is not None
    assert found.kind is Kind.self_harm


def test_a_harmless_word_does_not_hide_a_later_one():
    found = danger("楼道有火灾隐患。现在三楼真的着火了")
    assert found is not None
    assert found.words == "着火"


def test_a_long_text_is_read_in_linear_time():
    assert danger("没有发生火灾，" * 20_000) is None
