"""`gongzhi sensors key new|list|close` for the keys of owners; `gongzhi sensors listen` takes readings by MQTT."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.sensors import keys
from gongzhi.sensors.models import SensorKey

BY = "account:setup"


def sensors(argv: Sequence[str]) -> int:
    """Run one word; 0 done, 1 refused. Whoever can run it on the machine is trusted like its owner."""
    words = _words().parse_args(list(argv))
    try:
        if words.thing == "listen":
            from gongzhi.sensors import listening

            return listening.main()
        return {"new": _new, "list": _list, "close": _close}[words.word](words)
    except Refusal as refusal:
        print(f"gongzhi sensors: {_(refusal.sentence) % refusal.params}", file=sys.stderr)
        return 1


def _new(words: argparse.Namespace) -> int:
    key, text = keys.make(by=BY, at=now(), organ=words.organ, label=words.label, per_hour=words.per_hour)
    print(f"id   {key.id}")
    print(f"key  {text}")
    print("Keep it now: it is not shown again.")
    return 0


def _list(words: argparse.Namespace) -> int:
    for key in SensorKey.objects.order_by("made_at"):
        closed = f"closed {key.closed_at:%Y-%m-%d}" if key.closed_at else ""
        print(f"{key.id}  {key.per_hour:>9}/h  {key.organ:<20}  {key.label}  {closed}".rstrip())
    return 0


def _close(words: argparse.Namespace) -> int:
    keys.close(by=BY, at=now(), key=words.id)
    return 0


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongzhi sensors", description="Sensors: keys of owners, readings by MQTT.")
    things = parser.add_subparsers(dest="thing", required=True)
    things.add_parser("listen", help="take readings from the broker named by GONGZHI_MQTT, until stopped")
    actions = things.add_parser("key", help="keys of owners").add_subparsers(dest="word", required=True)
    new = actions.add_parser("new", help="make a key and show it once")
    new.add_argument("organ", help="code of the organ that owns the sensors")
    new.add_argument("label", help="whose program it is")
    new.add_argument("--per-hour", type=int, default=keys.PER_HOUR, help=f"readings an hour ({keys.PER_HOUR})")
    actions.add_parser("list", help="all keys, without the keys themselves")
    close = actions.add_parser("close", help="close a key for good")
    close.add_argument("id", type=UUID)
    return parser
