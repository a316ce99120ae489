"""How numbers are written: one way for pages, charts and tables, by the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language


def number(value: float) -> str:
    """A number with its digits in threes: 9,987 and 10,334 in English; in Chinese four digits stand together, 9987, and
    more are grouped, 10,334 (GB/T 15835-2011, 5.2.2). What is no whole number keeps one place behind the point."""
    whole = float(value).is_integer()
    together = abs(value) < 10_000 and not (get_language() or "").startswith("en")
    if together:
        return f"{value:.0f}" if whole else f"{value:.1f}"
    return f"{value:,.0f}" if whole else f"{value:,.1f}"
