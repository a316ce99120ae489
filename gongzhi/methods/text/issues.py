"""Hot issues: messages that say the same thing, fused across wording, place and time, and ranked by heat.

**Fusing.** Messages become rows of rare character grams, Latin letters as whole words, weighed by the square of
their rarity. Two belong together when the cosine of their rows, halved for every year between them, reaches 0.08
(unrelated messages are near 0.01); groups grow from the most similar pair down and join while their *mean*
similarity still reaches that bound (average linkage), so a chain of neighbours does not fuse two issues. Copies of one
text are one row that counts as many times: what is rare is learned from different texts, so that a text that many sent
keeps its words, and is told as one issue of the same text.

**Heat** = ln(1 + people) + 0.5 ln(1 + likes) + 0.5 growth + 0.3 ln(places) + 0.2 ln(1 + days) + 0.5 unanswered

    people      distinct senders (each counts once, however often they write)
    likes       approvals of others; they weigh half a voice's logarithm
    growth      ln((late + 1) / (early + 1)): messages in the later and the earlier half of the last 28 days
    places      distinct places
    days        from the first to the last message
    unanswered  share without an answer (0 when unknown)

Every part only adds logarithms, so no one part can carry a ranking alone, and a message more never cools an issue
other than by being early.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from gongzhi.methods import memory
from gongzhi.methods.text import grams
from gongzhi.methods.text.phrases import ALWAYS, Cutter, pieces, varied
from gongzhi.methods.text.refusing import TextRefusal

ALIKE = 0.08  # mean similarity a group keeps
FADE_DAYS = 365.0  # similarity is halved after so many days
RECENT_DAYS = 28.0
KEYWORDS = 5
LONG = 8  # letters up to which a longer phrase says more
COMPANY = 4  # different texts in which a piece has to stand beside changing characters to be a word by that alone
STOP = 0.15  # how much more a phrase tells for each end at which the text makes a stop
VOICES = 3  # example messages beside every keyword
_LITTLE = re.compile(  # English words that name nothing
    r"\b(?:a|about|again|all|always|an|and|are|as|at|be|been|but|by|can|could|did|do|does|for|from|had|has|have|he|her"
    r"|his|how|i|if|in|is|it|its|just|me|my|never|no|not|now|of|on|one|or|our|out|please|she|so|some|still|that|the"
    r"|their|there|they|this|to|up|us|was|we|were|what|when|where|which|who|why|will|with|would|you|your)\b",
    re.IGNORECASE | re.ASCII,
)
_SIGNS = re.compile(r"[\W_]+")
COPY_DAYS = 90.0  # days within which copies of one text are one row
COMMON = 0.5  # share of a message's weight in rare grams below which it is made of common ones
_BLOCK = 2000  # rows compared at a time, fewer where there are many
_CELLS = 40_000_000  # similarities held at a time
_PAIR = 400  # bytes a pair of similar messages takes while groups grow
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Messages:
    """Columns of one length; `times` are days since 1970; `fields[0]` is the title. None: not known."""

    ids: Sequence[str]
    fields: Sequence[Sequence[str]]
    times: NDArray[np.float64]
    people: Sequence[str] | None = None
    places: Sequence[str] | None = None
    likes: NDArray[np.float64] | None = None
    answered: Sequence[bool] | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Rows of its messages (nearest to the middle first), heat, a member's title, keywords with example rows; `same`:
    how many of its messages are the very same text, of the text with the most copies (1: all differ)."""

    members: tuple[int, ...]
    heat: float
    title: str
    keywords: tuple[tuple[str, tuple[int, ...]], ...]
    same: int = 1


