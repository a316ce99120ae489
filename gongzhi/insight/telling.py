"""Findings in words: what, where, how much, against what, since when, how sure. One sentence a clerk can read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import labels, matters
from gongzhi.insight.models import Finding
from gongzhi.insight.rules import REASONS
from gongzhi.look import charts, dates
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places

SURE = ((1e-6, "certain"), (1e-4, "very"), (1.0, "enough"))
TONES = {"open": "warn", "watched": "accent", "explained": "plain"}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as pages show it."""

    row: Finding
    title: str
    sentence: str
    sure: str
    state: str
    tone: str
    reason: str
    parts: tuple[str, ...]


def tell(row: Finding) -> Told:
    """Everything said of one finding, in the reader's language."""
    title = _("%(matter)s in %(place)s") % {"matter": matter(row.matter), "place": place(row.place)}
    states = {"open": _("needs a decision"), "watched": _("being watched"), "explained": _("explained")}
    return Told(
        row=row,
        title=title,
        sentence=sentence(row),
        sure=_sure(row.p),
        state=states[row.state],
        tone=TONES[row.state],
        reason=_(REASONS[row.reason]) if row.reason else "",
        parts=tuple(_part(part) for part in row.parts),
    )


def sentence(row: Finding) -> str:
    """What, where, observed, expected, since when; where a pile was entered at once, from which source."""
    told = ngettext(
        "On %(day)s, %(observed)d case came in; the weeks before let expect about %(expected)s, seldom more than "
        "%(upper)d.",
        "On %(day)s, %(observed)d cases came in; the weeks before let expect about %(expected)s, seldom more than "
        "%(upper)d.",
        row.observed,
    ) % {
        "day": dates.day(row.first_day),
        "observed": row.observed,
        "expected": charts.number(round(row.expected, 1)),
        "upper": row.upper,
    }
    if row.kind == "bulk_entry":
        words = _("%(count)d of them came by “%(source)s” at once: entered in bulk, not a rise.")
        told += " " + words % {"count": row.source_count, "source": labels.word(row.source, "source")}
    elif row.last_day > row.first_day:
        told += " " + _("It lasts until %(day)s.") % {"day": dates.day(row.last_day)}
    return told


def curve(row: Finding) -> str:
    """The past four weeks and the day itself as a drawing with the usual band and a table."""
    points: Sequence[tuple[str, int, float, float]] = [tuple(point) for point in row.curve]
    return charts.line(
        title=_("Cases a day, and what is usual"),
        labels=[point[0] for point in points],
        values=[point[1] for point in points],
        band=charts.Band([0.0 for _point in points], [point[3] for point in points]),
        odd=[at for at, point in enumerate(points) if point[1] > point[3]],
        head=(_("Day"), _("Cases")),
    )


def matter(code: str) -> str:
    """The name of a matter; all matters for none."""
    tag = matters.tags().get(code)
    return said(tag, "name") if tag else (code or _("All matters"))


def place(prefix: str) -> str:
    """The name of the place with this prefix."""
    code = prefix.ljust(12, "0")
    card = places.place_or_none(code)
    return (said(card, "path") or said(card, "name")) if card else prefix


def _sure(p: float) -> str:
    words = {
        "certain": _("Practically certain: chance alone does not do this."),
        "very": _("Very sure: chance alone hardly does this."),
        "enough": _("Sure enough to look: about three such findings a month are chance."),
    }
    return words[next(name for limit, name in SURE if p < limit)]


def _part(part: Sequence[object]) -> str:
    code, prefix, observed, expected = part
    return _("%(matter)s in %(place)s: %(observed)s, expected %(expected)s") % {
        "matter": matter(str(code)),
        "place": place(str(prefix)),
        "observed": observed,
        "expected": charts.number(float(str(expected))),
    }
