"""A public notice for the loudspeaker or screen of a village (`address` is its division code).

Nothing is pushed: the device fetches the village's text, which is written anew at every ask from what is public then,
so that what was withdrawn is gone with the next reading.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

from gongzhi.channels.adapters import Letter

NAME = "loudspeaker"
LABEL = gettext_noop("Loudspeaker and screen of the village")
SHORT = True
BY_HAND = False
INSIDE = True


def missing() -> str:
    """Nothing: the text is always there to be fetched."""
    return ""


def deliver(letter: Letter) -> str:
    """Nothing has to travel: from now on `reads.on_air` gives the notice out."""
    return ""
