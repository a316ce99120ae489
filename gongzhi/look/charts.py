"""Charts drawn on the server as SVG: thin ink lines, a band for what is expected, accent for what is unusual.

The title is the sentence the chart proves. Labels stand on the line, counts begin at zero, and under each chart the
same figures lie in a table behind a disclosure. Positions are percentages and letters keep the page's size, so a
chart stays readable on a phone and in elder mode. No style attributes: the policy of the site forbids them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gongzhi.look.figures import number as number  # also for who names it by this module

TOP, HEIGHT, WIDTH = 8.0, 74.0, 90.0  # the plot inside the drawing, in per cent
LONG = 24  # Latin letters of both ends together that fit beside each other on a phone in large letters


@dataclass(frozen=True, slots=True)
class Band:
    """What was expected: lowest and highest, one pair for each value."""

    low: Sequence[float]
    high: Sequence[float]


def round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 × 10ⁿ at or above `value`, for the top of an axis; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= value)


def _x(index: int, count: int) -> float:
    return 50.0 if count == 1 else index * 100 / (count - 1)


def _path(values: Sequence[float], top: float) -> str:
    return " ".join(f"{_x(i, len(values)):.2f},{100 - v * 100 / top:.2f}" for i, v in enumerate(values))


def _figure(title: str, svg: SafeString, head: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    context = {"title": title, "svg": svg, "head": head, "rows": rows}
    return render_to_string("look/parts/chart.html", context)


def line(
    *,
    title: str,
    labels: Sequence[str],
    values: Sequence[float],
    band: Band | None = None,
    odd: Collection[int] = (),
    head: tuple[str, str] = ("", ""),
    band_head: str = "",
) -> SafeString:
    """A line over time. `odd` are the positions of unusual values; `head` names the two columns of the table, and
    `band_head` a third one, for the band, where it is to be read as well.

    ValueError when labels, values and band differ in length or there is nothing to draw.
    """
    lengths = {len(labels), len(values)} | ({len(band.low), len(band.high)} if band else set())
    if len(lengths) != 1 or not values:
        raise ValueError("a line needs one label for each value, and at least one")
    top = round_up(max([*values, *(band.high if band else ())]))
    rows_at = [(f"{TOP + HEIGHT * (1 - share):.1f}", number(top * share)) for share in (0.0, 0.5, 1.0)]
    parts = [_grid(rows_at)]
    inner = SafeString("")
    if band:
        outline = f"{_path(band.high, top)} {' '.join(reversed(_path(band.low, top).split()))}"
        inner += format_html('<polygon class="band" points="{}"/>', outline)
    inner += format_html('<polyline class="series" points="{}"/>', _path(values, top))
    parts.append(
        format_html(
            '<svg x="0" y="{}%" width="{}%" height="{}%" viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>',
            TOP,
            WIDTH,
            HEIGHT,
            inner,
        )
    )
    parts.append(_scale(rows_at))
    for index in sorted({*odd, len(values) - 1}):
        parts.append(_point(index, values, top, odd=index in odd))
    parts.append(_ends(labels))
    svg = format_html('<svg class="plot" role="img" aria-label="{}">{}</svg>', title, SafeString("".join(parts)))
    rows = [[label, number(v)] for label, v in zip(labels, values, strict=True)]
    if band and band_head:
        for row, low, high in zip(rows, band.low, band.high, strict=True):
            row.append(f"{number(round(low, 1))} – {number(round(high, 1))}")
        return _figure(title, svg, (*head, band_head), rows)
    return _figure(title, svg, head, rows)


def _grid(rows: Sequence[tuple[str, str]]) -> SafeString:
    line = '<line class="axis" x1="0" x2="{0}%" y1="{1}%" y2="{1}%"/>'
    return format_html_join("", line, [(WIDTH, y) for y, _text in rows])


def _scale(rows: Sequence[tuple[str, str]]) -> SafeString:
    """The figures of the axis, over the line, which would cross them out."""
    return format_html_join("", '<text class="scale" x="0" y="{}%" dy="-.3em">{}</text>', rows)


def _point(index: int, values: Sequence[float], top: float, *, odd: bool) -> SafeString:
    """A dot with its figure: at the end of the line, and wherever something is unusual but there."""
    x, y = _x(index, len(values)) * WIDTH / 100, TOP + HEIGHT * (1 - values[index] / top)
    last = index == len(values) - 1
    beside = not last and (len(values) - 1 - index) * 20 < len(values)  # so near the end that two figures would meet
    return format_html(
        '<circle class="{}" cx="{}%" cy="{}%" r="4"/><text class="end" x="{}%" y="{}%" dx="{}" dy="{}"{}>{}</text>',
        "odd" if odd else "dot",
        f"{x:.2f}",
        f"{y:.2f}",
        f"{x:.2f}",
        f"{y:.2f}",
        "8" if last else "0",
        ".35em" if last else "-.7em",
        "" if last else SafeString(' text-anchor="middle"'),
        "" if beside else number(values[index]),
    )


def _ends(labels: Sequence[str]) -> SafeString:
    """The first and the last label under the line; on a phone two long ones stand one above the other."""
    if not labels[1:]:
        return format_html('<text x="0" y="98%">{}</text>', labels[0])
    wide = sum(2 if ord(letter) > 0x2E7F else 1 for letter in labels[0] + labels[-1])  # in Latin letters
    return format_html(
        '<text{} x="0" y="98%">{}</text><text x="{}%" y="98%" text-anchor="end">{}</text>',
        SafeString(' class="raised"') if wide > LONG else "",
        labels[0],
        WIDTH,
        labels[-1],
    )


def _em(row: int, offset: float) -> str:
    """How far down a row stands, in letter heights."""
    return f"{row * 2.7 + offset:.1f}"


def bars(
    *, title: str, rows: Sequence[tuple[str, float]], odd: Collection[int] = (), head: tuple[str, str] = ("", "")
) -> SafeString:
    """Bars lying on their side, each under its own words; `odd` are the positions to point out."""
    top = max((value for _, value in rows), default=0) or 1
    drawn = format_html_join(
        "",
        '<text x="0" y="{0}em">{1}</text><text class="end" x="100%" y="{0}em" text-anchor="end">{2}</text>'
        '<rect class="{3}" x="0" y="{4}em" height=".5em" width="{5}%"/>',
        [
            (
                f"{i * 2.7 + 1.1:.1f}",
                label,
                number(v),
                "odd" if i in odd else "bar",
                f"{i * 2.7 + 1.5:.1f}",
                f"{v * 100 / top:.1f}",
            )
            for i, (label, v) in enumerate(rows)
        ],
    )
    svg = format_html(
        '<svg class="rows" role="img" aria-label="{}" height="{}em">{}</svg>', title, _em(len(rows), 0), drawn
    )
    return _figure(title, svg, head, [(label, number(v)) for label, v in rows])


def sparkline(values: Sequence[float], label: str = "") -> SafeString:
    """The shape of a few values beside a figure. `label` says it in words; without one it is decoration."""
    if not values:
        return SafeString("")
    top = max(values) or 1
    points = " ".join(f"{_x(i, len(values)):.1f},{22 - v * 20 / top:.1f}" for i, v in enumerate(values))
    said = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="-2 0 106 24" {}><polyline points="{}"/><circle cx="{}" cy="{}" r="3"/></svg>',
        said,
        points,
        f"{_x(len(values) - 1, len(values)):.1f}",
        f"{22 - values[-1] * 20 / top:.1f}",
    )
