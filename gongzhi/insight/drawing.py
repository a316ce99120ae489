"""Drawings of standings: weeks, the days to come with their interval, waits, hours, channels, an effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gongzhi.insight import wording
from gongzhi.insight.standing_tables import MeasureEffect
from gongzhi.insight.standings import Point
from gongzhi.look import charts, dates


def weeks(rows: Sequence[tuple[str, int | None]]) -> SafeString:
    """Cases a week; weeks that are withheld (None) are left out of the line and said so in the title."""
    shown = [(dates.plain_day(date.fromisoformat(day)), n) for day, n in rows if n is not None]
    if len(shown) < 2:
        return SafeString("")
    title = _("Cases a week")
    if len(shown) < len(rows):
        title = _("Cases a week; weeks with one to nine are withheld")
    return charts.line(
        title=title, labels=[day for day, _n in shown], values=[n for _day, n in shown], head=(_("Week of"), _("Cases"))
    )


def ahead(points: Sequence[Point]) -> SafeString:
    """What came lately and what is expected, with the band nine days of ten lie in; "" with nothing to draw."""
    if len(points) < 2:
        return SafeString("")
    values = [float(point.came if point.came is not None else point.mean or 0) for point in points]
    low = [value if point.low is None else point.low for point, value in zip(points, values, strict=True)]
    high = [value if point.high is None else point.high for point, value in zip(points, values, strict=True)]
    known = [at for at, point in enumerate(points) if point.came is not None]
    forecast = len(known) < len(points)
    return charts.line(
        title=_("Cases a day: the last four weeks, and what is expected") if forecast else _("Cases a day"),
        labels=[_label(point) for point in points],
        values=[round(value, 1) if value < 10 else round(value) for value in values],
        band=charts.Band(low, high) if forecast else None,
        odd=[known[-1]] if known and forecast else [],
        head=(_("Day"), _("Cases")),
        band_head=_("Nine days of ten") if forecast else "",
    )


def _label(point: Point) -> str:
    day = dates.short_day(point.day)
    return day if point.came is not None else _("%(day)s (expected)") % {"day": day}


def waits(counted: Mapping[str, int | None]) -> SafeString:
    """How long people waited for the first answer."""
    words = {
        "0": _("the same day"),
        "1": _("one day"),
        "2": _("2–3 days"),
        "3": _("4–7 days"),
        "4": _("8–14 days"),
        "5": _("15–30 days"),
        "6": _("longer"),
        "-1": _("no answer yet"),
    }
    rows = [(word, n) for code, word in words.items() if (n := counted.get(code)) is not None and n]
    return _bars(_("How long people waited for the first answer"), rows, (_("Wait"), _("Cases")))


def hours(counted: Mapping[str, int | None]) -> SafeString:
    """When people speak, by the hour at which a stretch of three begins."""
    rows = [(f"{start:02d}:00–{start + 3:02d}:00", n) for start in range(0, 24, 3) if (n := counted.get(str(start)))]
    return _bars(_("When people speak"), rows, (_("Hours"), _("Cases")))


def channels(counted: Mapping[str, int | None]) -> SafeString:
    """By which channels people speak."""
    ranked = sorted(((n, code) for code, n in counted.items() if n), reverse=True)
    rows = [(wording.channel(code), n) for n, code in ranked]
    return _bars(_("By which channels people speak"), rows, (_("Channel"), _("Cases")))


def effect(row: MeasureEffect) -> SafeString:
    """Cases a week, observed, with what was expected without the measure in the table."""
    labels = [dates.plain_day(date.fromisoformat(day)) for day, _n, _e in row.line]
    observed = [float(n) for _day, n, _e in row.line]
    expected = [float(e) for _day, _n, e in row.line]
    start = len(row.line) - row.weeks
    return charts.line(
        title=_("Cases a week, and what was expected without the measure"),
        labels=labels,
        values=observed,
        band=charts.Band([e * 0.985 for e in expected], [e * 1.015 for e in expected]),
        odd=[start],
        head=(_("Week of"), _("Cases")),
        band_head=_("Expected without it"),
    )


def _bars(title: str, rows: Sequence[tuple[str, int]], head: tuple[str, str]) -> SafeString:
    if not rows:
        return SafeString("")
    return charts.bars(title=title, rows=[(str(label), float(n)) for label, n in rows], head=head)
