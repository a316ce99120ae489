"""Sentences about why: what a rise comes from, what moves with it, where cases wander, when things happen, floods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.insight import telling, wording
from gongzhi.insight.models import Finding
from gongzhi.insight.why.rules import REASONS
from gongzhi.insight.why.tables import Explained, Flood, Station
from gongzhi.look import dates
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places

SOON = timedelta(minutes=30)  # in which a finding of the minute is explained where the clockwork runs
NIGHT = timedelta(days=1)
LITTLE = 5.0  # cases let expect below which no share is usual
REST = "…"
VILLAGE = 12  # digits of its code; a grid has more


def dimension(code: str) -> str:
    """What a rise is taken apart by, as a heading."""
    return {
        "matter": _("By matter"),
        "town": _("By town and street"),
        "village": _("By village and community"),
        "grid": _("By grid"),
        "organ": _("By office"),
        "hours": _("By hour"),
        "channel": _("By channel"),
    }[code]


def part(name: str, value: str, organs: Mapping[str, str]) -> str:
    """One value of a dimension in words."""
    if value == REST:
        return _("everything else")
    if not value:
        return _("none yet")
    if name == "matter":
        return telling.matter(value)
    if name == "organ":
        return organs.get(value, value)
    if name == "hours":
        return hours(int(value))
    if name == "grid":
        return _grid(value)
    return wording.channel(value) if name == "channel" else telling.place(value)


def _grid(code: str) -> str:
    """A grid by its own name, for the page names its village; a village's code stands for cases of no known grid."""
    card = places.place_or_none(code)
    if card is None:
        return telling.place(code)
    return said(card, "name") if len(code) > VILLAGE else _("grid not known")


def hours(number: int) -> str:
    """A stretch of three hours."""
    return f"{number * 3:02d}:00–{number * 3 + 3:02d}:00"


def weekday(number: int) -> str:
    """A day of the week, Monday first, short."""
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")][number]


def explains(row: Explained, organs: Mapping[str, str]) -> str:
    """Where a rise comes from, in one or two sentences."""
    more = row.now - row.before
    told = _(
        "From %(first)s to %(last)s, %(now)s cases came in; the same days of the weeks before let expect %(before)s."
    ) % {
        "first": dates.short_day(row.finding.first_day),
        "last": dates.short_day(row.until),
        "now": wording.number(row.now),
        "before": wording.figure(row.before),
    }
    named = [one for one in row.parts if one[-1]]
    if more <= 0:
        return told + " " + _("Over its whole days that is no rise any more.")
    if not named:
        return f"{told} {_made_up(row, organs, more)}"
    return told + " " + _("What stands out: %(parts)s.") % {"parts": _risen(named, organs)}


def pending(row: Finding, at: datetime) -> str:
    """When a finding without an explanation gets one; nothing for what is no rise."""
    if row.kind != "rise":
        return ""
    if row.grain == "minute" and at - row.found_at < SOON:
        return _("What explains it is being worked out and will stand here within a few minutes.")
    if at - row.found_at < 2 * NIGHT:
        return _("What explains it is worked out in the night after it was found.")
    return _("Nothing explains it yet: it needs at least three weeks of days before it to compare with.")


def partly(row: Explained) -> str:
    """Up to which hour a day that was still going on was counted; empty once the whole day is in."""
    made = row.made_at.astimezone(places.county().zone)
    if made.date() > row.until:
        return ""
    told = _("Counted up to %(time)s, against the same hours of the weeks before. The night counts the whole day.")
    return told % {"time": f"{made:%H:%M}"}


def _made_up(row: Explained, organs: Mapping[str, str], more: float) -> str:
    """What most of a rise is made of where nothing stands out beyond its usual share."""
    most = [one for one in row.parts if one[1] not in ("", REST) and one[4] >= more / 2]
    if not most:
        return _("It is spread out: no matter, place, office, hour or channel stands out beyond chance.")
    told = _("Most of it: %(parts)s.") % {"parts": _risen(most, organs)}
    if row.before < LITTLE:
        return told + " " + _("There was too little before to say what is more than its usual share.")
    return told + " " + _("None of it is more than its usual share.")


