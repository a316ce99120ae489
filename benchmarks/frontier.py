"""A picture of two rates against each other: the frontier of somebody who knows, and who comes how near; plain SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

WIDE, HIGH, LEFT, FOOT, TOP = 640, 360, 60, 44, 40
INK, SEEN = "#1f5f8b", "#b4451f"


def draw(
    file: Path, title: str, curve: Sequence[tuple[float, float, str]], marks: Sequence[tuple[float, float, str]],
    names: tuple[str, str],
) -> None:  # fmt: skip
    """`curve` and `marks`: (across, up, label); `names`: of the two axes."""
    across = [point[0] for point in (*curve, *marks)]
    up = [point[1] for point in (*curve, *marks)]
    left, right = min(across) - 0.03, max(across) + 0.06
    low, high = min(up) - 0.03, max(up) + 0.03

    def x(value: float) -> float:
        return LEFT + (WIDE - LEFT - 20) * (value - left) / (right - left)

    def y(value: float) -> float:
        return HIGH - FOOT - (HIGH - FOOT - TOP) * (value - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>',
        f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>',
        f'<text x="{WIDE / 2}" y="{HIGH - 6}" text-anchor="middle">{escape(names[0])}</text>',
        f'<text x="8" y="{TOP - 6}">{escape(names[1])}</text>',
    ]
    for tick in range(21):
        value = tick * 0.05
        if left < value < right:
            parts.append(f'<text x="{x(value):.1f}" y="{HIGH - FOOT + 16}" text-anchor="middle">{value:.2f}</text>')
        if low < value < high:
            parts.append(
                f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>'
                f'<line x1="{LEFT}" x2="{WIDE - 20}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>'
            )
    line = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b, _ in curve)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="2"/>')
    for a, b, label in curve:
        parts.append(
            f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{INK}"/>'
            f'<text x="{x(a) + 6:.1f}" y="{y(b) - 5:.1f}" fill="{INK}">{escape(label)}</text>'
        )
    for a, b, label in marks:
        parts.append(
            f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="5" fill="{SEEN}"/>'
            f'<text x="{x(a) + 8:.1f}" y="{y(b) + 4:.1f}" fill="{SEEN}">{escape(label)}</text>'
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*parts, "</svg>", ""]))
