"""What insight counts, in plain Python: age bands of open cases, and what is too small to publish."""

from __future__ import annotations

from bisect import bisect_right

# Days since receipt at which a band begins; a case of 4 days lies in the band "3".
AGE_BANDS: tuple[int, ...] = (0, 3, 8, 16, 31, 61)
SMALLEST_CELL = 10  # people; a smaller cell is withheld on everything public (DESIGN §4.4)


def age_band(days: int) -> int:
    """The band of an open case that is so many whole days old; negative ages (clocks apart) count as 0."""
    return AGE_BANDS[max(0, bisect_right(AGE_BANDS, days) - 1)]
