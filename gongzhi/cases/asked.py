"""The plug point of searching: a room above may count what the public site is asked for.

It is told the words, the place they were narrowed to, the moment and the address; what it may keep of them stands in
its own rules. It never makes a search fail or wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Listener = Callable[[str, str, datetime, str], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Register who is told of each search; the same one twice is told once."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(*, words: str, place: str, at: datetime, address: str) -> None:
    """Somebody searched the public site for these words, in a place or everywhere."""
    for listener in _listeners:
        listener(words, place, at, address)
