"""`gongzhi procedures replay NEW.yaml [--since DAY] [--limit MATTER=AMOUNT:UNIT …] [--json]`: try it on past cases."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from gongzhi.insight.process import telling, trying
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.places import reads as places


def procedures(argv: Sequence[str]) -> int:
    """Try a changed procedure on the cases of the warehouse; writes nothing. 0 done, 1 refused."""
    words = _words().parse_args(list(argv))
    try:
        text = sys.stdin.read() if words.file == "-" else Path(words.file).read_text()
        told = trying.tried(
            folder=Path(settings.GONGZHI_DIR) / "warehouse",
            zone=places.county().zone,
            at=now(),
            text=text,
            limits=words.limit,
            since=words.since,
        )
    except OSError as fault:
        print(f"gongzhi procedures: {fault}", file=sys.stderr)
        return 1
    except Refusal as refusal:
        if words.json:  # whoever reads it says it in the reader's language
            told = {"refused": refusal.sentence, "params": refusal.params, "field": refusal.field or ""}
            print(json.dumps(told, default=str))
        else:
            print(f"gongzhi procedures: {_(refusal.sentence) % refusal.params}", file=sys.stderr)
        return 1
    print(json.dumps(told) if words.json else "\n".join(telling.lines(told, trying.read_net(text))))
    return 0


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongzhi procedures", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    one = words.add_parser("replay", help="try a changed procedure on past cases; writes nothing")
    one.add_argument("file", help="the changed procedure, YAML; - reads it from the standard input")
    one.add_argument("--since", type=date.fromisoformat, help="YYYY-MM-DD; a year ago unless named")
    one.add_argument(
        "--limit", action="append", default=[], metavar="MATTER=AMOUNT:UNIT",
        help="a limit to try, such as street-light=3:working_days; all=… for every matter",
    )  # fmt: skip
    one.add_argument("--json", action="store_true", help="the result as JSON")
    return parser
