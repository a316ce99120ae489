import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.masking import LABELS, mask

HIDDEN = [
    ("电话13800138000", "电话〔电话〕"),
    ("138 0013 8000", "[phone]"),
    ("138-0013-8000，谢谢", "〔电话〕，谢谢"),
    ("＋８６１３８００１３８０００", "[phone]"),
    ("+86 138 0013 8000", "[phone]"),
    ("0539-1234567", "[phone]"),
    ("0539 1234567", "[phone]"),
    ("(0539)8123456", "[phone]"),
    ("010-88886666", "[phone]"),
    ("400-800-1234", "[phone]"),
    ("4008001234", "[phone]"),
    ("联系方式8123456", "联系方式〔电话〕"),
    ("身份证11010519491231002x", "身份证〔证件号〕"),
    ("身份证号：110105 19491231 002X", "身份证号：〔证件号〕"),
    ("身份证 370102199001011234", "身份证 〔证件号〕"),
    ("370102 900101 123", "[ID number]"),
    ("卡号6222 0212 3456 7890 128", "卡号〔卡号〕"),
    ("4111 1111 1111 1111", "[card number]"),
    ("鲁A12345", "〔车牌〕"),
    ("粤AD12345", "〔车牌〕"),
    ("鲁A·1234挂", "〔车牌〕"),
    ("鲁 Q 8 8 8 A 8", "〔车牌〕"),
    ("鲁q12345堵了门", "〔车牌〕堵了门"),
    ("zhangsan@qq.com", "[e-mail]"),
    ("zhang.san ＠ 163．com", "[e-mail]"),
    ("微信号：zhangsan_88", "微信号：〔账号〕"),
    ("加我vx abc12345", "加我vx 〔账号〕"),
    ("QQ 123456789", "QQ [account]"),
    ("我叫张伟住在幸福小区", "我叫〔姓名〕住在幸福小区"),
    ("我叫欧阳娜娜，", "我叫〔姓名〕，"),
    ("我是李建国，住3号楼", "我是〔姓名〕，住3号楼"),
    ("本人王芳，", "本人〔姓名〕，"),
    ("联系人：阿依古丽·买买提 电话", "联系人：〔姓名〕 电话"),
    ("联系人李伟13800138000", "联系人〔姓名〕〔电话〕"),
    ("王女士反映", "〔姓名〕女士反映"),
    ("请找张建国先生", "请找〔姓名〕先生"),
    ("姓名:赵六", "姓名:〔姓名〕"),
    ("My name is John Smith and I live", "My name is [name] and I live"),
    ("Please call Mr. Brown", "Please call Mr. [name]"),
    ("I am Zhang Wei from building 3", "I am [name] from building 3"),
    ("一三八零零一三八零零零", "〔电话〕"),
    ("138零零138零零零", "〔电话〕"),
    ("1 3 8 0 0 1 3 8 0 0 0", "[phone]"),
    ("13800138000 13900139000", "[phone] [phone]"),
    ("1380013800013900139000", "[phone]"),
    ("①③⑧⓪⓪①③⑧⓪⓪⓪", "[phone]"),
    ("\u624b\u673a1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3\u200b8\u200b0\u200b0\u200b0", "手机〔电话〕"),
    ("村民李大山反映", "村民〔姓名〕反映"),
    ("村民李大山、王芳和赵六顺，都在", "村民〔姓名〕、〔姓名〕和〔姓名〕，都在"),
    ("我婆婆叫熊诗秀，", "我婆婆叫〔姓名〕，"),
    ("开户名：凌娟，", "开户名：〔姓名〕，"),
    ("+852 9123 4567", "[phone]"),
    ("call me at 8123456", "call me at [phone]"),
]

KEPT = [
    "幸福路12号3号楼2单元501",
    "2026年11月21日 15:30",
    "2026-11-21 08:30",
    "金额12000元，共1380000.50元",
    "拨打12345没人接，打110也没用",
    "案件990101-26-K7M4-2QXD",
    "0539-12345",
    "15-2-1201室",
    "我是王家村的村民",
    "我是高中生家长",
    "本人于昨天下午",
    "居民周围没有路灯",
    "业主张贴通知",
    "市民许多意见",
    "3路公交车 6:30-18:30",
    "订单号202611210012345678",
    "工单编号370102202611210001",
    "邮编276000",
    "业主委员会没有换届",
    "1000000000元的项目",
    "我和先生住在这里",
    "联系人：物业",
    "The street light at No. 12 is broken since 2026-11-20",
    "I am very angry about this",
    "wechat payment failed",
    "苏果超市门口",
    "100 200 300 400 500",
    "拨打热线电话0736—12333咨询",
    "打0539-96119没人接",
    "全体业主许可",
    "version 0.10.4 (2024-02)",
    "网格990101001001003",
    "网格编码371302101001005",
    "面积12345678平方米",
    "居民王府花园",
    "本人周末来过",
    "2026.11.21 12:30 18:00",
    "学生任务重",
    "孩子周一上学",
    "我叫了三次物业",
    "我叫他们不要吵",
]


