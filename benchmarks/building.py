"""How long the practice county takes to stand: small until it is served, a county of two years until it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmarks import served

ASKED_SMALL, ASKED_COUNTY = 60, 600


def measure() -> list[dict[str, Any]]:
    """Small once built and served; county once built (it fills 1.3 GB, so it is not repeated)."""
    began = time.monotonic()
    with served.county(database="sqlite", size="small"):
        small = time.monotonic() - began
    folder = tempfile.mkdtemp(prefix="gongzhi-bench-")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_"))}
    command = [sys.executable, "-m", "gongzhi.cli", "demo", "--dir", folder, "--size", "county", "--build-only"]
    began = time.monotonic()
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
    county = time.monotonic() - began
    shutil.rmtree(folder, ignore_errors=True)
    return [
        {
            "figure": "practice county, small (about 5,000 cases): seconds until served",
            "asked": f"≤ {ASKED_SMALL}",
            "value": round(small, 1),
            "met": small <= ASKED_SMALL,
            "detail": {"n": 1},
        },
        {
            "figure": "practice county, two years (about 150,000 cases): seconds until built",
            "asked": f"≤ {ASKED_COUNTY}",
            "value": round(county, 1),
            "met": county <= ASKED_COUNTY,
            "detail": {"n": 1},
        },
    ]
