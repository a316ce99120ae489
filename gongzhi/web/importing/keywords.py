"""Keywords for the matters of an example county, learned from the names and texts of the file it is made from.

A word belongs to a matter when most rows that hold it are of that matter. What a row says is its words without the
columns that name the matter, since a resident will not write those. A tenth of the rows is held out, by a hash of what
they say: on them it is measured how often the words alone lead to the right matter and organ, as the site itself will
suggest it (cases.rules.score_matters). Every keyword is told with the share it is right on and with up to three example
texts, masked. Plain Python, no database.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gongzhi.cases import rules
from gongzhi.kit.masking import mask

Matter = tuple[str, ...]  # the path of names, the widest first
HELD_OUT = 10  # every tenth text
LEAST_ROWS, LEAST_SHARE = 3, 0.5  # of rows with a word, and of those the share of its matter
MOST = 24  # keywords of a matter
EXAMPLES = 3
TEXT_MOST = 200  # characters of a text that are looked at
_COMMON_WORDS = """
about after all and any are because been being between both but can case city closed complaint could does down
during each etc for from had has have her here him his how into issue its just like made may more most need
new not now off one only other our out over own per please problem request requests same service she should
since some such than that the their them then there these they this those too under until use very was were
what when where which while who why will with would you your general misc miscellaneous various unknown
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_PARTS = re.compile(r"[与和及或的类]")


@dataclass(slots=True)
class Texts:
    """What the rows of a file say: how often each text stands for a matter and an organ."""

    rows: Counter[tuple[Matter, str, str]] = field(default_factory=Counter)

    def add(self, matter: Matter, organ: str, said: str) -> None:
        """Count a row; `said` is its words without the names of its matter."""
        self.rows[matter, organ, said[:TEXT_MOST]] += 1


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word, on how many rows it stands, the share of them that are of its matter, and who said it so."""

    word: str
    rows: int
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """The keywords of each matter, and how they did on `tried` rows that were held out.

    `right`: they led to the row's matter; `organ`: at least to the organ that answered; `silent`: no keyword was in the
    text, so that it would have been "anything else"."""

    keywords: Mapping[Matter, tuple[Keyword, ...]]
    tried: int = 0
    right: int = 0
    organ: int = 0
    silent: int = 0


def learn(texts: Texts, rows: Counter[Matter], leads: Mapping[Matter, str]) -> Learned:
    """The keywords of a file's matters. `rows`: how many each has; `leads`: the organ that would answer for each."""
    kept = {key: count for key, count in texts.rows.items() if not held_out(key[2])}
    tried = {key: count for key, count in texts.rows.items() if held_out(key[2]) and not _is_name(key[2], key[0])}
    found = _choose(kept, rows)
    return Learned(found, *_measure(found, tried, leads))


def held_out(said: str) -> bool:
    """Whether a text is kept from learning: the same text always is or never is."""
    return zlib.crc32(said.casefold().encode()) % HELD_OUT == 0


def grams(text: str) -> set[str]:
    """The words of a text that could be keywords: Latin words without a plural's s; of Chinese, what stands whole
    between signs, and the two, three or four characters that begin or end it."""
    text = text[:TEXT_MOST].casefold()
    found = {_single(word) for word in _LATIN.findall(text)}
    found = {word for word in found if len(word) >= 3 and word not in _COMMON}
    for run in _HAN.findall(text):
        for part in filter(None, _PARTS.split(run)):
            if 2 <= len(part) <= 6:
                found.add(part)
            found |= {piece for n in (2, 3, 4) if len(part) > n for piece in (part[:n], part[-n:])}
    return found


def write(path: Path, learned: Learned) -> None:
    """Every keyword with its matter, rows, share and examples, for people to read and to strike out."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(["matter", "keyword", "rows", "share", *(f"example_{n + 1}" for n in range(EXAMPLES))])
        for matter, words in sorted(learned.keywords.items()):
            for one in words:
                told = [mask(text).text for text in one.examples]
                table.writerow([" › ".join(matter), one.word, one.rows, f"{one.share:.2f}", *map(_tame, told)])


def _choose(said: Mapping[tuple[Matter, str, str], int], rows: Counter[Matter]) -> dict[Matter, tuple[Keyword, ...]]:
    """For each matter the words most of whose rows are its own; a matter's name counts as said by all its rows."""
    by: dict[str, Counter[Matter]] = {}
    examples: dict[tuple[str, Matter], list[str]] = {}
    for matter, text, count in _documents(said, rows):
        for gram in grams(text):
            by.setdefault(gram, Counter())[matter] += count
            told = examples.setdefault((gram, matter), [])
            if len(told) < EXAMPLES and text not in told:
                told.append(text)
    chosen: dict[Matter, list[Keyword]] = {}
    for gram, counts in by.items():
        matter, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        share = count / counts.total()
        if count >= LEAST_ROWS and share >= LEAST_SHARE:
            keyword = Keyword(gram, counts.total(), share, tuple(examples[gram, matter]))
            chosen.setdefault(matter, []).append(keyword)
    return {matter: _best(words) for matter, words in chosen.items()}


def _documents(said: Mapping[tuple[Matter, str, str], int], rows: Counter[Matter]) -> Iterator[tuple[Matter, str, int]]:
    for (matter, _organ, text), count in sorted(said.items(), key=lambda pair: (-pair[1], pair[0])):
        if text:
            yield matter, text, count
    for matter, count in rows.items():
        yield matter, matter[-1], count


def _best(words: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """Those that say most, without pieces that stand on the same rows as a longer or a shorter word says already."""
    ranked = sorted(words, key=lambda one: (-one.rows * one.share * min(len(one.word), 6), one.word))
    kept: list[Keyword] = []
    for one in ranked:
        if len(kept) == MOST:
            break
        if not any((one.word in other.word or other.word in one.word) and one.rows == other.rows for other in kept):
            kept.append(one)
    return tuple(kept)


def _measure(
    found: Mapping[Matter, tuple[Keyword, ...]],
    tried: Mapping[tuple[Matter, str, str], int],
    leads: Mapping[Matter, str],
) -> tuple[int, int, int, int]:
    names = {" › ".join(matter): matter for matter in found}
    table = {word.word: (name,) for name, matter in names.items() for word in found[matter]}
    right = organ_right = silent = 0
    for (matter, organ, said), count in tried.items():
        points = rules.score_matters(said, table)
        if not points:
            silent += count
            continue
        best = names[min(points, key=lambda name: (-points[name][0], name))]
        right += count * (best == matter)
        organ_right += count * (best == matter or (bool(organ) and leads.get(best) == organ))
    return sum(tried.values()), right, organ_right, silent


def _is_name(said: str, matter: Matter) -> bool:
    """Whether a text says nothing that the matter's name does not: such rows would flatter the measure."""
    return not said or said.casefold() in " › ".join(matter).casefold()


def _single(word: str) -> str:
    """A Latin word without the s of a plural, which the site takes for the same word."""
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
