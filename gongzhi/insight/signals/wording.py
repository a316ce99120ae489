"""Findings about words and sensors in sentences that name their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.look import charts, dates
from gongzhi.look.templatetags.look import said
from gongzhi.sensors import reads as sensors

if TYPE_CHECKING:
    from gongzhi.insight.models import Finding


def title(row: Finding, place: str) -> str:
    """What it is about, with its kind in front."""
    if row.kind == "searched":
        return _("Searched for: “%(word)s” (%(place)s)") % {"word": row.subject, "place": place}
    if row.kind == "table":
        return _("Table: %(series)s (%(place)s)") % {"series": row.subject, "place": place}
    return _("Sensor: %(sensor)s") % {"sensor": name(row.subject)}


def sentence(row: Finding) -> str:
    """What was searched for or measured, what is usual, since when."""
    if row.kind == "searched":
        told = ngettext(
            "On %(day)s, at least %(observed)d person searched the site for “%(word)s”; at most about %(expected)s "
            "would be usual, seldom more than %(upper)d.",
            "On %(day)s, at least %(observed)d people searched the site for “%(word)s”; at most about %(expected)s "
            "would be usual, seldom more than %(upper)d.",
            row.observed,
        ) % {
            "day": dates.day(row.first_day),
            "observed": row.observed,
            "word": row.subject,
            "expected": charts.number(round(row.expected, 1)),
            "upper": row.upper,
        }
        return told + " " + _("Searching is not reporting: somebody looks for it, perhaps because it is missing.")
    return _table(row) if row.kind == "table" else _sensor(row)


def _table(row: Finding) -> str:
    value, usual, upper = (float(row.evidence.get(key, 0)) for key in ("value", "usual", "upper"))
    more = _("On %(day)s the table said %(value)s; about %(usual)s is usual, seldom more than %(upper)s.")
    less = _("On %(day)s the table said %(value)s; about %(usual)s is usual, seldom less than %(upper)s.")
    figures = {"value": value, "usual": usual, "upper": upper}
    shown = {key: charts.number(round(one, 2)) for key, one in figures.items()}
    return (more if value >= usual else less) % ({"day": dates.day(row.first_day)} | shown)


def _sensor(row: Finding) -> str:
    value, usual, upper = (float(row.evidence.get(key, 0)) for key in ("value", "usual", "upper"))
    more = _("On %(day)s it measured %(value)s on average; about %(usual)s is usual, seldom more than %(upper)s.")
    less = _("On %(day)s it measured %(value)s on average; about %(usual)s is usual, seldom less than %(upper)s.")
    words = more if value >= usual else less
    unit = sensors.unit(row.subject)
    figures = {"value": value, "usual": usual, "upper": upper}
    shown = {key: f"{charts.number(round(one, 2))} {unit}".strip() for key, one in figures.items()}
    return words % ({"day": dates.day(row.first_day)} | shown)


def curve_title(row: Finding) -> str:
    """The title of its drawing."""
    if row.kind == "table":
        return _("The table's value of each day, and what is usual")
    return _("People who searched for it a day") if row.kind == "searched" else _("Mean of each day, and what is usual")


def name(code: str) -> str:
    """The name of a sensor; the bare code of one that is gone."""
    found = sensors.named(code)
    return said(found, "name") if found else code
