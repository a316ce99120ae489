"""`python -m benchmarks [NAME …]`: measure on a clean commit, keep JSON, write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

from benchmarks import machine, report

ALL = (
    *("submit", "pages", "fresh", "slow", "weight", "building", "importing", "sensors", "kills", "life", "million"),
    *("detection", "calibrated", "stream", "space", "text", "forecast", "effect", "explain"),
    *("insight", "insight_delay", "panel", "warehouse"),
)


def main() -> int:
    """Each module's `measure()` returns rows: figure, asked, value, met, detail (peer where one is known)."""
    names = sys.argv[1:] or list(ALL)
    commit = machine.commit()
    for name in names:
        print(f"== {name}", flush=True)
        rows = importlib.import_module(f"benchmarks.{name}").measure()
        with tempfile.TemporaryDirectory() as folder:
            flush = machine.fdatasync(Path(folder))
        result = {"commit": commit, "machine": machine.machine(), "fdatasync": flush, "rows": rows}
        file = machine.write(name, result)
        for row in rows:
            print(f"   {'met   ' if row['met'] else 'MISSED'} {row['figure']}: {row['value']} (asked {row['asked']})")
        print(f"   {file}")
    report.write_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
