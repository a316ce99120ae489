"""What a changed procedure would have done, in sentences; and what no replay can know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.insight import telling as findings
from gongzhi.insight.process import rules, wording
from gongzhi.kit.refusal import N_
from gongzhi.look import charts, dates
from gongzhi.procedures.rules import Net

LIMITS = (
    N_("People would have acted otherwise: who has less time often answers sooner, and who has more, later."),
    N_("Nobody knows how long a new step takes. It is assumed to take as long as work really lay in a like stage."),
    N_("A post that gets more work slows down everything else it does; that is not reckoned."),
    N_("Limits are reckoned as they stand today, before and after; extensions granted to single cases are left out."),
)

Result = Mapping[str, Any]


def summary(told: Result) -> str:
    """How many cases would have gone otherwise, in one sentence."""
    return ngettext(
        "Of %(n)s case since %(first)s, %(otherwise)s would have gone otherwise.",
        "Of %(n)s cases since %(first)s, %(otherwise)s would have gone otherwise.",
        told["cases"],
    ) % {
        "n": charts.number(told["cases"]),
        "first": dates.day(date.fromisoformat(told["first"])),
        "otherwise": charts.number(told["otherwise"]),
    }


def limits(told: Result) -> str:
    """How many promises would have been broken, before and after, with the interval of what is assumed."""
    words = _(
        "Of %(rounds)s promises, %(before)s were not kept by today’s limits; with the change it would have been "
        "%(after)s."
    )
    numbers = {name: charts.number(told[name]) for name in ("rounds", "newly", "spared")}
    numbers |= {"before": charts.number(told["late_before"]), "after": charts.number(told["late_after"])}
    said = words % numbers
    if told["late_low"] != told["late_high"]:
        said += " " + _("Nine times of ten between %(low)s and %(high)s, by how long the new steps take.") % {
            "low": charts.number(told["late_low"]),
            "high": charts.number(told["late_high"]),
        }
    return said + " " + _("%(newly)s would have become late, %(spared)s would have been in time after all.") % numbers


def reason(net: Net, kind: str, code: str) -> str:
    """Why a case would have gone otherwise."""
    *before, last = code.split(">")
    if kind == "skipped":
        words = _("“%(before)s” would have been needed before “%(last)s”")
        return words % {"before": wording.course(net, before), "last": wording.move(net, last)}
    if kind == "foreign":
        return _("“%(step)s” is no step any more") % {"step": wording.move(net, last)}
    return f"{_(rules.TRAITS[kind])}{_(': ')}{wording.move(net, last)}"


def added(net: Net, one: Mapping[str, Any]) -> str:
    """What is assumed of a new step."""
    like = _(", ").join(f"“{wording.stage(net, stage)}”" for stage in one["like"])
    return _(
        "In “%(stage)s” work would have lain %(times)s times, for about %(half)s (nine times of ten "
        "%(low)s to %(high)s), as measured in %(like)s."
    ) % {
        "stage": wording.stage(net, one["stage"]),
        "times": charts.number(one["times"]),
        "half": wording.working(one["half"]),
        "low": wording.working(one["low"]),
        "high": wording.working(one["high"]),
        "like": like,
    }


def load(net: Net, permit: str, before: float, after: float, posts: int) -> str:
    """What changes for those who may make a kind of step."""
    steps = [wording.move(net, move.code) for move in net.moves if move.permit == permit]
    return _("%(steps)s: %(before)s times a week, then %(after)s; %(posts)s posts share it.") % {
        "steps": _(", ").join(steps) or permit,
        "before": charts.number(before),
        "after": charts.number(after),
        "posts": charts.number(posts),
    }


def lines(told: Result, net: Net) -> list[str]:
    """The whole result as lines of text."""
    found = [summary(told), limits(told), ""]
    found += [f"  {cases:>7,}  {reason(net, kind, code)}" for kind, code, cases in told["reasons"]]
    found += [f"  {added(net, one)}" for one in told["added"]]
    if told["saved"]:
        found.append("  " + saved(told, net))
    found += [""]
    for code, rounds, before, after in told["matters"]:
        found.append(f"  {findings.matter(code)}: {before:,} → {after:,} / {rounds:,}")
    found += ["", *(f"  {load(net, *one)}" for one in told["loads"]), "", *(f"- {_(limit)}" for limit in LIMITS)]
    if told["untold"]:
        found.append("- " + untold(told))
    return found


def saved(told: Result, net: Net) -> str:
    """Stages that are gone, by the names they had."""
    return _("Time spent in %(stages)s falls away: between none and all of it is taken as saved.") % {
        "stages": _(", ").join(f"“{wording.stage(net, code)}”" for code in told["saved"])
    }


def untold(told: Result) -> str:
    """Cases nobody can replay."""
    return ngettext(
        "%(n)s imported case is left out: only its beginning and its end are told.",
        "%(n)s imported cases are left out: only their beginning and their end are told.",
        told["untold"],
    ) % {"n": charts.number(told["untold"])}
