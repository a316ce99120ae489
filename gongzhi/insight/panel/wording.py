"""The panel in words: the name of every way of looking, what it says of a finding, why it could not judge."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.insight.panel.rules import WAYS
from gongzhi.insight.panel.tables import Opinion, Sitting
from gongzhi.kit.refusal import N_
from gongzhi.look import charts, dates

MANY = 8  # ways that could judge, from which on it says something that none agrees
NAMES: Mapping[str, str] = {
    "bank": N_("Every minute, whatever adds up (four CUSUM charts)"),
    "glr_minute": N_("Quarters of an hour, a rise of any size (likelihood ratio)"),
    "roberts": N_("Quarters of an hour, twice the usual (Shiryaev–Roberts)"),
    "tail_day": N_("The day against eight weeks before it (negative binomial)"),
    "ears_c1": N_("The day against the seven before it (EARS C1)"),
    "ears_c2": N_("The day against seven, two days left between (EARS C2)"),
    "ears_c3": N_("Three days together (EARS C3)"),
    "bayes_day": N_("The day against the six before it (Bayes)"),
    "rki_day": N_("The day against the six before it, a fixed limit (RKI)"),
    "forecast": N_("The day against its forecast"),
    "cusum_day": N_("What adds up over a week of days (CUSUM)"),
    "glr_day": N_("A rise begun on any day of the last seven (likelihood ratio)"),
    "outbreak_day": N_("Days that rise in any shape (outbreakP)"),
    "scan": N_("Neighbouring villages together (permutation scan)"),
    "gi": N_("Whether neighbouring villages are high too (Getis–Ord)"),
    "moran": N_("Whether neighbouring villages are alike (local Moran)"),
    "tail_week": N_("The week against sixteen before it, or against all years"),
    "ears_week": N_("The week against seven before it (EARS C2)"),
    "bayes_week": N_("The week against the six before it (Bayes)"),
    "rki_week": N_("The week against the six before it, a fixed limit (RKI)"),
    "cusum_week": N_("What adds up over four weeks (CUSUM)"),
    "glr_week": N_("A rise begun in any of the last four weeks (likelihood ratio)"),
    "outbreak_week": N_("Weeks that rise in any shape (outbreakP)"),
    "calibrated": N_("The week against all years (our calibrated rule)"),
    "farrington": N_("The same weeks of earlier years (Farrington 2013)"),
    "farrington_1996": N_("The same weeks of earlier years (Farrington 1996)"),
    "cdc": N_("Four weeks against the same of earlier years (CDC)"),
}
KINDS: Mapping[str, str] = {
    "own": N_("Against its own days and weeks before"),
    "sums": N_("By what adds up over time"),
    "years": N_("Against earlier years"),
    "places": N_("Against its neighbours"),
}


def name(way: str) -> str:
    """The name of a way of looking."""
    return _(NAMES[way])


def opinion(held: Opinion) -> dict[str, Any]:
    """An opinion for the page of its finding: one sentence, how each kind of looking divides, a row for every way."""
    unable = sum(1 for vote in held.votes if vote["answer"] == "unable")
    words = ngettext(
        "%(agree)d of the %(able)d way of looking that could judge would have raised it.",
        "%(agree)d of the %(able)d ways of looking that could judge would have raised it.",
        held.able,
    )
    told = words % {"agree": held.agree, "able": held.able}
    if unable:
        words = ngettext("%(n)d could not judge.", "%(n)d could not judge.", unable)
        told += " " + words % {"n": unable}
    if held.agree <= 1 and held.able >= MANY:
        told += " " + _("No other way sees it: it may well be chance.")
    return {
        "sentence": told,
        "kinds": _kinds(held),
        "rows": [_row(vote) for vote in held.votes if vote["way"] in NAMES],
        "until": held.until,
    }


def _kinds(held: Opinion) -> list[str]:
    """How each kind divides: ways of one kind err together, so they are told by kind."""
    able: Counter[str] = Counter()
    agree: Counter[str] = Counter()
    for vote in held.votes:
        way = WAYS.get(vote["way"])
        if way is not None and way.votes and vote["answer"] != "unable":
            able[way.kind] += 1
            agree[way.kind] += vote["answer"] == "yes"
    words = _("%(kind)s: %(agree)d of %(able)d")
    return [words % {"kind": _(KINDS[kind]), "agree": agree[kind], "able": able[kind]} for kind in KINDS if able[kind]]


def _row(vote: Mapping[str, Any]) -> dict[str, Any]:
    """One way's word: `tone` of its tag, `says` and on which `day`, figures and chance as words."""
    day = dates.day(date.fromisoformat(str(vote["day"])))
    says = {"yes": _("yes"), "no": _("no"), "unable": _("cannot judge")}
    tones = {"yes": "accent", "no": "plain", "unable": "plain"}
    way = WAYS[vote["way"]]
    return {
        "name": name(vote["way"]),
        "says": says[vote["answer"]],
        "tone": tones[vote["answer"]],
        "day": day if vote["answer"] == "yes" else "",
        "why": _why(vote) or ("" if way.votes else _without_vote(vote["way"])),
        "figures": _figures(vote),
        "chance": chance(vote.get("chance")),
    }


