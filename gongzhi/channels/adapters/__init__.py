"""The ways a message can go: one folder each, all alike. `docs/channels.md` tells how to add one.

An adapter is a module with `NAME` (stored in rows), `LABEL` (for people), `SHORT` (whether it takes the short text of
a message), `BY_HAND` (whether a person carries it), `INSIDE` (whether it stays in the house, so that many are noted
at once), `missing()` (what the county still has to set) and `deliver(letter)`, which returns when the message has left
and raises `AdapterError` otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

ADAPTERS: dict[str, str] = {
    "page": "gongzhi.channels.adapters.page.adapter",
    "email": "gongzhi.channels.adapters.email.adapter",
    "sms": "gongzhi.channels.adapters.sms.adapter",
    "print": "gongzhi.channels.adapters.print.adapter",
    "loudspeaker": "gongzhi.channels.adapters.loudspeaker.adapter",
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
    """The message did not leave. The text never holds the address.

    `permanent`: a further try cannot succeed. `down`: the other side does not answer at all, so that the messages
    behind this one need not be tried now."""

    def __init__(self, reason: str, *, permanent: bool = False, down: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.down = down


class Adapter(Protocol):
    """What every adapter module offers."""

    NAME: str
    LABEL: str
    SHORT: bool
    BY_HAND: bool
    INSIDE: bool

    def missing(self) -> str:
        """A sentence that says what is not set up yet; empty when the adapter can be used."""

    def deliver(self, letter: Letter) -> str:
        """Send it and return the other side's number for it (empty when it gives none), or raise `AdapterError`."""


@cache
def adapter(name: str) -> Adapter:
    """The adapter of a stored name, loaded at first use. Raises KeyError for a name that is not registered."""
    return cast(Adapter, import_module(ADAPTERS[name]))


def ready(name: str) -> bool:
    """Whether the county has set this adapter up."""
    return not adapter(name).missing()
