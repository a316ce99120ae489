"""Texts that were read already in one call: thousands of rows of an import say the same."""

from __future__ import annotations

from functools import lru_cache

from gongzhi.cases import noting, rules
from gongzhi.kit.masking import mask

MOST = 8_000


def noted(text: str) -> str:
    """What another system's record says at the end, as everybody may read it: cleaned, masked, empty if it says
    nothing; refuses what is longer than an answer."""
    text = rules.clean_note(text, most=rules.ANSWER_MAX, field="public_text")
    return mask(text).text if text else ""


class Memory:
    """`hear` and `noted` with what they said before. It holds texts as they were said, so it lasts no longer than one
    call."""

    def __init__(self) -> None:
        self.hear = lru_cache(maxsize=MOST)(noting.hear)
        self.noted = lru_cache(maxsize=MOST)(noted)
