"""Small pictures beside the figures: horizontal bars or points with a line at what was asked; plain SVG, no library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

WIDE, ROW, LEFT = 640, 24, 220


def points(
    file: Path, title: str, rows: Sequence[tuple[str, Sequence[float]]], *, lines: Sequence[float],
    ends: tuple[float, float],
) -> None:  # fmt: skip
    """One row a label with its points between two ends; dashed lines where they are asked to be."""
    high = ROW * (len(rows) + 2)
    low, top = ends

    def x(value: float) -> float:
        return LEFT + (WIDE - LEFT - 40) * (min(max(value, low), top) - low) / (top - low)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{high}" font-family="sans-serif" '
             f'font-size="12" role="img"><title>{escape(title)}</title>'
             f'<rect width="100%" height="100%" fill="white"/>',
             f'<text x="8" y="16" font-weight="bold">{escape(title)}</text>']  # fmt: skip
    for value in lines:
        parts.append(f'<line x1="{x(value):.1f}" x2="{x(value):.1f}" y1="24" y2="{high - 16}" stroke="#888" '
                     f'stroke-dasharray="4 3"/><text x="{x(value):.1f}" y="{high - 3}" text-anchor="middle" '
                     f'fill="#555">{value:g}</text>')  # fmt: skip
    for number, (label, values) in enumerate(rows):
        y = ROW * (number + 1) + 16
        parts.append(f'<text x="8" y="{y + 4}">{escape(label)}</text>')
        parts += [f'<circle cx="{x(value):.1f}" cy="{y}" r="4" fill="#1f5f8b"><title>{value:.3f}</title></circle>'
                  for value in values]  # fmt: skip
        parts.append(f'<text x="{x(max(values)) + 8:.1f}" y="{y + 4}" fill="#333">{values[-1]:.3f}</text>')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*parts, "</svg>", ""]))
