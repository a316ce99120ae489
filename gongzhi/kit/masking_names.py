"""Finds names of people where a rule can know them: after words that introduce one, before words of address.

No rule can know every name; a machine that guesses would hide villages and shops. The rules here need a
cue (“我叫”, “联系人：”, “女士”, “my name is”) and, where the cue is weak, a surname and an end of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongzhi.kit.masking_signs import HAN, Span

# The surnames of some 97 % of people; those that are also everyday words stand apart and need a strong cue.
_PLAIN = (
    "王李张刘陈杨赵黄周吴徐孙朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡余杜叶程苏魏吕丁沈任姚卢傅钟姜崔"
    "谭廖范汪陆贾韦邱邹熊孟秦阎薛侯雷段郝孔邵史毛顾赖武龚尹黎欧戴莫牛樊葛翟殷聂焦柳邢岳齐梅庄辛耿涂鲁甄瞿"
    "骆伍柴缪翁阮覃褚窦霍尤柯凌詹蒲蔺宫裴霍奚巩冉闫晏邬卞郎桑桂沙苗尚滕虞屈宁嵇荀佟仇栾靳祁祝臧冀左麻"
)
_WORDLIKE = "高马于方石金白江田夏康万常安钱汤黎贺龙文严洪施严向温习古章季连成水管全游车项单代关付景党包时温路米花解谷"
_DOUBLE = "欧阳|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|宇文|端木|东方|南宫|独孤|呼延|百里|轩辕"

_ANY = f"(?:{_DOUBLE}|[{_PLAIN}{_WORDLIKE}])"
_SURE = f"(?:{_DOUBLE}|[{_PLAIN}])"
_LONG = f"[{HAN}]{{1,8}}(?:[.][{HAN}]{{1,8}}){{1,3}}"  # 阿依古丽·买买提, the dot plain in the shadow

# What may follow a name. A third sign of a name is taken only when it does not begin one of these.
_NEXT = (
    "，。！？；：、（）“”,.!?;:()\\[\\]\"'\\s0-9A-Za-z|/<>《》-"
    "住在是家电手身今现来想要反的和与及男女年联我他她你您也还就都因于说称表向投举被有请等同从已曾、"
)
_ENDS = f"(?=[{_NEXT}]|$)"
_AFTER_NAME = rf"(?:[{HAN}](?:(?![{_NEXT}])[{HAN}])?)"

_CUES: tuple[tuple[str, str], ...] = (
    # strong: a name must follow
    (
        r"(?:我(?:的名字)?叫做?|(?:姓名|名字|本名|真名)(?:是|叫|为)|名叫|自称叫?|化名)[ ：:]?",
        f"(?:{_LONG}|{_ANY}{_AFTER_NAME})",
    ),
    # a label with a colon: whatever stands there is the name
    (
        r"(?:姓名|名字|联系人|投诉人|反映人|举报人|申请人|当事人|诉求人|来电人|报修人|收件人|收货人|经办人|户主|房主|业主|"
        r"法人|法定代表人|负责人|房东|家长|监护人|被投诉人|被举报人|签名|署名|留言人|报案人|紧急联系人|开户名|开户人|户名|持卡人|收款人|委托人|患者|"
        r"村民|居民|市民|学生|老师|司机|车主|店主|老板|此致敬礼|敬礼)[ ]{0,2}[：:][ ]{0,2}",
        f"(?:{_LONG}|{_ANY}[{HAN}]{{1,3}}{_ENDS}|{_ANY}{_AFTER_NAME}|(?!_NO_NAME)[{HAN}]{{2,4}}{_ENDS})",
    ),
    # the same labels without a colon, and words of introduction: a sure surname and an end of the name
    (
        r"(?:姓名|联系人|投诉人|反映人|举报人|申请人|当事人|诉求人|户主|房主|车主|店主|负责人|我是|本人|这里是|"
        r"村民|居民|市民|业主|住户|租户|群众|职工|学生|家长|房东|邻居|老板|司机|老伴|父亲|母亲|爸爸|妈妈|儿子|女儿|"
        r"丈夫|妻子|爱人|老公|老婆|孙子|孙女|弟弟|妹妹|哥哥|姐姐|婆婆|公公|岳父|岳母|叔叔|伯父|同事|患者|孩子)"
        r"(?:名叫|叫做?|是)?[ ]?",
        f"(?!_NO_START){_SURE}[{HAN}]{{1,2}}?(?<!_NO_END){_ENDS}",
    ),
)
# Words a label with a colon may be followed by that are no names.
_NO_NAME = (
    "匿名|不详|没有|保密|同上|未知|本人|居民|村民|业主|电话|手机|物业|无名|不便|暂无|未留|如下|见附|大家|全体|多人|群众|"
    "你好|您好|反映|投诉|建议|咨询|请|我|希望|现在|这|小区|因|关于|该|据|对|为|为何|为什么|能|是否|可以"
)
# Everyday words that begin with a surname and often follow 居民, 业主, 本人 …
_NO_START = (
    "许可|张贴|张罗|张口|周围|周边|周末|周日|周[一二三四五六]|周年|许多|何[时处人况必种]|胡乱|胡同|谢谢|谢绝|杨树|陆续|郑重|"
    "孙子|孙女|黄[色昏线土灯金河]|程度|程序|余[下额款]|任[何意务]|段时间|武装|毛病|雷[雨电达]|林[地木业场]|熊孩|罗列|"
    "董事|曾[经多在]|钟头|丁字|史上|莫名|顾[客虑及]|牛[羊奶]|梅雨|庄稼|左[右边侧转]|麻[烦将木]|沙[发子尘土]|尚未|"
    "宁[愿可静]|祝[愿福]|苗[木圃]|尤其|凌晨|桂花|齐[全心]|柳树|梁上|朱红|宋代|唐代|苏醒|孔子|戴[着口头]|范围|姜|"
    "王府|家|祁|仇|屈|宫|桑|侯|岳|辛苦|秦|叶子|冀|鲁|滕州|沈阳|郑州|苏州|杭|徐州|梅州|宁波|宁夏|江|武汉|柳州|桂林|程式"
)
# Last signs that make it a place, a trade or a crowd instead of a name.
_NO_END = "[人村区县市镇乡街路庄户店厂院校司组队巷湾屯寨桥楼号]"

_ADDRESS = re.compile(
    f"(?P<name>{_SURE}[{HAN}]{{0,2}}?|[高马方石金白江田夏康万常安钱汤贺龙文严洪施温章季]|{_DOUBLE})"
    r"(?=(?:先生|女士|小姐|太太|大爷|大妈|大娘|大叔|阿姨|奶奶|爷爷|婆婆|老汉|老太|同志|师傅))"
)
_ENGLISH = re.compile(
    r"\b(?:my name is|my name's|i am called|name ?:|contact ?:|contact person ?:|signed ?:|signed by|"
    r"yours (?:sincerely|faithfully),?|regards,)\s{1,2}"
    r"(?P<name>(?!(?:and|not|on|in|the|none)\b)[a-z][a-z'’-]{1,20}"
    r"(?:[ .]{1,2}(?!(?:and|i|my|from|who|the|phone|live|of|at|in|is|on|tel)\b)[a-z][a-z'’-]{0,20}){0,2})",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Madam|Sir|(?:[Tt]his is|I am|I['’]m|[Nn]eighbou?r|[Ll]andlord|[Tt]eacher))\b\.?[ ]"
    r"(?P<name>[A-Z][a-z'’-]{1,20}(?:[ -][A-Z][a-z'’-]{1,20}){0,2})"
)
_NEEDS_TWO = re.compile(r"(?:This is|this is|I am|I['’]m|eighbou?r|andlord|eacher)\.? $")


def _compiled(cue: str, name: str) -> re.Pattern[str]:
    filled = name.replace("_NO_NAME", f"(?:{_NO_NAME})").replace("_NO_START", f"(?:{_NO_START})")
    return re.compile(f"{cue}(?P<name>{filled.replace('_NO_END', _NO_END)})")


_MORE = re.compile(f"[、和与及](?P<name>(?!{_NO_START}){_SURE}[{HAN}]{{1,2}}?(?<!{_NO_END}){_ENDS})")
_CHINESE = tuple(_compiled(cue, name) for cue, name in _CUES)


def find(plain: str) -> Iterator[Span]:
    """Spans of names in a shadow."""
    for pattern in (*_CHINESE, _ADDRESS, _ENGLISH):
        for match in pattern.finditer(plain):
            more: re.Match[str] | None = match
            while more:  # 村民李大山、王芳和赵六
                yield (*more.span("name"), "name")
                more = _MORE.match(plain, more.end("name"))
    for match in _TITLED.finditer(plain):
        if " " in match["name"] or not _NEEDS_TWO.search(plain[match.start() : match.start("name")]):
            yield (*match.span("name"), "name")
