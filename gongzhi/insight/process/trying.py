"""Reading what a changed procedure is tried on: cases of the warehouse, their nets, limits as they are and as tried.

Used by the command, in a process of its own; it reads and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gongzhi.cases import matters
from gongzhi.insight.asking import Warehouse
from gongzhi.insight.nightly import conduct
from gongzhi.insight.process import whatif
from gongzhi.insight.process.waits import Working
from gongzhi.insight.process.whatif import Past, WhatIf
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.kit.worktime import Limit, Unit
from gongzhi.people import reads as people
from gongzhi.people.permits import Permit
from gongzhi.procedures import calendars, netfile, nets
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.rules import Net

EVERY = "all"  # in place of a matter's code: each of them
DAYS = 365
AHEAD = timedelta(days=3 * 366)  # of the working calendar beyond the last day, for limits still to come


def read_net(text: str) -> Net:
    """A procedure from its file, proved sound. Refuses `net_unreadable` and what `netfile.check` refuses."""
    net = netfile.build(netfile.read(text), 0)
    netfile.check(net)
    return net


def read_limits(words: Sequence[str]) -> dict[str, Limit]:
    """Limits to try: `matter=5:working_days`; `all` stands for each matter.

    Refuses `limit_misread` for other words and `matter_unknown` for a matter there is not."""
    found: dict[str, Limit] = {}
    known = {card.code for card in matters.cards()}
    for word in words:
        code, _, told = word.strip().partition("=")
        amount, _, unit = told.partition(":")
        try:
            limit = Limit(int(amount), Unit(unit.strip()))
        except ValueError as fault:
            raise Refusal(
                "limit_misread",
                N_("“%(word)s” is no limit; it reads like street-light=3:working_days, or all=5:working_days."),
                field="limits",
                word=word[:60],
            ) from fault
        if code != EVERY and code not in known:
            raise Refusal("matter_unknown", N_("There is no matter “%(matter)s”."), field="limits", matter=code[:40])
        found[code] = limit
    return found


def tried(
    *, folder: Path, zone: ZoneInfo, at: datetime, text: str, limits: Sequence[str] = (), since: date | None = None
) -> dict[str, Any]:
    """Try a procedure on the cases received since a day (a year ago unless named); the result as plain data.

    Refuses what `read_net` and `read_limits` refuse, `procedure_unknown` when no case ever followed one of this code,
    and `nothing_to_replay` while the warehouse holds no such case."""
    net, wanted = read_net(text), read_limits(limits)
    nets.newest(net.code)
    yesterday = at.astimezone(zone).date() - timedelta(days=1)
    first = since or yesterday - timedelta(days=DAYS - 1)
    warehouse = Warehouse(folder)
    past = list(_past(warehouse, first, yesterday, net.code))
    if not past:
        raise Refusal(
            "nothing_to_replay",
            N_("No case since %(day)s is in the warehouse; `gongzhi warehouse refresh` takes them in."),
            day=first.isoformat(),
        )
    end = datetime.combine(yesterday + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)
    calendar = calendars.calendar()
    working = Working(calendar, first, yesterday + AHEAD)
    found = whatif.tried(net, past, limits=_limits(wanted), calendar=calendar, working=working, until=end.timestamp())
    return _plain(found, net, first, yesterday, at)


def _past(warehouse: Warehouse, first: date, last: date, code: str) -> Iterator[Past]:
    """The cases received on these days that followed this procedure."""
    told = list(conduct.told_cases(warehouse, first, last))
    versions = procedures.versions(f"case:{case}" for case, _imported, _facts in told)
    cases = warehouse.table("cases", first, last).select("case", "matter").to_pyarrow()
    of = dict(zip(cases["case"].to_pylist(), cases["matter"].to_pylist(), strict=True))
    for case, imported, facts in told:
        follows = versions.get(f"case:{case}")
        if follows is not None and follows[0] == code:
            yield Past(case, of.get(case) or "", facts, nets.by_version(*follows), imported)


def _limits(wanted: Mapping[str, Limit]) -> dict[str, tuple[Limit, Limit]]:
    """matter → (as it is, as tried)."""
    found = {}
    for card in matters.cards():
        here = matters.limit_of(card)
        found[card.code] = here, wanted.get(card.code, wanted.get(EVERY, here))
    return found


def _plain(found: WhatIf, net: Net, first: date, last: date, at: datetime) -> dict[str, Any]:
    """The result as JSON can carry it, with who holds how many posts for each kind of step."""
    weeks = max(1.0, ((last - first).days + 1) / 7)
    posts = _posts(at, [permit for permit, _before, _after in found.loads])
    told = asdict(found) | {"procedure": net.code, "first": first.isoformat(), "last": last.isoformat()}
    told["loads"] = [
        [permit, round(before / weeks, 1), round(after / weeks, 1), posts[permit]]
        for permit, before, after in found.loads
    ]
    return told


def _posts(at: datetime, permits: Sequence[str]) -> dict[str, int]:
    """How many filled posts may make steps of each kind."""
    known = {one.value for one in Permit}
    filled = [post for organ in people.organs(at) for post in people.colleagues(organ.code, at) if post.account]
    return {permit: sum(post.can(Permit(permit)) for post in filled) if permit in known else 0 for permit in permits}
