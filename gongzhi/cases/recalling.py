"""Whether somebody at the counter is the one who spoke: own words told again, and what only she can know.

Plain Python without a clock, a database or settings.
"""

from __future__ import annotations

import re
import unicodedata

from gongzhi.kit.masking import LABELS


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


def only_hers(told: str, *, contact: str, place: str, words: str, masked: str, path: str) -> bool:
    """Whether what somebody tells can be known only to whoever spoke, and not from what everybody may read.

    Compared are the `contact` in the clear, the `place` as typed, and the parts of the `words` as said that `masked`
    hides; `path` is the public name of the place. Enough is a whole one of them, the last four figures of a number, or
    the place told in similar words where it says more than the public one does."""
    said, seen = _plain(told), _plain(masked + path)
    ends = [run for run in re.findall(r"[0-9]{4,}", said) if run not in seen]
    secrets = [_plain(part) for part in (contact, *hidden_parts(words, masked))]
    for secret in secrets:
        if len(secret) >= 2 and secret not in seen and (secret in said or any(secret.endswith(end) for end in ends)):
            return True
    typed = _plain(place)
    return len(typed) >= 4 and typed not in seen and (typed in said or same_words(told, place))


_LABEL = re.compile("|".join(re.escape(label) for pair in LABELS.values() for label in pair))


def hidden_parts(words: str, masked: str) -> list[str]:
    """The parts of the words that the masked ones replace by labels, in order; at most a few signs uncertain where a
    hidden part holds the very text that follows it."""
    first, *others = _LABEL.split(masked)
    parts, at = [], len(first)
    for number, after in enumerate(others, start=1):
        last = number == len(others)
        end = len(words) - len(after) if last else words.find(after, at + 1)
        if end < at:
            break
        parts.append(words[at:end])
        at = end + len(after)
    return parts


def _pairs(text: str) -> set[str]:
    plain = _plain(text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def same_words(told: str, kept: str) -> bool:
    """Whether told words are similar enough to the kept ones: three of five character pairs, five at least."""
    said, known = _pairs(told), _pairs(kept)
    if len(said) < 5:
        return said == known and bool(said)
    return len(said & known) >= 0.6 * len(said)
