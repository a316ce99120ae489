"""A process that must not outlive the one that started it: killed supervisors leave no orphans on the port."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask the kernel for SIGTERM, an orderly end, when the process `parent` dies; at once when it has died already.

    A forked child has its parent's handlers, which know nothing of it: until it sets its own, the signal ends it.
    Elsewhere than on Linux nothing is asked."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
