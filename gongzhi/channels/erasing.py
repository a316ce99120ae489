"""Erasing what was sent to one person: the messages themselves, not the facts that they left."""

from __future__ import annotations

from gongzhi.channels.models import Message, Talk


def erase(*, mark: str) -> int:
    """Delete every message whose key names `mark` (a random id of the person's thing), and what was asked about it.

    Returns how many messages went.

    What a deliverer holds at this moment may still leave; afterwards nothing of it is kept."""
    Talk.objects.filter(about__contains=mark).delete()
    return Message.objects.filter(key__contains=mark).delete()[0]
