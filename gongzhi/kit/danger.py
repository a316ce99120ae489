"""Words that suggest danger to life now: the page then shows the number to call, and takes the words anyway.

A table of words, not a verdict: it only ever adds a sentence. Too early is better than too late, yet a page
that cries wolf is not read; so hazards, drills, fears, the past and negations are left out, except for words
of self-harm, where a fear or a denial is reason enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of help is needed."""

    fire = "fire"
    medical = "medical"
    police = "police"
    traffic = "traffic"
    self_harm = "self_harm"


@dataclass(frozen=True, slots=True)
class Danger:
    """A kind of danger, the numbers to call, and the words that suggested it."""

    kind: Kind
    numbers: tuple[str, ...]
    words: str


NUMBERS: dict[Kind, tuple[str, ...]] = {
    Kind.fire: ("119", "120"),
    Kind.medical: ("120",),
    Kind.police: ("110",),
    Kind.traffic: ("122", "120"),
    Kind.self_harm: ("110", "120", "12356"),  # 12356: the national line for people in distress, since 2025
}

_WORDS: dict[Kind, str] = {
    Kind.self_harm: (
        r"自杀|轻生|不想活|活不下去|[想要]跳[楼河江桥]|割腕|结束(?:自己的)?生命|[喝服]了?农药|寻短见|"
        r"suicid\w*|kill (?:my|him|her)self|end my life|wants? to die|"
        r"(?:do not|don['’]?t) want to live|self[- ]harm\w*|going to jump (?:off|from)"
    ),
    Kind.fire: (
        r"着火(?!车|锅|红|把|烧云)|(?<!一)起火(?!车|锅|腿|箭)|失火|发生火灾|火灾|火势|烧起来|"
        r"(?:发生|突发|起了|着了|一场)大火|冒出?[浓黑]烟|浓烟滚滚|"
        r"(?:煤气|燃气|天然气|液化气)管?道?(?:在|正在|严重|大量)?(?:泄漏|泄露|漏气)|爆炸(?!头)|"
        r"on fire|(?:house|building|forest|kitchen) fire|(?:is|are) burning|in flames|gas (?:is )?leak\w*|"
        r"exploded|explosions?|thick smoke|smell (?:of )?gas"
    ),
    Kind.medical: (
        r"昏迷|[晕昏]倒|没有?呼吸|停止呼吸|没有?心跳|心脏病发作|心梗|脑出血|大出血|血流不止|抽搐不止|"
        r"(?:煤气|一氧化碳|食物|农药)中毒|溺水|落水(?![管口沟斗])|掉[进到][^，。！？]{0,4}[河水井湖江沟]里?|触电|"
        r"快不行了|奄奄一息|羊水破|摔[下落][楼来]|坠楼|"
        r"unconscious|not breathing|stopped breathing|heart attack|having a stroke|bleeding heavily|drowning|"
        r"electrocuted|poisoned|overdos\w+|collapsed"
    ),
    Kind.traffic: (
        r"车祸|撞[到倒伤死]?了?一?[个名]?(?:人|行人|老人|孩子|小孩)|翻车(?!鱼)|被[^，。！？]{0,4}车撞|连环追尾|"
        r"car (?:crash|accident)|hit by a (?:car|truck|bus|van)|road accident|overturned (?:car|truck|bus)"
    ),
    Kind.police: (
        r"持刀|拿着?刀|砍人|捅人|杀人|要杀[人我他她]|抢劫|绑架|劫持|强奸|性侵|猥亵|家暴|正在打[人架我他她]|"
        r"被人?打(?![扫开印断包造磨通击下破理])|殴打|打(?:老婆|孩子)|打我(?!的?电话|的?手机|们)|入室[盗抢]|"
        r"有人[闯撬]|(?:孩子|老人|小孩|女儿|儿子|母亲|父亲)(?:不见了|丢了|走丢|走失|失踪)|"
        r"被(?:拐|跟踪|非法拘禁|囚禁)|"
        r"with a knife|stabb\w+|robbed|robbery|kidnapp\w+|raped?\b|sexual assault|"
        r"beating (?:me|her|him|his wife)|being beaten|break(?:ing)? into|child is missing|missing child|gunshots?"
    ),
}
_FOUND = {kind: re.compile(words, re.IGNORECASE) for kind, words in _WORDS.items()}

# Straight before the word, in the same clause: denied, prevented, possible, in the past. Kept narrow, since
# “居委会楼上着火” and “消防通道着火” hold signs of hedging words and are fires.
_BEFORE = re.compile(
    r"(?:(?:没有?|并?未|从未|不是|不会|不要|禁止|严禁|并非)(?:再|曾|发生|出现|引起|造成|导致|任何|过|有人|人|什么){0,3}"
    r"|(?:(?<!消)防|防止|预防|防范|以免|以防|避免|杜绝|严防|提防)[^，。！？；,.!?;\n]{0,8}"
    r"|(?:(?<![交贸])易|可能|(?<![委员社协议])会|可以|足以)(?:再|让人|使人|突然|发生|出现){0,3}"
    r"|(?:(?<![交贸])易|可能|(?<![委员社协议])会|可以|足以)(?:引起|引发|造成|导致|使|让)[^，。！？；,.!?;\n]{0,8}"
    r"|(?:万一|如果|要是|假如|一旦)[^，。！？；,.!?;\n]{0,8}"
    r"|(?:去年|前年|上个?月|上一年|以前|从前|历史上|曾经?|险些|差点)[^，。！？；,.!?;\n]{0,10}"
    r"|\b(?:no|not|never|without|prevent\w*|avoid\w*|could|might|may|would|if|risk of|last (?:year|month))"
    r"(?:\s+[\w'’-]+){0,3}\s+)$",
    re.IGNORECASE,
)
# A fear of an accident is not one yet; a fear of a person is kept.
_FEAR = re.compile(r"(?:怕|担心|(?:afraid|worried|fear)\b)[^，。！？；,.!?;\n]{0,20}$", re.IGNORECASE)
_ACCIDENTS = (Kind.fire, Kind.medical, Kind.traffic)
# Straight after the word: a hazard, a drill, a thing named after it, a figure of speech.
_AFTER = re.compile(
    r"的?(?:隐患|风险|危险|可能|演练|演习|预案|保险|报警器|警报器|报警系统|应急(?:预案|演练|演习|培训|知识)|宣传|知识|培训|防范|预防|"
    r"式|性(?:增长|新闻)|后遗症|案件)|"
    r"\s*(?:hazards?|drills?|alarms?|risks?|prevention|safety|insurance|station|awareness|hotline|training|"
    r"(?:here )?last (?:year|month)|(?:of|in) (?:prices?|demand|noise|population))",
    re.IGNORECASE,
)


def danger(text: str) -> Danger | None:
    """The first danger to life these words suggest now, self-harm before all others; None for none."""
    for kind, words in _FOUND.items():
        for match in words.finditer(text):
            if kind is Kind.self_harm or not _is_harmless(kind, text, match):
                return Danger(kind, NUMBERS[kind], match[0])
    return None


def _is_harmless(kind: Kind, text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 30) : match.start()]
    if _BEFORE.search(before) or _AFTER.match(text, match.end()):
        return True
    return kind in _ACCIDENTS and _FEAR.search(before) is not None
