"""Sentences about loads, silent places, measures, ranks and the clock of the first word; plain, with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from gongzhi.cases import labels
from gongzhi.insight import telling
from gongzhi.insight.models import Finding
from gongzhi.insight.rules import SMALLEST_CELL
from gongzhi.insight.standing_rules import HARMED, LIKELY, NOTHING, WHY, WORKED
from gongzhi.insight.standing_tables import Measure, MeasureEffect, Outlook, Silence
from gongzhi.look import charts, dates
from gongzhi.look.templatetags.look import said
from gongzhi.people import reads as people

WAITED_LEAST = 30  # answers from which on it is said how long people wait

number = charts.number


def organ(code: str) -> str:
    """The name of an organ; the bare code of one that is gone."""
    card = people.organ(code)
    return said(card, "name") if card else code


def name(kind: str, code: str) -> str:
    """The name of a subject of any kind."""
    if kind == "organ":
        return organ(code)
    if kind == "matter":
        return telling.matter(code)
    return telling.place(code) if kind == "place" else _("The whole county")


def names(kind: str, codes: Sequence[str]) -> dict[str, str]:
    """The names of many subjects of a kind; offices by one query."""
    if kind != "organ":
        return {code: name(kind, code) for code in codes}
    english = (get_language() or "").startswith("en")
    told = people.organ_names(codes)
    return {code: ((told[code][1] if english else "") or told[code][0]) if code in told else code for code in codes}


def kind_word(kind: str) -> str:
    """A kind of subject in the plural, as a heading."""
    return {
        "county": _("The county"),
        "matter": _("Matters"),
        "place": _("Places"),
        "organ": _("Offices"),
    }[kind]


def figure(value: float) -> str:
    """A figure of an estimate: whole from ten on, else with one decimal."""
    return number(round(value)) if value >= 10 else number(round(value, 1))


def span(low: float, high: float) -> str:
    """An interval: 12 to 19."""
    return _("%(low)s to %(high)s") % {"low": figure(low), "high": figure(high)}


def load(row: Outlook) -> str:
    """What an organ is to expect, and what it has ever handled."""
    told = expects(row)
    if row.handled is None:
        return told
    return f"{told} " + ngettext(
        "It has never answered more than %(n)d case in time in two weeks.",
        "It has never answered more than %(n)d cases in time in two weeks.",
        row.handled,
    ) % {"n": row.handled}


def expects(row: Outlook) -> str:
    """The fortnight to come as a sentence."""
    return _("About %(total)s cases are expected in the two weeks from %(day)s; nine times of ten it is %(span)s.") % {
        "total": figure(row.total),
        "day": dates.short_day(row.first),
        "span": span(row.total_low, row.total_high),
    }


def expects_publicly(row: Outlook) -> str:
    """The fortnight to come for everybody: what to reckon with, and no more."""
    told = _("About %(total)s cases are expected here in the two weeks from %(day)s, most likely %(span)s.") % {
        "total": figure(row.total),
        "day": dates.short_day(row.first),
        "span": span(row.total_low, row.total_high),
    }
    if row.over is None or row.over < LIKELY:
        return told
    return told + " " + _("That is more than this office ever answered in time; an answer may take longer.")


def waiting(waits: Mapping[str, int | None]) -> str:
    """How long half of those who wrote waited for the first answer, as a plain sentence; empty where too few were
    answered, or where what is withheld could change it. `waits`: cases by class of waiting, -1 without an answer."""
    answered = {int(code): n for code, n in waits.items() if code != "-1" and n is not None}
    hidden = sum(n is None for code, n in waits.items())
    total = sum(answered.values())
    if total < WAITED_LEAST or hidden * SMALLEST_CELL * 5 > total:
        return ""
    words = [_("the same day"), _("within a day"), _("within 3 days"), _("within 7 days"), _("within 14 days"),
             _("within 30 days"), _("only after more than 30 days")]  # fmt: skip
    half = _class(answered, total / 2)
    most = _class(answered, total * 0.9)
    if half == most:
        return _("Lately nine of ten who wrote had a first answer %(most)s.") % {"most": words[most]}
    return _("Lately half of those who wrote had a first answer %(half)s, nine of ten %(most)s.") % {
        "half": words[half],
        "most": words[most],
    }


def _class(answered: Mapping[int, int], wanted: float) -> int:
    """The class of waiting in which so many had their answer."""
    done = 0
    for code in sorted(answered):
        done += answered[code]
        if done >= wanted:
            return code
    return max(answered)


def over(chance: float) -> str:
    """How sure an overload is."""
    if chance >= 0.995:
        return _("Practically certain, as far as the past tells.")
    tenths = max(1, min(9, round(chance * 10)))
    return _("Sure in about %(n)d of 10 cases.") % {"n": tenths}


def quiet(row: Silence) -> str:
    """What a place said and what like places would have."""
    return ngettext(
        "%(n)d voice came from here in %(days)d days; places of its kind and size bring about %(expected)s, nine of "
        "ten bring %(span)s. Quiet is not the same as content: go and ask.",
        "%(n)d voices came from here in %(days)d days; places of its kind and size bring about %(expected)s, nine of "
        "ten bring %(span)s. Quiet is not the same as content: go and ask.",
        row.observed,
    ) % {
        "n": row.observed,
        "days": row.days,
        "expected": figure(row.expected),
        "span": span(row.low, row.high),
    }


def quiet_sure(p: float) -> str:
    """How sure silence is."""
    if p < 0.001:
        return _("Very sure: hardly one place in a thousand is so quiet by chance.")
    return _("Sure enough to ask: of five places named so, about one is chance.")


def heard(row: Silence) -> str:
    """How a place compares, silent or not."""
    if row.silent:
        return quiet(row)
    told = _("%(n)s voices in %(days)d days; places of its kind and size bring about %(expected)s (%(span)s).") % {
        "n": number(row.observed),
        "days": row.days,
        "expected": figure(row.expected),
        "span": span(row.low, row.high),
    }
    usual = row.low <= row.observed <= row.high
    return f"{told} " + _("That is within what is usual.") if usual else told


def channel(code: str) -> str:
    """The name of a channel; all of them for none."""
    return str(labels.word(code, "source")) if code else _("All channels")


def uncorrected(kind: str) -> str:
    """What the rank of a place does not say; empty for others."""
    if kind != "place":
        return ""
    return _("Places are ranked by how much is said there, uncorrected for silence: where few speak the rank is low, "
             "whatever happens.")  # fmt: skip


def rank(told: dict[str, Any] | None) -> str:
    """A rank with how far it could be from it; empty when there is none."""
    if not told:
        return ""
    what = {
        "per_thousand": _("%(value)s voices for each thousand residents in 90 days (%(span)s)."),
        "kept": _("%(value)s %% answered in time (%(span)s %%)."),
        "a_week": _("%(value)s cases a week (%(span)s)."),
    }[told["what"]]
    times = 100 if told["what"] == "kept" else 1
    said_ = what % {"value": figure(told["value"] * times), "span": span(told["low"] * times, told["high"] * times)}
    words = {"rank": told["rank"], "of": told["of"], "low": told["rank_low"], "high": told["rank_high"]}
    if told["rank_low"] == told["rank_high"]:
        return said_ + " " + _("That is rank %(rank)d of %(of)d.") % words
    return (
        said_ + " " + _("That is about rank %(rank)d of %(of)d; it could be anything from %(low)d to %(high)d.") % words
    )


def clock(row: Finding, now: datetime) -> str:
    """The clock of the first official word: from the finding to the first answer that was published."""
    word = row.first_word_at
    if word is None:
        return _("Nothing said in public yet, %(time)s after it was found.") % {"time": stretch(now - row.found_at)}
    if word <= row.found_at:
        return _("Something was published before it was found.")
    return _("First public word %(time)s after it was found.") % {"time": stretch(word - row.found_at)}


def said_after(found: datetime, said: datetime) -> str:
    """How long after it was found something was said in public."""
    if said <= found:
        return _("Said before it was noticed.")
    return _("Said %(time)s after it was noticed.") % {"time": stretch(said - found)}


def stretch(time: timedelta) -> str:
    """A stretch of time in its largest fitting unit."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if minutes < 2 * 24 * 60:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d day", "%(n)d days", minutes // 1440) % {"n": minutes // 1440}


