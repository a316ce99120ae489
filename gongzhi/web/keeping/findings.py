"""What the doctor says: what is wrong, and what to do about it, in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gongzhi.web.keeping.telling import _


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is wrong and the `remedy`, both in the terminal's language. A note asks for thought, not for a hand."""

    what: str
    remedy: str
    is_note: bool = False


Check = Callable[[datetime], Iterator[Finding]]


def wrong(what: str, remedy: str, **told: object) -> Finding:
    """Something that needs a hand."""
    return Finding(_(what) % told, _(remedy) % told)


def note(what: str, remedy: str, **told: object) -> Finding:
    """Something to know."""
    return Finding(_(what) % told, _(remedy) % told, is_note=True)
