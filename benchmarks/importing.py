"""Rows a second from parsing to committed, rejected ones included: a file of invented rows by a profile, the 213,101
rows of New York's council when ../shared (or GONGZHI_SHARED) has them, or the file of GONGZHI_BENCH_IMPORT
(PROFILE=FILE). The seconds are the command's own, from the first look at the file to the last commit, the making of the
example county included; those of the whole command, which also lays the database, and sealing are stated apart."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ASKED = 5_000  # rows a second
INVENTED = 60_000
SHARED = Path(os.environ.get("GONGZHI_SHARED", Path(__file__).parents[2] / "shared"))
COUNCIL = SHARED / "data/requests/nyc_council_2015_2019h1.parquet"
STREETS, KINDS, OFFICES = 12, 40, 9
SEAL = """
import os, time, django
django.setup()
from gongzhi.kit.moments import now
from gongzhi.ledger import sealing
begun, done = time.perf_counter(), 0
while many := sealing.seal_once(at=now(), holder="bench"):
    done += many
print(round(done / (time.perf_counter() - begun)))
"""


def invent(folder: Path) -> tuple[str, Path]:
    """Rows like those of a city's council members: days without hours, no pins, one in fifty faulty."""
    (folder / "invented.yaml").write_text(
        "profile: invented\nlanguage: en\ntz: America/New_York\nid: key\nopened: opened\nclosed: closed\n"
        'words: "{kind}: {what}"\nmatter: [kind]\norgan: office\nplace: [street]\n'
        'county: {code: "990196", name_zh: 测试县}\n',
        encoding="utf-8",
    )
    file = folder / "invented.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["key", "opened", "closed", "kind", "what", "office", "street"])
        for n in range(INVENTED):
            day = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(hours=n)
            closed = day + timedelta(days=n % 50 - 1)
            names = [f"Kind {n % KINDS}", f"trouble {n % 700}", f"Office {n % OFFICES}", f"Street {n % STREETS}"]
            table.writerow([n, day.date(), closed.date(), *names])
    return str(folder / "invented.yaml"), file


def measure() -> list[dict[str, Any]]:
    """Import, then import again, then seal."""
    with tempfile.TemporaryDirectory(prefix="gongzhi-bench-") as name:
        folder = Path(name)
        profile, file = invent(folder)
        rows = [_import("invented rows", profile, file, folder / "invented")]
        real, _, path = os.environ.get("GONGZHI_BENCH_IMPORT", f"nyccouncil={COUNCIL}").partition("=")
        if Path(path).is_file():
            rows.append(_import(f"a file of {real}", real, Path(path), folder / "real"))
        return rows


def _import(what: str, profile: str, file: Path, folder: Path) -> dict[str, Any]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GONGZHI_", "DATABASE_", "DJANGO_"))}
    env |= {"LC_ALL": "C", "GONGZHI_DIR": str(folder)}
    command = [sys.executable, "-m", "gongzhi.cli", "import", "cases", str(file), "--profile", profile]
    told, whole, cpu = _run(command, env)
    again, _whole, _cpu = _run(command, env)
    seconds, seconds_again = _seconds(told), _seconds(again)
    sealed = subprocess.run(
        [sys.executable, "-c", SEAL],
        env=env | {"DJANGO_SETTINGS_MODULE": "gongzhi.web.settings"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows, new, _already, rejected = _counts(told)
    value = round(rows / seconds)
    return {
        "figure": f"rows a second imported, from parsing to committed: {what}",
        "asked": f"≥ {ASKED:,}",
        "value": value,
        "met": value >= ASKED and _counts(again) == (rows, 0, new, rejected),
        "detail": {
            "rows": rows,
            "new": new,
            "rejected": rejected,
            "seconds": seconds,
            "seconds_of_the_whole_command": round(whole, 1),
            "rows_per_cpu_second": round(rows / cpu),
            "rows_a_second_when_imported_again": round(rows / seconds_again),
            "facts_sealed_a_second_afterwards": int(sealed),
        },
    }


def _run(command: list[str], env: dict[str, str]) -> tuple[str, float, float]:
    """What the command said, its seconds, and its seconds of CPU, all processes together."""
    before, begun = os.times(), time.perf_counter()
    told = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return told, time.perf_counter() - begun, cpu


def _seconds(told: str) -> float:
    found = re.search(r"rejected; ([\d.]+) s", told)
    assert found, told
    return float(found[1])


def _counts(told: str) -> tuple[int, int, int, int]:
    found = re.search(r"([\d,]+) rows: ([\d,]+) new, ([\d,]+) already there, ([\d,]+) rejected", told)
    assert found, told
    rows, new, already, rejected = (int(part.replace(",", "")) for part in found.groups())
    return rows, new, already, rejected
