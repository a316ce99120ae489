"""Finding places by typed words, in plain Python: tolerant of how people write where something is.

Words are cut into tokens: one Chinese character, one Latin word, or one number (Chinese numerals are read, so
三组 is 3组). Names are compared by pairs of neighbouring tokens, so the order of the parts does not matter.
A rare pair says more than a frequent one (inverse document frequency, Spärck Jones 1972). A place scores by
how much of the question its name, and less its path, explains, and by how much of its name was said.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise

Feature = tuple[str, ...]

_DIGITS = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_NUMERAL = re.compile("[〇零一二三四五六七八九十百]+")
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[^\W_]")
# What people leave out or add; a name is also known without it. Longer endings first.
_ENDINGS = (
    *("街道办事处", "村民委员会", "居民委员会", "村民小组", "居委会", "村委会", "街道办", "街道", "社区", "小组"),
    *("网格", "大街", "大道", "村", "镇", "乡", "组", "街", "路"),
)
_ENDINGS_EN = frozenset(
    ("town", "township", "subdistrict", "street", "village", "community", "grid", "group", "road", "the", "of")
)
_PATH_WORTH = 0.9  # a path explains almost as much as a name; the name decides between places of one path
_UNKNOWN_WORTH = 0.3  # of the mean weight: what no place is called was said for another reason
_LONE_WORTH = 0.2  # one character alone, of its weight
_EXPLAINED, _SAID = 0.7, 0.3  # worth of what a place explains of the question, and of how much of its name was said
_ENOUGH = 0.5  # of the best score
_MORE_THAN_CHANCE = 0.6  # of the characters, when no two neighbouring ones are shared
_SHORTLIST = 80
_COMMON = 60  # places that share a feature before it is called common
_LONGEST = 80  # tokens of a question that are read


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as it is called (the first name leads) and the names of the places it lies in."""

    names: Sequence[str]
    path: Sequence[str] = ()


def tokens(text: str) -> list[str]:
    """`text` as comparable tokens: NFKC, lower case, numerals read, 第 and marks dropped.

    >>> tokens("城关镇 第十二组")
    ['城', '关', '镇', '12', '组']
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("第", "")
    return _TOKEN.findall(_NUMERAL.sub(lambda found: f" {_number(found[0])} ", plain))


def _number(numeral: str) -> str:
    """A Chinese numeral in digits: 十二 → 12, 二十 → 20, 一百零五 → 105, 二〇二 → 202; 百 alone stays a word."""
    if numeral == "百" * len(numeral):
        return numeral
    if not set(numeral) & {"十", "百"}:
        return "".join(str(_DIGITS[sign]) for sign in numeral)
    total, last = 0, 0
    for sign in numeral:
        if sign == "百":
            total, last = total + (last or 1) * 100, 0
        elif sign == "十":
            total, last = total + (last or 1) * 10, 0
        else:
            last = _DIGITS[sign]
    return str(total + last)


def _features(words: Sequence[str]) -> set[Feature]:
    """Pairs of neighbours, and every token alone."""
    return {*pairwise(words), *((word,) for word in words)}


def _spellings(name: str) -> list[list[str]]:
    """A name in full and without its ending."""
    full = tokens(name)
    if name and not re.search("[a-z]", name.lower()):
        core = next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)
        short = tokens(core)
    else:
        short = [word for word in full if word not in _ENDINGS_EN]
    return [full, short] if len(short) > 1 or (short and short != full and len(short[0]) > 1) else [full]


class Book:
    """A gazetteer that can be asked; built once per version of the county's files."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._names: list[list[frozenset[Feature]]] = []
        self._paths: list[frozenset[Feature]] = []
        posted: dict[Feature, list[int]] = defaultdict(list)
        for number, entry in enumerate(entries):
            spelled = [frozenset(_features(words)) for name in entry.names if name for words in _spellings(name)]
            path = frozenset(f for name in entry.path for words in _spellings(name) for f in _features(words))
            self._names.append(spelled)
            self._paths.append(path)
            for feature in path.union(*spelled):
                posted[feature].append(number)
        self._posted = dict(posted)
        size = len(self._names)
        self._weights = {
            feature: math.log(1 + size / len(numbers))
            * (1 if len(feature) > 1 or feature[0].isascii() else _LONE_WORTH)
            for feature, numbers in posted.items()
        }
        self._said = [[sum(self._weights[feature] for feature in name) for name in names] for names in self._names]
        self._mean = sum(self._weights.values()) / max(1, len(self._weights))

    def find(self, text: str, limit: int = 8) -> list[int]:
        """Numbers of the entries that fit best, best first; at most `limit`."""
        words = tokens(text)[:_LONGEST]
        asked = _features(words)
        known = {feature: self._weights[feature] for feature in asked if feature in self._weights}
        strange = sum(1 for feature in asked if len(feature) > 1 and feature not in self._weights)
        whole = sum(known.values()) + strange * self._mean * _UNKNOWN_WORTH
        by_chance = len(set(words)) * _MORE_THAN_CHANCE
        scored = [
            (self._score(number, known, whole), number)
            for number in self._shortlist(known)
            if self._is_meant(number, known, by_chance)
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return [number for score, number in scored[:limit] if score >= scored[0][0] * _ENOUGH]

    def _is_meant(self, number: int, known: dict[Feature, float], by_chance: float) -> bool:
        """Whether more than a scattered character is shared: a pair, a Latin word, or most of the characters."""
        shared = known.keys() & self._paths[number].union(*self._names[number])
        return len(shared) >= by_chance or any(len(feature) > 1 or _is_latin(feature) for feature in shared)

    def _shortlist(self, known: dict[Feature, float]) -> list[int]:
        """The entries that share most of the question's weight, by name or path.

        What a large part of all places shares (the town's name) only decides among those found by rarer words.
        """
        most = max(_COMMON, len(self._names) // 10)
        rare = [feature for feature in known if len(self._posted[feature]) <= most]
        shared: dict[int, float] = defaultdict(float)
        for feature in rare or known:
            weight = known[feature]
            for number in self._posted[feature]:
                shared[number] += weight
        return nlargest(_SHORTLIST, shared, key=shared.__getitem__)

    def _score(self, number: int, known: dict[Feature, float], whole: float) -> float:
        """Between 0 and 1: how much of the question is explained, and how much of the name was said."""
        path = self._paths[number]
        by_path = {feature: weight * _PATH_WORTH for feature, weight in known.items() if feature in path}
        from_path = sum(by_path.values())
        best = _EXPLAINED * from_path / whole
        for name, full in zip(self._names[number], self._said[number], strict=True):
            in_name = name & known.keys()
            if in_name:
                said = sum(known[feature] for feature in in_name)
                twice = sum(by_path.get(feature, 0.0) for feature in in_name)
                best = max(best, _EXPLAINED * (said + from_path - twice) / whole + _SAID * said / full)
        return best


def _is_latin(feature: Feature) -> bool:
    return feature[0].isascii() and feature[0].isalpha()
