"""Findings in words: what, where, how much, against what, since when, how sure. One sentence a clerk can read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.cases import labels, matters
from gongzhi.insight import quiet
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.rules import BUDGET, SAID, SIGNALS
from gongzhi.insight.signals import wording as signals
from gongzhi.look import charts, dates
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places

SURE = ((0.001, "certain"), (0.1, "very"), (float("inf"), "enough"))  # findings like it a month that are chance
RARE = 0.5  # cases expected below which there is hardly any
SURE_TONES = {"certain": "bad", "very": "warn", "enough": "plain"}
TONES = {"open": "warn", "watched": "accent", "explained": "plain"}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as pages show it."""

    row: Finding
    title: str
    sentence: str
    sure: str
    sure_word: str
    sure_tone: str
    seen: str
    state: str
    tone: str
    reason: str
    parts: tuple[str, ...]


def title(row: Finding) -> str:
    """What and where; a word or a sensor with its kind in front."""
    if row.kind in SIGNALS:
        return signals.title(row, place(row.place))
    return _("%(matter)s in %(place)s") % {"matter": matter(row.matter), "place": place(row.place)}


def tell(row: Finding) -> Told:
    """Everything said of one finding, in the reader's language."""
    states = {"open": _("needs a decision"), "watched": _("being watched"), "explained": _("explained")}
    return Told(
        row=row,
        title=title(row),
        sentence=sentence(row),
        sure=_sure(row),
        sure_word=_sure_words()[certainty(row)],
        sure_tone=SURE_TONES[certainty(row)],
        seen=seen_by(row),
        state=states[row.state],
        tone=TONES[row.state],
        reason=_(SAID[row.reason]) if row.reason else "",
        parts=tuple(_part(part) for part in row.parts if tuple(part[:2]) != (row.matter, row.place)),
    )


def sentence(row: Finding) -> str:
    """What, observed, expected, since when; and by what it was recognised as something else than a rise."""
    if row.kind == "fallback":
        return _nowhere(row)
    if row.kind in SIGNALS:
        return signals.sentence(row)
    told = _GRAINS[row.grain](row) + _named(row) + quiet.sentence(row.evidence)
    if row.channel and not row.source:
        told += " " + _("They came by “%(source)s”.") % {"source": labels.word(row.channel, "source")}
    if row.kind == "rise" and row.last_day > row.first_day and row.grain != "week":
        told += " " + _("It lasts until %(day)s.") % {"day": _day(row, row.last_day)}
    return told


def _figures(row: Finding) -> dict[str, object]:
    return {
        "day": _day(row, row.first_day),
        "observed": row.observed,
        "expected": charts.number(round(row.expected, 1)),
        "upper": row.upper,
    }


def _day(row: Finding, day: date) -> str:
    """A day, with its year only where it was found in another one."""
    return dates.short_day(day, year=day.year != places.local_day(row.found_at).year)


def _usual(row: Finding) -> str:
    """What the weeks before let expect, in words that need no arithmetic."""
    if row.expected < RARE and row.upper <= 1:
        return _("Usually there is hardly any.")
    if row.expected < RARE:
        return _("Usually there is hardly any, seldom more than %(upper)d.") % _figures(row)
    return _("Usual are about %(expected)s, seldom more than %(upper)d.") % _figures(row)


def _of_day(row: Finding) -> str:
    told = ngettext("On %(day)s, %(observed)d case came in.", "On %(day)s, %(observed)d cases came in.", row.observed)
    return f"{told % _figures(row)} {_usual(row)}"


def _of_week(row: Finding) -> str:
    told = ngettext(
        "In the week from %(day)s on, %(observed)d case came in.",
        "In the week from %(day)s on, %(observed)d cases came in.",
        row.observed,
    )
    return f"{told % _figures(row)} {_usual(row)}"


def _of_minutes(row: Finding) -> str:
    since = row.since_at or row.found_at
    return ngettext(
        "Since %(since)s, %(observed)d case has come in; about %(expected)s would be usual in that time.",
        "Since %(since)s, %(observed)d cases have come in; about %(expected)s would be usual in that time.",
        row.observed,
    ) % (_figures(row) | {"since": dates.moment_text(since)})


def _of_neighbours(row: Finding) -> str:
    places = int(row.evidence.get("places", 2))
    return ngettext(
        "Since %(day)s, %(places)d place has brought %(observed)d cases; about %(expected)s would be usual.",
        "Since %(day)s, %(places)d neighbouring places together have brought %(observed)d cases; about %(expected)s "
        "would be usual.",
        places,
    ) % (_figures(row) | {"places": places})


_GRAINS = {"day": _of_day, "week": _of_week, "minute": _of_minutes, "scan": _of_neighbours}


def _named(row: Finding) -> str:
    """What it was recognised as, with a space before; empty for a rise."""
    if row.kind == "bulk_entry":
        words = _("%(count)d of them came by “%(source)s” at once: entered in bulk, not a rise.")
        return " " + words % {"count": row.source_count, "source": labels.word(row.source, "source")}
    if row.kind == "holiday":
        days = int(row.evidence.get("days_off", 0))
        words = ngettext(
            "It follows %(days)d day off, and together with it nothing is unusual.",
            "It follows %(days)d days off, and together with them nothing is unusual.",
            days,
        )
        return " " + words % {"days": days}
    named = {
        "matter_changed": _("The matter is new, and the one above it brings what it always did: the tree was changed."),
        "place_changed": _("All around it is as usual: places were merged, split or named anew."),
    }
    return f" {named[row.kind]}" if row.kind in named else ""