def find(messages: Messages, fewest: int = 2, tell: Tell | None = None, known: Collection[str] = ()) -> list[Issue]:
    """Issues of at least `fewest` messages, hottest first; the order of rows does not matter.

    `tell` is told how far the comparison is; `known` words are never cut inside in keywords. Refuses messages of which
    more pairs resemble than memory holds.
    """
    if not len(messages.ids):
        return []
    order = sorted(range(len(messages.ids)), key=lambda at: (messages.times[at], messages.ids[at]))
    copies = _copies(messages, order)
    rows = _rows([[field[mine[0]] for mine in copies] for field in messages.fields])
    times = np.array([float(np.mean(messages.times[mine])) for mine in copies])
    weight = np.array([len(mine) for mine in copies], np.float32)
    cutter = Cutter(messages.fields[0], known)
    found = []
    for group in _groups(rows, times, weight.astype(int).tolist(), tell):
        if sum(len(copies[k]) for k in group) < fewest:
            continue
        middle = np.asarray(rows[group].T @ weight[group]).ravel()
        near = rows[group] @ middle
        members = tuple(at for k in np.argsort(-near, kind="stable") for at in copies[group[k]])
        title = next((messages.fields[0][at] for at in members if messages.fields[0][at].strip()), "")
        words, same = _keywords(messages, members, cutter), _same(messages, members)
        found.append(Issue(members, heat(messages, members), title.strip(), words, same))
    return sorted(found, key=lambda issue: (-issue.heat, messages.ids[issue.members[0]]))


def _copies(messages: Messages, order: Sequence[int]) -> list[list[int]]:
    """Rows in this order (of time), those of the very same text within `COPY_DAYS` of the first of them together."""
    found: list[list[int]] = []
    held: dict[str, list[int]] = {}
    for at in order:
        text = plain(messages, at)
        mine = held.get(text) if text.strip() else None
        if mine is None or messages.times[at] - messages.times[mine[0]] > COPY_DAYS:
            mine = held[text] = []
            found.append(mine)
        mine.append(at)
    return found


def plain(messages: Messages, at: int) -> str:
    """The text of a message as it is compared with copies: without case, width, spaces and punctuation."""
    return "\n".join(_SIGNS.sub("", unicodedata.normalize("NFKC", field[at]).lower()) for field in messages.fields)


def _same(messages: Messages, members: Sequence[int]) -> int:
    """How many of these rows are the very same text, of the text with the most."""
    texts = Counter(plain(messages, at) for at in members)
    return max((n for text, n in texts.items() if text.strip()), default=1)


def heat(messages: Messages, members: Sequence[int]) -> float:
    """Heat of a group of rows, as the module says."""
    return sum(parts(messages, members).values())


def parts(messages: Messages, members: Sequence[int]) -> dict[str, float]:
    """What each part adds to the heat of a group of rows: people, likes, growth, places, days, unanswered."""
    times = messages.times[list(members)]
    last = float(np.max(messages.times))
    late = int((times > last - RECENT_DAYS / 2).sum())
    early = int((times > last - RECENT_DAYS).sum()) - late
    people = len({messages.people[at] for at in members}) if messages.people is not None else len(members)
    places = len({messages.places[at] for at in members} - {""}) if messages.places is not None else 1
    likes = float(messages.likes[list(members)].sum()) if messages.likes is not None else 0.0
    waiting = 0.0
    if messages.answered is not None:
        waiting = sum(not messages.answered[at] for at in members) / len(members)
    return {
        "people": math.log1p(people),
        "likes": 0.5 * math.log1p(max(0.0, likes)),
        "growth": 0.5 * math.log((late + 1) / (early + 1)),
        "places": 0.3 * math.log(max(1, places)),
        "days": 0.2 * math.log1p(float(times.max() - times.min())),
        "unanswered": 0.5 * waiting,
    }


def uncovered(covered: NDArray[np.float32], issues: Sequence[Issue], sure: float = 0.5) -> list[Issue]:
    """Issues no matter covers: the mean of their members' best probability (a router's `covered`) is below `sure`."""
    return [issue for issue in issues if float(covered[list(issue.members)].mean()) < sure]


def has_zone(text: str) -> bool:
    """Whether a time says which zone it is of."""
    return bool(re.search(r"\d{1,2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})\s*$", text.strip()))


