"""What a process keeps in memory of the county's files, and how it notices another process's change.

One number tells everything: `County.version` grows with every load of places, procedures, matters or days.
A process asks for it at most once a second, in one query by primary key; whatever it built for an older
number is built anew at the next use. Rooms above keep their own lists with `Kept` and call `touch` when they
load theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import F

from gongzhi.places.models import County

T = TypeVar("T")

CHECK_EVERY = 1.0  # seconds a process may not know of another's change
_checked: tuple[int, float] | None = None
_everything: list[Kept] = []


class Kept(Generic[T]):
    """A value built from rows at first use and again after every change of the county's files."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._held: tuple[int, T] | None = None
        _everything.append(self)

    def __call__(self) -> T:
        """The value of now; the same object until something changed."""
        number = version()
        held = self._held
        if held is None or held[0] != number:
            held = self._held = (number, self._build())
        return held[1]

    def forget(self) -> None:
        """Build it anew at the next use."""
        self._held = None


def version() -> int:
    """The number of the county's files now; 0 before a county is set. One query at most once a second."""
    global _checked
    moment = time.monotonic()
    if _checked is None or moment - _checked[1] > CHECK_EVERY:
        number = County.objects.values_list("version", flat=True).first()
        _checked = (number or 0, moment)
    return _checked[0]


def touch() -> None:
    """Tell every process that the county's files changed. Called by each loading verb, in its transaction."""
    County.objects.update(version=F("version") + 1)
    forget()
    transaction.on_commit(forget)


def forget() -> None:
    """Drop everything this process keeps; other processes are told by the number alone."""
    global _checked
    _checked = None
    for kept in _everything:
        kept.forget()
