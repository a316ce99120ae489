"""`gongzhi router show|learn|check [FILE]`: the router that learns, from the shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from gongzhi.insight.routing import learning, reads, serving, switching
from gongzhi.insight.routing.tables import RouterVersion
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.methods.text import compact
from gongzhi.methods.text.refusing import TextRefusal
from gongzhi.places import reads as places


def router(argv: Sequence[str]) -> int:
    """Run one word; 0 done, 1 refused, or a file that cannot be used."""
    parser = argparse.ArgumentParser(prog="gongzhi router", description=router.__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    words.add_parser("show", help="which router suggests matters, since when, and how both did")
    words.add_parser("learn", help="learn anew from the county's closed cases, and let the comparison decide")
    words.add_parser("check", help="whether a file is this county's and whole").add_argument(
        "file", type=Path, nargs="?", help="a router's file; without one, the newest of this county"
    )
    told = parser.parse_args(list(argv))
    try:
        if told.word == "check":
            return _check(told.file)
        return {"show": _show, "learn": _learn}[told.word]()
    except Refusal as refusal:
        print(f"gongzhi router: {_(refusal.sentence) % refusal.params}", file=sys.stderr)
        return 1


def _show() -> int:
    at = now()
    row = switching.work(at)
    told = {"number": row.at_work, "at": f"{row.since:%Y-%m-%d %H:%M}Z"}
    if row.at_work:
        print(_("Router %(number)d suggests matters since %(at)s.") % told)
    else:
        print(_("The table of keywords suggests matters since %(at)s.") % told)
    duel = reads.duel(since=reads.window(at))
    print(
        _("Of %(cases)d closed cases the router had %(learned)d right, the table of keywords %(keywords)d.")
        % {"cases": duel.cases, "learned": duel.learned, "keywords": duel.keywords}
    )
    return 0


def _learn() -> int:
    version = learning.learn(by="operator", at=now(), anyway=True)
    if version is None:
        print(_("Nothing was learnt: there are too few closed cases whose matter the staff confirmed."))
        return 1
    told = {"number": version.number, "cases": version.examples, "matters": len(version.matters)}
    print(_("Router %(number)d was learnt from %(cases)d closed cases of %(matters)d matters.") % told)
    return _show()


def _check(path: Path | None) -> int:
    fault = serving.fault() if path is None else _fault_of(path)
    if fault is not None:
        print(said(fault), file=sys.stderr)
        print(_(serving.REMEDY), file=sys.stderr)
        return 1
    if path is None and not RouterVersion.objects.exists():
        print(_("No router was learnt yet; the table of keywords suggests matters."))
    else:
        print(_("The router's file is this county's and whole."))
    return 0


def _fault_of(path: Path) -> serving.Fault | None:
    """What is wrong with any file, whoever put it there."""
    if not path.is_file():
        return serving.Fault("file_missing", path.name)
    try:
        owner = str(compact.read(path).about.get("county", ""))
    except TextRefusal:
        return serving.Fault("file_damaged", path.name)
    return None if owner == places.county().code else serving.Fault("file_foreign", path.name, owner)


def said(fault: serving.Fault) -> str:
    """A fault in a sentence."""
    return _(serving.SAID[fault.why]) % {"file": fault.file, "county": fault.county}
