"""Drawings of the why: parts with their intervals, the network of hand-overs, a measure with its past.

Like look.charts: server-made, positions in per cent, no style attributes, the figures in a table below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, hypot, pi, sin

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gongzhi.insight import wording
from gongzhi.insight.standing_tables import MeasureEffect
from gongzhi.look import dates

ROW = 2.7  # letter heights from one row to the next
ROUND = 40.0  # radius of the circle of stations, of a drawing of 100
DOT = 5.0
WIDTHS = 5
MONTHS = 13  # of four weeks of the past, drawn
NINE_OF_TEN = 1.645  # standard deviations


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval; `odd` is pointed out."""

    label: str
    value: float
    low: float
    high: float
    odd: bool = False


def intervals(title: str, rows: Sequence[Bar], head: tuple[str, str, str]) -> SafeString:
    """Bars from zero with the interval as a line through their end; `head`: name, value, interval."""
    if not rows:
        return SafeString("")
    least, top = min(0.0, *(row.low for row in rows)), max(1e-9, *(row.high for row in rows))
    scale = 100 / (top - least)

    def x(value: float) -> float:
        return (value - least) * scale

    drawn = format_html_join(
        "",
        '<text x="0" y="{0}em">{1}</text><text class="end" x="100%" y="{0}em" text-anchor="end">{2}</text>'
        '<rect class="{3}" x="{4}%" y="{5}em" height=".5em" width="{6}%"/>'
        '<line class="whisker" x1="{7}%" x2="{8}%" y1="{9}em" y2="{9}em"/>',
        [
            (
                f"{at * ROW + 1.1:.1f}", row.label, _signed(row.value), "odd" if row.odd else "bar",
                f"{x(min(row.value, 0)):.2f}", f"{at * ROW + 1.5:.1f}", f"{abs(row.value) * scale:.2f}",
                f"{x(row.low):.2f}", f"{x(row.high):.2f}", f"{at * ROW + 1.75:.2f}",
            )
            for at, row in enumerate(rows)
        ],
    )  # fmt: skip
    svg = format_html(
        '<svg class="rows" role="img" aria-label="{}" height="{}em">'
        '<line class="axis" x1="{}%" x2="{}%" y1="0" y2="100%"/>{}</svg>',
        title, f"{len(rows) * ROW:.1f}", f"{x(0):.2f}", f"{x(0):.2f}", drawn,
    )  # fmt: skip
    told = [(row.label, _signed(row.value), f"{_signed(row.low)} – {_signed(row.high)}") for row in rows]
    return _figure(title, svg, head, told)


def _signed(value: float) -> str:
    shown = wording.figure(abs(value))
    return shown if shown == "0" else f"{'−' if value < 0 else '+'}{shown}"


def _figure(title: str, svg: SafeString, head: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    context = {"title": title, "svg": svg, "head": head, "rows": rows}
    return render_to_string("look/parts/chart.html", context)


@dataclass(frozen=True, slots=True)
class Way:
    """Cases handed from one station to another, by their numbers; `back`: how many came straight back."""

    giver: int
    taker: int
    cases: int
    back: int


def network(title: str, names: Sequence[str], ways: Sequence[Way]) -> SafeString:
    """Stations as numbered dots on a circle, ways as bows with an arrow, as thick as they are used; those on which
    cases come straight back in the accent. Names stand beside the numbers, in the list below."""
    if not names or not ways:
        return SafeString("")
    most = max(way.cases for way in ways)
    spots = [_spot(at, len(names)) for at in range(len(names))]
    bows = format_html_join(
        "",
        '<path class="way w{} {}" d="{}"/><path class="tip {}" d="{}"/>',
        [
            (
                max(1, round(WIDTHS * way.cases / most)), "back" if way.back else "",
                *_bow(spots[way.giver], spots[way.taker], "back" if way.back else ""),
            )
            for way in sorted(ways, key=lambda way: way.cases)
        ],
    )  # fmt: skip
    dots = format_html_join(
        "",
        '<circle class="station" cx="{0}" cy="{1}" r="{2}"/><text x="{0}" y="{1}" dy=".35em" text-anchor="middle">{3}'
        "</text>",
        [(f"{x:.2f}", f"{y:.2f}", DOT, at + 1) for at, (x, y) in enumerate(spots)],
    )
    svg = format_html(
        '<svg class="network" role="img" aria-label="{}" viewBox="0 0 100 100">{}{}</svg>', title, bows, dots
    )
    rows = [(f"{names[way.giver]} → {names[way.taker]}", str(way.cases), str(way.back)) for way in ways]
    return _figure(title, svg, (_("From – to"), _("Cases"), _("Came straight back")), rows)


def _spot(at: int, count: int) -> tuple[float, float]:
    turn = 2 * pi * at / count - pi / 2
    return 50 + ROUND * cos(turn), 50 + ROUND * sin(turn)


def _bow(one: tuple[float, float], other: tuple[float, float], kind: str) -> tuple[str, str, str]:
    """The bow from one dot to the other, to its right; and the tip of its arrow."""
    (x1, y1), (x2, y2) = one, other
    apart = hypot(x2 - x1, y2 - y1)
    across = ((y1 - y2) / apart, (x2 - x1) / apart)
    middle = ((x1 + x2) / 2 + across[0] * apart * 0.12, (y1 + y2) / 2 + across[1] * apart * 0.12)
    begin, end = _towards(one, middle, DOT), _towards(other, middle, DOT + 2.4)
    point = _towards(other, middle, DOT)
    along = ((point[0] - end[0]) / 2.4, (point[1] - end[1]) / 2.4)
    sides = [(end[0] - along[1] * k, end[1] + along[0] * k) for k in (1.5, -1.5)]
    line = f"M{begin[0]:.2f},{begin[1]:.2f} Q{middle[0]:.2f},{middle[1]:.2f} {end[0]:.2f},{end[1]:.2f}"
    tip = f"M{point[0]:.2f},{point[1]:.2f} L{sides[0][0]:.2f},{sides[0][1]:.2f} L{sides[1][0]:.2f},{sides[1][1]:.2f} Z"
    return line, kind, tip


def _towards(one: tuple[float, float], other: tuple[float, float], far: float) -> tuple[float, float]:
    apart = hypot(other[0] - one[0], other[1] - one[1]) or 1.0
    return one[0] + (other[0] - one[0]) * far / apart, one[1] + (other[1] - one[1]) * far / apart


def past(row: MeasureEffect) -> SafeString:
    """The pre-trend: what came above what was expected, before the measure, by month of four weeks, in per cent."""
    before = row.line[: len(row.line) - row.weeks]
    bars = []
    for start in range(len(before) % 4, len(before), 4):
        some = before[start : start + 4]
        came, expected = sum(float(n) for _day, n, _e in some), sum(float(e) for _day, _n, e in some)
        if expected > 0:
            apart, wide = 100 * (came / expected - 1), 100 * NINE_OF_TEN * max(came, 1.0) ** 0.5 / expected
            label = dates.short_day(date.fromisoformat(some[0][0]), year=True)
            bars.append(Bar(label, round(apart, 1), round(apart - wide, 1), round(apart + wide, 1)))
    if len(bars) < 3:
        return SafeString("")
    title = _("Before the measure: how far cases lay above or below what was expected, in per cent")
    return intervals(title, bars[-MONTHS:], (_("Four weeks from"), _("Per cent"), _("Nine times of ten")))
