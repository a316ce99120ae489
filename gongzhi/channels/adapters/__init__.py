"""The ways a message can go: one folder each, all alike. `docs/channels.md` tells how to add one.

An adapter is a module with `NAME` (stored in rows), `LABEL` (for people) and `deliver(letter)`, which returns when
the message has left and raises `AdapterError` otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

ADAPTERS: dict[str, str] = {
    "page": "gongzhi.channels.adapters.page.adapter",
    "email": "gongzhi.channels.adapters.email.adapter",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave. `id` stays the same over all tries, so that a receiver can see a repetition."""

    id: str
    address: str
    subject: str
    text: str
    language: str


class AdapterError(Exception):
    """The message did not leave. `permanent`: a further try cannot succeed. The text never holds the address."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Adapter(Protocol):
    """What every adapter module offers."""

    NAME: str
    LABEL: str

    def deliver(self, letter: Letter) -> None:
        """Send it, or raise `AdapterError`."""


@cache
def adapter(name: str) -> Adapter:
    """The adapter of a stored name, loaded at first use. Raises KeyError for a name that is not registered."""
    return cast(Adapter, import_module(ADAPTERS[name]))
