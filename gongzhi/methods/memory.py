"""Does a file fit into memory? What this process may still take, and the sentence when a file needs more."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

GROUP = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current"))


def free() -> int:
    """Bytes that can still be had: the least of what the machine, the process's group and its own limit leave."""
    return max(0, min(_limits(), default=1 << 62))


def too_large(path: Path, times: float, instead: str) -> str | None:
    """A sentence when reading the file would need more memory than is free, else None.

    `times` is how many bytes of memory a byte of the file becomes; `instead` says what can be done.
    """
    size = path.stat().st_size
    need, left = int(size * times), free()
    if need <= left:
        return None
    return f"it holds {_said(size)} and would need about {_said(need)} of memory, {_said(left)} are free; {instead}"


def _limits() -> Iterator[int]:
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
    most, used = (_text(file).strip() for file in GROUP)
    if most.isdigit() and used.isdigit():
        yield int(most) - int(used)
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    taken = _text(Path("/proc/self/statm")).split()
    if allowed != resource.RLIM_INFINITY and taken:
        yield allowed - int(taken[0]) * os.sysconf("SC_PAGE_SIZE")


def _text(file: Path) -> str:
    """A file of the system, empty where there is none."""
    try:
        return file.read_text()
    except OSError:
        return ""


def _said(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
