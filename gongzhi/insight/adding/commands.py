"""`gongzhi warehouse add|tables|drop` and `refresh NAME`: tables of users, at the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gongzhi.insight.adding import keeping
from gongzhi.insight.adding.keeping import Added
from gongzhi.insight.adding.mapping import HOW, NOTHING, Asked, Mapping
from gongzhi.kit.moments import now
from gongzhi.places import reads as places

LEFT = 10  # series left out that are named


def words(parsers: Any) -> None:
    """The words of this page, on the parser of `gongzhi warehouse`."""
    new = parsers.add_parser("add", help="make a CSV or Parquet file of counts, levels or events a table")
    new.add_argument("name", help="small letters, digits and _")
    new.add_argument("file", type=Path)
    new.add_argument("--time", help="the column of days or moments")
    new.add_argument("--place", nargs="+", metavar="COL", help="codes or names; or two columns: longitude, latitude")
    new.add_argument("--series", help="the column of categories")
    new.add_argument("--value", action="append", metavar="COL", help="a column of numbers; may be said again")
    new.add_argument("--how", choices=HOW, help="add the values of a day up, or average them")
    new.add_argument("--draft", action="store_true", help="only say how the columns would be read")
    new.epilog = f"What is not said is drafted from the columns; {NOTHING} means: there is no such column."
    parsers.add_parser("tables", help="the tables that were added")
    parsers.add_parser("drop", help="forget a table and its file").add_argument("name")


def add(folder: Path, asked: argparse.Namespace) -> int:
    """Add a table, or say how it would be read."""
    told = Asked(
        asked.time, tuple(asked.place) if asked.place else None, asked.series,
        tuple(asked.value) if asked.value else None, asked.how,
    )  # fmt: skip
    if asked.draft:
        print(_read_as(keeping.drafted(asked.file, told)))
        return 0
    at, zone = now(), places.county().zone
    return _said(folder, keeping.add(folder, asked.name, asked.file, told, at=at, zone=zone, tell=_tell))


def again(folder: Path, name: str) -> int:
    """Read a table's file again."""
    return _said(folder, keeping.again(folder, name, at=now(), zone=places.county().zone, tell=_tell))


def drop(folder: Path, name: str) -> int:
    """Forget a table."""
    keeping.drop(folder, name, at=now())
    print(_("%(table)s is forgotten.") % {"table": name})
    return 0


def tables(folder: Path) -> int:
    """A line a table."""
    for table in keeping.tables(folder):
        told = {"table": table.name, "good": table.good, "bad": table.bad, "file": table.file, "at": table.at[:16]}
        print(_("%(table)s: %(good)d rows, %(bad)d refused, read %(at)s from %(file)s") % told)
        print("  " + _read_as(table.mapping))
    return 0


def _read_as(mapping: Mapping) -> str:
    none = "–"
    return _("time: %(time)s · place: %(place)s · series: %(series)s · values: %(values)s · a day's: %(how)s") % {
        "time": mapping.time,
        "place": ", ".join(mapping.place) or none,
        "series": mapping.series or none,
        "values": ", ".join(mapping.values) or _("none, each row is one event"),
        "how": mapping.how,
    }


def _said(folder: Path, done: Added) -> int:
    table = done.table
    print(_read_as(table.mapping))
    for bad in done.refused:
        print("  " + keeping.said(bad), file=sys.stderr)
    if table.bad:
        where = keeping.home(folder) / table.name / keeping.REFUSED
        print(
            _("%(bad)d rows were refused; they are in %(file)s.") % {"bad": table.bad, "file": where}, file=sys.stderr
        )
    told = {"good": table.good, "parts": done.changed, "table": table.name}
    if done.changed:
        print(_("%(good)d rows are the table %(table)s; %(parts)d months of it are new or changed.") % told)
        _judged_late(folder, table.name)
    else:
        print(_("%(good)d rows are the table %(table)s, as before.") % told)
    return 0


def _judged_late(folder: Path, name: str) -> None:
    """Judge the table's days that the night has judged without it, and say so, with what was left out."""
    from gongzhi.insight.adding import lately
    from gongzhi.insight.signals.judging import SERIES

    done = lately.judge(folder, name, by="clockwork", at=now(), zone=places.county().zone)
    if done.days:
        told = {"days": len(done.days), "first": done.days[0], "last": done.days[-1], "found": len(done.found)}
        print(_("Days judged before and looked at again: %(days)d (%(first)s – %(last)s). Findings: %(found)d.") % told)
    if done.left:
        named = "; ".join(" ".join(filter(None, one)) for one in done.left[:LEFT])
        told = {"n": len(done.left), "most": SERIES, "series": named}
        print(_("At most %(most)d series are judged a day, the largest; %(n)d were left out: %(series)s") % told)


def _tell(rows: int) -> None:
    print(f"  {rows:,}", file=sys.stderr, flush=True)
