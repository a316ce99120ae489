"""`gongzhi cases key new|list|close`: keys for other people's programs (Open311); `gongzhi cases erase NUMBER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from gongzhi.cases import erasing, rules
from gongzhi.cases.models import ApiKey, Voice
from gongzhi.cases.open311 import keys
from gongzhi.kit.ids import parse_number
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound, Refusal

BY = "account:setup"


def cases(argv: Sequence[str]) -> int:
    """Run one word; 0 done, 1 refused. Whoever can run it on the machine is trusted like its owner."""
    words = _words().parse_args(list(argv))
    try:
        return {"new": _new, "list": _list, "close": _close, "erase": _erase, "erased": _erased}[words.word](words)
    except Refusal as refusal:
        print(f"gongzhi cases: {_(refusal.sentence) % refusal.params}", file=sys.stderr)
        return 1


def _new(words: argparse.Namespace) -> int:
    key, text = keys.make(
        by=BY,
        at=now(),
        label=words.label,
        organ=words.organ,
        per_hour=words.per_hour,
        private=words.private,
        batch=words.batch,
    )
    print(f"id       {key.id}")
    print(f"api_key  {text}")
    print("Keep it now: it is not shown again.")
    return 0


def _list(words: argparse.Namespace) -> int:
    for key in ApiKey.objects.order_by("made_at"):
        marks = [mark for mark in ("private", "batch") if getattr(key, mark)]
        marks += [f"closed {key.closed_at:%Y-%m-%d}"] if key.closed_at else []
        print(f"{key.id}  {key.per_hour:>6}/h  {key.organ or '-':<20}  {key.label}  {' '.join(marks)}".rstrip())
    return 0


def _close(words: argparse.Namespace) -> int:
    keys.close(by=BY, at=now(), key=words.id)
    return 0


def _erase(words: argparse.Namespace) -> int:
    number = parse_number(words.number)
    voice = Voice.objects.filter(number=number).first()
    if voice is None:
        raise NotFound("voice_unknown", N_("There is no voice with this number."))
    erasing.erase(by=BY, at=now(), voice=voice.id, ground=words.ground, clause=words.clause)
    print(f"{number} is erased. Backups made before hold it until they are removed: see docs/operating.md.")
    return 0


def _erased(words: argparse.Namespace) -> int:
    """Numbers and moments, to be kept beside the backups: a restored backup may hold such voices again."""
    for number, at in (
        Voice.objects.filter(erased_at__isnull=False).order_by("erased_at").values_list("number", "erased_at")
    ):
        print(f"{number} {at:%Y-%m-%dT%H:%M:%SZ}")
    return 0


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongzhi cases", description="Keys for programs; erasing a voice.")
    things = parser.add_subparsers(dest="thing", required=True)
    actions = things.add_parser("key", help="keys of the Open311 door").add_subparsers(dest="word", required=True)
    new = actions.add_parser("new", help="make a key and show it once")
    new.add_argument("label", help="whose program it is")
    new.add_argument("--organ", default="", help="code of the organ that answers for it")
    new.add_argument("--per-hour", type=int, default=keys.PER_HOUR, help=f"requests an hour ({keys.PER_HOUR})")
    new.add_argument("--private", action="store_true", help="what it sends is not published")
    new.add_argument("--batch", action="store_true", help="it gets a token first, the number on asking")
    actions.add_parser("list", help="all keys, without the keys themselves")
    close = actions.add_parser("close", help="close a key for good")
    close.add_argument("id", type=UUID)
    things.add_parser("erased", help="numbers of erased voices, to repeat after a restore").set_defaults(word="erased")
    erase = things.add_parser("erase", help="destroy everything kept of one voice, on its owner's right")
    erase.set_defaults(word="erase")
    erase.add_argument("number", help="the number on the receipt")
    erase.add_argument("--ground", choices=rules.ERASURE_GROUNDS, default="consent_withdrawn", help="why")
    erase.add_argument("--clause", default=erasing.CLAUSE, help="the clause it rests on")
    return parser
