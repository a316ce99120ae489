"""What every figure carries: the commit, the machine, the disk's flush, and the CPU each process used."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
OUT = ROOT / "benchmarks" / "out"
WRITTEN = ("benchmarks/results", "docs/benchmarks.md", "docs/pictures/benchmarks")


def commit() -> str:
    """The commit measured; refuses a work tree with changes, because such a figure cannot be repeated.

    What benchmarks write themselves does not count: one may follow the other."""
    command = ["git", "status", "--porcelain", "--", ".", *(f":!{path}" for path in WRITTEN)]
    changed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    if changed.stdout.strip():
        raise SystemExit("benchmarks: commit your changes first; a figure counts only on a clean commit.")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    return head.stdout.strip()


def machine() -> dict[str, Any]:
    """Processor, cores, memory, Python."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def fdatasync(folder: Path, n: int = 500) -> dict[str, float]:
    """How long the disk takes to flush 4 kB, in milliseconds."""
    file = folder / "flush"
    times = []
    with file.open("wb") as opened:
        for _ in range(n):
            opened.write(os.urandom(4096))
            opened.flush()
            began = time.perf_counter()
            os.fdatasync(opened.fileno())
            times.append((time.perf_counter() - began) * 1000)
    file.unlink()
    times.sort()
    return {"p50_ms": round(times[n // 2], 3), "p99_ms": round(times[int(n * 0.99)], 3)}


def cpu(processes: Iterable[psutil.Process]) -> dict[str, float]:
    """User and system seconds each process has used, with the children that have ended."""
    used: dict[str, float] = {}
    for process in processes:
        try:
            times = process.cpu_times()
            words = process.cmdline()
        except psutil.Error:
            continue
        name = next((w.rsplit(".", 1)[-1] for w in words if w.startswith("gongzhi.")), process.name())
        used[f"{name}:{process.pid}"] = times.user + times.system
    return used


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]


def pss(processes: Iterable[psutil.Process]) -> float:
    """Proportional set size in MB, summed."""
    total = 0
    for process in processes:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return round(total / 1024, 1)


def median_of(run: Callable[[], dict[str, Any]], times: int = 3) -> dict[str, Any]:
    """Repeat a measurement; every number becomes its median, all runs are kept beside it."""
    runs = [run() for _ in range(times)]
    merged: dict[str, Any] = {}
    for key, value in runs[0].items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            merged[key] = statistics.median(r[key] for r in runs)
        else:
            merged[key] = value
    merged["runs"] = runs
    return merged


def write(name: str, result: dict[str, Any]) -> Path:
    """Keep one result as JSON under benchmarks/out/."""
    OUT.mkdir(parents=True, exist_ok=True)
    file = OUT / f"{name}.json"
    file.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return file