def days(
    texts: Sequence[str], column: str, path: Path, *, first: int = 2, zoned: bool | None = None
) -> NDArray[np.float64]:
    """Times as days since 1970-01-01; zones are kept when written, else one clock is assumed for all rows.

    `first` is the row of the first text, `zoned` whether the rows before had a zone. Refuses what is no time, and rows
    with a zone beside rows without one.
    """
    out = np.empty(len(texts))
    for at, text in enumerate(texts):
        plain = text.strip().replace("/", "-")
        parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}:\d{2}.*))?", plain)
        try:
            if not parts:
                raise ValueError
            clock = parts[4] or "00:00"
            clock = clock if clock[2] == ":" else "0" + clock
            moment = datetime.fromisoformat(f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}T{clock}")
        except ValueError:
            said = f"“{text[:30]}” is no time" if plain else "it is empty; every message needs a time"
            raise TextRefusal(f"{path}, row {first + at}, column {column}: {said}.") from None
        if zoned not in (None, moment.tzinfo is not None):
            has, none = ("has a zone", "have none") if moment.tzinfo else ("has no zone", "have one")
            raise TextRefusal(f"{path}, row {first + at}, column {column}: “{text[:40]}” {has} and the rows before "
                              f"{none}; write all times with a zone, or all without.")  # fmt: skip
        zoned = moment.tzinfo is not None
        zero = datetime(1970, 1, 1, tzinfo=moment.tzinfo)
        shift = moment.utcoffset()
        out[at] = (moment - zero).total_seconds() / 86400 - (shift.total_seconds() / 86400 if shift else 0)
    return out


def numbers(texts: Sequence[str], column: str, path: Path, lines: Sequence[int] | None = None) -> NDArray[np.float64]:
    """Numbers, 0 or more; an empty cell is 0. `lines` are the rows they stand in."""
    out = np.zeros(len(texts))
    for at, text in enumerate(texts):
        row = lines[at] if lines is not None else at + 2
        try:
            out[at] = float(text or 0)
        except ValueError:
            raise TextRefusal(f"{path}, row {row}, column {column}: “{text[:30]}” is no number.") from None
        if not 0 <= out[at] < np.inf:
            raise TextRefusal(f"{path}, row {row}, column {column}: “{text[:30]}” is not a number of 0 or more.")
    return out


def _rows(fields: Sequence[Sequence[str]]) -> sp.csr_matrix:
    """Messages × grams; grams of one message alone join nothing, grams of a tenth tell nothing, unless a message
    is made of hardly anything else: then they are what it says."""
    fields = [[_LITTLE.sub(" ", text[: grams.LONGEST]) for text in texts] for texts in fields]
    idf = grams.rarity(["\n".join(texts) for texts in zip(*fields, strict=True)], spelt=False)
    lowest = 1 + math.log(10) if len(fields[0]) >= 50 else 0.0
    whole = _weighed(fields, (idf * idf).astype(np.float32))
    told = _weighed(fields, np.where(idf >= lowest, idf * idf, 0).astype(np.float32))
    squares = whole.multiply(whole).tocsr()
    common = squares @ (idf >= lowest).astype(np.float32) < COMMON * np.asarray(squares.sum(axis=1)).ravel()
    rows = sp.diags((~common).astype(np.float32)) @ told + sp.diags(common.astype(np.float32)) @ whole
    norm = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.divide(1, norm, out=np.zeros_like(norm), where=norm > 0)
    return (sp.diags(scale.astype(np.float32)) @ rows).tocsr()


def _weighed(fields: Sequence[Sequence[str]], weight: NDArray[np.float32]) -> sp.csr_matrix:
    return sum(grams.rows(texts, weight, spelt=False) for texts in fields).tocsr()