def verdict(measure: Measure) -> str:
    """Did it help, in one sentence; why not yet where there is no verdict."""
    if not measure.verdict:
        return _(WHY[measure.why]) if measure.why else _("It is looked at in the night after it was entered.")
    return {
        WORKED: _("It worked: the cases moved as wanted, and the checks stood."),
        NOTHING: _("No evidence that it changed anything."),
        HARMED: _("It did harm: the cases moved the other way, and the checks stood."),
    }[measure.verdict]


def change(effect: MeasureEffect) -> str:
    """The relative change with its interval."""
    return _("%(change)s of the cases (between %(low)s and %(high)s)") % {
        "change": percent(effect.change),
        "low": percent(effect.low),
        "high": percent(effect.high),
    }


def percent(value: float) -> str:
    """A change with its sign: −20 %, +5 %."""
    rounded = round(value * 100)
    return f"{'−' if rounded < 0 else '+'}{abs(rounded)} %"


def design(code: str) -> str:
    """A design in words."""
    return {
        "its": _("against its own past"),
        "did": _("against places whose past ran alike"),
        "synthetic": _("against a mixture of other places"),
    }[code]


def check(code: str) -> str:
    """A check of a design in words."""
    return {
        "pre-trend": _("The past ran as assumed"),
        "bend carried on": _("Little of it is explained if a bend of the past went on"),
        "placebo in time": _("Pretended earlier dates show less"),
        "placebo in space": _("Places without a measure show less"),
    }.get(code, code)
