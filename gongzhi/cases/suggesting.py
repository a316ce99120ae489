"""Who suggests a matter beside the county's table of keywords: the plug point for a machine that learns.

A higher room that has such a machine offers it here when Django starts; this room knows it by its shape alone. Where
none is at work, or it fails to open, the table of keywords answers alone. A machine must be cheap: it is asked within
every submission.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gongzhi.methods.text.compact import Guess

UNSURE = 0.5  # probability below which the table of keywords answers instead of the machine
KEYWORDS = 0  # the number by which cases name the table of keywords; machines are numbered from 1


class Machine(Protocol):
    """What learnt from closed cases: its number, the codes of the matters it knows, and its guess at a text."""

    @property
    def version(self) -> int:
        """Its number, from 1."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Codes of the matters it has learnt."""

    def guess(self, text: str) -> Guess:
        """Codes of matters by probability."""


_offered: list[Callable[[], Machine | None]] = []


def offer(source: Callable[[], Machine | None]) -> None:
    """Put a machine beside the keywords; `source` says which one is at work now, None for none. The last one counts."""
    _offered[:] = [source]


def at_work() -> Machine | None:
    """The machine that suggests now; None: the table of keywords does."""
    return _offered[0]() if _offered else None
