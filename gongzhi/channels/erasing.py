"""Erasing what was sent to one person: the messages themselves, not the facts that they left."""

from __future__ import annotations

from gongzhi.channels.models import Message


def erase(*, mark: str) -> int:
    """Delete every message whose key names `mark` (a random id of the person's thing); how many went.

    What a deliverer holds at this moment may still leave; afterwards nothing of it is kept."""
    return Message.objects.filter(key__contains=mark).delete()[0]
