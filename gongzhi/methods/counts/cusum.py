"""CUSUM on counts (Rossi, Lampugnani & Marchi 1999, doi 10.1002/(SICI)1097-0258(19990830)18:16).

Counts are first made roughly standard normal; S = max(0, S + z - k) alarms at S >= h.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp2f1

Reals = NDArray[np.float64]
TRANSFORMS = ("standard", "rossi", "anscombe", "anscombe2nd", "pearsonNegBin", "anscombeNegBin", "none")


def standardised(counts: Reals, mean: Reals, transform: str, overdispersion: float = 0.0) -> Reals:
    """z of counts with this mean: `standard` by the Poisson sd, `rossi` the mean of it and the square-root form,
    `anscombe` and `anscombe2nd` by the power 2/3, `pearsonNegBin` by the sd of variance m + overdispersion m²,
    `anscombeNegBin` by the integral of that variance to the power -1/3.
    """
    root = np.sqrt(mean)
    if transform == "standard":
        return (counts - mean) / root
    if transform == "rossi":
        return (counts - 3 * mean + 2 * np.sqrt(counts * mean)) / (2 * root)
    if transform == "anscombe":
        return 1.5 * (counts ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)
    if transform == "anscombe2nd":
        return 1.5 * (counts ** (2 / 3) - mean ** (2 / 3) + mean ** (-1 / 3) / 9) / mean ** (1 / 6)
    if transform == "pearsonNegBin":
        return (counts - mean) / np.sqrt(mean + overdispersion * mean**2)
    if transform == "anscombeNegBin":
        return (_stable(counts, overdispersion) - _stable(mean, overdispersion)) / _sixth(mean, overdispersion)
    if transform == "none":
        return counts + 0.0 * mean
    raise ValueError(f"transform must be one of {', '.join(TRANSFORMS)}, not {transform}")


def _stable(v: Reals, a: float) -> Reals:
    """Integral of (x + a x²)^(-1/3) from 0 to v."""
    return np.asarray(1.5 * v ** (2 / 3) * hyp2f1(1 / 3, 2 / 3, 5 / 3, -a * v))


def _sixth(mean: Reals, a: float) -> Reals:
    return np.asarray((mean + a * mean**2) ** (1 / 6))


def _unstable(z: Reals, mean: Reals, a: float) -> Reals:
    """The count whose `anscombeNegBin` z this is, by bisection; at least 0."""
    wanted = z * _sixth(mean, a) + _stable(mean, a)
    low, high = np.zeros_like(mean), np.maximum(1.0, mean)
    while (short := _stable(high, a) < wanted).any():
        high = np.where(short, 2 * high, high)
    for _ in range(60):
        middle = (low + high) / 2
        under = _stable(middle, a) < wanted
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return high


def _count_at(z: Reals, mean: Reals, transform: str, overdispersion: float) -> Reals:
    """The count whose z this is, at least 0."""
    root = np.sqrt(mean)
    if transform == "rossi":
        return np.maximum(0.0, np.sqrt(np.maximum(0.0, 4 * mean + 2 * z * root)) - root) ** 2
    if transform in ("anscombe", "anscombe2nd"):
        correction = mean ** (-1 / 3) / 9 if transform == "anscombe2nd" else 0.0
        return np.maximum(0.0, mean ** (2 / 3) - correction + z * mean ** (1 / 6) / 1.5) ** 1.5
    if transform == "pearsonNegBin":
        return np.maximum(0.0, mean + z * np.sqrt(mean + overdispersion * mean**2))
    if transform == "anscombeNegBin":
        return _unstable(z, mean, overdispersion)
    if transform == "standard":
        return np.maximum(0.0, np.ceil(mean + z * root))
    return np.maximum(0.0, z)


def cusum(
    counts: NDArray, mean: NDArray, *, k: float = 1.04, h: float = 2.26, transform: str = "rossi",
    overdispersion: float = 0.0,
) -> tuple[Reals, Reals]:  # fmt: skip
    """(statistic S, smallest alarming count) of every period, (series, periods), from S = 0; alarm where S >= h.

    mean: expected counts, broadcast to the counts. The statistic is not set back after an alarm.
    """
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    m = np.broadcast_to(np.asarray(mean, dtype=np.float64), y.shape)
    if (m <= 0).any():
        raise ValueError("a CUSUM needs expected counts above 0")
    z = standardised(y, m, transform, overdispersion)
    value, bound = np.empty(y.shape), np.empty(y.shape)
    now = np.zeros(len(y))
    for t in range(y.shape[1]):
        bound[:, t] = _count_at(h + k - now, m[:, t], transform, overdispersion)
        now = np.maximum(0.0, now + z[:, t] - k)
        value[:, t] = now
    return value, bound


def shiryaev_roberts(counts: NDArray, mean: NDArray, *, rise: float) -> Reals:
    """R = (1 + R) likelihood ratio of a rise by the factor `rise` of Poisson counts, (series, periods).

    An alarm at R >= A has an average run length of at least A periods (Pollak & Tartakovsky 2009).
    """
    if rise <= 1:
        raise ValueError(f"rise must be above 1, not {rise}")
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    m = np.broadcast_to(np.asarray(mean, dtype=np.float64), y.shape)
    ratio = np.exp(y * np.log(rise) - (rise - 1) * m)
    value, now = np.empty(y.shape), np.zeros(len(y))
    for t in range(y.shape[1]):
        now = (1.0 + now) * ratio[:, t]
        value[:, t] = now
    return value
