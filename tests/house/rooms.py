"""The rooms and their floors, as the plan of the house has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gongzhi"
FLOORS = {
    "kit": 0,
    "methods": 0,
    "ledger": 1,
    "look": 1,
    "places": 2,
    "channels": 2,
    "people": 3,
    "procedures": 4,
    "archives": 5,
    "exchange": 5,
    "cases": 6,
    "hall": 6,
    "participation": 6,
    "fieldwork": 7,
    "sensors": 7,
    "insight": 8,
    "opendata": 9,
    "disclosure": 9,
    "oversight": 9,
    "emergencies": 9,
    "web": 10,
    "rehearsal": 11,
}


def room_of(path: Path) -> str:
    """The room a file lies in (`cli` for the command line)."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def rooms() -> list[str]:
    """Rooms that exist."""
    return [name for name in FLOORS if (PACKAGE / name / "__init__.py").exists()]


def sources(*, tests: bool = False) -> Iterator[Path]:
    """Python files of the product, without migrations; with or without the rooms' tests."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in path.parts or ("tests" in path.parts and not tests):
            continue
        yield path


def templates() -> Iterator[Path]:
    """Template files of the product."""
    for path in sorted(PACKAGE.rglob("templates/**/*")):
        if path.is_file():
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(), filename=str(path))