def _pairs(rows: sp.csr_matrix, times: NDArray[np.float64], tell: Tell | None) -> tuple[NDArray, NDArray, NDArray]:
    """Pairs of rows (first < second) whose faded similarity reaches half of ALIKE, most similar first."""
    kept: list[tuple[NDArray, NDArray, NDArray]] = []
    across = rows.T.tocsr()
    held, most = 0, memory.free() // _PAIR
    step = min(_BLOCK, max(20, _CELLS // max(1, rows.shape[0])))
    for number, start in enumerate(range(0, rows.shape[0], step)):
        block = (rows[start : start + step] @ across).tocoo()
        first, second, value = block.row + start, block.col, block.data
        wanted = (second > first) & (value >= ALIKE / 2)
        first, second, value = first[wanted], second[wanted], value[wanted]
        value = value * 0.5 ** (np.abs(times[first] - times[second]) / FADE_DAYS)
        strong = value >= ALIKE / 2
        kept.append((first[strong], second[strong], value[strong]))
        held += int(strong.sum())
        if held > most:
            raise TextRefusal(
                f"{rows.shape[0]:,} messages resemble each other in more pairs than memory holds; take a shorter time "
                "or one place at a time."
            )
        if tell and number % 10 == 9:
            tell(f"{start + step:,} of {rows.shape[0]:,} messages compared")
    first, second, value = (np.concatenate(part) for part in zip(*kept, strict=True))
    best = np.lexsort((second, first, -value))
    return first[best], second[best], value[best]


def _groups(
    rows: sp.csr_matrix, times: NDArray[np.float64], copies: Sequence[int], tell: Tell | None
) -> list[list[int]]:
    """Average linkage along the pairs, most similar first; pairs too weak to be listed count as nothing. A row of many
    `copies` counts as many times."""
    first, second, value = _pairs(rows, times, tell)
    group = list(range(len(copies)))
    members = {at: [at] for at in group}
    size = dict(enumerate(copies))
    links: dict[int, dict[int, float]] = {at: {} for at in group}
    for a, b, v in zip(first.tolist(), second.tolist(), value.tolist(), strict=True):
        links[a][b] = links[b][a] = v * copies[a] * copies[b]
    for a, b, v in zip(first.tolist(), second.tolist(), value.tolist(), strict=True):
        if v < ALIKE:
            break
        one, two = group[a], group[b]
        if one == two or links[one].get(two, 0.0) / (size[one] * size[two]) < ALIKE:
            continue
        if len(links[one]) < len(links[two]):
            one, two = two, one
        size[one] += size.pop(two)
        for at in members.pop(two):
            group[at] = one
            members[one].append(at)
        for other, weight in links.pop(two).items():
            del links[other][two]
            if other != one:
                links[one][other] = links[other][one] = links[one].get(other, 0.0) + weight
    return [sorted(members[key]) for key in sorted(members)]


def _keywords(messages: Messages, members: Sequence[int], cutter: Cutter) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Phrases of whole words that most members' texts share, long ones first, each with example rows: words as all
    texts cut them, and pieces that stand in ever new company; in a group of few texts any piece that does not always
    stand in the same."""
    texts, told = messages.fields[0], _Phrases()
    told.add(texts, members, cutter.phrases)
    if len({texts[at] for at in members}) >= COMPANY:
        told.add(texts, members, pieces, most=0.5, fewest=COMPANY)
    if not told.score:
        told.add(texts, members, pieces)
    chosen: list[str] = []
    for phrase in sorted(told.score, key=lambda p: (-round(told.score[p], 9), p)):
        if len(chosen) == KEYWORDS:
            break
        if not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
    return tuple((phrase, tuple(told.where[phrase][:VOICES])) for phrase in chosen)


class _Phrases:
    """Phrases that several rows share and no longer one holds: what each tells, and the rows that hold it."""

    def __init__(self) -> None:
        self.score: dict[str, float] = {}
        self.where: dict[str, list[int]] = {}

    def add(
        self,
        texts: Sequence[str],
        members: Sequence[int],
        cut: Callable[[str], dict[str, tuple[str, str]]],
        most: float = ALWAYS,
        fewest: int = 1,
    ) -> None:
        """Those `cut` from the rows' texts that at least `fewest` different texts hold in changing company."""
        beside: dict[str, list[tuple[str, str]]] = {}
        holding: dict[str, list[int]] = {}
        for at in members:
            holding.setdefault(texts[at], []).append(at)
        where: dict[str, list[int]] = {}
        for text, rows in holding.items():
            for phrase, sides in cut(text).items():
                beside.setdefault(phrase, []).append(sides)
                where.setdefault(phrase, []).extend(rows)
        order = {at: number for number, at in enumerate(members)}
        for phrase, company in beside.items():
            rows = where[phrase]
            if phrase in self.score or len(rows) < 2 or len(company) < fewest or not varied(company, most):
                continue
            stops = sum(sides.count("") for sides in company) / len(company)
            self.score[phrase] = len(rows) * (1 + STOP * stops) * math.sqrt(min(len(phrase), LONG))
            self.where[phrase] = sorted(rows, key=order.__getitem__)
