"""Hide what tells who somebody is, before anything becomes public: numbers, addresses, plates, names.

`mask` guards people first: where a rule is in doubt it hides. It keeps what the work needs: places, house
numbers, dates, amounts, case numbers, and public lines such as 110, 120 or 12345.

How it works: `shadow` spells the text in plain half-width signs, sign for sign, so that a full-width, circled
or spelled-out digit is a digit; the finders return spans of that shadow; the spans are replaced in the text.
It repeats until nothing is found, hence masking twice changes nothing. Every pass is linear in the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from gongzhi.kit import masking_names, masking_numbers
from gongzhi.kit.masking_signs import Span, has_han, shadow

LABELS: dict[str, tuple[str, str]] = {
    "phone": ("〔电话〕", "[phone]"),
    "id": ("〔证件号〕", "[ID number]"),
    "card": ("〔卡号〕", "[card number]"),
    "email": ("〔邮箱〕", "[e-mail]"),
    "plate": ("〔车牌〕", "[plate]"),
    "name": ("〔姓名〕", "[name]"),
    "account": ("〔账号〕", "[account]"),
}
_NUMBERS = {"phone", "id", "card"}
_PASSES = 8


@dataclass(frozen=True, slots=True)
class Masked:
    """A text fit to be read by all, and how many of each kind were hidden in it."""

    text: str
    found: dict[str, int]


def mask(text: str) -> Masked:
    """Hide phone numbers, ID and bank card numbers, e-mails, plates, accounts of messengers, and names.

    Names are found only where a rule can know them (“我叫…”, “联系人：…”, “…女士”, “my name is …”).
    """
    found: dict[str, int] = {}
    for _ in range(_PASSES):
        spans = _spans(text)
        if not spans:
            break
        language = 0 if has_han(text) else 1
        pieces, at = [], 0
        for start, end, kind in spans:
            pieces += [text[at:start], LABELS[kind][language]]
            at = end
            found[kind] = found.get(kind, 0) + 1
        text = "".join([*pieces, text[at:]])
    return Masked(text, found)


def _spans(text: str) -> list[Span]:
    """What to hide, in order, never overlapping: of two that overlap the earlier, then the longer one; of two numbers
    that do, all of both, since nothing says where the one ends."""
    plain = shadow(text)
    spans = [*masking_numbers.find(plain), *masking_names.find(plain)]
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not chosen or span[0] >= chosen[-1][1]:
            chosen.append(span)
        elif span[1] > chosen[-1][1] and {span[2], chosen[-1][2]} <= _NUMBERS:
            chosen[-1] = (chosen[-1][0], span[1], chosen[-1][2])
    return chosen