def _why(vote: Mapping[str, Any]) -> str:
    """Why a way could not judge, or needed not to."""
    needs = int(vote.get("needs") or 0)
    if vote["why"] == "short":
        if WAYS[vote["way"]].grain == "week":
            return ngettext("Needs %(n)d week of past.", "Needs %(n)d weeks of past.", needs) % {"n": needs}
        return ngettext("Needs %(n)d day of past.", "Needs %(n)d days of past.", needs) % {"n": needs}
    return {
        "sparse": _("Too few cases lately."),
        "few_places": _("Too few places for so rare a chance."),
        "few": _("Fewer than five cases are never raised."),
    }.get(str(vote["why"]), "")


def _without_vote(way: str) -> str:
    """Why a way has no vote."""
    if WAYS[way].kind == "places":
        return _("No vote: it asks about the neighbours, not about the place.")
    return _("No vote: its limit is fixed and alarms too often.")


def _figures(vote: Mapping[str, Any]) -> str:
    """What it counted, expected and still calls usual."""
    observed, expected, bound = (vote.get(name) for name in ("observed", "expected", "bound"))
    if observed is None or expected is None:
        return "–"
    told = {"observed": charts.number(float(observed)), "expected": charts.number(round(float(expected), 1))}
    if bound is None or bound < 0:
        return _("%(observed)s; %(expected)s expected") % told
    words = _("%(observed)s; %(expected)s expected, up to %(bound)s usual")
    return words % (told | {"bound": charts.number(math.floor(float(bound)))})


def chance(value: float | None) -> str:
    """How often chance alone shows the like by this way, in the whole county, as its own picture of the data has it."""
    if value is None:
        return "–"
    if value < 0.001:
        return _("practically never")
    if value < 0.1:
        years = max(1, round(1 / (12 * value)))
        return ngettext("once in %(n)d year", "once in %(n)d years", years) % {"n": years}
    if value <= 0.75:
        months = max(1, round(1 / value))
        return ngettext("once in %(n)d month", "once in %(n)d months", months) % {"n": months}
    if value > 30:
        return _("every day")
    times = max(1, round(value))
    return ngettext("once a month", "%(n)d times a month", times) % {"n": times}


def sat(held: Sitting) -> str:
    """Which series the panel looks at, and which nobody does, in figures."""
    words = _(
        "On %(day)s it looked at %(nested)s series of matter, place and channel, and at %(crossed)s channels of a "
        "matter within a town or village; %(sparse)s more of these brought fewer than twenty cases in eight weeks and "
        "are not looked at by themselves."
    )
    figures = {key: charts.number(float(getattr(held, key))) for key in ("nested", "crossed", "sparse")}
    return words % ({"day": dates.day(held.day)} | figures)
