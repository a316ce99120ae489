"""Draws sheets: JSON on standard input, PDF on standard output. `python -m gongzhi.channels.sheet FONT`

Runs by itself, without Django and without the county's keys, with bounded memory. Words reach the drawing as data,
never as its language, so nothing in a letter can command it.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

MEMORY = 1_500_000_000  # bytes of address space; the fonts are mapped, not read
LARGEST = 8_000_000  # bytes of one order


def main() -> None:
    """Reads, draws, writes; ends with 1 when the order is too large or cannot be drawn."""
    import typst

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = sys.stdin.buffer.read(LARGEST + 1)
    if len(order) > LARGEST:
        sys.exit(1)
    pdf = typst.compile(
        Path(__file__).with_name("sheet.typ"),
        font_paths=[Path(sys.argv[1]).parent],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"order": order.decode()},
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
