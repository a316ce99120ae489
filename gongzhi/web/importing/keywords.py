"""Keywords for the matters of an example county, learned from the names and texts of the file it is made from.

A word belongs to a matter when most rows that hold it are of that matter, and when it is not said of many others too,
each weighed alike: "general" stands on most rows of one matter and says nothing of it. What a row says is its words
without the columns that name the matter, since a resident will not write those. A tenth of the rows is held out, by a
hash of their keys: on them it is measured how often the words alone lead to the right matter and organ, as the site
itself will suggest it (cases.rules.score_matters), and apart from that on texts that no other row holds. Every keyword
is told with the share it is right on and with up to three example texts, masked. Plain Python, no database.
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
Said = tuple[Matter, str, str]  # matter, organ, text
HELD_OUT = 10  # every tenth row
LEAST_ROWS, LEAST_SHARE = 3, 0.35  # of rows with a word, and of those the share of its matter
LEAST_OWN = 0.1  # of a word's share in each matter, all weighed alike, what its own one has
LATIN_LEAST = 4  # letters of a Latin word that no matter's name holds
MOST = 30  # keywords of a matter
EXAMPLES = 3
TEXT_MOST = 200  # characters of a text that are looked at
_COMMON_WORDS = """
about after all and any are avenue back because been being between both but can case city closed complaint
could does down during each etc for from front general had has have her here him his home house how into issue
its just like made may misc miscellaneous more most near need new not now off one only other our out over own
per please problem request requests road same service she should side since some street such than that the
their them then there these they this those too under unknown until use various very was were what when where
which while who why will with would you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_PARTS = re.compile(r"[与和及或的类]")


@dataclass(slots=True)
class Texts:
    """What the rows of a file say: how often each text stands for a matter and an organ, learned from and held out."""

    kept: Counter[Said] = field(default_factory=Counter)
    held: Counter[Said] = field(default_factory=Counter)

    def add(self, key: str, matter: Matter, organ: str, said: str) -> None:
        """Count a row; `said` is its words without the names of its matter."""
        apart = zlib.crc32(key.encode()) % HELD_OUT == 0
        (self.held if apart else self.kept)[matter, organ, said[:TEXT_MOST]] += 1


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word, on how many rows it stands, the share of them that are of its matter, and who said it so."""

    word: str
    rows: int
    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """How keywords did on rows that were held out: they led to the row's matter (`right`), at least to the organ that
    answered (`organ`), or none was in the text (`silent`), so that it would have been "anything else"."""

    rows: int = 0
    right: int = 0
    organ: int = 0
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """The keywords of each matter, how they did on rows held out, and of those on texts that no other row holds."""

    keywords: Mapping[Matter, tuple[Keyword, ...]]
    held: Tried = Tried()
    fresh: Tried = Tried()


def learn(texts: Texts, rows: Counter[Matter], leads: Mapping[Matter, str], *, latin: bool = False) -> Learned:
    """The keywords of a file's matters. `rows`: how many each has; `leads`: the organ that would answer for each;
    `latin`: only words of Latin letters, for a file whose language is written with them."""
    found = _choose(texts.kept, rows)
    if latin:
        found = {matter: tuple(one for one in words if one.word.isascii()) for matter, words in found.items()}
        found = {matter: words for matter, words in found.items() if words}
    held = {said: count for said, count in texts.held.items() if not _is_name(said[2], said[0])}
    known = {said[2].casefold() for said in texts.kept}
    fresh = {said: count for said, count in held.items() if said[2].casefold() not in known}
    return Learned(found, _measure(found, held, leads), _measure(found, fresh, leads))


def grams(text: str) -> set[str]:
    """The words of a text that could be keywords: Latin words without a plural's s; of Chinese, two to four characters,
    and what stands whole between signs."""
    text = text[:TEXT_MOST].casefold()
    found = {_single(word) for word in _LATIN.findall(text)}
    found = {word for word in found if len(word) >= 3 and word not in _COMMON}
    for part in _parts(text):
        found |= {part[at : at + n] for n in (2, 3, 4) for at in range(len(part) - n + 1)}
        if len(part) <= 6:
            found.add(part)
    return {gram for gram in found if len(gram) > 1}


def _parts(text: str) -> Iterator[str]:
    for run in _HAN.findall(text):
        yield from filter(None, _PARTS.split(run))


def _named(name: str) -> set[str]:
    """The words of a text that stand for themselves: of Chinese only what begins or ends a part of it."""
    name = name.casefold()
    found = {_single(word) for word in _LATIN.findall(name)}
    for part in _parts(name):
        found |= {part} | {piece for n in (2, 3, 4) for piece in (part[:n], part[-n:])}
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


def _choose(said: Mapping[Said, int], rows: Counter[Matter]) -> dict[Matter, tuple[Keyword, ...]]:
    """For each matter the words that are its own; a matter's name counts as said by all its rows."""
    by: dict[str, Counter[Matter]] = {}
    examples: dict[tuple[str, Matter], list[str]] = {}
    whole: set[str] = set()
    for matter, text, count in _documents(said, rows):
        whole |= _named(text[:TEXT_MOST])
        for gram in grams(text):
            by.setdefault(gram, Counter())[matter] += count
            told = examples.setdefault((gram, matter), [])
            if len(told) < EXAMPLES and text not in told:
                told.append(text)
    documents: Counter[Matter] = Counter()
    for matter, _text, count in _documents(said, rows):
        documents[matter] += count
    chosen: dict[Matter, list[Keyword]] = {}
    for gram, counts in by.items():
        matter, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        texts = tuple(examples[gram, matter])
        piece = gram not in whole and len(texts) < 2  # cut from the middle of a single text
        short = gram.isascii() and len(gram) < LATIN_LEAST and gram not in matter[-1].casefold()
        alike = {other: n / documents[other] for other, n in counts.items()}
        share = count / counts.total()
        own = alike[matter] / sum(alike.values())
        if not piece and not short and count >= LEAST_ROWS and share >= LEAST_SHARE and own >= LEAST_OWN:
            chosen.setdefault(matter, []).append(Keyword(gram, counts.total(), share, texts))
    return {matter: _best(words) for matter, words in chosen.items()}


def _documents(said: Mapping[tuple[Matter, str, str], int], rows: Counter[Matter]) -> Iterator[tuple[Matter, str, int]]:
    for (matter, _organ, text), count in sorted(said.items(), key=lambda pair: (-pair[1], pair[0])):
        if text:
            yield matter, text, count
    for matter, count in rows.items():
        yield matter, matter[-1], count


def _best(words: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """Those that say most. Of Chinese on the same rows the longest stays, and the words of two characters."""
    ranked = sorted(words, key=lambda one: (-one.rows * one.share * min(len(one.word), 6), one.word))
    kept: list[Keyword] = []
    for one in ranked:
        if len(kept) == MOST:
            break
        within = (one.word in other.word or other.word in one.word for other in kept if other.rows == one.rows)
        if len(one.word) == 2 or not any(within):
            kept.append(one)
    return tuple(kept)


def _measure(
    found: Mapping[Matter, tuple[Keyword, ...]], tried: Mapping[Said, int], leads: Mapping[Matter, str]
) -> Tried:
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
    return Tried(sum(tried.values()), right, organ_right, silent)


def _is_name(said: str, matter: Matter) -> bool:
    """Whether a text says nothing that the matter's name does not: such rows would flatter the measure."""
    return not said or said.casefold() in " › ".join(matter).casefold()


def _single(word: str) -> str:
    """A Latin word without the s of a plural, which the site takes for the same word."""
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
