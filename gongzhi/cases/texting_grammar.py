"""What a text message from a phone may say: a few words in Chinese and English, and everything else is a voice.

Plain Python. Full-width letters and digits count as their narrow twins; the words themselves stay as they were sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}  # one sign for one: places in the text stay
_FULL = r"[0-9]{6}[ -]?[0-9]{2}[ -]?[0-9A-Z]{4}[ -]?[0-9A-Z]{4}"
_SHORT = r"[0-9A-Z]{4}[ -]?[0-9A-Z]{4}"
_NUMBER = rf"(?P<number>{_FULL}|{_SHORT})(?![0-9A-Z])"
_GAP = r"\s*[:,，。;；]?\s*"

STOP = frozenset(("停", "停止", "停止接收", "退订", "TD", "T", "STOP", "UNSUBSCRIBE"))
START = frozenset(("开", "开始", "恢复", "START"))
HELP = frozenset(("帮助", "?", "HELP", "H", "怎么用"))
_NEW = re.compile(r"(?:新诉求|新|NEW)(?:\s*[:，,;]\s*|\s+)(?P<words>\S.*)", re.S)
_OF_FIVE = r"(?:\s*/\s*5)?(?![0-9]|\s*/|\.[0-9])\s*(?:分|星)?"
_ENGLISH = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_SPELLED = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5} | _ENGLISH
_ENDED = r"(?=\s*(?:[:,，。;；.!！]|$))"  # so that “one of your staff …” and “评三次了” stay words
_RATE = re.compile(
    rf"(?:评价|评分|评|打分|RATE){_GAP}(?:{_NUMBER}{_GAP})?"
    rf"(?:(?P<grade>[1-5]){_OF_FIVE}|(?P<said>[一二三四五](?:[分星]|(?=\s)|{_ENDED})|(?:{'|'.join(_ENGLISH)}){_ENDED}))"
    rf"{_GAP}(?P<words>.*)",
    re.S,
)
_RATE_OUTSIDE = re.compile(
    rf"(?:评价|评分|评|打分|RATE){_GAP}(?:{_NUMBER}{_GAP})?"
    r"(?P<grade>[-+]?[0-9]{1,6}(?:\.[0-9]{1,4})?(?:\s*/\s*[0-9]{1,3})?|[零〇六七八九十]|ZERO|SIX|SEVEN|EIGHT|NINE|TEN)"
    r"(?![0-9])\s*(?:[分星%]|STARS?|POINTS?)?(?P<words>(?:[\s:,，。;；.!！].*)?)",
    re.S,
)
_AFTERWARDS = re.compile(rf"{_NUMBER}{_GAP}(?P<words>.*)", re.S)
_RATE_UNFINISHED = re.compile(rf"(?:评价|评分|评|打分|RATE){_GAP}(?:{_NUMBER})?\s*", re.S)
_REPLY = re.compile(
    rf"(?:回复|回|答复|REPLY)(?:{_GAP}{_NUMBER}{_GAP}|\s*[:，,;]\s*|\s+)(?P<words>\S.*)", re.S
)  # fmt: skip
_STATE = re.compile(rf"(?:(?:查询|查|进度|编号|STATUS|ASK){_GAP})?{_NUMBER}\s*[?。.]?")
_LIST = re.compile(r"(?:查询|查|进度|STATUS|ASK)\s*[?。.]?")


@dataclass(frozen=True, slots=True)
class Command:
    """What was meant: words, new, state, list, rate, misrate, reply, stop, start, help, empty.

    `number` is as typed, whole or its last eight signs; `grade` 1 to 5 when rating. A `state` with words is one that
    may be a word of eight letters as well: who owns no such number has said a word. `whole`: the words of a reply
    whose number may be such a word. A `misrate` has no grade of the scale; `whole` is all of it,
    since it may be words."""

    kind: str
    words: str = ""
    number: str = ""
    grade: int = 0
    whole: str = ""


def parse(text: str) -> Command:
    """What a cleaned text means. What fits no form is words: nothing anybody says is lost to a rule of ours."""
    plain = text.strip()
    folded = plain.translate(_NARROW).upper()
    if len(folded) != len(plain):  # a letter whose capital has two signs (ß); no form holds one
        folded = plain
    if not any(char.isalnum() for char in plain) and folded != "?":
        return Command("empty")
    bare = folded.strip(" .。!！")
    for kind, words in (("stop", STOP), ("start", START), ("help", HELP)):
        if bare in words:
            return Command(kind)
    if _LIST.fullmatch(folded):
        return Command("list")
    found = _STATE.fullmatch(folded)
    if found is not None:
        sure = _is_number(found["number"]) or "-" in found["number"] or found["number"] != folded
        return Command("state", "" if sure else plain, found["number"])
    if (found := _RATE.fullmatch(folded)) is not None:
        return _rated(plain, folded, found)
    if (found := _RATE_OUTSIDE.fullmatch(folded)) is not None:
        added = plain[found.start("words") :].strip(" \n\t:,，。;；.!！")
        return Command("misrate", added, found["number"] or "", whole=plain)
    if _RATE_UNFINISHED.fullmatch(folded):
        return Command("help")
    for kind, form in (("reply", _REPLY), ("new", _NEW)):
        if (found := form.fullmatch(folded)) is not None:
            return _with_words(kind, plain, found)
    return Command("words", plain)


def _rated(plain: str, folded: str, found: re.Match[str]) -> Command:
    """A grade, and the number before it or right after it."""
    grade = int(found["grade"]) if found["grade"] else _SPELLED[found["said"].rstrip("分星")]
    begin, number = found.start("words"), found["number"] or ""
    after = None if number else _AFTERWARDS.fullmatch(folded, begin)
    if after is not None and _is_number(after["number"]) and any(sign.isalpha() for sign in after["number"]):
        number, begin = after["number"], after.start("words")
    return Command("rate", plain[begin:], number, grade)


def _with_words(kind: str, plain: str, found: re.Match[str]) -> Command:
    number = found.groupdict().get("number") or ""
    words = plain[found.start("words") :]
    if number and not _is_number(number):  # “reply anything else”: a word of eight letters, or a number without digits
        return Command(kind, words, number, whole=plain[found.start("number") :])
    return Command(kind, words, number)


def _is_number(text: str) -> bool:
    """Eight letters alone may be a word; with a digit among them they are meant as a number."""
    return any(sign.isdigit() for sign in text)


def tail(number: str) -> str:
    """The last eight signs of a number as it is written (`K7M4-2QXD`), with the usual slips forgiven."""
    body = re.sub(r"[^0-9A-Z]", "", number.upper()).translate(str.maketrans("OIL", "011"))
    return f"{body[-8:-4]}-{body[-4:]}"


def is_whole(number: str) -> bool:
    """Whether all sixteen signs were given."""
    return re.fullmatch(_FULL, number) is not None


def language(text: str) -> str:
    """The language to answer in: English for a word of Latin letters and no Chinese character; empty when unclear."""
    if re.search(r"[\u3400-\u9fff]", text):
        return "zh-hans"
    words = (word for word in text.split() if not _is_number(word))
    return "en" if any(re.search(r"[A-Za-z]{3}", word) for word in words) else ""