def _risen(parts: Sequence[Sequence[Any]], organs: Mapping[str, str]) -> str:
    """Parts with how many more they brought, and the interval."""
    return _("; ").join(
        _("%(name)s (%(rise)s more, between %(low)s and %(high)s)") % {
            "name": part(one[0], one[1], organs), "rise": wording.figure(one[4]),
            "low": wording.figure(max(one[5], 0)), "high": wording.figure(one[6])}
        for one in parts[:4]
    )  # fmt: skip


def companion(link: Sequence[Any]) -> str:
    """A series something moves with, by its name."""
    kind, name, place = str(link[0]), str(link[1]), str(link[2])
    if kind == "matter":
        return telling.matter(name)
    if kind == "calendar":
        return {"day_off": _("days off"), "make_up": _("weekend days that are worked")}[name]
    if kind == "readings":
        name = _("sensor %(name)s") % {"name": name}
    elif kind == "searches":
        name = _("searches for “%(word)s”") % {"word": name}
    return f"{name} ({telling.place(place)})" if len(place) > 6 else name


def moves(link: Sequence[Any]) -> str:
    """One link in words: together, never because."""
    name, lag, r, low, high, held = companion(link), int(link[3]), link[4], link[5], link[6], bool(link[7])
    if lag == 0:
        told = _("With more of “%(name)s”, more of this on the same day") if r > 0 else _(
            "With more of “%(name)s”, fewer of this on the same day")  # fmt: skip
    elif r > 0:
        told = ngettext("After more of “%(name)s”, more of this %(lag)d day later",
                        "After more of “%(name)s”, more of this %(lag)d days later", lag)  # fmt: skip
    else:
        told = ngettext("After more of “%(name)s”, fewer of this %(lag)d day later",
                        "After more of “%(name)s”, fewer of this %(lag)d days later", lag)  # fmt: skip
    words = told % {"name": name, "lag": lag}
    figures = {"r": f"{r:.2f}", "low": f"{low:.2f}", "high": f"{high:.2f}"}
    words += " " + _("(correlation %(r)s, between %(low)s and %(high)s)") % figures
    return words + (" " + _("It stands with all others held fixed.") if held else "")


def unlinked(row: Explained) -> str:
    """Why nothing is said to move with it."""
    if row.why == "too_short":
        return _("Four months of days are needed before anything can be said about what moves with it.")
    if row.why == "too_few":
        return _("Too few cases to say what moves with them.")
    return ngettext(
        "%(n)d other series was compared; it does not move together with this beyond chance.",
        "%(n)d other series were compared; none moves together with this beyond chance.",
        row.tried,
    ) % {"n": row.tried}


def station(row: Station, name: str) -> str:
    """What is remarkable about an office among the hand-overs, in one sentence."""
    told = _("%(name)s was handed %(came)d cases and handed on %(went)d in %(days)d days.") % {
        "name": name, "came": row.came, "went": row.went, "days": row.days}  # fmt: skip
    if row.held is not None:
        told += " " + _("Half of what it handed on had lain there for %(held)s days or more.") % {
            "held": wording.figure(row.held)}  # fmt: skip
    if row.returns:
        told += " " + ngettext("%(n)d time a case came straight back or was given straight back.",
                               "%(n)d times a case came straight back or was given straight back.",
                               row.returns) % {"n": row.returns}  # fmt: skip
    if row.stuck:
        told += " " + ngettext("%(n)d open case has not been touched for two weeks.",
                               "%(n)d open cases have not been touched for two weeks.",
                               row.stuck) % {"n": row.stuck}  # fmt: skip
    return told


