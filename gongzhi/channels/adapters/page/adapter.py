"""Messages that are shown on the secret link itself; the person who holds the link needs no other address."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from gongzhi.channels.adapters import Letter

NAME = "page"
LABEL = gettext_noop("On the page of the secret link")
SHORT = False
BY_HAND = False
INSIDE = True


def missing() -> str:
    """Nothing: the page is always there."""
    return ""


def deliver(letter: Letter) -> str:
    """Nothing has to travel: the page tells the same by itself."""
    return ""
