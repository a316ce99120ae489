"""Finds telephone numbers of North America, which no word need introduce: (617) 555-0123, +1 617.555.0123.

Ten digits in a row are as likely an id and stay unless a word says otherwise (`masking_numbers`); written in groups of
3-3-4 they are a telephone number, unless what stands around them says that they are a part of something longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongzhi.kit.masking_signs import Span

# North American Numbering Plan: an area code is [2-9], no 9 in the middle, not N11; an exchange is [2-9], not N11.
_AREA, _EXCHANGE, _LINE = r"[2-9](?!11)[0-8][0-9]", r"[2-9](?!11)[0-9]{2}", r"[0-9]{4}"
_BETWEEN = r"(?: ?[-./] ?| {1,2})"
_NUMBER = re.compile(
    r"(?<![0-9])(?P<country>(?:\+ ?|00)?1(?: {0,2}[-./]? ?)(?=[(2-9]))?"
    rf"(?:(?P<framed>\( ?{_AREA} ?\)) {{0,2}}[-./]? ?{_EXCHANGE}{_BETWEEN}?{_LINE}"
    rf"|{_AREA}{_BETWEEN}{_EXCHANGE}{_BETWEEN}{_LINE})(?![-._*]?[0-9])"
)
_GLUED = re.compile(r"[A-Za-z0-9]$|[0-9][-._*]$|[A-Za-z0-9]_$")
_CODE = re.compile(r"(?<![A-Za-z0-9])(?!(?i:[tpmf]|tel|cell|call|phone|home|work|mobile|fax|ph)[-#])[A-Z0-9]{1,8}[-#]$")
_SERIAL = re.compile(
    r"(?<![A-Za-z])(?:case|permit|licen[cs]e|parcel|apn|lot|docket|claim|ticket|invoice|order|reference|ref|tracking|"
    r"confirmation|complaint|request|sr|account|meter|serial|model|badge|violation|citation|summons|folio|file|"
    r"document|contract|application|registration|route|(?<!caller )id)s?"
    r"(?: ?(?:id|no|nr|num|number|#))?\.?(?: is| was)? ?[:#]{0,2} ?$",
    re.IGNORECASE,
)
_LIST_BEFORE, _LIST_AFTER = re.compile(r"(?<![0-9])[0-9]{3,4} {1,2}$"), re.compile(r" {1,2}[0-9]{3,4}(?![0-9])")


def find(plain: str) -> Iterator[Span]:
    """Spans of North American telephone numbers in a shadow (see `masking_signs`)."""
    for match in _NUMBER.finditer(plain):
        before = plain[max(0, match.start() - 32) : match.start()]
        sure = match["framed"] or (match["country"] or "").startswith("+")
        if _GLUED.search(before) or _CODE.search(before) or _SERIAL.search(before):
            continue
        if sure or not _in_a_list(match[0], before, plain[match.end() : match.end() + 8]):
            yield (*match.span(), "phone")


def _in_a_list(written: str, before: str, after: str) -> bool:
    """Whether blanks alone part the groups and more groups like them stand beside: "100 200 300 4000 500"."""
    return not re.search(r"[-./]", written) and bool(_LIST_BEFORE.search(before) or _LIST_AFTER.match(after))