def flood_title(row: Flood) -> str:
    """What a suggested flood is about, without a name."""
    if row.about == "officer":
        return _("Many voices about one officer")
    return _("%(matter)s in %(place)s") % {"matter": telling.matter(row.matter), "place": telling.place(row.place)}


def flood(row: Flood) -> str:
    """What the machine saw."""
    figures = {"n": row.voices, "since": dates.moment_text(row.since_at), "until": dates.moment_text(row.until_at)}
    if row.sign == "like":
        return _("%(n)d voices with nearly the same long text came between %(since)s and %(until)s.") % figures
    seen = row.evidence
    figures |= {"fresh": seen.get("fresh", 0), "known": seen.get("with_contact", 0),
                "usual": f"{100 * float(seen.get('usual_fresh', 0)):.0f} %"}  # fmt: skip
    return _("Between %(since)s and %(until)s, %(fresh)d of %(known)d contacts had never written before; usually "
             "%(usual)s have not.") % figures  # fmt: skip


def flood_evidence(row: Flood) -> str:
    """The rest of what was seen, as figures."""
    seen = row.evidence
    return _("%(minute)d in the busiest minute; %(contacts)d different contacts, %(nameless)d voices without one.") % {
        name: seen.get(name, 0) for name in ("minute", "contacts", "nameless")}  # fmt: skip


def flood_sure(row: Flood) -> str:
    """How often ordinary life makes the like."""
    years = 1 / max(12 * row.chance, 1e-9)
    if years >= 1000:
        return _("Ordinary life hardly ever makes something like it, as far as the weeks before tell.")
    if years >= 2:
        return _("Ordinary life makes something like it about once in %(n)d years.") % {"n": round(years)}
    return _("Ordinary life makes something like it about once in %(n)d months.") % {"n": max(1, round(1 / row.chance))}


def reason(code: str) -> str:
    """A coded reason of a judgement."""
    return next((_(words[code]) for words in REASONS.values() if code in words), code)


def busiest(cells: Sequence[Sequence[Any]], weeks: float) -> str:
    """What stands out of a rhythm, or that nothing does."""
    odd = [(one[0] / max(weeks, 1), at) for at, one in enumerate(cells) if one[4]]
    if not odd:
        return _("It keeps the hours of the places around it.")
    told = [
        _("%(day)s %(hours)s (%(rate)s a week)") % {
            "day": weekday(at // 8), "hours": hours(at % 8), "rate": wording.figure(rate)}
        for rate, at in sorted(odd, reverse=True)[:3]
    ]  # fmt: skip
    return _("More than the places around it let expect: %(cells)s.") % {"cells": _("; ").join(told)}


def compared(rows: Sequence[Sequence[Any]]) -> str:
    """The places a measure was compared with, those that weigh most first."""
    named = [_("%(place)s (%(share)s)") % {"place": telling.place(str(place)), "share": f"{100 * weight:.0f} %"}
             for place, weight in rows[:10]]  # fmt: skip
    more = len(rows) - len(named)
    told = _("; ").join(named)
    return told + (" " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more} if more > 0 else "")


def check(name: str, stood: bool, strong: int, tried: int) -> str:
    """A check of a design, with how many pretended measures look as strong."""
    if not tried:
        word = wording.check(name)
        answer = _("yes") if stood else _("no")
        return f"{word}: {answer}"
    if name == "placebo in time":
        told = ngettext("Of %(tried)d earlier date at which one was pretended, %(strong)d shows as much",
                        "Of %(tried)d earlier dates at which one was pretended, %(strong)d show as much",
                        tried)  # fmt: skip
    else:
        told = ngettext("Of %(tried)d place without a measure, %(strong)d shows as much",
                        "Of %(tried)d places without a measure, %(strong)d show as much", tried)  # fmt: skip
    return told % {"tried": tried, "strong": strong} + ("" if stood else " " + _("– too many"))


def since(day: date) -> str:
    """A day that something is counted up to."""
    return _("Up to %(day)s.") % {"day": dates.day(day)}
