"""What the keeping commands say, in the terminal's language. Without Django: a restore speaks before settings exist."""

from __future__ import annotations

import gettext
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from gongzhi.kit.refusal import Refusal

EVERY = 2.0  # seconds between two lines of progress
Progress = Callable[[str, float], None]


def language() -> str:
    """Chinese when the terminal speaks Chinese (LC_ALL, LC_MESSAGES, LANG), else English."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh-hans" if spoken.lower().startswith("zh") else "en"


@cache
def _catalogue(spoken: str) -> gettext.NullTranslations:
    folder = Path(__file__).parents[1] / "locale"
    return gettext.translation("django", folder, ["zh_Hans"] if spoken == "zh-hans" else [], fallback=True)


def _(sentence: str) -> str:
    """A sentence of this room in the terminal's language."""
    return _catalogue(language()).gettext(sentence)


def refused(refusal: Refusal) -> str:
    """A refusal's sentence in the terminal's language."""
    return _(refusal.sentence) % refusal.params if refusal.params else _(refusal.sentence)


def to_terminal() -> Progress:
    """Progress as lines on standard error, one every two seconds: what is being done, how much of it."""
    last = time.monotonic()

    def tell(doing: str, share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            print(f"  {doing} {share:4.0%}", file=sys.stderr, flush=True)

    return tell
