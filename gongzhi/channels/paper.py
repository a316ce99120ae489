"""Paper: sheets drawn as PDF with the county's Chinese font embedded, by a child process that ends.

The child (`sheet.py`) starts no Django and holds the fonts only while it draws. Needs the extra `pdf` (typst) and a
Chinese font on the machine; without them everything else runs, and pages say what is missing.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import segno
from django.conf import settings
from django.utils.translation import gettext_noop

from gongzhi.kit.refusal import N_, Refusal

NO_TYPST = gettext_noop("Sheets cannot be drawn: the extra “pdf” is not installed.")
NO_FONT = gettext_noop("Sheets cannot be drawn: no Chinese font is installed (fonts-noto-cjk).")
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
)
SECONDS = 30
SHEETS_MOST = 50
TEXT_MOST = 20_000  # characters on one sheet; longer than any letter


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code (ISO/IEC 18004) with a line below it; `millimetres` is its edge."""

    text: str
    label: str
    millimetres: int = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on one sheet, from top to bottom. All of it is text: nothing in it is obeyed.

    `rows` are pairs of label and value; `fixed` lines keep their letters apart, for what is compared sign by sign."""

    head: str
    title: str
    text: str = ""
    rows: Sequence[tuple[str, str]] = ()
    codes: Sequence[Code] = ()
    fixed: Sequence[tuple[str, str]] = ()
    foot: str = ""
    banner: str = ""


def missing() -> str:
    """What this machine lacks for drawing sheets; empty when nothing."""
    if find_spec("typst") is None:
        return NO_TYPST
    return "" if _font(str(settings.FONTS_DIR)) else NO_FONT


def draw(sheets: Sequence[Sheet], *, language: str, width: str = "a4") -> bytes:
    """The sheets as one PDF, `width` a4 or slip (80 mm). At most 50; refuses when the machine cannot draw (503)."""
    if why := missing():
        raise Refusal("paper_missing", why, status=503)
    told = {
        "language": language.partition("-")[0],
        "width": width,
        "sheets": [_plain(sheet) for sheet in sheets[:SHEETS_MOST]],
    }
    command = [sys.executable, "-m", "gongzhi.channels.sheet", _font(str(settings.FONTS_DIR))]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no word of anybody in the command
            command, input=json.dumps(told).encode(), capture_output=True, timeout=SECONDS, check=True, env=_bare()
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise Refusal("paper_failed", N_("The sheet could not be drawn. Please try again."), status=503) from error
    return done.stdout


def _bare() -> dict[str, str]:
    """The child needs to find Python and nothing else: no key, no address of the database."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "LANG", "VIRTUAL_ENV")}


def _plain(sheet: Sheet) -> dict[str, object]:
    plain = asdict(sheet)
    plain["text"] = sheet.text[:TEXT_MOST]
    plain["codes"] = [
        {"svg": _drawn(code.text), "label": code.label, "millimetres": code.millimetres} for code in sheet.codes
    ]
    return plain


def _drawn(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=1, border=2, xmldecl=False)
    return out.getvalue().decode()


@cache
def _font(own: str) -> str:
    """The first Chinese font of the county's own folder or the system's; empty when there is none."""
    folders = [Path(own)] if own else []
    for folder in (*folders, *map(Path, FOLDERS)):
        for name in FONTS:
            for path in folder.rglob(name):
                return str(path)
    return ""
