"""How work ran, in sentences with their base and their interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.insight import wording
from gongzhi.insight.process.tables import Conduct, Trait
from gongzhi.look import charts
from gongzhi.look.templatetags.look import said
from gongzhi.procedures import nets
from gongzhi.procedures.rules import Net

Interval = Sequence[float | None]
DAYS_FROM = 48  # hours from which a stretch is told in days


def net(of: Net) -> str:
    """The name of a procedure."""
    return said(of, "name")


def stage(of: Net, code: str) -> str:
    """The name of a stage, also of one that only an older version had; the bare code of one nobody ever knew."""
    return next((said(one, "name") for held in _versions(of) for one in held.stages if one.code == code), code)


def move(of: Net, code: str) -> str:
    """The name of a step, also of one that only an older version had; the bare code of one nobody ever knew."""
    return next((said(one, "name") for held in _versions(of) for one in held.moves if one.code == code), code)


def _versions(of: Net) -> Iterator[Net]:
    """The net itself, then the procedure's versions that are kept, the newest first."""
    yield of
    if of.code in nets.codes():
        newest = nets.newest(of.code)[1]
        yield newest
        for version in range(newest.version - 1, 0, -1):
            yield nets.by_version(of.code, version)


def course(of: Net, moves: Sequence[str]) -> str:
    """Steps one after another."""
    return " → ".join(move(of, code) for code in moves) or _("only received")


def stretch(hours: float) -> str:
    """A stretch of time: hours, from two days on in days."""
    if hours < DAYS_FROM:
        shown = round(hours) if hours >= 10 else round(hours, 1)
        return ngettext("%(n)s hour", "%(n)s hours", int(shown) if shown == 1 else 2) % {"n": charts.number(shown)}
    days = round(hours / 24) if hours >= 240 else round(hours / 24, 1)
    return ngettext("%(n)s day", "%(n)s days", 2) % {"n": charts.number(days)}


def working(hours: float) -> str:
    """Working hours, whole from ten on."""
    shown = round(hours) if hours >= 10 else round(hours, 1)
    return ngettext("%(n)s working hour", "%(n)s working hours", int(shown) if shown == 1 else 2) % {
        "n": charts.number(shown)
    }


def within(told: Interval) -> str:
    """A quantile with its interval: 24 hours (20 hours to 2 days)."""
    value, low, high = told
    if value is None:
        return _("longer than anything known yet")
    if low is None:
        return stretch(value)
    if high is None:
        return _("%(value)s (at least %(low)s)") % {"value": stretch(value), "low": stretch(low)}
    return _("%(value)s (%(low)s to %(high)s)") % {
        "value": stretch(value), "low": stretch(low), "high": stretch(high)
    }  # fmt: skip


def box(told: Mapping[str, Any]) -> str:
    """What a stage of the drawing says: half of it leaves within so long."""
    value = told["half"][0]
    return _("half within %(time)s") % {"time": stretch(value)} if value is not None else _("most still lies here")


def fits(row: Conduct) -> str:
    """How many ran as the procedure says, of those that ended."""
    if not row.ended:
        return _("No case of this procedure has ended yet.")
    return ngettext(
        "%(fitting)d of %(n)d case that ended ran as the procedure says (%(share)s).",
        "%(fitting)d of %(n)d cases that ended ran as the procedure says (%(share)s).",
        row.ended,
    ) % {"fitting": row.fitting, "n": row.ended, "share": percent(row.fitting / row.ended)}


def fitness(row: Conduct) -> str:
    """The figure of the paper, with its interval and what it means."""
    if row.fitness is None:
        return ""
    low, high = row.figures.get("fitness") or (row.fitness, row.fitness)
    return _(
        "Fitness %(value)s (%(low)s to %(high)s): 1 means that no step lacked what it needs and none was left undone."
    ) % {"value": f"{row.fitness:.3f}", "low": f"{low:.3f}", "high": f"{high:.3f}"}


def lost(of: Net, row: Conduct) -> str:
    """Where most working time went; empty without any."""
    stages = [one for one in row.figures["stages"] if one["lost"] > 0]
    if not stages:
        return ""
    most = max(stages, key=lambda one: one["lost"])
    return _("Most working time goes by in “%(stage)s”: %(share)s of all of it.") % {
        "stage": stage(of, most["stage"]),
        "share": percent(most["share"]),
    }


def trait(of: Net, row: Trait) -> str:
    """What a deviation or a loop is."""
    *before, last = row.code.split(">")
    words = {
        "skipped": _("“%(last)s” without “%(before)s” before it"),
        "out_of_order": _("“%(last)s” first, “%(before)s” only afterwards"),
        "forced": _("“%(last)s” where the procedure does not allow it"),
        "foreign": _("“%(last)s”, a step this procedure does not know"),
        "repeated": _("“%(last)s” more than once"),
        "reopened": _("“%(last)s” after the end"),
        "returned": _("came back to %(office)s after it had gone elsewhere"),
    }[row.kind]
    office = wording.organ(row.code) if row.kind == "returned" else ""
    return words % {"last": move(of, last), "before": course(of, before), "office": office}


def share(row: Trait) -> str:
    """In how many cases, of how many, with the interval."""
    return ngettext(
        "%(n)s case, %(share)s of all (nine times of ten %(low)s to %(high)s)",
        "%(n)s cases, %(share)s of all (nine times of ten %(low)s to %(high)s)",
        row.cases,
    ) % {
        "n": charts.number(row.cases),
        "share": percent(row.share),
        "low": percent(row.low),
        "high": percent(row.high),
    }


def percent(value: float) -> str:
    """A share; below ten per cent with one decimal."""
    return f"{value * 100:.0f} %" if value >= 0.0995 or value == 0 else f"{value * 100:.1f} %"
