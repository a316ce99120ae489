"""`gongzhi county new|check|load DIR`: a county as a folder of plain files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.web import county as counties
from gongzhi.web import county_check
from gongzhi.web.county_folder import County
from gongzhi.web.keeping.telling import language


def county(argv: Sequence[str]) -> int:
    """Run `new`, `check` or `load`. 0 when done, 1 when the folder has faults or the house refused."""
    parser = argparse.ArgumentParser(prog="gongzhi county", description=__doc__)
    parser.add_argument("action", choices=("new", "check", "load"))
    parser.add_argument("folder", type=Path, metavar="DIR")
    words = parser.parse_args(argv)
    with translation.override(language()):
        try:
            return {"new": _new, "check": _check, "load": _load}[words.action](words.folder)
        except Refusal as refusal:
            print(_(refusal.sentence) % refusal.params, file=sys.stderr)
            return 1


def _new(folder: Path) -> int:
    for name in counties.begin(folder):
        print(folder / name)
    print(_("Fill the files in, then: gongzhi county check %(folder)s") % {"folder": folder})
    return 0


def _check(folder: Path) -> int:
    found = county_check.read(folder)
    if found.faults:
        return _blame(found)
    for name, rows in counties.totals(found).items():
        print(f"{rows:>7}  {name}")
    print(_("No fault was found."))
    return 0


def _load(folder: Path) -> int:
    found = county_check.read(folder)
    if found.faults:
        return _blame(found)
    from gongzhi.web.preparing import prepare

    prepare()
    for step in counties.load(by=counties.BY, at=now(), county=found):
        told = _("%(written)s written, %(closed)s closed") % {"written": step.written, "closed": step.closed}
        print(f"{step.file:<22} {told}")
    counties.keep(folder)
    return 0


def _blame(found: County) -> int:
    for fault in found.faults:
        print(fault.told(), file=sys.stderr)
    print(_("%(count)s faults; nothing was loaded.") % {"count": len(found.faults)}, file=sys.stderr)
    return 1
