"""Messages that are shown on the secret link itself; the person who holds the link needs no other address."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from gongzhi.channels.adapters import Letter

NAME = "page"
LABEL = gettext_noop("On the page of the secret link")


def deliver(letter: Letter) -> None:
    """Nothing has to travel: from now on `reads.on_page` shows the message."""