def _nowhere(row: Finding) -> str:
    words = _(
        "%(observed)d cases, %(share)s of those with a point, lie on one coordinate; no real place has so many. "
        "Somebody’s system puts there what it cannot find; from now on they count for the county alone."
    )
    share = f"{100 * float(row.evidence.get('share', 0)):.0f} %"
    return words % {"observed": row.observed, "share": share}


@dataclass(frozen=True, slots=True)
class Spent:
    """The one budget of false findings, of the past 30 days: the `budget`, how much of it was `given` to looks, how
    many rises were `raised` (and by which grain), how many of them people said were chance."""

    budget: float
    given: float
    raised: int
    by_grain: dict[str, int]
    chance: int


def budget(at: datetime) -> Spent:
    """How the budget of false findings was spent in the 30 days up to a moment."""
    since = at - timedelta(days=30)
    given = Looked.objects.filter(at__lte=at, day__gt=places.local_day(since)).aggregate(sum=Sum("spent"))["sum"] or 0.0
    rises = Finding.objects.filter(kind__in=("rise", *SIGNALS), last_day__gt=places.local_day(since), found_at__lte=at)
    grains = dict(rises.values_list("grain").annotate(n=Count("id")))
    return Spent(BUDGET, float(given), sum(grains.values()), grains, rises.filter(reason="chance").count())


def curve(row: Finding) -> str:
    """The past four weeks and the day itself as a drawing with the usual band and a table."""
    points: Sequence[tuple[str, int, float, float]] = [tuple(point) for point in row.curve]
    if not points:
        return ""  # found within this day, or no matter of days at all
    usual = _("Cases a week, and what is usual") if row.grain == "week" else _("Cases a day, and what is usual")
    return charts.line(
        title=signals.curve_title(row) if row.kind in SIGNALS else usual,
        labels=[_axis(point[0]) for point in points],
        values=[point[1] for point in points],
        band=charts.Band([0.0 for _point in points], [point[3] for point in points]),
        odd=[at for at, point in enumerate(points) if point[1] > point[3]],
        head=(_("Week to") if row.grain == "week" else _("Day"), _("Measured") if row.subject else _("Cases")),
    )


def _axis(text: str) -> str:
    """A day under a curve, as it is said elsewhere."""
    try:
        return dates.plain_day(date.fromisoformat(text))
    except ValueError:
        return text  # of a signal that is no day


def drawn_until(row: Finding) -> str:
    """That the curve ends before the finding does, and why; empty where it does not."""
    if row.grain not in ("minute", "day") or row.kind != "rise" or not row.curve:
        return ""
    last = date.fromisoformat(str(row.curve[-1][0]))
    if last >= row.last_day:
        return ""
    return _("The curve ends with %(day)s: a day is drawn once it is over.") % {"day": dates.day(last)}


def matter(code: str) -> str:
    """The name of a matter; all matters for none."""
    tag = matters.tags().get(code)
    return said(tag, "name") if tag else (code or _("All matters"))


def place(prefix: str) -> str:
    """The name of the place with this prefix."""
    code = prefix.ljust(12, "0")
    card = places.place_or_none(code)
    return (said(card, "path") or said(card, "name")) if card else prefix


def certainty(row: Finding) -> str:
    """One of three steps: `certain`, `very`, `enough` to look."""
    return next(name for limit, name in SURE if max(row.chance, 1e-9) < limit)


def _sure_words() -> dict[str, str]:
    return {"certain": _("practically certain"), "very": _("very sure"), "enough": _("worth a look")}


def _sure(row: Finding) -> str:
    """How sure: how often chance alone shows the like, in the whole county, all looks together."""
    chance = max(row.chance, 1e-9)
    word = certainty(row)
    if word == "certain":
        return _("Chance alone does not do this.")
    if word == "very":
        years = max(1, round(1 / (12 * chance)))
        return ngettext(
            "Were it chance, the county would see the like about once in %(years)d year.",
            "Were it chance, the county would see the like about once in %(years)d years.",
            years,
        ) % {"years": years}
    if chance > 0.75:
        times = round(chance)
        return ngettext(
            "It may be chance: by chance alone the county sees the like about once a month.",
            "It may be chance: by chance alone the county sees the like about %(times)d times a month.",
            times,
        ) % {"times": times}
    months = max(1, round(1 / chance))
    return ngettext(
        "It may be chance: by chance alone the county sees the like about once in %(months)d month.",
        "It may be chance: by chance alone the county sees the like about once in %(months)d months.",
        months,
    ) % {"months": months}


def seen_by(row: Finding) -> str:
    """Which looks saw it, as one sentence; empty for one found before that was kept."""
    words = {
        "minute": _("by the minute"),
        "day": _("by the day"),
        "week": _("by the week"),
        "scan": _("across neighbouring places"),
        "signal": _("by its own past"),
    }
    told = [words[way] for way in row.ways if way in words]
    return _("Seen %(ways)s.") % {"ways": _(", ").join(told)} if told else ""


def _part(part: Sequence[object]) -> str:
    code, prefix, observed, expected = part
    return _("%(matter)s in %(place)s: %(observed)s, expected %(expected)s") % {
        "matter": matter(str(code)),
        "place": place(str(prefix)),
        "observed": observed,
        "expected": charts.number(float(str(expected))),
    }
