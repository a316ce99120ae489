"""Signs as maskers see them: one plain sign for each sign of the text, so that spans stay where they are."""

from __future__ import annotations

import re
import unicodedata
from typing import TypeAlias

Span: TypeAlias = tuple[int, int, str]  # start, end, kind

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# What people put between digits: blanks, hyphens and dashes, dots, brackets, underscores, invisible signs.
GAP = r"[ \-._()/~*]"

_NUMERALS = dict(zip("零〇○洞一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九勾玖", "00001112223344556677788999", strict=True))
_SPELLED = re.compile(rf"[0-9{''.join(_NUMERALS)}](?:{GAP}{{0,3}}[0-9{''.join(_NUMERALS)}]){{10,}}")
_HAS_HAN = re.compile(f"[{HAN}]")


def _table() -> dict[int, str]:
    """Every sign that stands for a plain one: full-width forms, digits of any dress, dashes, blanks."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    dressed = [(0xB2, 0xBA), (0x660, 0x66A), (0x6F0, 0x6FA), (0x966, 0x970), (0x2070, 0x208A), (0x2460, 0x2500)]
    dressed += [(0x2776, 0x2794), (0x1D7CE, 0x1D800), (0x1F100, 0x1F10B), (0x1FBF0, 0x1FBFA)]
    for start, end in dressed:
        for code in range(start, end):
            digit = unicodedata.digit(chr(code), None)
            if digit is not None:
                table[code] = str(digit)
    table |= dict.fromkeys(map(ord, "‐‑‒–—―−－ー─﹣~～"), "-")
    table |= dict.fromkeys(map(ord, "·•・‧∙⋅﹒"), ".")
    table |= dict.fromkeys(map(ord, "\u00a0\u1680\u3000\u202f\u205f\t\u00ad\u180e\u2060\ufeff\u20e3"), " ")
    table |= dict.fromkeys([*range(0x2000, 0x2010), *range(0xFE00, 0xFE10)], " ")
    table |= dict.fromkeys(map(ord, "【［[〔{"), "[") | dict.fromkeys(map(ord, "】］]〕}"), "]")
    return table | {ord("×"): "X", ord("Х"): "X", ord("х"): "x"}


_TABLE = _table()


def shadow(text: str) -> str:
    """`text` in plain half-width signs, of the same length. Eleven or more numerals in a row become digits."""
    plain = text.translate(_TABLE)
    return _SPELLED.sub(lambda run: "".join(_NUMERALS.get(sign, sign) for sign in run[0]), plain)


def has_han(text: str) -> bool:
    """Whether a Chinese sign is in the text; labels are then Chinese."""
    return _HAS_HAN.search(text) is not None
