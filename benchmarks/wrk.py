"""Load from wrk (Debian's package), with a Lua script for what is sent; bounded in time and connections."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

SUMMARY = """
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %.3f %.3f\\n", summary.requests, summary.duration,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def load(url: str, *, seconds: int, connections: int, script: str = "") -> dict[str, Any]:
    """Run wrk for `seconds`; returns requests, rate, errors and latency in ms."""
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("benchmarks: wrk is not installed: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        lua.write(script + SUMMARY)
        lua.flush()
        words = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", lua.name, url]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=seconds + 60)
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    requests, microseconds = int(found[1]), int(found[2])
    return {
        "n": requests,
        "seconds": round(microseconds / 1e6, 2),
        "per_second": round(requests / (microseconds / 1e6), 1),
        "refused": int(found[3]),
        "broken": int(found[4]),
        "p50_ms": float(found[5]),
        "p99_ms": float(found[6]),
    }


def lua_string(path: Path) -> str:
    """A file's path as a Lua string."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
