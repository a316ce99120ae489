"""Erasing what tied one thing to a person: letters sent about it, and the talk with a phone; facts stay."""

from __future__ import annotations

from gongzhi.channels.models import Message, Talk


def erase(*, about: str, mark: str) -> int:
    """Delete every message whose key names `mark` (the random id of a person's thing), and forget that an address was
    asked `about` it; that an address wants no letters at all is kept. How many messages went.

    What a deliverer holds at this moment may still leave; afterwards nothing of it is kept."""
    Talk.objects.filter(about=about).update(asked="", about="", until=None)
    return Message.objects.filter(key__contains=mark).delete()[0]
