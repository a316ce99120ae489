"""A county's folder as it was read: rows with their lines, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.web.county_rows import CountyCard


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: where, and a sentence in English with its parameters, translated when it is shown."""

    file: str
    line: int
    sentence: str
    params: tuple[tuple[str, Any], ...] = ()

    def told(self) -> str:
        """`file:line  sentence` in the active language."""
        return f"{self.file}:{self.line}  {_(self.sentence) % dict(self.params)}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row that could be read, and the line it begins on."""

    number: int
    row: Any


@dataclass(slots=True)
class County:
    """A folder as read. `files` holds the rows by file name; grids keep their geometry beside their row."""

    folder: Path
    card: CountyCard | None = None
    files: dict[str, list[Line]] = field(default_factory=dict)
    polygons: dict[str, Any] = field(default_factory=dict)
    procedures: dict[str, str] = field(default_factory=dict)
    nets: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def blame(self, file: str, line: int, sentence: str, /, **params: object) -> None:
        """Note a fault."""
        self.faults.append(Fault(file, line, sentence, tuple(sorted(params.items()))))

    def rows(self, file: str) -> list[Any]:
        """The rows of a file without their lines."""
        return [line.row for line in self.files.get(file, [])]
