"""What a process does that prepares batches for another one. Knows no Django until settings are as over there."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Mapping
from typing import Any

_prepare: Callable[[Any], Any] | None = None


def begin(how: bytes, settings: Mapping[str, Any], database: Mapping[str, Any]) -> None:
    """The first thing: the settings and the database of the process that began it, then a reader of rows.

    `how` is a pickled preparing.How, which can be read only after Django was set up."""
    global _prepare
    leave_stopping_to_the_other()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    import django
    from django.conf import settings as here

    for name, value in settings.items():
        setattr(here, name, value)
    here.DATABASES["default"].update(database)
    django.setup()
    from gongzhi.web.importing import playing, preparing

    _prepare = preparing.Alone(pickle.loads(how), playing.codes()).again  # noqa: S301 - written by our own process


def leave_stopping_to_the_other() -> None:
    """Ctrl+C reaches every process of a terminal: the one that writes ends the others, and says so in one sentence."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def work(rows: Any) -> Any:
    """Prepare a batch."""
    if _prepare is None:
        raise RuntimeError("begin() comes first")
    return _prepare(rows)