@pytest.mark.parametrize(("text", "public"), HIDDEN)
def test_what_leads_to_a_person_is_hidden_and_the_rest_stays(text, public):
    assert mask(text).text == public


@pytest.mark.parametrize("text", KEPT)
def test_what_the_work_needs_is_kept(text):
    assert mask(text).text == text
    assert mask(text).found == {}


def test_what_was_hidden_is_counted_by_kind():
    found = mask("我叫张伟，电话13800138000或13900139000，车牌鲁A12345").found
    assert found == {"name": 1, "phone": 2, "plate": 1}


def test_labels_follow_the_language_of_the_text():
    assert mask("call 13800138000").text == "call [phone]"
    assert mask("请打13800138000").text == "请打〔电话〕"


def test_an_id_number_that_does_not_fit_is_kept_unless_it_is_called_one():
    assert mask("单据340524198001010013").found == {}
    assert mask("身份证号码340524198001010013").found == {"id": 1}


def test_a_letter_behind_a_number_does_not_save_it():
    assert mask("13800138000x").text == "[phone]x"
    assert mask("13800138000X栋").text == "〔电话〕X栋"
    assert mask("11010519491231002Xcall").text == "[ID number]call"


def test_a_card_that_fails_luhn_is_kept_unless_it_is_called_one():
    assert mask("6222021234567890120 件").found == {}
    assert mask("银行卡号：6222021234567890120").found == {"card": 1}


# --- canaries: no way of writing a number may let it through -----------------------------------------

CANARIES = [
    "13800138000",
    "19912345678",
    "05391234567",
    "01088886666",
    "4008001234",
    "11010519491231002X",
    "6222021234567890128",
]
GAPS = ["", " ", "-", "  ", ".", "·", "\u3000", "\u200b", "—", "－", " - ", "_", "\u00a0", "/"]
DRESS = {
    "plain": str.maketrans("", ""),
    "wide": str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x30, 0x5B)}),
    "bold": str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "arabic": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "lower": str.maketrans("X", "x"),
}
around = st.sampled_from(["", "电话", "我的号码是", "请打", "call ", "，", "（", "住3号楼，", "手机：", "\n"])


def cut(number: str, gap: str, places: list[bool]) -> str:
    return (
        "".join(sign + (gap if place else "") for sign, place in zip(number, places, strict=False))
        + number[len(places) :]
    )


@given(
    st.sampled_from(CANARIES),
    st.sampled_from(GAPS),
    st.lists(st.booleans(), min_size=9, max_size=9),
    st.sampled_from(sorted(DRESS)),
    around,
    around,
)
def test_no_canary_survives_any_spacing_or_width(number, gap, places, dress, before, after):
    written = cut(number, gap, places).translate(DRESS[dress])
    public = mask(before + written + after).text
    assert sum(sign.isdigit() for sign in public) <= sum(sign.isdigit() for sign in before + after)


@given(st.sampled_from(CANARIES[:4]), st.sampled_from(["/", "、", "，", " ", "或", "；"]), st.sampled_from(CANARIES))
def test_two_canaries_side_by_side_are_both_hidden(one, between, two):
    assert not re.search(r"[0-9]", mask(one + between + two).text)


@given(st.text("0123456789Xx- 鲁AD·@.qcom我叫张伟是住，：联系人女士身份证电话微信号一三八零〔〕[]Mr", max_size=60))
def test_masking_twice_changes_nothing(text):
    once = mask(text).text
    assert mask(once).text == once


@given(st.text(max_size=80))
def test_any_text_can_be_masked_twice(text):
    once = mask(text).text
    assert mask(once).text == once


PLAIN = [
    "幸福路12号",
    "3号楼2单元",
    "路灯不亮",
    "2026年11月21日",
    "08:30",
    "12345",
    "积水很深",
    "1500元",
    "，",
    "。",
    "第3次反映",
    "公交6路",
]


@given(st.lists(st.sampled_from(PLAIN), max_size=12))
def test_a_text_without_personal_data_is_unchanged(parts):
    text = "，".join(parts)
    assert mask(text).text == text


def test_labels_hold_nothing_to_hide():
    for pair in LABELS.values():
        for label in pair:
            assert mask(f"电话{label}，姓名{label}女士").found == {}


@pytest.mark.parametrize(
    "piece", ["1", "1 3", "a", "@", "我叫", "张", "a.", "鲁A", "微信a", "联系人:", "my name is a ", "(at)", "1-"]
)
def test_masking_is_linear(piece):
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        begun = time.process_time()
        mask(text)
        return time.process_time() - begun

    short, long = max(seconds(20_000), 0.002), seconds(100_000)
    assert long < short * 15
