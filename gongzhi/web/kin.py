"""A process that must not outlive the one that started it: killed supervisors leave no orphans on the port."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int, *, by: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel for SIGTERM, an orderly end, when the process `parent` dies; at once when it has died already.

    `by` SIGKILL is for those whose orderly end needs the parent: half-ended they might hold the database for ever.

    A forked child has its parent's handlers, which know nothing of it: until it sets its own, the signal ends it.
    Elsewhere than on Linux nothing is asked."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os.kill(os.getpid(), by)
