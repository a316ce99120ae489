"""`gongzhi warehouse refresh|check|rebuild|show|add|tables|drop|deliver|take` and `gongzhi insight`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.insight import finding
from gongzhi.insight.adding import commands as adding
from gongzhi.insight.habits import told as habits
from gongzhi.insight.hot import gathering
from gongzhi.insight.nightly import run
from gongzhi.insight.panel import shown as panel
from gongzhi.insight.routing import learning
from gongzhi.insight.warehouse import delivering, filling, manifest
from gongzhi.insight.why import night as why
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.places import reads as places


def folder() -> Path:
    """Where the county's warehouse lies."""
    return Path(settings.GONGZHI_DIR) / "warehouse"


def warehouse(argv: Sequence[str]) -> int:
    """Run one word; 0 done, 1 refused or damaged."""
    words = _words().parse_args(list(argv))
    try:
        if words.word in ("deliver", "take"):
            return {"deliver": _deliver, "take": _take}[words.word](words)
        if words.word in ("add", "tables", "drop"):
            return _table(words)
        if words.word == "refresh" and words.name:
            return adding.again(folder(), words.name)
        return {"refresh": _refresh, "check": _check, "rebuild": _rebuild, "show": _show}[words.word]()
    except Refusal as refusal:
        print(f"gongzhi warehouse: {_(refusal.sentence) % refusal.params}", file=sys.stderr)
        return 1


def _table(words: argparse.Namespace) -> int:
    if words.word == "add":
        return adding.add(folder(), words)
    return adding.drop(folder(), words.name) if words.word == "drop" else adding.tables(folder())


def insight(argv: Sequence[str]) -> int:
    """Refresh the warehouse and judge the days that have ended since; 0 done, 1 refused."""
    asked = argparse.ArgumentParser(prog="gongzhi insight", description=insight.__doc__)
    asked.add_argument("--engine", default=settings.ENGINE, help="duckdb, spark or spark:MASTER, for this run")
    asked.add_argument("--why", action="store_true", help="only explain what the minute has just raised")
    asked.add_argument("--ways", action="store_true", help="only show what each way of looking alone would have raised")
    words = asked.parse_args(list(argv))
    settings.ENGINE = words.engine
    if words.ways:
        print("\n".join(panel.printed()))
        return 0
    try:
        zone = places.county().zone
        at = now()
        if words.why:
            done = why.soon(at=at, folder=folder(), zone=zone)
            print(ngettext("%(count)d finding explained.", "%(count)d findings explained.", done) % {"count": done})
            return 0
        for grain, day in filling.heal(folder(), at=at, zone=zone):
            damage = {"grain": grain, "day": day}
            print(_("Partition %(grain)s of %(day)s was damaged and was made anew.") % damage, file=sys.stderr)
        count = finding.catch_up(by="clockwork", at=at, folder=folder(), zone=zone, tell=_judged)
        finding.plan_minutes(folder(), at.astimezone(zone).date(), zone=zone)
        night = run.all_of_it(at=at, folder=folder(), zone=zone)
        router = learning.learn(by="clockwork", at=at)
        hot, topics = gathering.gather(by="clockwork", at=at, zone=zone)
    except Refusal as refusal:
        print(f"gongzhi insight: {_(refusal.sentence) % refusal.params}", file=sys.stderr)
        return 1
    raised = ngettext("%(count)d finding raised or continued.", "%(count)d findings raised or continued.", count)
    print(raised % {"count": count})
    told = _("%(outlooks)d forecasts, %(portraits)d pages, %(silent)d quiet places, %(measures)d measures judged.")
    print(told % asdict(night))
    told = _("%(explained)d findings explained, %(stations)d offices that hand over, %(floods)d suspicions to look at.")
    print(told % asdict(night))
    print(_("%(replayed)d cases held against their procedure.") % asdict(night))
    for line in habits.lines():
        print(line)
    print(_("%(hot)d hot issues, %(topics)d topics that no matter covers.") % {"hot": hot, "topics": topics})
    if router is not None:
        print(_("Router %(number)d was learnt from %(cases)d closed cases of %(matters)d matters.")
              % {"number": router.number, "cases": router.examples, "matters": len(router.matters)})  # fmt: skip
    return 0


def _judged(day: date) -> None:
    print(f"  {day}", file=sys.stderr, flush=True)


def _refresh() -> int:
    return _said(filling.refresh(folder(), at=now(), zone=places.county().zone, tell=_tell))


def _said(done: filling.Refreshed) -> int:
    print(
        _("%(facts)d facts taken in, %(cases)d case rows and %(parts)d partitions written.")
        % {"facts": done.facts, "cases": done.cases, "parts": done.parts}
    )
    return 0


def _check() -> int:
    held = manifest.read(folder())
    broken = manifest.damaged(folder(), held)
    for grain, day in broken:
        print(_("Partition %(grain)s of %(day)s is missing or damaged.") % {"grain": grain, "day": day})
    if broken:
        print(_("Run `gongzhi warehouse rebuild`: everything is taken from the ledger and the live tables again."))
        return 1
    parts = sum(len(days) for days in held.grains.values())
    print(_("%(parts)d partitions are what was written.") % {"parts": parts})
    return 0


def _rebuild() -> int:
    return _said(filling.rebuild(folder(), at=now(), zone=places.county().zone, tell=_tell))


def _deliver(words: argparse.Namespace) -> int:
    asked = {"first": words.first, "last": words.last, "at": now()}
    count = delivering.deliver(folder(), words.folder, county=places.county().code, **asked)
    print(ngettext("%(count)d partition delivered.", "%(count)d partitions delivered.", count) % {"count": count})
    return 0


def _take(words: argparse.Namespace) -> int:
    return _said(delivering.take(folder(), words.folder, at=now()))


def _show() -> int:
    held = manifest.read(folder())
    for grain, days in sorted(held.grains.items()):
        span = f"{min(days)} – {max(days)}" if days else "–"
        print(f"{grain:<8} {held.rows(grain):>12,}  {span}")
    print(_("Facts up to %(index)d, refreshed %(at)s.") % {"index": held.index, "at": held.at or "–"})
    return 0


def _tell(done: int, left: int) -> None:
    print(f"  {done:,} / {done + left:,}", file=sys.stderr, flush=True)


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gongzhi warehouse", description=warehouse.__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    again = words.add_parser("refresh", help="take in what was sealed since; with a name: read that table's file again")
    again.add_argument("name", nargs="?", help="a table that was added")
    adding.words(words)
    words.add_parser("check", help="compare every file with the digest it was written with")
    words.add_parser("rebuild", help="make everything anew from the ledger and the live tables")
    words.add_parser("show", help="grains, rows and days")
    handed = words.add_parser("deliver", help="copy sealed ended days to a folder, for a warehouse of many counties")
    handed.add_argument("folder", type=Path)
    handed.add_argument("--first", type=date.fromisoformat, default=date.min, help="YYYY-MM-DD")
    handed.add_argument("--last", type=date.fromisoformat, default=date.max, help="YYYY-MM-DD")
    words.add_parser("take", help="take such a folder into this warehouse, whole or not at all").add_argument(
        "folder", type=Path
    )
    return parser
