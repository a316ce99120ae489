"""docs/benchmarks.md from the results kept as JSON; nothing on that page is typed by hand."""

from __future__ import annotations

import json
from typing import Any

from benchmarks import machine

PAGE = machine.ROOT / "docs" / "benchmarks.md"
KEPT = machine.ROOT / "benchmarks" / "results"
PICTURES = machine.ROOT / "docs" / "pictures" / "benchmarks"
HEAD = """# Benchmarks

Written by `make bench`; nothing here is typed by hand. Each figure is the median of three runs with the settings of
service (sealing, printing and full durability on); load and server share the machine. A missed target stands as missed.
"""


def write_page() -> None:
    """Keep the newest results in benchmarks/results/ and write the page from all that are kept."""
    KEPT.mkdir(exist_ok=True)
    for fresh in sorted(machine.OUT.glob("*.json")):
        (KEPT / fresh.name).write_text(fresh.read_text())
    PICTURES.mkdir(parents=True, exist_ok=True)
    for drawn in sorted(machine.OUT.glob("*.svg")):
        (PICTURES / drawn.name).write_text(drawn.read_text())
    results = {file.stem: json.loads(file.read_text()) for file in sorted(KEPT.glob("*.json"))}
    PAGE.write_text("\n".join([HEAD, outcome(results), *(section(name, result) for name, result in results.items())]))


def outcome(results: dict[str, dict[str, Any]]) -> str:
    """How many targets are met, and each that is missed, by name: what a reader in a hurry must not overlook."""
    judged = [(name, row) for name, result in results.items() for row in result["rows"] if target(row)]
    missed = [(name, row) for name, row in judged if not row["met"]]
    lines = [f"Of {len(judged)} targets {len(judged) - len(missed)} are met and {len(missed)} missed.", ""]
    for name, row in missed:
        lines.append(f"* [{name}](#{name}): {row['figure']}: {shown(row['value'])}, asked {row['asked']}")
    return "\n".join(lines) + "\n"


def target(row: dict[str, Any]) -> bool:
    """Whether a row has a bound to hold, or only tells."""
    return not str(row["asked"]).startswith(("reported", "stated", "told"))


def section(name: str, result: dict[str, Any]) -> str:
    """One table."""
    where = result["machine"]
    flush = result["fdatasync"]
    lines = [
        f"## {name}",
        f"Commit `{result['commit'][:12]}` · {where['processor']}, {where['cores']} cores, {where['memory_gib']} GiB, "
        f"Python {where['python']} · fdatasync p50 {flush['p50_ms']} ms, p99 {flush['p99_ms']} ms",
        "",
        "| figure | reached | asked | | peer |",
        "|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        mark = ("met" if row["met"] else "**missed**") if target(row) else "told"
        lines.append(f"| {row['figure']} | {shown(row['value'])} | {row['asked']} | {mark} | {row.get('peer', '')} |")
    for drawn in sorted(PICTURES.glob(f"{name}_*.svg")):  # a picture is named after the benchmark that drew it
        lines += ["", f"![{drawn.stem.replace('_', ', ')}](pictures/benchmarks/{drawn.name})"]
    return "\n".join(lines) + "\n"


def shown(value: float | str) -> str:
    """A number as people read it, to four figures below one; words as they are."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and 0 < abs(value) < 100:
        return f"{value:.4g}" if abs(value) < 1 else f"{value:.2f}"
    return f"{value:,.0f}"
