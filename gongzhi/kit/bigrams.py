"""Chinese search with engines that know no Chinese: texts become bigrams before they reach the index.

`index_text` feeds an FTS5 table or `to_tsvector('simple', …)`; `query_text` feeds FTS5's MATCH or
`websearch_to_tsquery('simple', …)`. Both read the result alike: every part is a quoted phrase, all parts must
match, and no sign of either query language survives from what a person typed.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

LONGEST_WORD = 64
LONGEST_QUERY = 100
_CJK = "\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_PART = re.compile(rf"(?P<han>[{_CJK}]+)|(?P<word>[^\W_{_CJK}]+)")


def index_text(text: str) -> str:
    """Words for the index: Latin words in lower case and bigrams in order, then every single sign once."""
    words: list[str] = []
    singles: dict[str, None] = {}
    for part in _PART.finditer(_plain(text)):
        han = part["han"]
        if han is None:
            words.append(part["word"][:LONGEST_WORD])
            continue
        words += map("".join, pairwise(han))
        singles.update(dict.fromkeys(han))
    return " ".join([*words, *singles])


def query_text(query: str) -> str:
    """The query as quoted phrases, all of which must match; empty when nothing can be searched for."""
    phrases: dict[str, None] = {}
    for part in _PART.finditer(_plain(query[:LONGEST_QUERY])):
        han = part["han"]
        if han is None:
            phrases[part["word"][:LONGEST_WORD]] = None
        else:
            phrases[" ".join(map("".join, pairwise(han))) or han] = None
    return " ".join(f'"{phrase}"' for phrase in phrases)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
