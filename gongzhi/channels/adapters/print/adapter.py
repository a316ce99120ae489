"""A notice on paper. It waits in the queue of the counter until a person has printed and posted it."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from gongzhi.channels import paper
from gongzhi.channels.adapters import Letter

NAME = "print"
LABEL = gettext_noop("On paper, by post")
SHORT = False
BY_HAND = True
INSIDE = False


def missing() -> str:
    """What is not set up yet."""
    return paper.missing()


def deliver(letter: Letter) -> str:
    """Called when a person says that it was posted: nothing is left to do for the machine."""
    return ""
