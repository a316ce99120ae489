"""The rule of the Robert Koch Institute (Altmann 2003; Höhle 2007): upper limit of a Poisson count at its past mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gongzhi.methods.counts import baselines

Reals = NDArray[np.float64]
# upper 95 % limits for a Poisson mean at 0..20 cases: Crow & Gardner 1959, Biometrika 46:441, table 1
LIMITS = np.array(
    [
        3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633,
        19.050, 20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017,
    ]
)  # fmt: skip


def rki(
    counts: NDArray, at: NDArray, *, years: int = 0, half_window: int = 6, now: bool = True, period: int = 52
) -> tuple[Reals, Reals]:
    """(expected, bound), (series, asked): up to a mean of 20 the tabled limit at its whole part, above it mean + 2 sd
    of the reference counts.
    """
    past = baselines.values(counts, at, years=years, half_window=half_window, now=now, period=period)
    mean = past.mean(-1)
    tabled = LIMITS[np.minimum(np.floor(mean), 20).astype(np.int64)]
    return mean, np.where(mean > 20, mean + 2 * past.std(-1, ddof=1), tabled)
