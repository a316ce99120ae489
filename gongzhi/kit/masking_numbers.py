"""Finds numbers and addresses that lead to a person. Works on the shadow of a text (see `masking_signs`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

from gongzhi.kit import masking_nanp
from gongzhi.kit.ids import id_card_fits, luhn_fits
from gongzhi.kit.masking_signs import GAP, Span

_RUN = re.compile(rf"(?<![0-9])(?:\+ ?|\( ?(?=0))?[0-9](?:{GAP}{{0,3}}[0-9])*(?:{GAP}{{0,3}}[Xx])?")
_GROUP = re.compile(r"[0-9]+|[Xx]")

_MOBILE = re.compile(r"(?:\+?(?:00)?86|0)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:\+?(?:00)?86)?0(?:10|2[0-9]|[3-9][0-9]{2})[1-9][0-9]{6,7}|(?:\+|00)86[1-9][0-9]{8,11}")
_SERVICE = re.compile(r"[48]00[0-9]{7}")
_ABROAD = re.compile(r"(?:\+|00)[1-9][0-9]{7,14}")
# Legacy numbers of people born from 1930 on: earlier “years” are the town digits of 15-digit grid codes.
_LEGACY = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|99)[0-9]{4}[3-9]")
_MANY_MOBILES = re.compile(r"(?:1[3-9][0-9]{9}){2,}")
_ID_INSIDE = re.compile(r"(?=([1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx]))")
_USUAL = {(3, 4, 4), (3, 3, 5), (3, 8), (4, 3, 4), (4, 4, 3), (7, 4), (5, 6), (3, 5, 3), (4, 7)}
_LONGEST = 23  # digits of the longest thing looked for: a card of 19, a phone of 15 with its prefix

_WORD_PHONE = re.compile(
    r"(?:电话|手机|座机|号码|联系方式|热线|传真|拨打|致电|回电|tel|telephone|phone|mobile|call|fax|cell)"
    r"(?:号码?|number|no)?(?: (?:me|us|him|her))?(?: ?(?:是|为|is|at|on))?[ :.]{0,3}$",
    re.IGNORECASE,
)
_WORD_ID = re.compile(
    r"(?:身份证|身份证件|证件|户口簿|ID card|ID number|identity card|citizen ID)"
    r"(?:号码?|number|no)?(?: ?(?:是|为|is))?[ :.]{0,3}$",
    re.IGNORECASE,
)
_WORD_CARD = re.compile(
    r"(?:银行卡|卡|银行账|账|帐|社保卡|医保卡|account|card)(?:号码?|户|number|no)?(?: ?(?:是|为|is))?[ :.]{0,3}$",
    re.IGNORECASE,
)
_WORD_SERIAL = re.compile(
    r"(?:编|单|工单|订单|案件|案|受理|流水|文|票|运单|快递单|合同|批|序列|serial|order|case|ticket|invoice)"
    r"(?:号码?|编号|number|no)(?: ?(?:是|为|is))?[ :.]{0,3}$",
    re.IGNORECASE,
)
_HOTLINE = re.compile(r"0[0-9]{2,3}(?:1[0-9]{2}|1[0-9]{4}|9[56][0-9]{3,4})")  # 0539-12345: a public line with its area
_UNIT = re.compile(
    r" ?(?:元(?!宵|旦)|块|万|亿|平方|平米|㎡|米|公里|千米|吨|斤|公斤|千瓦|度电|人次|个|%|％|yuan|RMB|kWh|km|kg)"
)

_GAPS = rf"{GAP}{{0,2}}"
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]{_GAPS}[A-Za-z]{_GAPS}"
    rf"(?=(?:{_GAPS}[A-Za-z0-9]){{0,4}}{_GAPS}[0-9])"
    rf"[A-HJ-NP-Za-hj-np-z0-9](?:{_GAPS}[A-HJ-NP-Za-hj-np-z0-9]){{3,5}}"
    rf"(?:{_GAPS}[挂学警港澳超])?(?![A-Za-z0-9])"
)
_AT = r" {0,2}(?:@|\(at\)|\[at\]) {0,2}"
_DOT = r" ?(?:\.|\(dot\)|\[dot\]|点) ?"
_EMAIL = re.compile(
    rf"(?<![A-Za-z0-9_%+])[A-Za-z0-9_%+](?:[A-Za-z0-9._%+-]{{0,62}}[A-Za-z0-9_%+-])?{_AT}"
    rf"[A-Za-z0-9-]{{1,63}}(?:{_DOT}[A-Za-z0-9-]{{1,63}}){{0,3}}{_DOT}[A-Za-z]{{2,24}}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MESSENGER = re.compile(
    rf"(?<![A-Za-z])(?:微信|威信|薇信|V信|微 ?X|weixin|wechat|vx|wx|QQ|扣扣|支付宝|抖音|钉钉|"
    rf"alipay|whatsapp|telegram)(?:号码?|群号?|ID|账号|number)?(?P<link> ?(?:[:=]|是|为|叫|is) ?| ){{0,2}}"
    rf"(?P<id>[A-Za-z0-9](?:{GAP}?[A-Za-z0-9]){{4,24}})(?![A-Za-z0-9])(?! ?(?:元|块|万))",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    rf"(?:护照|通行证|居留证|军官证|士兵证|passport|(?:residence|work|travel|entry|exit) permit)[^0-9\n]{{0,12}}?"
    rf"(?P<id>(?<![A-Za-z0-9])[A-Za-z]{{0,2}}{_GAPS}[0-9](?:{_GAPS}[0-9]){{5,9}})(?![0-9])",
    re.IGNORECASE,
)


def find(plain: str) -> Iterator[Span]:
    """Spans of phones, ID and card numbers, plates, e-mails and accounts in a shadow."""
    if "@" in plain or "at" in plain:
        yield from ((*m.span(), "email") for m in _EMAIL.finditer(plain))
    yield from ((*m.span(), "plate") for m in _PLATE.finditer(plain) if _is_plate(m[0]))
    for match in _MESSENGER.finditer(plain):
        if _is_account(match["id"], linked=bool((match["link"] or "").strip())):
            yield (*match.span("id"), "account")
    yield from ((*m.span("id"), "id") for m in _PASSPORT.finditer(plain))
    runs = [run for run in _RUN.finditer(plain) if run.end() - run.start() >= 7]
    if any(run.end() - run.start() >= 11 for run in runs):
        yield from masking_nanp.find(plain)
    for run in runs:
        yield from _in_run(plain, run)


def _is_plate(text: str) -> bool:
    body = re.sub(GAP, "", text)[2:]
    return sum(sign.isdigit() for sign in body) >= 2 and len(body) <= 7


def _is_account(text: str, *, linked: bool) -> bool:
    """An id after the word alone must look like one; after “:” or “is” any id of six signs is one."""
    bare = re.sub(GAP, "", text)
    if bare.isdigit():
        return len(bare) <= 11
    return any(sign.isdigit() or sign in "_-" for sign in text) or (linked and " " not in text and len(bare) > 5)


def _in_run(plain: str, run: re.Match[str]) -> Iterator[Span]:
    """Numbers inside one run of digits and gaps: first by its groups, then inside a long group."""
    groups = [(m.start() + run.start(), m.end() + run.start(), m[0].upper()) for m in _GROUP.finditer(run[0])]
    before = plain[max(0, run.start() - 16) : run.start()]
    has_plus = run[0].startswith("+")
    at = 0
    while at < len(groups):
        taken, kind = _longest_thing(plain, groups, at, before if at == 0 else "", has_plus and at == 0)
        if kind:
            start = run.start() if at == 0 else groups[at][0]
            yield start, groups[at + taken - 1][1], kind
        elif len(groups[at][2]) > 18:
            yield from _inside(groups[at])
        at += taken


def _longest_thing(
    plain: str, groups: list[tuple[int, int, str]], at: int, before: str, has_plus: bool
) -> tuple[int, str]:
    """How many groups from `at` on are one number, and its kind; (1, "") when none is."""
    lengths = list(accumulate(len(group[2]) for group in groups[at : at + _LONGEST]))
    best = (1, "")
    for taken, length in enumerate(lengths, 1):
        if length > _LONGEST:
            break
        if length < 7:
            continue
        part = groups[at : at + taken]
        digits = ("+" if has_plus else "") + "".join(group[2] for group in part)
        kind = _kind(digits, before, plain[part[-1][1] : part[-1][1] + 4])
        if kind == "phone" and not _is_one(plain, part, at == 0 and taken == len(groups)):
            continue
        if kind:
            best = (taken, kind)
    return best


def _is_one(plain: str, part: list[tuple[int, int, str]], is_whole: bool) -> bool:
    """Whether groups look written as one number: the usual grouping, one kind of gap, or nothing beside them."""
    if len(part) == 1:
        return True
    shape = tuple(len(group[2]) for group in part)
    if shape in _USUAL or shape[1:] in _USUAL:
        return True
    gaps = {plain[a[1] : b[0]] for a, b in pairwise(part)}
    return len(gaps) <= (2 if is_whole else 1)


def _kind(digits: str, before: str, after: str) -> str:
    """What a number is, by its digits first and the words beside it second; "" for nothing to hide."""
    bare = digits.lstrip("+")
    if len(bare) == 18 and id_card_fits(bare):
        return "id"
    if bare[-1] != "X" and _is_phone(digits, before, after):
        return "phone"
    if 15 <= len(bare) <= 18 and _WORD_ID.search(before):
        return "id"
    if bare[-1] == "X" or _WORD_SERIAL.search(before):
        return ""
    if len(bare) == 15 and _LEGACY.match(bare) and id_card_fits(bare) and not _UNIT.match(after):
        return "id"
    if 12 <= len(bare) <= 19 and _WORD_CARD.search(before):
        return "card"
    return "card" if 16 <= len(bare) <= 19 and bare[0] in "34569" and luhn_fits(bare) else ""


def _is_phone(digits: str, before: str, after: str) -> bool:
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return True
    if _SERVICE.fullmatch(digits):
        return not _UNIT.match(after)
    if _ABROAD.fullmatch(digits) and digits[0] == "+":
        return not _UNIT.match(after)
    if _HOTLINE.fullmatch(digits):
        return False
    return 7 <= len(digits) <= 12 and bool(_WORD_PHONE.search(before)) and not _UNIT.match(after)


def _inside(group: tuple[int, int, str]) -> Iterator[Span]:
    """Numbers glued into one long group: several mobiles, or ID numbers whose check digit fits."""
    start, end, digits = group
    if _MANY_MOBILES.fullmatch(digits):
        yield start, end, "phone"
        return
    for match in _ID_INSIDE.finditer(digits):
        if id_card_fits(match[1]):
            yield start, end, "id"
            return
