"""Phrases that end where words end, in Chinese without a dictionary.

Two neighbouring characters belong to one word when they come together far more often than chance would put them (Sproat
& Shih 1990, Computer Processing of Chinese and Oriental Languages 4: by mutual information), or when one of them hardly
comes without the other. Between all others a text may be cut. Counted is what different texts hold: one text sent a
hundred times teaches its cuts once. Words the caller knows (names of places and matters) are never cut inside.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

READ = 200  # characters of a text that are read
SHORTEST, LONGEST = 2, 16  # characters of a phrase
PIECE = 12  # characters of a piece where words are not known
WHOLE = 20  # characters of a word or clause that is never cut and may stand as it is
HELD = 0.4  # share of a character's places at which the other one stands beside it, from which on both are one word
TOGETHER = 8.0  # times as often together as chance would put them
ALWAYS = 0.75  # share of different texts with the same character beside a phrase, from which on it is a piece
SURE = 2  # times two characters were seen together, below which nothing is known and nothing is cut
HELD_LITTLE = 0.45  # the same where one of them is a little word by itself
LITTLE = frozenset("的了吗呢吧啊呀么和与及或在是有被把将给对从向就也都还又很太再让叫请我你您他她它们这那此该个些其之等")
OPEN = LITTLE | frozenset(
    "不没最更一二两三四五六七八九十几各每上下能会可"
)  # what a phrase that goes on does not end with
_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z]{3,}")


class Cutter:
    """Where Chinese texts may be cut, learned from `texts`; `known` words are never cut inside."""

    def __init__(self, texts: Iterable[str], known: Collection[str] = ()) -> None:
        self.one: Counter[str] = Counter()
        self.two: Counter[str] = Counter()
        for text in sorted(set(texts)):
            for run in _RUN.findall(text[:READ]):
                self.one.update(run)
                self.two.update(map("".join, itertools.pairwise(run)))
        self.total = max(1, sum(self.one.values()))
        words = sorted({word for word in known if _RUN.fullmatch(word) and len(word) > 1}, key=lambda w: (-len(w), w))
        self.known = re.compile("|".join(map(re.escape, words))) if words else None

    def words(self, run: str) -> list[str]:
        """A run of Chinese characters cut into words."""
        cuts = {at for at in range(1, len(run)) if not self._held(run[at - 1], run[at])}
        for found in self.known.finditer(run) if self.known else ():
            begin, end = found.span()
            cuts = (cuts - set(range(begin + 1, end))) | {begin, end}
        edges = sorted({0, len(run), *cuts})
        return [run[begin:end] for begin, end in itertools.pairwise(edges)]

    def phrases(self, text: str) -> dict[str, tuple[str, str]]:
        """Phrases of whole words → the characters beside them, "" where the text makes a stop: Chinese of 2 to 16
        characters that neither begin nor end with a little word, longer ones only as one piece; Latin words of three
        letters."""
        found = {word.lower(): ("", "") for word in _LATIN.findall(text)}
        for run in _RUN.findall(text[:READ]):
            for phrase, beside in _joined(self.words(run)):
                if phrase not in found or beside.count("") > found[phrase].count(""):
                    found[phrase] = beside
        return found

    def _held(self, one: str, other: str) -> bool:
        """Whether two neighbouring characters belong to one word."""
        both, first, second = self.two[one + other], self.one[one], self.one[other]
        if one in LITTLE or other in LITTLE:
            return both >= max(SURE, HELD_LITTLE * min(first, second))
        if both < SURE:
            return True
        return both >= HELD * min(first, second) or both * self.total >= TOGETHER * first * second


def _joined(words: Sequence[str]) -> Iterable[tuple[str, tuple[str, str]]]:
    """Neighbouring words together, and single ones, that are neither too short nor too long; with what is beside."""
    for begin, word in enumerate(words):
        phrase, left = "", words[begin - 1][-1] if begin else ""
        for end, piece in enumerate(words[begin:], begin + 1):
            phrase += piece
            if len(phrase) > (WHOLE if phrase == word else LONGEST):
                break
            right = words[end][0] if end < len(words) else ""
            whole = not left and not right
            if len(phrase) >= SHORTEST and (whole or (word[0] not in LITTLE and piece[-1] not in OPEN)):
                yield phrase, (left, right)


def pieces(text: str) -> dict[str, tuple[str, str]]:
    """All pieces of 2 to 12 Chinese characters that neither begin nor end with a little word → the characters beside
    them: for where too few texts tell of words, and for words that stand in ever new company."""
    found: dict[str, tuple[str, str]] = {}
    for run in _RUN.findall(text[:READ]):
        for at in (at for at in range(len(run) - 1) if run[at] not in OPEN):
            ends = range(at + SHORTEST, min(len(run), at + PIECE) + 1)
            for end in (end for end in ends if run[end - 1] not in OPEN):
                found.setdefault(run[at:end], (run[at - 1] if at else "", run[end : end + 1]))
    return found


def varied(beside: Sequence[tuple[str, str]], most: float = ALWAYS) -> bool:
    """Whether what stands beside a phrase in different texts changes, at both ends (or is a stop): a phrase that has
    the same character beside it in `most` of them is a piece of a longer one (accessor variety, Feng et al. 2004,
    Computational Linguistics 30:1). Nothing is told by a single text."""
    if len(beside) < 2:
        return True
    for side in zip(*beside, strict=True):
        character, times = Counter(side).most_common(1)[0]
        if character and times >= most * len(beside):
            return False
    return True
