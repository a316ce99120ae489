"""Which past counts a simple rule compares with: shared by the Bayes and RKI rules.

Höhle 2007, Computational Statistics 22.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# rule 1: the last six weeks; 2: also 13 weeks a year ago; 3: nine weeks of each of two past years
RULES: dict[int, tuple[int, int, bool]] = {1: (0, 6, True), 2: (1, 6, True), 3: (2, 4, False)}


def values(
    counts: NDArray, at: NDArray, *, years: int, half_window: int, now: bool, period: int = 52
) -> NDArray[np.float64]:
    """Reference counts, (series, asked, n).

    Reference: `half_window` periods each side of the same period in each past year, and, with `now`, the
    `half_window` periods just before. Raises ValueError when a position has not the history.
    """
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    asked = np.asarray(at, dtype=np.int64)
    steps = [-i for i in range(1, half_window + 1)] if now else []
    steps += [j - period * i for i in range(1, years + 1) for j in range(-half_window, half_window + 1)]
    if not steps:
        raise ValueError("a rule needs past years or the periods just before")
    if len(asked) and int(asked.min()) + min(steps) < 0:
        raise ValueError(f"position {int(asked.min())} needs {-int(asked.min()) - min(steps)} more periods of history")
    return np.stack([y[:, asked + step] for step in steps], axis=-1)
